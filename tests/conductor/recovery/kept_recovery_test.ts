import assert from "node:assert/strict";
import type { DecisionLogPort, DecisionRecord } from "../../../conductor/decision.ts";
import { explainDecision } from "../../../conductor/explain.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { firstState, type PolicyState, writeState } from "../../../conductor/learning/policy_state.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { KeptRecovery } from "../../../conductor/recovery/mod.ts";
import { RecoveryFold } from "../../../conductor/recovery/recovery_fold.ts";
import { valuesOfRecord } from "../../../conductor/recovery/recovery_record.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { extensionId, nodeId, nodeTypeId, runId } from "../../../core/ids.ts";
import { failureClasses } from "../../../core/policy/failure.ts";
import type { FailureClass } from "../../../core/policy/failure.ts";
import { preferences } from "../../../core/policy/preference.ts";
import type { Recovery } from "../../../core/policy/recovery.ts";
import type { FailedAttempt } from "../../../core/ports/recovery.ts";
import { SystemClock } from "../../../system/clock.ts";
import { testRecoveryPort } from "../../contracts/recovery_contract.ts";

function parts() {
  return {
    log: new MemoryDecisionLog(),
    store: new MemoryPolicies(),
    clock: new SystemClock(),
    random: new SeededRandom(1),
  };
}

testRecoveryPort("KeptRecovery", () => KeptRecovery.open(parts()));

const failed: FailedAttempt = {
  run: runId("r000000000000000"),
  node: nodeId("node"),
  kind: "instrument/review",
  importance: "essential",
  position: "first",
  instrument: nodeTypeId("test/a"),
  failure: { class: "connection", message: "gone" },
  options: ["a", "b"].map((name) => ({
    instrument: nodeTypeId(`test/${name}`),
    extension: extensionId("tests/table"),
    priceIn: 0,
    priceOut: 0,
  })),
  tried: [nodeTypeId("test/a")],
  attempts: 1,
  attemptsLeft: 2,
  delaySeconds: 0,
  mayAsk: false,
};

/** What routing writes of a call. */
function routed(log: DecisionLogPort, id: string, instrument: string, failure?: FailureClass): void {
  const decision: DecisionRecord = {
    id,
    type: "route",
    at: 0,
    kind: "instrument/review",
    features: [],
    preference: preferences.balanced,
    actions: [instrument],
    masked: [],
    action: 0,
    propensities: [1],
    heads: [],
    scores: [1],
    explored: false,
    policy: "p0001",
    facts: { mode: "learned" },
  };
  const seen = failure === undefined ? { quality: 1, source: "schema" } : { failure };
  log.append([
    { entry: "decision", decision },
    { entry: "outcome", outcome: { decision: id, at: 0, seconds: 1, ...seen } },
  ]);
}

/**
 * Goes through attempts as a run would: each fails or not by chance of the round, and what was chosen leads to the next.
 * `reopen` gives what goes on after a round.
 */
async function play(
  log: DecisionLogPort,
  rounds: number,
  open: () => Promise<KeptRecovery>,
  isKilledAfter: (round: number) => boolean,
): Promise<string[]> {
  let recovery = await open();
  const taken: string[] = [];
  let after: { recovery: Recovery; failure: FailureClass } | undefined;
  for (let round = 0; round < rounds; round++) {
    const chance = new SeededRandom(round).next();
    const failure = chance < 0.7 ? failureClasses[round % 5] as FailureClass : undefined;
    const instrument = after?.recovery.action === "fall-back" ? "test/b" : "test/a";
    const seen = failure === undefined ? {} : { failure };
    routed(log, `c${round}`, instrument, failure);
    recovery.attempted({
      kind: "instrument/review",
      instrument: nodeTypeId(instrument),
      seconds: 1,
      ...seen,
      ...(after === undefined ? {} : { after }),
    });
    after = undefined;
    if (failure !== undefined) {
      const chosen = recovery.recover({
        ...failed,
        instrument: nodeTypeId(instrument),
        tried: [nodeTypeId(instrument)],
        failure: { class: failure, message: "" },
      });
      taken.push(`${chosen.action}: ${chosen.reason}`);
      if (chosen.action !== "give-up") after = { recovery: chosen, failure };
    }
    if (isKilledAfter(round)) recovery = await open();
  }
  return taken;
}

Deno.test("KeptRecovery decides the same when it is killed after any round and opened again", async () => {
  const whole = parts();
  const expected = await play(whole.log, 150, () => KeptRecovery.open(whole), () => false);
  assert.ok(new Set(expected.map((line) => line.split(":")[0])).size > 2, "several actions");
  for (const seed of [1, 2, 3]) {
    const random = new SeededRandom(seed);
    const options = parts();
    const found = await play(options.log, 150, () => KeptRecovery.open(options), () => random.next() < 0.2);
    assert.deepEqual(found, expected, `seed ${seed}`);
  }
});

