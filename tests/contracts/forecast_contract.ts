/**
 * What every ForecastPort keeps, whatever it has learned.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, nodeId, runId } from "../../core/ids.ts";
import type { ForecastPort, LookAheadPort } from "../../core/ports/forecast.ts";
import { checkWorkflow } from "../../core/workflow/check.ts";
import type { Catalog } from "../../core/workflow/catalog.ts";
import type { Plan } from "../../core/workflow/plan.ts";
import { gives, TableExtensions } from "../core/orchestration/table_extensions.ts";

const extension = extensionId("acme/thing");
const other = extensionId("acme/other");
const run = runId("r000000000000000");

function twoSteps(): { readonly plan: Plan; readonly catalog: Catalog } {
  const table = new TableExtensions({
    "test/first": { run: () => gives({}) },
    "test/second": { run: () => gives({}) },
  });
  const nodes = { first: { use: "test/first" }, second: { use: "test/second", after: "first" } };
  const { plan } = checkWorkflow(JSON.stringify({ schema: 1, id: "t", nodes }), "t", table.catalog);
  assert.ok(plan !== undefined);
  return { plan, catalog: table.catalog };
}

/** Runs the suite against what `make` gives. */
export function testForecastPort(name: string, make: () => ForecastPort & LookAheadPort): void {
  Deno.test(`${name}.idle() gives windows in order and apart, with a reason`, () => {
    const forecast = make();
    let at = 0;
    for (let use = 0; use < 40; use++) {
      forecast.asked(extension, at, use === 0 ? 800 : undefined);
      at += 500;
      const { windows, reason } = forecast.idle(extension, at);
      let before = -1;
      for (const { fromMs, untilMs } of windows) {
        assert.ok(fromMs > before && untilMs > fromMs);
        before = untilMs;
      }
      assert.notEqual(reason, "");
      at += use % 4 === 0 ? 60_000 : 2000;
    }
  });

  Deno.test(`${name}.coming() tells what a running node leads to, once it was seen, and nothing after the end`, () => {
    const forecast = make();
    const { plan, catalog } = twoSteps();
    const place = (id: string) => plan.indexOf.get(nodeId(id)) as number;
    const once = (at: number) => {
      forecast.opened(run, "", plan, catalog);
      forecast.begun(run, "", place("first"), at, extension);
      const coming = forecast.coming(at + 2900);
      forecast.settled(run, "", place("first"), at + 3000);
      forecast.begun(run, "", place("second"), at + 3000, other);
      forecast.settled(run, "", place("second"), at + 4000);
      forecast.closed(run);
      return coming;
    };
    for (let time = 0; time < 10; time++) once(time * 100_000);
    const coming = once(2_000_000);
    assert.deepEqual(coming.map((need) => need.extension), [other]);
    assert.ok(Math.abs((coming[0]?.at ?? 0) - 2_003_000) < 1000, `expected at ${coming[0]?.at}`);
    assert.equal(coming[0]?.load, true, "worth loading");
    assert.deepEqual(forecast.coming(2_004_000), []);
  });

  Deno.test(`${name}.victim() gives a place in the list, -1 for none`, () => {
    const forecast = make();
    assert.equal(forecast.victim([]), -1);
    for (let use = 0; use < 20; use++) forecast.asked(extension, use * 1000);
    const idle = [{ extension: other, room: 1 }, { extension, room: 1 }];
    assert.equal(forecast.victim(idle), 0, "what was never asked for goes first");
  });

  Deno.test(`${name}.instances() wants at least one, and more for more work`, () => {
    const forecast = make();
    const wanted = (arrivedMs: number) => {
      let count = 0;
      for (let step = 0; step < 60; step++) {
        count = forecast.instances(extension, { arrivals: 10, arrivedMs, waitingMs: 0 });
      }
      return count;
    };
    const few = wanted(4000);
    assert.ok(few >= 1);
    assert.ok(wanted(40_000) > few);
  });

  Deno.test(`${name}.urgency() rises as less is left and as a run grows older, and is nothing for a run alone`, () => {
    const forecast = make();
    const { plan, catalog } = twoSteps();
    const other = runId("r000000000000001");
    forecast.opened(run, "", plan, catalog);
    forecast.begun(run, "", 0, 0, extension);
    assert.equal(forecast.urgency(run, 0), undefined);
    forecast.opened(other, "", plan, catalog);
    forecast.begun(other, "", 0, 0, extension);
    const first = forecast.urgency(run, 0) as number;
    assert.equal(forecast.urgency(other, 0), first);
    forecast.settled(run, "", 0, 1000);
    assert.ok((forecast.urgency(run, 1000) as number) > (forecast.urgency(other, 1000) as number));
    assert.ok((forecast.urgency(other, 3_600_000) as number) > first);
    forecast.closed(run);
    assert.equal(forecast.urgency(other, 0), undefined);
  });

  Deno.test(`${name} ignores what it is told of runs that were not opened`, () => {
    const forecast = make();
    forecast.begun(run, "", 0, 0, extension);
    forecast.settled(run, "", 0, 1);
    forecast.closed(run);
    assert.deepEqual(forecast.coming(2), []);
  });
}
