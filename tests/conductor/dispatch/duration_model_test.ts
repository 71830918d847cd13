import assert from "node:assert/strict";
import fc from "fast-check";
import { DurationModel } from "../../../conductor/dispatch/duration_model.ts";
import { Gaussian } from "../../../conductor/dispatch/gaussian.ts";
import { KindBelief } from "../../../conductor/dispatch/kind_belief.ts";
import type { SharedBelief } from "../../../conductor/dispatch/kind_belief.ts";
import { medianGiven, normalQuantile, upperTail } from "../../../conductor/dispatch/log_normal.ts";
import { makeTaskGraph } from "../../../conductor/dispatch/task_graph.ts";
import { SeededRandom } from "../../../conductor/random.ts";

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);
}

Deno.test("Gaussian.solve() inverts the precision", () => {
  const random = new SeededRandom(5);
  for (let size = 1; size <= 12; size++) {
    const belief = new Gaussian(size);
    for (let row = 0; row < size; row++) belief.precision[row * size + row] = 1;
    for (let sample = 0; sample < 2 * size; sample++) {
      const x = Float64Array.from({ length: size }, () => random.normal());
      for (let a = 0; a < size; a++) {
        belief.shift[a] = (belief.shift[a] as number) + (x[a] as number);
        for (let b = 0; b < size; b++) {
          belief.precision[a * size + b] = (belief.precision[a * size + b] as number) +
            (x[a] as number) * (x[b] as number);
        }
      }
    }
    belief.solve();
    for (let a = 0; a < size; a++) {
      let shift = 0;
      for (let b = 0; b < size; b++) {
        shift += (belief.precision[a * size + b] as number) * (belief.mean[b] as number);
        let product = 0;
        for (let k = 0; k < size; k++) {
          product += (belief.precision[a * size + k] as number) * (belief.covariance[k * size + b] as number);
        }
        near(product, a === b ? 1 : 0, 1e-9, `cell ${a}, ${b} of ${size}`);
      }
      near(shift, belief.shift[a] as number, 1e-9, `shift ${a} of ${size}`);
    }
  }
});

const INSTRUMENTS = 3;

function shared(): SharedBelief {
  return {
    level: 0.5,
    levelVariance: 3,
    slopeVariance: 0.2,
    effectVariance: 0.3,
    noise: 0.1,
    instruments: [0.1, -0.2, 0],
  };
}

const observation = fc.record({
  task: fc.nat(3),
  instrument: fc.nat(INSTRUMENTS - 1),
  value: fc.double({ min: -3, max: 3, noNaN: true }),
});

/** The same belief, all effects of tasks written out as unknowns of one great Gaussian. */
function writtenOut(
  observations: readonly { task: number; instrument: number; value: number }[],
  sizes: readonly number[],
  taskVariance: number,
): Gaussian {
  const { level, levelVariance, slopeVariance, effectVariance, noise, instruments } = shared();
  const belief = new Gaussian(2 + INSTRUMENTS + sizes.length);
  const size = belief.size;
  const prior = (at: number, mean: number, variance: number) => {
    belief.precision[at * size + at] = 1 / variance;
    belief.shift[at] = mean / variance;
  };
  prior(0, level, levelVariance);
  prior(1, 0, slopeVariance);
  instruments.forEach((mean, at) => prior(2 + at, mean, effectVariance));
  sizes.forEach((_, at) => prior(2 + INSTRUMENTS + at, 0, taskVariance));
  for (const { task, instrument, value } of observations) {
    const x = new Float64Array(size);
    x[0] = 1;
    x[1] = (sizes[task] as number) - (sizes[observations[0]?.task ?? 0] as number);
    x[2 + instrument] = 1;
    x[2 + INSTRUMENTS + task] = 1;
    for (let a = 0; a < size; a++) {
      belief.shift[a] = (belief.shift[a] as number) + (x[a] as number) * value / noise;
      for (let b = 0; b < size; b++) {
        belief.precision[a * size + b] = (belief.precision[a * size + b] as number) +
          (x[a] as number) * (x[b] as number) / noise;
      }
    }
  }
  belief.solve();
  return belief;
}

