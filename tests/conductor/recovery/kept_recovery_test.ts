import assert from "node:assert/strict";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { KeptRecovery } from "../../../conductor/recovery/mod.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { extensionId, nodeId, nodeTypeId, runId } from "../../../core/ids.ts";
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