Deno.test("KeptRecovery learns what another process wrote into the log, also where both keep it", async () => {
  const options = parts();
  const first = await KeptRecovery.open(options);
  const second = await KeptRecovery.open(options);
  for (let call = 0; call < 12; call++) {
    for (const [at, recovery] of [first, second].entries()) {
      routed(options.log, `c${call}.${at}`, "test/a", "crash");
      recovery.attempted({
        kind: "instrument/review",
        instrument: nodeTypeId("test/a"),
        seconds: 1,
        failure: "crash",
      });
    }
  }
  await second[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  const fold = RecoveryFold.fromBytes(await options.store.read("recovery.snapshot") as Uint8Array);
  const anew = new RecoveryFold();
  for await (const { entry, next } of options.log.read()) anew.take(entry, next);
  assert.deepEqual(fold.toBytes(), anew.toBytes());
});

Deno.test("KeptRecovery frozen to means tries nothing out and learns nothing; to the default, the table decides", async () => {
  const options = parts();
  await play(options.log, 100, () => KeptRecovery.open(options), () => false);
  const state = (frozen: PolicyState["frozen"]) => writeState(options.store, { ...firstState, frozen });
  await state("means");
  const means = await KeptRecovery.open(options);
  const chosen = means.recover(failed);
  for (let call = 0; call < 40; call++) {
    const after = { recovery: means.recover(failed), failure: "connection" as const };
    assert.equal(after.recovery.reason, chosen.reason);
    means.attempted({
      kind: "instrument/review",
      instrument: nodeTypeId("test/a"),
      seconds: 1,
      failure: "crash",
      after,
    });
  }
  await state("default");
  const standard = await KeptRecovery.open(options);
  const unlearned = await KeptRecovery.open({ ...parts(), store: options.store });
  assert.equal(standard.recover(failed).reason, unlearned.recover(failed).reason);
  assert.notEqual(standard.recover(failed).reason, chosen.reason);
});

Deno.test("explainDecision() of a recovery says what was believed and which weight, changed, gives another action", async () => {
  const options = parts();
  await play(options.log, 120, () => KeptRecovery.open(options), () => false);
  const recovery = await KeptRecovery.open(options);
  let flips = 0;
  for (const [perUsd, perSecond] of [[0, 0], [20, 0.02], [200, 0.2], [0, 1]] as const) {
    for (const failure of ["connection", "output", "quality", "timeout", "auth"] as const) {
      const preference = { perUsd, perSecond, perFailure: 0.05 };
      recovery.recover({ ...failed, preference, failure: { class: failure, message: "" }, attemptsLeft: 2 });
    }
  }
  const records: DecisionRecord[] = [];
  for await (const { entry } of options.log.read()) {
    if (entry.entry === "decision" && entry.decision.type === "recover") records.push(entry.decision);
  }
  for (const record of records) {
    const explained = explainDecision(record, undefined);
    assert.equal(explained.type, "recover");
    assert.ok(Math.abs(explained.candidates.reduce((sum, one) => sum + one.propensity, 0) - 1) < 1e-9);
    assert.equal(explained.candidates.filter(({ isChosen }) => isChosen).length, 1);
    assert.ok(
      explained.candidates.every(({ quality, qualitySd, failure }) =>
        quality >= 0 && quality <= 1 && qualitySd >= 0 && qualitySd <= 0.5 && failure >= 0 && failure <= 1
      ),
    );
    const best = explained.candidates.find(({ isBest }) => isBest);
    assert.equal(record.explored, best?.isChosen === false);
    const { flip } = explained;
    if (flip === undefined) continue;
    flips += 1;
    const then = valuesOfRecord(record, { ...record.preference, [flip.weight]: flip.to });
    assert.equal(then[0]?.action, flip.instrument);
    assert.notEqual(flip.instrument, best?.instrument);
    const value = (values: typeof then, action = "") =>
      values.find((one) => one.action === action)?.value ?? 0;
    const before = valuesOfRecord(record, {
      ...record.preference,
      [flip.weight]: flip.from + 0.999 * (flip.to - flip.from),
    });
    assert.ok(value(before, best?.instrument) >= (before[0]?.value ?? 0) - 1e-12, "nothing flips before");
  }
  assert.ok(flips > 10, `${flips}`);
});

Deno.test("KeptRecovery writes each decision with its propensities, and its outcome, into the log", async () => {
  const options = parts();
  const recovery = await KeptRecovery.open(options);
  const chosen = recovery.recover(failed);
  assert.ok(chosen.decision !== undefined);
  recovery.attempted({
    kind: "instrument/review",
    instrument: nodeTypeId("test/b"),
    seconds: 2,
    after: { recovery: chosen, failure: "connection" },
  });
  const entries = [];
  for await (const { entry } of options.log.read()) entries.push(entry);
  const [decision, outcome] = entries;
  assert.ok(decision?.entry === "decision" && outcome?.entry === "outcome");
  const record = decision.decision;
  assert.equal(record.type, "recover");
  assert.equal(record.actions[record.action], chosen.action);
  assert.ok(Math.abs(record.propensities.reduce((sum, one) => sum + one, 0) - 1) < 1e-9);
  assert.ok((record.propensities[record.action] as number) > 0);
  assert.equal(outcome.outcome.decision, record.id);
});

Deno.test("KeptRecovery is kept from one session to the next, and begins anew where the file is damaged", async () => {
  const options = parts();
  {
    await using recovery = await KeptRecovery.open(options);
    for (let call = 0; call < 30; call++) {
      routed(options.log, `c${call}`, "test/a", "crash");
      recovery.attempted({
        kind: "instrument/review",
        instrument: nodeTypeId("test/a"),
        seconds: 1,
        failure: "crash",
      });
    }
  }
  const again = await KeptRecovery.open(options);
  assert.equal(again.problem, undefined);
  assert.match(again.recover(failed).action, /fall-back|escalate/, "it remembers that test/a fails");
  await options.store.write("recovery.snapshot", new Uint8Array([1, 2, 3]));
  const anew = await KeptRecovery.open(options);
  assert.match(anew.problem ?? "", /learned anew/);
  assert.notEqual(anew.recover(failed).reason, "");
});