Deno.test("KindBelief equals the Gaussian in which every task's effect is written out", () => {
  const sizes = [1, 2, 4, 3];
  const property = fc.property(fc.array(observation, { minLength: 1, maxLength: 25 }), (observations) => {
    const belief = new KindBelief(shared(), 0.4);
    for (const { task, instrument, value } of observations) {
      belief.observe(`t${task}`, sizes[task], instrument, value);
    }
    belief.rebuild();
    belief.refresh();
    const expected = writtenOut(observations, sizes, 0.4);
    const at = (index: number) => expected.mean[index] as number;
    const cov = (a: number, b: number) => expected.covariance[a * expected.size + b] as number;
    for (let instrument = 0; instrument < INSTRUMENTS; instrument++) {
      near(belief.mean(instrument), at(0) + at(2 + instrument), 1e-7, "mean");
      const variance = cov(0, 0) + 2 * cov(0, 2 + instrument) + cov(2 + instrument, 2 + instrument);
      near(belief.variance(instrument), variance, 1e-7, "variance");
    }
    const centre = sizes[observations[0]?.task ?? 0] as number;
    for (const { task } of observations) {
      const effect = at(1) * ((sizes[task] as number) - centre) + at(2 + INSTRUMENTS + task);
      near(belief.taskEffect(`t${task}`, sizes[task]), effect, 1e-7, "effect of a task");
    }
  });
  fc.assert(property, { seed: 11, numRuns: 200 });
});

Deno.test("KindBelief, brought up to date one by one, equals the one built anew", () => {
  const property = fc.property(fc.array(observation, { minLength: 1, maxLength: 60 }), (observations) => {
    const stepwise = new KindBelief(shared(), 0.4);
    const anew = new KindBelief(shared(), 0.4);
    for (const { task, instrument, value } of observations) {
      stepwise.observe(`t${task}`, undefined, instrument, value);
      anew.observe(`t${task}`, undefined, instrument, value);
    }
    anew.rebuild();
    stepwise.refresh();
    anew.refresh();
    for (let instrument = 0; instrument < INSTRUMENTS; instrument++) {
      near(stepwise.mean(instrument), anew.mean(instrument), 1e-6, "mean");
    }
  });
  fc.assert(property, { seed: 12, numRuns: 100 });
});

/** Two kinds on three instruments; the second instrument is twice as slow, and three times as slow for `b`. */
function feed(model: DurationModel, rounds: number, random: SeededRandom): void {
  const instruments = ["x", "y", "z"].map((name) => model.instrument(name));
  for (let round = 0; round < rounds; round++) {
    for (const [kind, seconds] of [["a", 2], ["b", 40]] as const) {
      const at = random.below(3);
      const slower = at === 1 ? (kind === "b" ? 3 : 2) : 1;
      const key = `${kind}${random.below(4)}`;
      model.observe(
        { kind, key, bytesIn: 1000 },
        instruments[at] as number,
        seconds * slower * Math.exp(0.2 * random.normal()),
      );
    }
  }
}

const graph = makeTaskGraph("g", [
  { key: "new a", kind: "a", parents: [], bytesIn: 1000 },
  { key: "new b", kind: "b", parents: [0], bytesIn: 1000 },
  { key: "c", kind: "c", parents: [1] },
]);

Deno.test("DurationModel learns levels and what an instrument does with one kind", () => {
  const model = new DurationModel();
  feed(model, 200, new SeededRandom(3));
  const durations = model.durations(graph, [0, 1, 2]);
  for (const [task, expected] of [[0, [2, 4, 2]], [1, [40, 120, 40]]] as const) {
    expected.forEach((seconds, worker) => {
      const ratio = (durations.row(task)[worker] as number) * durations.factor(task) / seconds;
      assert.ok(ratio > 0.85 && ratio < 1.15, `task ${task} on ${worker}: ${ratio} times the truth`);
    });
  }
  const unseen = durations.row(2)[0] as number;
  assert.ok(unseen > 2 && unseen < 40, `a kind never seen lies between those seen: ${unseen} s`);
});

