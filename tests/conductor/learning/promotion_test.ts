import assert from "node:assert/strict";
import { ConductorDesk } from "../../../conductor/desk.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { CANARY_SHARE, readState, writeState } from "../../../conductor/learning/policy_state.ts";
import { routeFacts } from "../../../conductor/learning/route_record.ts";
import { verdictOf } from "../../../conductor/learning/promotion.ts";
import { ManualClock } from "../../pit/manual_clock.ts";
import { live, opened, outcomeOf, requestOf } from "./living.ts";

/** A desk over a log and policies in memory. */
function rig() {
  const log = Object.assign(new MemoryDecisionLog(), { [Symbol.asyncDispose]: () => Promise.resolve() });
  const store = new MemoryPolicies();
  const clock = new ManualClock();
  const desk = new ConductorDesk({
    folderFiles: () => Promise.resolve([]),
    monotonic: () => clock.monotonic(),
    now: () => clock.now(),
    open: () => ({ log, store }),
  });
  const decisions = () => log.entries.flatMap((entry) => entry.entry === "decision" ? [entry.decision] : []);
  return { log, store, clock, desk, decisions };
}

Deno.test("ConductorDesk takes a candidate from training through shadow and canary to full, and back", async () => {
  const { store, clock, desk, decisions, log } = rig();
  await assert.rejects(desk.promote("", false), /there is no candidate/);
  await assert.rejects(desk.train(""), /no decision with an outcome/);
  const living = async (from: number, to: number) => {
    const conductor = await opened(log, store, clock);
    live(conductor, from, to, clock);
    await conductor[Symbol.asyncDispose]();
  };
  await living(0, 400);
  const early = await desk.train("");
  assert.equal(early.learned, 400);
  const refused = await desk.promote("", false);
  assert.equal(refused.isPromoted, false);
  assert.equal(refused.requirements[0]?.isMet, false);

  await living(400, 1500);
  await desk.train("");
  const candidate = (await readState(store)).candidate;
  assert.equal(candidate, "p0003");
  const looked = await desk.promote("", true);
  assert.equal(looked.isPromoted, false);
  assert.equal((await readState(store)).stage, "trained");
  assert.ok((await desk.promote("", false)).isPromoted, JSON.stringify(looked.requirements));
  assert.equal((await readState(store)).stage, "shadow");

  await living(1500, 1750);
  const shadowed = decisions().at(-1);
  assert.ok(shadowed !== undefined);
  assert.equal(routeFacts(shadowed).shadow?.policy, candidate);
  assert.equal(routeFacts(shadowed).isCanary, undefined);
  const toCanary = await desk.promote("", false);
  assert.ok(toCanary.isPromoted, JSON.stringify(toCanary.requirements));

  await living(1750, 2400);
  const canary = decisions().at(-1);
  assert.ok(canary !== undefined && routeFacts(canary).isCanary === true);
  const toFull = await desk.promote("", false);
  assert.ok(toFull.isPromoted, JSON.stringify(toFull.requirements));
  assert.equal((await readState(store)).incumbent, candidate);
  await living(2400, 2410);
  assert.equal(decisions().at(-1)?.policy, candidate);

  assert.equal((await desk.rollback("")).incumbent, "p0001");
  await living(2410, 2412);
  assert.equal(decisions().at(-1)?.policy, "p0001");
  await assert.rejects(desk.rollback(""), /Cannot roll back/);
});

