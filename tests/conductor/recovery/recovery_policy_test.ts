import assert from "node:assert/strict";
import fc from "fast-check";
import { CallTimes, ExtraCalls } from "../../../conductor/recovery/extra_calls.ts";
import { Health } from "../../../conductor/recovery/health.ts";
import { mostAttempts } from "../../../conductor/recovery/patience.ts";
import { RecoveryPolicy } from "../../../conductor/recovery/recovery_policy.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { extensionId, nodeId, nodeTypeId, runId } from "../../../core/ids.ts";
import { failureClasses } from "../../../core/policy/failure.ts";
import type { FailureClass } from "../../../core/policy/failure.ts";
import { preferences } from "../../../core/policy/preference.ts";
import type { FailedAttempt } from "../../../core/ports/recovery.ts";
import { testRecoveryPort } from "../../contracts/recovery_contract.ts";

testRecoveryPort("RecoveryPolicy", () => new RecoveryPolicy(1));

const options = ["a", "b", "c"].map((name, at) => ({
  instrument: nodeTypeId(`test/${name}`),
  extension: extensionId("tests/table"),
  priceIn: at,
  priceOut: at * 3,
}));

function failed(changes: Partial<FailedAttempt> & { readonly class?: FailureClass } = {}): FailedAttempt {
  const { class: failureClass = "connection", ...rest } = changes;
  return {
    run: runId("r000000000000000"),
    node: nodeId("node"),
    kind: "instrument/review",
    importance: "essential",
    position: "middle",
    instrument: nodeTypeId("test/a"),
    failure: { class: failureClass, message: "it failed" },
    options,
    tried: [nodeTypeId("test/a")],
    attempts: 1,
    attemptsLeft: 2,
    delaySeconds: 1,
    preference: preferences.quality,
    mayAsk: false,
    ...rest,
  };
}

/** Teaches by a world in which an action's success has this chance after that failure. */
function teach(policy: RecoveryPolicy, chance: (action: string) => number, rounds: number, seed = 5): void {
  const random = new SeededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const recovery = policy.recover(failed({ class: "output" }));
    if (recovery.action === "give-up") continue;
    const works = random.next() < chance(recovery.action);
    policy.attempted({
      kind: "instrument/review",
      instrument: nodeTypeId(
        recovery.action === "retry" || recovery.action === "correct" ? "test/a" : "test/b",
      ),
      seconds: 1,
      usd: 0.0001,
      ...(works ? { quality: 0.9 } : { failure: "output" as const }),
      after: { recovery, failure: "output" },
    });
  }
}

Deno.test("RecoveryPolicy learns which action helps", () => {
  for (const good of ["retry", "fall-back", "escalate"]) {
    const policy = new RecoveryPolicy(3);
    teach(policy, (action) => (action === good ? 0.95 : 0.05), 400);
    policy.isFrozen = true;
    assert.equal(policy.recover(failed({ class: "output" })).action, good);
  }
});

Deno.test("RecoveryPolicy goes elsewhere after a refusal and gives up what nobody can do", () => {
  const policy = new RecoveryPolicy(1);
  policy.isFrozen = true;
  assert.match(policy.recover(failed({ class: "refusal" })).action, /fall-back|escalate/);
  assert.equal(policy.recover(failed({ class: "input" })).action, "give-up");
  assert.equal(policy.recover(failed({ class: "auth", options: options.slice(0, 1) })).action, "give-up");
});

Deno.test("RecoveryPolicy asks a person where nothing else is left, if one is there", () => {
  const policy = new RecoveryPolicy(1);
  policy.isFrozen = true;
  const spent = { class: "credit", attemptsLeft: 0, attempts: 3 } as const;
  assert.equal(policy.recover(failed({ ...spent, mayAsk: true })).action, "ask");
  assert.equal(policy.recover(failed({ ...spent, mayAsk: false })).action, "give-up");
  assert.equal(policy.recover(failed({ ...spent, mayAsk: true, importance: "optional" })).action, "give-up");
});

