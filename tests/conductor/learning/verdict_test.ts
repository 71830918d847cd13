import assert from "node:assert/strict";
import type { DecisionLogPort } from "../../../conductor/decision.ts";
import { joinLog } from "../../../conductor/learning/log_rows.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { PolicySession } from "../../../conductor/learning/policy_session.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { replayLog } from "../../../conductor/learning/replay.ts";
import { creditsOf, type VerdictWord } from "../../../conductor/learning/verdict.ts";
import { nodeId } from "../../../core/ids.ts";
import type { ConductorPort } from "../../../core/ports/conductor.ts";
import { ManualClock } from "../../pit/manual_clock.ts";
import { live, opened, requestOf } from "./living.ts";

async function judge(log: DecisionLogPort, word: VerdictWord, hops: Readonly<Record<string, number>>) {
  const { rows } = await joinLog(log);
  const credits = creditsOf(rows, { word, at: 1, note: "why", hops: new Map(Object.entries(hops)) });
  log.append(credits.map(({ outcome }) => ({ entry: "outcome", outcome })));
  await log.flush();
  return credits;
}

function answer(conductor: ConductorPort, node: string, quality: number): void {
  const { choice, decision } = conductor.route(requestOf(0, { node: nodeId(node) }));
  assert.ok(choice !== undefined && decision !== undefined);
  conductor.report({ nodeType: choice.instrument, decision, quality, durationMs: 10 });
}

Deno.test("creditsOf() gives what was judged the verdict, and what led there its share by half a hop", async () => {
  const log = new MemoryDecisionLog();
  await using conductor = await opened(log, new MemoryPolicies());
  answer(conductor, "first", 1);
  answer(conductor, "second", 0.8);
  answer(conductor, "last", 1);
  answer(conductor, "aside", 1);
  const credits = await judge(log, "reject", { last: 0, second: 1, first: 2 });
  assert.deepEqual(
    credits.map(({ node, weight, before, quality }) => [node, weight, before, quality]),
    [["first", 0.25, 1, 0.75], ["second", 0.5, 0.8, 0.4], ["last", 1, 1, 0]],
  );
  const { rows } = await joinLog(log);
  assert.deepEqual(rows.map(({ outcome }) => [outcome?.quality, outcome?.source]), [
    [0.75, "downstream"],
    [0.4, "downstream"],
    [0, "person"],
    [1, "node"],
  ]);
});

Deno.test("creditsOf() starts from what was measured when a person changes their mind, and keeps their word on a node", async () => {
  const log = new MemoryDecisionLog();
  await using conductor = await opened(log, new MemoryPolicies());
  answer(conductor, "first", 1);
  answer(conductor, "last", 1);
  await judge(log, "reject", { last: 0, first: 1 });
  const again = await judge(log, "accept", { last: 0, first: 1 });
  assert.deepEqual(again.map(({ before, quality }) => [before, quality]), [[1, 1], [1, 1]]);
  await judge(log, "edit", { first: 0 });
  const [only, ...others] = await judge(log, "reject", { last: 0, first: 1 });
  assert.equal(only?.node, "last");
  assert.equal(others.length, 0, "a word on the node itself stands");
});

Deno.test("PolicySession learns a verdict at once, from nothing and from a kept policy alike, and replay follows", async () => {
  const log = new MemoryDecisionLog();
  const store = new MemoryPolicies();
  const clock = new ManualClock();
  const conductor = await opened(log, store, clock);
  live(conductor, 0, 30, clock);
  // The policies are kept behind the decisions that are judged.
  await conductor[Symbol.asyncDispose]();
  const before = (await PolicySession.open(log, store)).incumbent.router.observations;
  const credits = await judge(log, "reject", { review: 0 });
  assert.ok(credits.length === 30);
  const kept = await PolicySession.open(log, store);
  assert.equal(kept.incumbent.router.observations, before + 30);
  const fromNothing = await PolicySession.open(log, new MemoryPolicies());
  assert.deepEqual(kept.incumbent.save(), fromNothing.incumbent.save());
  await using later = await opened(log, store, clock);
  live(later, 30, 60, clock);
  const { decisions, equal } = await replayLog(log);
  assert.deepEqual([decisions, equal], [60, 60]);
});

Deno.test("A judgement of a decision that is not in the log teaches nothing and stops nothing", async () => {
  const log = new MemoryDecisionLog();
  log.append([{ entry: "outcome", outcome: { decision: "gone", at: 1, quality: 0, source: "person" } }]);
  const session = await PolicySession.open(log, new MemoryPolicies());
  assert.equal(session.incumbent.router.observations, 0);
});