Deno.test("LearningConductor as canary draws from the mixture of both policies, and logs it", async () => {
  const { log, store, clock, desk, decisions } = rig();
  const conductor = await opened(log, store, clock);
  live(conductor, 0, 200, clock);
  await conductor[Symbol.asyncDispose]();
  await desk.train("");
  const state = await readState(store);
  await writeState(store, { ...state, stage: "canary" });
  await using next = await opened(log, store, clock);
  for (let round = 0; round < 50; round++) {
    next.route(requestOf(round));
    const decision = decisions().at(-1);
    const other = decision === undefined ? undefined : routeFacts(decision).shadow?.propensities;
    assert.ok(decision !== undefined && other !== undefined);
    assert.ok(Math.abs(decision.propensities.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
    decision.propensities.forEach((share, at) => assert.ok(share >= CANARY_SHARE * (other[at] ?? 0) - 1e-12));
  }
});

Deno.test("LearningConductor takes a promoted policy back by itself when it earns clearly less than it expected", async () => {
  const { log, store, clock, desk } = rig();
  const conductor = await opened(log, store, clock);
  live(conductor, 0, 300, clock);
  await conductor[Symbol.asyncDispose]();
  await desk.train("");
  const state = await readState(store);
  await writeState(store, {
    version: 1,
    incumbent: state.candidate ?? "",
    previous: state.incumbent,
    stage: "none",
    since: clock.now(),
    frozen: "no",
    made: state.made,
  });
  const promoted = await opened(log, store, clock);
  for (let round = 0; round < 60; round++) {
    clock.advance(1000);
    const { choice, decision } = promoted.route(requestOf(round));
    if (choice === undefined || decision === undefined) throw new Error("nothing was chosen");
    promoted.report({
      nodeType: choice.instrument,
      decision,
      ...outcomeOf(round, choice.instrument),
      quality: 0,
    });
  }
  await promoted[Symbol.asyncDispose]();
  assert.equal((await readState(store)).incumbent, "p0001");
  const change = log.entries.findLast((entry) => entry.entry === "policy");
  assert.ok(change?.entry === "policy" && change.change.change === "rollback");
});

Deno.test("LearningConductor frozen explores and learns nothing; frozen to the default it logs nothing", async () => {
  const { log, store, clock, desk, decisions } = rig();
  const conductor = await opened(log, store, clock);
  live(conductor, 0, 60, clock);
  await conductor[Symbol.asyncDispose]();
  await desk.freeze("", "means");
  const frozen = await opened(log, store, clock);
  const before = decisions().length;
  live(frozen, 60, 90, clock);
  await frozen[Symbol.asyncDispose]();
  for (const { propensities, explored } of decisions().slice(before)) {
    assert.equal(explored, false);
    assert.equal(Math.max(...propensities), 1);
  }
  await desk.freeze("", "default");
  const simple = await opened(log, store, clock);
  assert.equal(simple.route(requestOf(0)).decision, undefined);
  await desk.freeze("", "no");
  await using thawed = await opened(log, store, clock);
  assert.notEqual(thawed.route(requestOf(0)).decision, undefined);
});

Deno.test("verdictOf() refuses a candidate that is worse, and one that ruins a kind", () => {
  const estimate = (value: number, half = 0.005) => ({
    value,
    standardError: half / 2,
    low: value - half,
    high: value + half,
  });
  const good = { rows: 2000, difference: estimate(0.02), slices: [] };
  assert.ok(verdictOf("trained", good).requirements.every(({ isMet }) => isMet));
  const worse = { ...good, difference: estimate(-0.02) };
  assert.ok(!verdictOf("trained", worse).requirements.every(({ isMet }) => isMet));
  const ruined = { ...good, slices: [{ kind: "review", rows: 200, difference: estimate(-0.2) }] };
  const verdict = verdictOf("trained", ruined);
  assert.equal(verdict.requirements.filter(({ isMet }) => !isMet).length, 1);
  assert.match(verdict.requirements.find(({ isMet }) => !isMet)?.found ?? "", /review/);
  assert.ok(!verdictOf("shadow", undefined).requirements.every(({ isMet }) => isMet));
});

Deno.test("ConductorDesk.explain() tells every candidate, why, and what would flip the choice", async () => {
  const { log, store, clock, desk, decisions } = rig();
  await assert.rejects(desk.explain("", "last"), /decided nothing yet/);
  await using conductor = await opened(log, store, clock);
  live(conductor, 0, 120, clock);
  const last = decisions().at(-1);
  assert.ok(last !== undefined);
  const explained = await desk.explain("", last.id.slice(0, 14));
  assert.equal(explained.decision, last.id);
  assert.equal(explained.candidates.filter(({ isChosen }) => isChosen).length, 1);
  for (const one of explained.candidates) {
    const { usd, seconds, failure } = one.penalties;
    assert.ok(Math.abs(one.quality - usd - seconds - failure - one.score) < 1e-9, "the score adds up");
  }
  assert.ok(explained.why.length > 0 && explained.outcome !== undefined);
  assert.equal((await desk.explain("", "r000:review")).decision, last.id);
  assert.equal((await desk.explain("", "r000")).decision, last.id);
  await assert.rejects(desk.explain("", "r000:other"), /Cannot find a decision of/);
  await assert.rejects(desk.explain("", "nothing"), /Cannot find decision/);
  await assert.rejects(desk.explain("", "d"), /is the beginning of 120 decisions/);
  const status = await desk.status("");
  assert.equal(status.decisions, 120);
  assert.equal(status.instruments.reduce((sum, { decisions }) => sum + decisions, 0), 120);
  const rows: object[] = [];
  assert.equal(await desk.export("", (row) => rows.push(row)), 120);
  assert.ok("reward" in (rows[0] ?? {}));
});
