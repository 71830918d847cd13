import assert from "node:assert/strict";
import { withSampleRepository } from "../../templates/sample_repository.ts";
import { productTrial } from "./product_trial.ts";

Deno.test("LearningConductor finds the worthwhile instrument in real runs, and leaves it when it fails", async () => {
  await withSampleRepository(async (workspace) => {
    const trial = await productTrial({ runs: 16, failAt: 11, workspace });
    const counts = new Map(trial.instruments.map(({ name, calls }) => [name, calls]));
    const before = trial.decisions.filter(({ attempt }) => attempt === 1).slice(0, 33);
    const fair = before.slice(15).filter(({ actions, action }) => actions[action] === "scripted/fair");
    assert.ok(fair.length >= 9, `the best one was chosen ${fair.length} times of 18`);
    assert.ok((counts.get("grand") ?? 0) < 20, `the dear one was asked ${counts.get("grand")} times`);
    assert.equal(trial.favourite, "fair");
    assert.ok(
      (trial.callsUntilLeft ?? 99) <= 12,
      `a dead favourite was asked ${trial.callsUntilLeft} times more`,
    );
    assert.equal(trial.earned.quality, 1);
    for (const { propensities } of trial.decisions) {
      assert.ok(Math.abs(propensities.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
    }
  });
});
