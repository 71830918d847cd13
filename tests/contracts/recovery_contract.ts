/**
 * What every RecoveryPort keeps to, whatever it has learned.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { extensionId, nodeId, nodeTypeId, runId } from "../../core/ids.ts";
import { recoveryActions } from "../../core/policy/recovery.ts";
import type { InstrumentOption } from "../../core/ports/conductor.ts";
import type { FailedAttempt, RecoveryPort } from "../../core/ports/recovery.ts";

const option = (name: string, price: number): InstrumentOption => ({
  instrument: nodeTypeId(`test/${name}`),
  extension: extensionId("test/all"),
  priceIn: price,
  priceOut: price,
});
const options = [option("cheap", 0), option("middle", 1), option("dear", 20)];
const failures = ["connection", "rate-limit", "timeout", "quality", "output", "thrown", "refusal"] as const;

const failed: fc.Arbitrary<FailedAttempt> = fc.record({
  importance: fc.constantFrom("essential" as const, "recommended" as const, "optional" as const),
  position: fc.constantFrom("first" as const, "middle" as const, "final" as const),
  which: fc.nat(2),
  failure: fc.constantFrom(...failures),
  attempts: fc.integer({ min: 1, max: 4 }),
  attemptsLeft: fc.nat(3),
  delaySeconds: fc.nat(5),
  budgetUsd: fc.option(fc.constantFrom(0, 0.001, 10), { nil: undefined }),
  deadlineSeconds: fc.option(fc.constantFrom(0, 1, 600), { nil: undefined }),
  mayAsk: fc.boolean(),
}).map(({ which, failure, budgetUsd, deadlineSeconds, ...rest }) => {
  const { instrument } = options[which] as InstrumentOption;
  return {
    ...rest,
    run: runId("r000000000000000"),
    node: nodeId("review"),
    kind: "review",
    instrument,
    failure: { class: failure, message: "it failed" },
    options,
    tried: [instrument],
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
    ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
  };
});

/** Registers the suite for one adapter. */
export function testRecoveryPort(name: string, make: () => RecoveryPort): void {
  Deno.test(`${name}.recover() gives an action of the list with a reason, and asks nobody who may not be asked`, () => {
    const port = make();
    fc.assert(
      fc.property(failed, (attempt) => {
        const { action, reason, instrument } = port.recover(attempt);
        assert.ok(recoveryActions.includes(action));
        assert.notEqual(reason, "");
        if (action === "ask") assert.ok(attempt.mayAsk);
        if (attempt.attemptsLeft === 0) assert.ok(action === "ask" || action === "give-up", action);
        if (instrument !== undefined) assert.ok(options.some((one) => one.instrument === instrument));
      }),
      { numRuns: 300, seed: 20261126 },
    );
  });

  Deno.test(`${name}.recover() decides alike after the same history`, () => {
    fc.assert(
      fc.property(fc.array(failed, { minLength: 1, maxLength: 20 }), (attempts) => {
        const [port, twin] = [make(), make()];
        for (const attempt of attempts) {
          const decided = port.recover(attempt);
          assert.deepEqual(twin.recover(attempt), decided);
          const result = {
            kind: attempt.kind,
            instrument: decided.instrument ?? attempt.instrument,
            seconds: 1,
            after: { recovery: decided, failure: attempt.failure.class },
          };
          port.attempted(result);
          twin.attempted(result);
        }
      }),
      { numRuns: 50, seed: 20261126 },
    );
  });

  Deno.test(`${name}.hedge() names another instrument than the one that is asked`, () => {
    const port = make();
    for (let at = 0; at < 50; at++) {
      port.attempted({ kind: "review", instrument: options[at % 3]!.instrument, seconds: at % 7 });
    }
    const [first] = options as [InstrumentOption];
    const hedge = port.hedge({ kind: "review", instrument: first.instrument, options, tried: [] });
    if (hedge === undefined) return;
    assert.notEqual(hedge.instrument, first.instrument);
    assert.ok(hedge.afterMs > 0);
  });
}