Deno.test("DurationModel remembers a task of its own", () => {
  const model = new DurationModel();
  feed(model, 100, new SeededRandom(4));
  for (let run = 0; run < 5; run++) model.observe({ kind: "a", key: "slow a", bytesIn: 1000 }, 0, 16);
  const own = makeTaskGraph("g", [{ key: "slow a", kind: "a", parents: [], bytesIn: 1000 }]);
  const durations = model.durations(own, [0, 1, 2]);
  const seconds = (durations.row(0)[0] as number) * durations.factor(0);
  assert.ok(seconds > 10 && seconds < 20, `${seconds} s, seen five times at 16`);
});

Deno.test("DurationModel follows an instrument that has become slower", () => {
  const model = new DurationModel();
  feed(model, 300, new SeededRandom(5));
  for (let run = 0; run < 150; run++) model.observe({ kind: "a", key: `a${run % 4}`, bytesIn: 1000 }, 0, 20);
  const seconds = model.durations(graph, [0, 1, 2]).row(0)[0] as number;
  assert.ok(seconds > 10, `${seconds} s after it went from 2 to 20`);
});

Deno.test("DurationModel, saved and restored, goes on bit for bit", () => {
  const whole = new DurationModel();
  const random = new SeededRandom(9);
  feed(whole, 120, random);
  const restored = new DurationModel();
  restored.restore(structuredClone(whole.save()));
  const rest = SeededRandom.restore(random.save());
  feed(whole, 80, random);
  feed(restored, 80, rest);
  assert.deepEqual(restored.save(), whole.save());
  const rows = (model: DurationModel) => {
    const durations = model.durations(graph, [0, 1, 2]);
    return [0, 1, 2].map((
      task,
    ) => [...durations.row(task), durations.factor(task), durations.variance(task, 1)]);
  };
  assert.deepEqual(rows(restored), rows(whole));
});

Deno.test("DurationModel.restore() refuses what it did not write and keeps what it has", () => {
  const model = new DurationModel();
  feed(model, 20, new SeededRandom(1));
  const before = model.save();
  for (
    const bad of [
      { ...before, facts: { ...before.facts, version: 2 } },
      { ...before, facts: { version: 1 } },
      { ...before, numbers: before.numbers.slice(0, -1) },
      { ...before, numbers: Float64Array.of(...before.numbers, 0) },
    ]
  ) {
    assert.throws(() => model.restore(bad), /Cannot restore/);
    assert.deepEqual(model.save(), before);
  }
});

Deno.test("upperTail() and normalQuantile() are inverse", () => {
  for (const p of [1e-6, 0.001, 0.02, 0.3, 0.5, 0.77, 0.99, 0.99999]) {
    near(1 - upperTail(normalQuantile(p)), p, 2e-7, `p = ${p}`);
  }
});

Deno.test("medianGiven() is the median of what is left of the distribution", () => {
  const random = new SeededRandom(8);
  const draws = Array.from({ length: 200_000 }, () => 10 * Math.exp(0.5 * random.normal())).sort((a, b) =>
    a - b
  );
  for (const elapsed of [0, 2, 8, 15, 30]) {
    const left = draws.filter((seconds) => seconds > elapsed);
    const median = left[left.length >> 1] as number;
    near(medianGiven(10, 0.25, elapsed) / median, 1, 0.03, `after ${elapsed} s`);
  }
  assert.ok(medianGiven(10, 0.25, 1e6) > 1e6);
  assert.equal(medianGiven(10, 0, 4), 10);
});
