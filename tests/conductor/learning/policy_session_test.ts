import assert from "node:assert/strict";
import fc from "fast-check";
import type { DecisionRecord, LogEntry } from "../../../conductor/decision.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { PolicySession } from "../../../conductor/learning/policy_session.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { replayLog } from "../../../conductor/learning/replay.ts";
import { nodeId, nodeTypeId } from "../../../core/ids.ts";
import type { ConductorPort } from "../../../core/ports/conductor.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { gives, TableExtensions } from "../../core/orchestration/table_extensions.ts";
import { ManualClock } from "../../pit/manual_clock.ts";
import { live, opened, options, requestOf } from "./living.ts";

const ROUNDS = 90;

function decisions(entries: readonly LogEntry[]): readonly DecisionRecord[] {
  return entries.flatMap((entry) => entry.entry === "decision" ? [entry.decision] : []);
}

async function whole(): Promise<readonly DecisionRecord[]> {
  const log = new MemoryDecisionLog();
  const clock = new ManualClock();
  await using conductor = await opened(log, new MemoryPolicies(), clock);
  live(conductor, 0, ROUNDS, clock);
  return decisions(log.entries);
}

Deno.test("LearningConductor killed at any round and started anew takes the same actions with the same probabilities", async () => {
  const expected = (await whole()).map((
    { actions, action, propensities },
  ) => [actions[action], propensities]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: ROUNDS }), fc.boolean(), async (killedAt, wasKept) => {
      const log = new MemoryDecisionLog();
      const store = new MemoryPolicies();
      const clock = new ManualClock();
      const first = await opened(log, store, clock);
      const half = Math.floor(killedAt / 2);
      live(first, 0, half, clock);
      // Kept half-way, or never; then killed: what is only in memory is gone.
      if (wasKept) await first[Symbol.asyncDispose]();
      const again = wasKept ? await opened(log, store, clock) : first;
      live(again, half, killedAt, clock);
      await using last = await opened(log, store, clock);
      live(last, killedAt, ROUNDS, clock);
      const found = decisions(log.entries).map((
        { actions, action, propensities },
      ) => [actions[action], propensities]);
      assert.deepEqual(found, expected);
    }),
    { seed: 6, numRuns: 12 },
  );
});

Deno.test("LearningConductor killed between decision and outcome learns the outcome that comes later", async () => {
  const log = new MemoryDecisionLog();
  const store = new MemoryPolicies();
  const first = await opened(log, store);
  const { choice, decision } = first.route(requestOf(0));
  await first[Symbol.asyncDispose]();
  await using second = await opened(log, store);
  assert.ok(choice !== undefined && decision !== undefined);
  second.report({ nodeType: choice.instrument, decision, quality: 1, durationMs: 10 });
  const session = await PolicySession.open(log, store);
  assert.equal(session.incumbent.router.observations, 1);
});

