import assert from "node:assert/strict";
import { LearnedForecast, WarmAhead } from "../../../conductor/prewarm/mod.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { SystemClock } from "../../../system/clock.ts";
import { pitOver, workflowText } from "../../core/orchestration/run_rig.ts";
import { gives, TableExtensions } from "../../core/orchestration/table_extensions.ts";

/** Three runs of 30, 10 and 2 steps that share one instance, begun in this order: after how many steps of all each ends. */
async function ends(withForecast: boolean): Promise<ReadonlyMap<number, number>> {
  const extensions = new TableExtensions(
    { "test/step": { run: () => new Promise((done) => setTimeout(() => done(gives({})), 2)) } },
    [],
    { instances: 1, concurrency: 1 },
  );
  const clock = new SystemClock();
  const pit = pitOver(extensions);
  const lookAhead = new WarmAhead(new LearnedForecast(), pit.pool, clock);
  const services = {
    pit,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock,
    random: new SeededRandom(1),
    ...(withForecast ? { lookAhead } : {}),
  };
  const runner = new Runner(services, () => extensions.describe());
  const ended = new Map<number, number>();
  const begun = [30, 10, 2].map(async (steps) => {
    const nodes = Object.fromEntries(
      Array.from({ length: steps }, (_, at) => [`s${at}`, { use: "test/step" }]),
    );
    const { definition } = checkWorkflow(workflowText(nodes), "t", extensions.catalog);
    assert.ok(definition !== undefined);
    const handle = await runner.start({ definition, inputs: {}, workspace: "/", mayWrite: false }, () => {});
    await handle.done;
    ended.set(steps, extensions.calls.length);
  });
  await Promise.all(begun);
  await pit[Symbol.asyncDispose]();
  return ended;
}

Deno.test("Runner lets the run with the least work left go first where several share an instance", async () => {
  const byWork = await ends(true);
  const byTurns = await ends(false);
  const text = JSON.stringify([[...byWork], [...byTurns]]);
  // The least possible are 2, 12 and 42; by turns the second ends after some 22.
  assert.ok((byWork.get(2) ?? 99) <= 6 && (byWork.get(10) ?? 99) <= 17, text);
  assert.ok((byTurns.get(10) ?? 0) >= 19, text);
});
