import assert from "node:assert/strict";
import fc from "fast-check";
import { SeededRandom } from "../../../conductor/random.ts";
import { LearningConductor } from "../../../conductor/learning_conductor.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { KeptRecovery } from "../../../conductor/recovery/mod.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import { callBounds, callLimit } from "../../../core/orchestration/call_cost.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import type { CallRequest, CallResult } from "../../../core/ports/extension.ts";
import type { TaskType } from "../../../core/workflow/catalog.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { SystemClock } from "../../../system/clock.ts";
import { pitOver, workflowText } from "./run_rig.ts";
import { TableExtensions } from "./table_extensions.ts";

const task: TaskType = {
  type: nodeTypeId("instrument/write"),
  extension: extensionId("tests/table"),
  title: "Write",
  description: "",
  system: "Write.",
  prompt: "{{about}}",
  input: { type: "object", properties: { about: { type: "string" } } },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

interface Trial {
  readonly items: number;
  readonly budget: number;
  readonly prices: readonly number[];
  readonly retries: number;
  readonly seed: number;
  /** True for nodes that name their instrument. */
  readonly byName: boolean;
  /** How many are asked at once for each answer. */
  readonly candidates: number;
}

/** Instruments that spend all they may, or any part of it, and fail in every way; what they truly took. */
async function spend({ items, budget, prices, retries, seed, byName, candidates }: Trial) {
  const chance = new SeededRandom(seed);
  let usd = 0;
  const attempts = new Map<string, number>();
  const serve = async (request: CallRequest): Promise<CallResult> => {
    const name = `${request.node}[${request.item}]`;
    attempts.set(name, (attempts.get(name) ?? 0) + 1);
    const { maxUsd } = request;
    assert.ok(maxUsd !== undefined && maxUsd > 0, "a paid call in a run with a budget is bounded");
    const costUsd = maxUsd * (chance.next() < 0.3 ? 1 : chance.next());
    usd += costUsd;
    for (let turn = chance.below(4); turn > 0; turn--) await Promise.resolve();
    const what = chance.next();
    if (what < 0.6) return { ok: true, output: { text: "ok" }, usage: { costUsd } };
    if (what < 0.75) return { ok: false, failure: { class: "output", message: "no", costUsd } };
    return { ok: false, failure: { class: what < 0.85 ? "crash" : "timeout", message: "gone" } };
  };
  const extensions = new TableExtensions(
    Object.fromEntries(prices.map((price, at) => [
      `test/arm${at}`,
      { instrument: { serves: ["write"], priceIn: price, priceOut: price * 4 }, run: serve },
    ])),
    [task],
  );
  const text = workflowText({
    write: {
      use: byName ? "test/arm0" : "instrument/write",
      each: JSON.stringify(Array.from({ length: items }, (_, at) => at)),
      with: { about: "the weather" },
      importance: "optional",
      retry: { max: retries, initial: "1ms" },
      ...(byName || candidates < 2 ? {} : { quality: { candidates } }),
    },
  }, { budget: { usd: budget } });
  const { definition } = checkWorkflow(text, "w", await extensions.describe());
  assert.ok(definition !== undefined);
  const clock = new SystemClock();
  const pit = pitOver(extensions);
  const random = new SeededRandom(seed + 1);
  const parts = { log: new MemoryDecisionLog(), store: new MemoryPolicies(), clock, random };
  await using conductor = await LearningConductor.open({ ...parts, fallback: new SimpleConductor() });
  await using recovery = await KeptRecovery.open(parts);
  const runner = new Runner(
    { pit, control: pit.control, extensions, conductor, recovery, clock, random },
    () => extensions.describe(),
  );
  const skipped: string[] = [];
  const handle = await runner.start(
    { definition, inputs: {}, workspace: "/", mayWrite: false },
    ({ durable, event }) => {
      const known = event as RunEvent;
      if (durable && known.type === "node.skipped") skipped.push(known.reason);
    },
  );
  const outcome = await handle.done;
  return { usd, attempts: [...attempts.values()], outcome, skipped };
}

Deno.test("Runner keeps to budget and attempts though instruments spend all they may, fail after it, or vanish with it", async () => {
  let calls = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        items: fc.integer({ min: 1, max: 20 }),
        budget: fc.integer({ min: 0, max: 500 }).map((thousandths) => thousandths / 1000),
        prices: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
        retries: fc.integer({ min: 0, max: 3 }),
        seed: fc.nat(1e6),
        byName: fc.boolean(),
        candidates: fc.integer({ min: 1, max: 3 }),
      }),
      async (trial) => {
        const { usd, attempts, outcome } = await spend(trial);
        calls += attempts.reduce((sum, count) => sum + count, 0);
        assert.ok(usd <= trial.budget + 1e-9, `spent ${usd} of ${trial.budget}`);
        const most = (trial.retries + 1) * Math.min(trial.candidates, trial.prices.length);
        assert.ok(Math.max(0, ...attempts) <= most, `attempts ${attempts}`);
        assert.equal(outcome.state, "completed", "what the budget does not reach is skipped");
      },
    ),
    { seed: 20261126, numRuns: 60 },
  );
  assert.ok(calls > 300, `${calls} calls were made`);
});

Deno.test("Runner lets calls wait for what others hold of a tight budget, instead of giving up on them", async () => {
  // Room for one long answer at a time, and each takes a hundredth of it.
  const extensions = new TableExtensions({
    "test/arm": {
      instrument: { serves: ["write"], priceIn: 1, priceOut: 10 },
      run: async ({ maxUsd }) => {
        await Promise.resolve();
        return { ok: true, output: { text: "ok" }, usage: { costUsd: (maxUsd ?? 0) / 100 } };
      },
    },
  }, [task]);
  const text = workflowText({
    write: { use: "instrument/write", each: "[1,2,3,4,5,6,7,8,9]", with: { about: "" } },
  }, { budget: { usd: 0.005 }, outputs: { all: "write.text" } });
  const { definition } = checkWorkflow(text, "w", await extensions.describe());
  assert.ok(definition !== undefined);
  const clock = new SystemClock();
  const pit = pitOver(extensions);
  const services = {
    pit,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock,
    random: new SeededRandom(1),
  };
  const runner = new Runner(services, () => extensions.describe());
  const handle = await runner.start({ definition, inputs: {}, workspace: "/", mayWrite: false }, () => {});
  const { outputs } = await handle.done;
  assert.deepEqual(outputs, { all: Array(9).fill("ok") });
});

Deno.test("callLimit() is never more than what is left, and at least what a short answer takes", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 2000, unit: "binary" }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 10, noNaN: true }),
      (text, priceIn, priceOut, expected, more) => {
        const bounds = callBounds({ text, schema: { type: "object" } }, { serves: [], priceIn, priceOut });
        const bytes = new TextEncoder().encode(text).length;
        assert.ok(bounds.leastUsd >= (bytes * priceIn + 256 * priceOut) / 1e6);
        const left = bounds.leastUsd + more;
        const limit = callLimit(bounds, expected, left);
        assert.ok(limit <= left && limit >= Math.min(bounds.leastUsd, left));
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

Deno.test("Runner says what is left where the budget does not pay for an answer", async () => {
  const { skipped, usd } = await spend({
    items: 1,
    budget: 0.0001,
    prices: [20],
    retries: 0,
    seed: 1,
    byName: true,
    candidates: 1,
  });
  assert.equal(usd, 0);
  assert.match(skipped.join(), /\$0\.0001 are left, too little for test\/arm0/);
});