Deno.test("PolicySession.keep() after another process has written holds what both have learned", async () => {
  const log = new MemoryDecisionLog();
  const store = new MemoryPolicies();
  const one = await opened(log, store);
  const other = await opened(log, store, new ManualClock(), 2);
  live(one, 0, 20);
  live(other, 20, 40);
  live(one, 40, 50);
  await one[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  const session = await PolicySession.open(log, store);
  assert.equal(session.incumbent.router.observations, 50);
  const fromNothing = await PolicySession.open(log, new MemoryPolicies());
  assert.deepEqual(session.incumbent.save(), fromNothing.incumbent.save());
});

Deno.test("PolicySession.keep() passes over what other learners write into the same log", async () => {
  const log = new MemoryDecisionLog();
  const store = new MemoryPolicies();
  const conductor = await opened(log, store);
  const session = await PolicySession.open(log, store);
  live(conductor, 0, 10);
  const [route] = decisions(log.entries);
  assert.ok(route !== undefined);
  const other = { ...route, id: "x1", type: "recover" as const };
  log.append([
    { entry: "decision", decision: other },
    { entry: "outcome", outcome: { decision: "x1", at: 0, quality: 1 } },
  ]);
  live(conductor, 10, 20);
  await conductor[Symbol.asyncDispose]();
  await session.reload();
  assert.equal(session.incumbent.router.observations, 20);
  const fromNothing = await PolicySession.open(log, new MemoryPolicies());
  assert.deepEqual(session.incumbent.save(), fromNothing.incumbent.save());
});

Deno.test("replayLog() takes every decision again the same, and finds one that was changed", async () => {
  const log = new MemoryDecisionLog();
  await using conductor = await opened(log, new MemoryPolicies());
  live(conductor, 0, 60);
  const replay = await replayLog(log);
  assert.deepEqual(replay, { decisions: 60, equal: 60, notCompared: 0 });
  const place = log.entries.findIndex((entry, at) => at > 50 && entry.entry === "outcome");
  const entry = log.entries[place];
  assert.ok(entry?.entry === "outcome");
  log.entries[place] = { entry: "outcome", outcome: { ...entry.outcome, quality: 0.123 } };
  const changed = await replayLog(log);
  assert.ok(changed.equal < 60 && changed.firstDifference !== undefined, JSON.stringify(changed));
});

Deno.test("LearningConductor never takes what is masked, and logs the reason", async () => {
  const log = new MemoryDecisionLog();
  await using conductor = await opened(log, new MemoryPolicies());
  live(conductor, 0, 30);
  for (let round = 0; round < 60; round++) {
    const short = options.map((one, at) => ({ ...one, ...(at === 1 ? { contextTokens: 2 } : {}) }));
    const { choice } = conductor.route(
      requestOf(round, { options: short, tried: [options[0]?.instrument as never] }),
    );
    assert.equal(choice?.instrument, "test/c");
  }
  const last = decisions(log.entries).at(-1);
  assert.deepEqual(last?.actions, ["test/c"]);
  assert.match(last?.masked.map(({ reason }) => reason).join() ?? "", /tokens.*failed|failed.*tokens/);
  const none = conductor.route(requestOf(0, { budgetUsd: -1 }));
  assert.equal(none.choice, undefined);
  assert.match(none.reason, /are left/);
});

Deno.test("LearningConductor decides by the simple rule where its policy cannot be read, and says so", async () => {
  const log = new MemoryDecisionLog();
  const store = new MemoryPolicies();
  const first = await opened(log, store);
  live(first, 0, 10);
  await first[Symbol.asyncDispose]();
  const bytes = await store.read("p0001.snapshot") as Uint8Array;
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  await store.write("p0001.snapshot", bytes);
  await using second = await opened(log, store);
  assert.match(second.problem ?? "", /SHA-256/);
  const { choice, decision } = second.route(requestOf(0));
  assert.ok(choice !== undefined);
  assert.equal(decision, undefined);
});

Deno.test("LearningConductor orders nodes by the run times it has seen, and knows them again after a restart", async () => {
  const extensions = new TableExtensions({
    "test/slow": { run: () => gives({}) },
    "test/quick": { run: () => gives({}) },
  });
  const nodes = { a: { use: "test/slow" }, b: { use: "test/quick" } };
  const { plan } = checkWorkflow(JSON.stringify({ schema: 1, id: "t", nodes }), "t", extensions.catalog);
  assert.ok(plan !== undefined);
  const store = new MemoryPolicies();
  const first = await opened(new MemoryDecisionLog(), store);
  const ranks = (conductor: ConductorPort) => {
    const rank = conductor.rank(plan);
    return ["a", "b"].map((id) => rank[plan.indexOf.get(nodeId(id)) as number] as number) as [number, number];
  };
  assert.equal(ranks(first)[0], ranks(first)[1]);
  for (let run = 0; run < 5; run++) {
    first.report({ nodeType: nodeTypeId("test/slow"), durationMs: 5000 });
    first.report({ nodeType: nodeTypeId("test/quick"), durationMs: 50 });
  }
  const [slow, quick] = ranks(first);
  assert.ok(slow > 10 * quick, `${slow} against ${quick} seconds`);
  await first[Symbol.asyncDispose]();
  await using second = await opened(new MemoryDecisionLog(), store);
  assert.deepEqual(ranks(second), [slow, quick]);
});
