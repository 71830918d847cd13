import assert from "node:assert/strict";
import fc from "fast-check";
import { preferences } from "../../../core/policy/preference.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { Router } from "../../../conductor/routing/router.ts";
import type { Candidate, RouteOutcome, RouteRequest } from "../../../conductor/routing/route_request.ts";

const FEATURES = 3;

function candidates(count: number): readonly Candidate[] {
  return Array.from({ length: count }, (_, at) => ({ id: `arm${at}`, priceIn: at, priceOut: 3 * at }));
}

function request(over: Partial<RouteRequest> = {}): RouteRequest {
  return {
    kind: "review",
    features: Float64Array.of(0.1, 0.5, -0.2),
    tokensIn: 800,
    candidates: candidates(4),
    preference: preferences.balanced,
    now: 0,
    ...over,
  };
}

/** A stretch of a life: requests of several kinds with changing candidates, and what came of each choice. */
function live(router: Router, rounds: number, chance: SeededRandom, from = 0): string[] {
  const taken: string[] = [];
  for (let round = from; round < from + rounds; round++) {
    const count = 2 + chance.below(4);
    const asked = request({
      kind: `kind${chance.below(5)}`,
      features: Float64Array.from({ length: FEATURES }, () => chance.next()),
      candidates: candidates(6).slice(0, count),
      now: round * 1000,
    });
    const { action, propensities } = router.decide(asked);
    taken.push(`${asked.candidates[action]?.id} ${propensities[action]}`);
    const failed = chance.next();
    const outcome: RouteOutcome = failed < 0.05
      ? { failure: "transient", seconds: 1 }
      : failed < 0.1
      ? { failure: "visible", seconds: 1, usd: 0.001 }
      : {
        quality: chance.next() < 0.4 + 0.1 * action ? 1 : 0,
        seconds: chance.next(),
        usd: 0.002 * chance.next(),
      };
    router.learn(asked, action, propensities[action] as number, outcome);
  }
  return taken;
}

Deno.test("Router saved at any round and restored takes the same actions with the same probabilities", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 120 }), fc.integer(), (stopAt, seed) => {
      const whole = live(new Router({ features: FEATURES, seed: 1 }), 150, new SeededRandom(seed));
      const chance = new SeededRandom(seed);
      const first = new Router({ features: FEATURES, seed: 1 });
      const before = live(first, stopAt, chance);
      const second = new Router({ features: 0, seed: 99 });
      second.restore(first.save());
      const after = live(second, 150 - stopAt, chance, stopAt);
      assert.deepEqual([...before, ...after], whole);
    }),
    { seed: 2, numRuns: 15 },
  );
});

Deno.test("Router.decide() draws each candidate as often as its propensity says (chi-square)", () => {
  const router = new Router({ features: FEATURES, seed: 4, spread: 2, floor: 0.04 });
  live(router, 60, new SeededRandom(5));
  const asked = request({ kind: "kind1" });
  const { propensities } = router.propose(asked);
  const counts = new Float64Array(4);
  const draws = 40_000;
  for (let draw = 0; draw < draws; draw++) {
    const { action } = router.decide(asked);
    counts[action] = (counts[action] as number) + 1;
  }
  let chiSquare = 0;
  propensities.forEach((share, at) => {
    chiSquare += ((counts[at] as number) - share * draws) ** 2 / (share * draws);
  });
  assert.ok(chiSquare < 16.27, `chi-square ${chiSquare} with 3 degrees of freedom`);
});

Deno.test("Router takes the quality and leaves the price when the preference changes, without learning again", () => {
  const router = new Router({ features: FEATURES, seed: 1 });
  const [cheap, dear] = [{ id: "cheap", priceIn: 1, priceOut: 1 }, {
    id: "dear",
    priceIn: 100,
    priceOut: 100,
  }];
  const asked = request({ candidates: [cheap, dear] });
  const chance = new SeededRandom(2);
  for (let round = 0; round < 300; round++) {
    const action = round % 2;
    const good = chance.next() < (action === 0 ? 0.6 : 0.95);
    const usd = action === 0 ? 0.001 : 0.1;
    router.learn(asked, action, 0.5, { quality: good ? 1 : 0, usd, seconds: 1 });
  }
  const choose = (perUsd: number) =>
    router.best({ ...asked, preference: { perUsd, perSecond: 0, perFailure: 0 } }).action;
  assert.equal(choose(0), 1);
  assert.equal(choose(50), 0);
  assert.equal(choose(0), 1);
});

Deno.test("Router starts a new instrument from what the catalogue promises of it", () => {
  const router = new Router({ features: FEATURES, seed: 1 });
  const known = { id: "known", priceIn: 0, priceOut: 0 };
  for (let round = 0; round < 100; round++) {
    router.learn(request({ candidates: [known] }), 0, 1, { quality: round % 2, seconds: 1 });
  }
  const heads = (promisedQuality: number) =>
    router.best(
      request({
        candidates: [known, { id: `new${promisedQuality}`, priceIn: 0, priceOut: 0, promisedQuality }],
      }),
    )
      .heads[1];
  const [high, low] = [heads(0.9), heads(0.2)];
  assert.ok(
    (high?.quality ?? 0) > 0.75 && (low?.quality ?? 1) < 0.35,
    `${high?.quality} and ${low?.quality}`,
  );
  assert.ok((high?.qualitySd ?? 0) > 0.05, "it is not taken for certain");
});

