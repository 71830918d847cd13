import assert from "node:assert/strict";
import { LearnedForecast } from "../../../conductor/prewarm/mod.ts";
import { ChainTrial } from "./chain_trial.ts";

Deno.test("WarmAhead starts the hosts of what follows a running node, so that only the first start is waited for", async () => {
  const length = 4;
  await using trial = await ChainTrial.make(length);
  const cold = await trial.run(400, undefined);
  assert.equal(cold.counters.coldStarts, length, "without a forecast everybody waits");
  assert.equal(cold.counters.coldStartsAvoided, 0);

  const forecast = new LearnedForecast({ urgency: 300, loadSeconds: 0.2 });
  await trial.run(400, forecast);
  const warm = await trial.run(400, forecast);
  assert.equal(warm.outcome.state, "completed");
  assert.equal(warm.counters.coldStarts, 1, "only the first node has no parent");
  assert.equal(warm.counters.prewarmed, length - 1);
  assert.equal(warm.counters.coldStartsAvoided, length - 1);
  const ahead = warm.moves.filter(({ to }) => to === "warming").map(({ reason }) => reason);
  assert.deepEqual(ahead, ["a caller waits", ...Array(length - 1).fill("a node on its way needs it")]);
});
