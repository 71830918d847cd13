import assert from "node:assert/strict";
import { LearnedForecast } from "../../../conductor/prewarm/learned_forecast.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { extensionId } from "../../../core/ids.ts";
import type { ExtensionId } from "../../../core/ids.ts";
import type { LookAheadPort } from "../../../core/ports/forecast.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import { testForecastPort } from "../../contracts/forecast_contract.ts";
import { gives, TableExtensions } from "../../core/orchestration/table_extensions.ts";
import { pitOver, workflowText } from "../../core/orchestration/run_rig.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";

testForecastPort("LearnedForecast", () => new LearnedForecast());

const names = ["acme/a", "acme/b", "acme/c"].map(extensionId);

function use(forecast: LearnedForecast, random: SeededRandom, rounds: number, from: number): number {
  let at = from;
  for (let round = 0; round < rounds; round++) {
    const extension = names[random.below(3)] as ExtensionId;
    at += 20_000 * random.exponential();
    forecast.asked(extension, at, random.next() < 0.1 ? 3000 : undefined);
    at += 500;
    forecast.idle(extension, at);
  }
  return at;
}

Deno.test("LearnedForecast, saved and restored, forecasts the same", () => {
  const whole = new LearnedForecast();
  const random = new SeededRandom(2);
  const at = use(whole, random, 200, 0);
  // What rests is not kept: the instances of a process end with it.
  for (const extension of names) for (let rest = 0; rest < 80; rest++) whole.asked(extension, at + 1);
  const restored = new LearnedForecast();
  restored.restore(structuredClone(whole.save()));
  const rest = SeededRandom.restore(random.save());
  assert.equal(use(restored, rest, 100, at + 1000), use(whole, random, 100, at + 1000));
  const saved = whole.save();
  assert.deepEqual(restored.save(), saved);
  for (const extension of names) assert.deepEqual(restored.idle(extension, 1e9), whole.idle(extension, 1e9));
});

Deno.test("LearnedForecast.restore() refuses what it did not write and keeps what it has", () => {
  const forecast = new LearnedForecast();
  use(forecast, new SeededRandom(3), 30, 0);
  const before = forecast.save();
  for (
    const bad of [
      { ...before, facts: { ...before.facts, version: 9 } },
      { ...before, facts: { version: 1 } },
      { ...before, numbers: before.numbers.slice(1) },
    ]
  ) {
    assert.throws(() => forecast.restore(bad), /Cannot (restore|read)/);
    assert.deepEqual(forecast.save(), before);
  }
});

Deno.test("Runner tells the forecast what begins and settles, and when the run is over", async () => {
  const told: string[] = [];
  const lookAhead: LookAheadPort = {
    opened: (_, scope, plan) => void told.push(`opened ${scope}${plan.definition.id}`),
    begun: (_, scope, node, __, extension) => void told.push(`begun ${scope}${node} ${extension}`),
    settled: (_, scope, node) => void told.push(`settled ${scope}${node}`),
    closed: () => void told.push("closed"),
    urgency: () => undefined,
  };
  const extensions = new TableExtensions({
    "test/list": { run: () => gives({ all: [1, 2] }) },
    "test/each": { run: () => gives({ done: true }) },
  });
  const text = workflowText({
    list: { use: "test/list" },
    each: { use: "test/each", each: "list.all" },
    never: { use: "test/each", after: "list", when: "false" },
  });
  const { definition } = checkWorkflow(text, "test.workflow.jsonc", await extensions.describe());
  assert.ok(definition !== undefined);
  const pit = pitOver(extensions);
  const services = {
    pit,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock: new SystemClock(),
    random: new SystemRandom(),
    lookAhead,
  };
  const runner = new Runner(services, () => extensions.describe());
  const handle = await runner.start({ definition, inputs: {}, workspace: "/", mayWrite: false }, () => {});
  await handle.done;
  const from = told.filter((line) => line.startsWith("begun"));
  assert.deepEqual(from.map((line) => line.split(" ")[1]), ["0", "1"]);
  assert.deepEqual(told.filter((line) => line.startsWith("settled")).sort(), [
    "settled 0",
    "settled 1",
    "settled 2",
  ]);
  assert.equal(told[0], "opened test");
  assert.equal(told.at(-1), "closed");
});
