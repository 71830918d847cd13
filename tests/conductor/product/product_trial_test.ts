import assert from "node:assert/strict";
import { withSampleRepository } from "../../templates/sample_repository.ts";
import { productTrial } from "./product_trial.ts";

Deno.test("LearningConductor finds the worthwhile instrument in real runs, and leaves it when it fails", async () => {
  await withSampleRepository(async (workspace) => {
    const trial = await productTrial({ runs: 30, failAt: 21, workspace });
    const counts = new Map(trial.instruments.map(({ name, calls }) => [name, calls]));
    const before = trial.decisions.slice(0, trial.decidedBefore).filter(({ attempt }) => attempt === 1);
    const lately = before.slice(-18);
    const fair = lately.filter(({ actions, action }) => actions[action] === "scripted/fair");
    assert.ok(fair.length >= 9, `the best one was chosen ${fair.length} times of ${lately.length}`);
    assert.ok(new Set(before.map(({ kind }) => kind)).size === 2, "reviews and summaries were asked for");
    const regret = trial.regrets.slice(0, trial.decidedBefore).reduce((sum, one) => sum + one, 0);
    assert.ok(regret < before.length * 0.1, `${regret} were lost in ${before.length} decisions`);
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