const anyFailed = fc.record({
  class: fc.constantFrom(...failureClasses),
  importance: fc.constantFrom("essential", "recommended", "optional"),
  position: fc.constantFrom("first", "middle", "final"),
  tried: fc.subarray(options.map(({ instrument }) => instrument), { minLength: 1 }),
  attempts: fc.integer({ min: 1, max: 9 }),
  attemptsLeft: fc.integer({ min: 0, max: 9 }),
  delaySeconds: fc.double({ min: 0, max: 60, noNaN: true }),
  budgetUsd: fc.option(fc.double({ min: 0, max: 0.02, noNaN: true }), { nil: undefined }),
  deadlineSeconds: fc.option(fc.double({ min: 0, max: 30, noNaN: true }), { nil: undefined }),
  mayAsk: fc.boolean(),
});

type Any = typeof anyFailed extends fc.Arbitrary<infer T> ? T : never;

function made({ budgetUsd, deadlineSeconds, tried, ...rest }: Any): FailedAttempt {
  return failed({
    ...rest,
    tried,
    instrument: tried.at(-1) as FailedAttempt["instrument"],
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
    ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
  } as Partial<FailedAttempt>);
}

Deno.test("RecoveryPolicy never passes the attempts, the budget or the deadline, whatever it has learned", () => {
  const property = fc.property(
    fc.array(anyFailed, { minLength: 1, maxLength: 30 }),
    fc.nat(1000),
    (all, seed) => {
      const policy = new RecoveryPolicy(seed);
      const random = new SeededRandom(seed);
      for (const one of all) {
        const attempt = made(one);
        const { chosen, choices: { expected } } = policy.decide(attempt);
        const { action, instrument } = chosen;
        if (action === "ask") assert.ok(attempt.mayAsk);
        else if (action !== "give-up") {
          assert.ok(attempt.attemptsLeft > 0, "V1: an attempt is left by the node's policy");
          assert.ok(
            attempt.attempts < mostAttempts(attempt.importance, attempt.position),
            "V1: and by its place",
          );
          assert.ok(expected[action].usd <= (attempt.budgetUsd ?? Infinity), "V2: the budget");
          assert.ok(expected[action].seconds < (attempt.deadlineSeconds ?? Infinity), "V2: the deadline");
          if (action === "escalate") {
            assert.ok(instrument !== undefined && !attempt.tried.includes(instrument));
          } else if (action === "fall-back") assert.ok(attempt.tried.length < options.length);
          else assert.equal(instrument, attempt.instrument);
          const failure = random.next() < 0.5 ? attempt.failure.class : undefined;
          policy.attempted({
            kind: attempt.kind,
            instrument: instrument ?? attempt.instrument,
            seconds: random.next() * 5,
            usd: random.next() * 0.01,
            ...(failure === undefined ? {} : { failure }),
            after: { recovery: chosen, failure: attempt.failure.class },
          });
        }
        assert.notEqual(chosen.reason, "");
      }
    },
  );
  fc.assert(property, { seed: 4, numRuns: 150 });
});

Deno.test("RecoveryPolicy, saved after any round and restored, takes the same actions", () => {
  const whole = new RecoveryPolicy(7);
  for (const cut of [0, 1, 25, 110]) {
    const policy = new RecoveryPolicy(7);
    teach(policy, (action) => (action === "correct" ? 0.7 : 0.3), cut);
    const restored = new RecoveryPolicy(99);
    restored.restore(structuredClone(policy.save()));
    for (const copy of [policy, restored]) teach(copy, (action) => (action === "retry" ? 0.8 : 0.2), 120, 8);
    assert.deepEqual(restored.save(), policy.save(), `cut at ${cut}`);
    assert.deepEqual(restored.recover(failed()), policy.recover(failed()));
  }
  assert.throws(() => whole.restore({ ...whole.save(), facts: { version: 3 } }), /Cannot restore recovery/);
  assert.throws(() => whole.restore({ ...whole.save(), numbers: new Float64Array(3) }), /Cannot restore/);
});