Deno.test("Router leaves an instrument whose quality falls, within some tens of calls", () => {
  const router = new Router({ features: FEATURES, seed: 3 });
  const chance = new SeededRandom(6);
  const asked = request({ candidates: candidates(3).map((one) => ({ ...one, priceIn: 0, priceOut: 0 })) });
  const step = (best: number) => {
    const { action, propensities } = router.decide(asked);
    const good = chance.next() < (action === 0 ? best : 0.7);
    router.learn(asked, action, propensities[action] as number, { quality: good ? 1 : 0, seconds: 1 });
    return action;
  };
  let share = 0;
  for (let round = 0; round < 600; round++) share += Number(step(0.95) === 0 && round >= 500);
  assert.ok(share > 80, `the best was taken ${share} times of the last 100`);
  let calls = 0;
  for (let round = 0; round < 300; round++) calls += Number(step(0.2) === 0);
  assert.ok(calls < 90, `the fallen one was taken ${calls} times of 300`);
});

Deno.test("Router.decide() on a critical request takes the surest, with probability 1", () => {
  const router = new Router({ features: FEATURES, seed: 3 });
  const asked = request({ candidates: candidates(2).map((one) => ({ ...one, priceIn: 0, priceOut: 0 })) });
  for (let round = 0; round < 200; round++) {
    router.learn(asked, round % 2, 0.5, {
      quality: round % 2 === 0 ? 1 : Number(round % 4 === 1),
      seconds: 1,
    });
  }
  for (let draw = 0; draw < 20; draw++) {
    const { action, propensities } = router.decide({ ...asked, critical: { floor: 0.8 } });
    assert.equal(action, 0);
    assert.deepEqual([...propensities], [1, 0]);
  }
});

Deno.test("Router expects less of one that does not answer, and more again with time", () => {
  const router = new Router({ features: FEATURES, seed: 3 });
  const asked = request({ candidates: candidates(1) });
  for (let round = 0; round < 20; round++) router.learn(asked, 0, 1, { quality: 1, seconds: 1 });
  const before = router.best(asked).scores[0] as number;
  for (let round = 0; round < 5; round++) router.learn(asked, 0, 1, { failure: "transient" });
  const during = router.best(asked).scores[0] as number;
  const later = router.best({ ...asked, now: 2 * 3600_000 }).scores[0] as number;
  assert.ok(during < before - 0.3, `${during} after failures, ${before} before`);
  assert.ok(later > before - 0.05, `${later} two hours later`);
});

Deno.test("Router.restore() refuses parts of another kind, version or length", () => {
  const router = new Router({ features: FEATURES, seed: 3 });
  live(router, 20, new SeededRandom(1));
  const part = router.save();
  const fresh = () => new Router({ features: FEATURES, seed: 1 });
  assert.throws(() => fresh().restore({ ...part, name: "other" }), /expected "routing"/);
  assert.throws(() => fresh().restore({ ...part, facts: { ...part.facts, version: 9 } }), /version 9/);
  assert.throws(() => fresh().restore({ ...part, numbers: part.numbers.slice(1) }), /numbers/);
});

Deno.test("Router leaves an instrument whose extension is slow or failing of late, by what that costs", () => {
  const router = new Router({ features: FEATURES, seed: 3 });
  const [good, poor] = [{ id: "good", priceIn: 0, priceOut: 0 }, { id: "poor", priceIn: 0, priceOut: 0 }];
  for (let round = 0; round < 300; round++) {
    for (const [action, quality] of [[0, 0.9], [1, 0.6]] as const) {
      const asked = request({ candidates: [good, poor], now: round * 1000 });
      router.learn(asked, action, 0.5, { quality, seconds: 10, usd: 0 });
    }
  }
  const best = (late: object) => {
    const preference = { perUsd: 0, perSecond: 0.01, perFailure: 0.5 };
    const asked = request({ candidates: [{ ...good, ...late }, poor], preference, now: 300_000 });
    const { scores, heads } = router.propose(asked);
    return {
      best: (scores[0] as number) > (scores[1] as number) ? "good" : "poor",
      seconds: heads[0]?.seconds ?? 0,
    };
  };
  assert.equal(best({}).best, "good");
  assert.equal(best({ lateSeconds: 100 }).best, "poor");
  assert.equal(best({ lateSeconds: 100 }).seconds, 100);
  assert.ok(Math.abs(best({ lateSeconds: 1 }).seconds - 10) < 1, "it is no better than what was learned");
  assert.equal(best({ lateFailures: 0.9 }).best, "poor");
});

Deno.test("Router takes a free instrument for a busy better one where seconds are dear, and waits for it where quality is", () => {
  const router = new Router({ features: FEATURES, seed: 3 });
  const [good, poor] = [{ id: "good", priceIn: 0, priceOut: 0 }, { id: "poor", priceIn: 0, priceOut: 0 }];
  const both = [good, poor];
  for (let round = 0; round < 300; round++) {
    for (const [action, quality] of [[0, 0.9], [1, 0.6]] as const) {
      router.learn(request({ candidates: both, now: round * 1000 }), action, 0.5, {
        quality,
        seconds: 10,
        usd: 0,
      });
    }
  }
  const best = (perSecond: number, waitRounds: number) => {
    const asked = request({
      candidates: [{ ...good, ...(waitRounds === 0 ? {} : { waitRounds }) }, poor],
      preference: { perUsd: 0, perSecond, perFailure: 0 },
      now: 300_000,
    });
    const { scores, heads } = router.propose(asked);
    assert.ok(
      Math.abs((heads[0]?.seconds ?? 0) - 10 * (1 + waitRounds)) < 1,
      "waiting is part of what is predicted",
    );
    return (scores[0] as number) > (scores[1] as number) ? "good" : "poor";
  };
  assert.equal(best(0.01, 0), "good");
  assert.equal(best(0.01, 1), "good", "ten seconds are worth a tenth");
  assert.equal(best(0.01, 5), "poor", "fifty are worth more than the better answer");
  assert.equal(best(0.001, 5), "good");
});
