/**
 * What every ConductorPort keeps, whatever it has learned.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, nodeId, nodeTypeId, runId } from "../../core/ids.ts";
import type { ConductorPort, InstrumentOption } from "../../core/ports/conductor.ts";
import { checkWorkflow } from "../../core/workflow/check.ts";
import { gives, TableExtensions } from "../core/orchestration/table_extensions.ts";

const run = runId("r000000000000000");
const node = nodeId("review");

function option(name: string, price = 1): InstrumentOption {
  return {
    instrument: nodeTypeId(`test/${name}`),
    extension: extensionId("tests/table"),
    priceIn: price,
    priceOut: price,
  };
}

/** Runs the suite against what `make` gives. */
export function testConductorPort(name: string, make: () => ConductorPort): void {
  Deno.test(`${name}.route() chooses one of the options, and says why`, () => {
    const conductor = make();
    const options = [option("a"), option("b")];
    const { choice, reason } = conductor.route({ run, node, task: "review", options, tried: [] });
    assert.ok(choice !== undefined && options.includes(choice));
    assert.notEqual(reason, "");
  });

  Deno.test(`${name}.route() chooses nothing when there is nothing to choose from`, () => {
    const { choice, reason } = make().route({ run, node, task: "review", options: [], tried: [] });
    assert.equal(choice, undefined);
    assert.match(reason, /review/);
  });

  Deno.test(`${name}.route() goes elsewhere after a failure while there is an elsewhere`, () => {
    const conductor = make();
    const options = [option("a"), option("b")];
    const tried = [nodeTypeId("test/a")];
    assert.equal(conductor.route({ run, node, task: "review", options, tried }).choice?.instrument, "test/b");
    const only = conductor.route({ run, node, task: "review", options: [option("a")], tried });
    assert.equal(only.choice?.instrument, "test/a");
  });

  Deno.test(`${name}.route() asks nobody who would refuse while there is another, and them where there is none`, () => {
    const conductor = make();
    for (let at = 0; at < 100; at++) {
      const asked = { run, node, task: "review", options: [option("a", 0.1), option("b")], tried: [] };
      const { choice, decision } = conductor.route(asked);
      assert.ok(choice !== undefined);
      const quality = choice.instrument === "test/a" ? 1 : 0.1;
      const named = decision === undefined ? {} : { decision };
      conductor.report({ nodeType: choice.instrument, durationMs: 10, quality, ...named });
    }
    const trouble = { reason: "its circuit is open", isRefused: true };
    const refusing = { ...option("a", 0.1), trouble };
    for (let at = 0; at < 50; at++) {
      const options = at % 2 === 0 ? [refusing, option("b")] : [option("b"), refusing];
      const { choice } = conductor.route({ run, node, task: "review", options, tried: [] });
      assert.equal(choice?.instrument, "test/b");
    }
    const { choice } = conductor.route({ run, node, task: "review", options: [refusing], tried: [] });
    assert.equal(choice?.instrument, "test/a");
  });

  Deno.test(`${name}.route() leaves an instrument that keeps failing`, () => {
    const conductor = make();
    const failure = { class: "connection", message: "gone" } as const;
    for (let i = 0; i < 40; i++) {
      conductor.report({ nodeType: nodeTypeId("test/a"), durationMs: 10, failure });
      conductor.report({ nodeType: nodeTypeId("test/b"), durationMs: 10 });
    }
    let left = 0;
    for (let i = 0; i < 50; i++) {
      const options = [option("a"), option("b")];
      if (
        conductor.route({ run, node, task: "review", options, tried: [] }).choice?.instrument === "test/b"
      ) left++;
    }
    assert.ok(left >= 45, `chose the one that works ${left} times of 50`);
    assert.match(conductor.explain(nodeTypeId("test/a")), /test\/a/);
  });

  Deno.test(`${name}.rank() gives one number a node, none below those behind it`, () => {
    const table = new TableExtensions({ "test/step": { run: () => gives({}) } });
    const nodes = {
      a: { use: "test/step" },
      b: { use: "test/step", after: "a" },
      c: { use: "test/step", after: "b" },
      alone: { use: "test/step" },
    };
    const { plan } = checkWorkflow(JSON.stringify({ schema: 1, id: "t", nodes }), "t", table.catalog);
    assert.ok(plan !== undefined);
    const rank = make().rank(plan);
    assert.equal(rank.length, 4);
    for (const [from, to] of [["a", "b"], ["b", "c"]] as const) {
      const place = (id: string) => rank[plan.indexOf.get(nodeId(id)) as number] as number;
      assert.ok(place(from) >= place(to), `${from} before ${to}`);
    }
  });
}
