/**
 * What every RecoveryPort keeps, whatever it has learned.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, nodeId, nodeTypeId, runId } from "../../core/ids.ts";
import { failureClasses } from "../../core/policy/failure.ts";
import type { FailureClass } from "../../core/policy/failure.ts";
import { recoveryActions } from "../../core/policy/recovery.ts";
import type { FailedAttempt, RecoveryPort } from "../../core/ports/recovery.ts";

const options = ["a", "b"].map((name) => ({
  instrument: nodeTypeId(`test/${name}`),
  extension: extensionId("tests/table"),
  priceIn: 0,
  priceOut: 0,
}));

function attempt(failure: FailureClass, changes: Partial<FailedAttempt> = {}): FailedAttempt {
  return {
    run: runId("r000000000000000"),
    node: nodeId("node"),
    kind: "instrument/review",
    importance: "essential",
    position: "first",
    instrument: nodeTypeId("test/a"),
    failure: { class: failure, message: "it failed" },
    options,
    tried: [nodeTypeId("test/a")],
    attempts: 1,
    attemptsLeft: 2,
    delaySeconds: 0.1,
    mayAsk: false,
    ...changes,
  };
}

/** Runs the suite against what `make` gives. */
export function testRecoveryPort(name: string, make: () => RecoveryPort | Promise<RecoveryPort>): void {
  Deno.test(`${name}.recover() answers every class of failure with a known action and a reason`, async () => {
    const port = await make();
    for (const failure of failureClasses) {
      const { action, reason } = port.recover(attempt(failure));
      assert.ok(recoveryActions.includes(action));
      assert.notEqual(reason, "");
    }
  });

  Deno.test(`${name}.recover() makes no attempt where none is left`, async () => {
    const port = await make();
    for (const failure of failureClasses) {
      const { action } = port.recover(attempt(failure, { attemptsLeft: 0, attempts: 3 }));
      assert.equal(action, "give-up", failure);
    }
  });

  Deno.test(`${name}.recover() names the instrument where it does not leave the choice to routing`, async () => {
    const port = await make();
    for (const failure of failureClasses) {
      const { action, instrument } = port.recover(attempt(failure));
      if (action === "retry" || action === "correct") assert.equal(instrument, "test/a");
      if (action === "escalate") assert.equal(instrument, "test/b");
    }
  });

  Deno.test(`${name}.hedge() proposes another instrument that has answered before, or none`, async () => {
    const port = await make();
    const call = { kind: "instrument/review", instrument: nodeTypeId("test/a"), options, tried: [] };
    assert.equal(port.hedge(call), undefined, "nothing is known yet");
    for (let made = 0; made < 60; made++) {
      for (const instrument of ["test/a", "test/b"]) {
        port.attempted({
          kind: "instrument/review",
          instrument: nodeTypeId(instrument),
          seconds: 1 + (made % 5),
        });
      }
    }
    const hedge = port.hedge(call);
    assert.equal(hedge?.instrument, "test/b");
    assert.ok((hedge?.afterMs ?? 0) > 4000, `after ${hedge?.afterMs} ms`);
    for (let made = 0; made < 10 && port.hedge(call) !== undefined; made++) port.hedged();
    assert.equal(port.hedge(call), undefined, "the share of extra calls is used up");
  });
}
