/**
 * The Conductor's own cost: microseconds of each head and of a whole decision, of learning, of the log and of keeping and
 * restoring a policy; planning of large graphs. Run it with `deno run -A bench/conductor_bench.ts`.
 *
 * @module
 */

import { LearningConductor } from "../conductor/learning_conductor.ts";
import { MemoryDecisionLog } from "../conductor/learning/memory_log.ts";
import { MemoryPolicies } from "../conductor/learning/policy_store.ts";
import { RoutePolicy } from "../conductor/learning/route_policy.ts";
import { decodeSnapshot, encodeSnapshot } from "../conductor/learning/snapshot.ts";
import { SeededRandom } from "../conductor/random.ts";
import { CostHeads } from "../conductor/routing/cost_heads.ts";
import { matchProbabilities } from "../conductor/routing/matching.ts";
import { QualityTable } from "../conductor/routing/quality_table.ts";
import { Ridge } from "../conductor/routing/ridge.ts";
import type { RouteRequest } from "../conductor/routing/route_request.ts";
import { TEXT_FEATURES, textFeatures } from "../conductor/routing/text_features.ts";
import { SimpleConductor } from "../conductor/simple_conductor.ts";
import { extensionId, nodeId, nodeTypeId, runId } from "../core/ids.ts";
import { preferences } from "../core/policy/preference.ts";
import { SystemClock } from "../system/clock.ts";
import { line, percentile, print, type Sample, sample } from "./tail.ts";

const INSTRUMENTS = 12;
const KINDS = 20;
const CALLS = 20_000;
const random = new SeededRandom(1);

function micro(name: string, times: Sample, floor?: Sample): void {
  const [p50, p99] = [percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000];
  const ratio = floor === undefined ? "floor" : `${(p50 / 1000 / percentile(floor, 0.5)).toFixed(1)} × floor`;
  print(
    `${name.padEnd(58)} p50 ${p50.toFixed(2).padStart(8)} us   p99 ${
      p99.toFixed(1).padStart(8)
    } us   ${ratio}`,
  );
}

const candidates = Array.from({ length: INSTRUMENTS }, (_, at) => ({
  id: `bench/arm${at}`,
  priceIn: at,
  priceOut: 3 * at,
}));
const features = textFeatures("Review this function and say what is wrong with it.\n".repeat(20));
const request = (kind: number): RouteRequest => ({
  kind: `kind${kind}`,
  features,
  tokensIn: 300,
  candidates,
  preference: preferences.balanced,
  now: 0,
});

const prices = Float64Array.from(candidates, ({ priceOut }) => priceOut);
let kept = 0;
const floor = await sample(() => {
  let best = 0;
  for (let at = 1; at < prices.length; at++) if ((prices[at] as number) < (prices[best] as number)) best = at;
  kept += best;
}, CALLS);
print(`${INSTRUMENTS} instruments, ${KINDS} kinds, ${TEXT_FEATURES} features`);
micro("floor: the least of 12 numbers", floor);

const all = Int32Array.from({ length: INSTRUMENTS }, (_, at) => at);
const means = new Float64Array(INSTRUMENTS);
const spreads = new Float64Array(INSTRUMENTS);
const table = new QualityTable();
table.grow(KINDS, INSTRUMENTS);
for (let round = 0; round < 4000; round++) {
  table.observe(random.below(KINDS), random.below(INSTRUMENTS), Number(random.next() < 0.7));
}
micro(
  "quality by kind, averaged over tables",
  await sample(() => table.predict(3, all, means, spreads), CALLS),
  floor,
);
const ridge = new Ridge(1 + TEXT_FEATURES, 0.5, 20);
ridge.grow(INSTRUMENTS);
const x = Float64Array.of(1, ...features);
micro(
  "quality by features, mean and spread of all",
  await sample(() => {
    for (let at = 0; at < INSTRUMENTS; at++) kept += ridge.mean(at, x) + ridge.leverage(at, x);
  }, CALLS),
  floor,
);
const costs = new CostHeads();
costs.grow(KINDS, INSTRUMENTS);
const cost = { usd: 0, seconds: 0, failure: 0, absence: 0 };
micro(
  "money, seconds, failures of all",
  await sample(() => {
    for (let at = 0; at < INSTRUMENTS; at++) {
      costs.predict(3, at, candidates[at] as typeof candidates[0], 300, 0, cost);
    }
  }, CALLS),
  floor,
);
const shares = new Float64Array(INSTRUMENTS);
const close = means.map((mean) => 0.7 + mean / 100);
const wide = new Float64Array(INSTRUMENTS).fill(0.1);
micro(
  "probabilities of all, every one contending",
  await sample(() => matchProbabilities(close, wide, 0.01, shares), CALLS),
  floor,
);
const prompt = "Review this function and say what is wrong with it.\n".repeat(80);
micro("features of a prompt of 4 KB", await sample(() => textFeatures(prompt), 4000), floor);

const policy = new RoutePolicy({ features: TEXT_FEATURES, seed: 1 });
const learn: number[] = [];
for (let round = 0; round < 6000; round++) {
  const asked = request(random.below(KINDS));
  const { propensities } = policy.propose(asked, 0);
  const action = policy.draw(propensities);
  const quality = Number(random.next() < 0.5 + action / 30);
  const before = performance.now();
  policy.learn({
    request: asked,
    action,
    propensity: propensities[action] as number,
    standard: 0,
    outcome: { quality, usd: 0.001, seconds: 1 },
  });
  if (round >= 1000) learn.push(performance.now() - before);
}
micro(
  "decision: router, gate, draw",
  await sample((at) => policy.draw(policy.propose(request(at % KINDS), 0).propensities), CALLS),
  floor,
);
micro("learning from an outcome", learn.sort((a, b) => a - b), floor);

const conductor = await LearningConductor.open({
  log: new MemoryDecisionLog(),
  store: new MemoryPolicies(),
  clock: new SystemClock(),
  random,
  fallback: new SimpleConductor(),
});
const options = candidates.map(({ id, ...price }) => ({
  instrument: nodeTypeId(id),
  extension: extensionId("bench/arms"),
  ...price,
}));
const run = runId("r000000000000000");
const node = nodeId("n");
micro(
  "route() in the product, prompt of 1 KB, with its record",
  await sample(
    () => conductor.route({ run, node, task: "review", options, tried: [], prompt: prompt.slice(0, 1000) }),
    5000,
  ),
  floor,
);

const bytes = encodeSnapshot({ facts: {}, parts: policy.save() });
const keep = await sample(() => encodeSnapshot({ facts: {}, parts: policy.save() }), 100);
print(line(`policy of ${(bytes.length / 1024).toFixed(0)} KB to bytes`, keep));
const other = new RoutePolicy({ features: TEXT_FEATURES, seed: 2 });
print(
  line(
    "policy restored from bytes, verified",
    await sample(() => other.restore(decodeSnapshot(bytes).parts), 100),
    keep,
  ),
);
if (!Number.isFinite(kept)) throw new Error("the benchmark computed nothing");

// Planning 10,000 nodes, prewarming, recovery, composition.
await import("./dispatch_bench.ts");