Deno.test("RecoveryPolicy.propensities() are the shares with which new samples choose, and draw nothing away", () => {
  const policy = new RecoveryPolicy(2);
  const before = policy.save();
  const shares = policy.propensities(failed({ class: "output" }), 400);
  assert.deepEqual(policy.save(), before);
  assert.ok(Math.abs([...shares.values()].reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 400; seed++) {
    const { action } = new RecoveryPolicy(seed).recover(failed({ class: "output" }));
    counts.set(action, (counts.get(action) ?? 0) + 1 / 400);
  }
  for (const [action, share] of counts) {
    assert.ok(
      Math.abs(share - (shares.get(action) ?? 0)) < 0.12,
      `${action}: ${share} against ${shares.get(action)}`,
    );
  }
});

Deno.test("Health goes down and up by the thresholds, and after a rise the first failure demotes", () => {
  const health = new Health();
  const note = (isSuccess: boolean, times = 1) => {
    for (let time = 0; time < times; time++) health.note(isSuccess);
    return health.class;
  };
  assert.equal(note(true, 30), "healthy");
  assert.equal(note(false), "healthy");
  assert.equal(note(false), "stable", "2 of 20");
  assert.equal(note(true, 12), "stable");
  assert.equal(note(false, 3), "unstable", "3 of 15");
  assert.equal(note(false, 3), "critical", "3 of 10");
  assert.equal(note(false, 5), "blacklisted", "5 of 10");
  assert.equal(note(true, 9), "blacklisted");
  assert.equal(note(true), "critical", "8 of 10");
  assert.equal(note(false), "blacklisted", "on probation");
  assert.equal(note(true, 10 + 12 + 18 + 20), "healthy");
});

Deno.test("RecoveryPolicy does not repeat what is critical, nor fall back to what is blacklisted", () => {
  const policy = new RecoveryPolicy(1);
  policy.isFrozen = true;
  for (let call = 0; call < 40; call++) {
    for (const name of ["test/a", "test/b"]) {
      policy.attempted({
        kind: "instrument/review",
        instrument: nodeTypeId(name),
        seconds: 1,
        failure: "connection",
      });
    }
  }
  const { chosen, masked } = policy.decide(failed());
  assert.match(masked.find(({ action }) => action === "retry")?.reason ?? "", /test\/a is blacklisted/);
  assert.match(chosen.action, /fall-back|escalate/);
  const onlyBad = policy.decide(failed({ options: options.slice(0, 2) }));
  assert.match(
    onlyBad.masked.find(({ action }) => action === "fall-back")?.reason ?? "",
    /no other instrument/,
  );
});

Deno.test("CallTimes.quantile() is within 5 % of the sample's", () => {
  const random = new SeededRandom(3);
  const times = new CallTimes();
  const seen: number[] = [];
  for (let call = 0; call < 800; call++) {
    const seconds = Math.exp(random.normal());
    times.note(seconds);
    seen.push(seconds);
  }
  seen.sort((a, b) => a - b);
  for (const q of [0.5, 0.9, 0.95]) {
    const ratio = (times.quantile(q) as number) / (seen[Math.floor(q * seen.length)] as number);
    assert.ok(ratio > 0.94 && ratio < 1.07, `q ${q}: ${ratio}`);
  }
});

Deno.test("ExtraCalls allows at most one call in twenty", () => {
  const property = fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (wishes) => {
    const extra = new ExtraCalls();
    let made = 0;
    wishes.forEach((wish, calls) => {
      extra.call();
      if (wish && extra.mayMake) {
        extra.make();
        made += 1;
      }
      assert.ok(made <= 0.05 * (calls + 1) + 1e-9, `${made} of ${calls + 1}`);
    });
  });
  fc.assert(property, { seed: 5, numRuns: 100 });
});
