import assert from "node:assert/strict";
import type { EvaluationData } from "../../../conductor/evaluate/data.ts";
import { evaluatePrewarm } from "../../../conductor/prewarm/mod.ts";
import { SeededRandom } from "../../../conductor/random.ts";

/** Two timers, one steady and one random application over a day. */
function trace(): EvaluationData["activity"][number] {
  const random = new SeededRandom(1);
  const every = (period: number, offset: number) =>
    Array.from({ length: Math.floor((1440 - offset) / period) }, (_, at) => offset + at * period);
  const minutes = {
    timer15: every(15, 3),
    timer60: every(60, 7),
    steady: every(1, 0),
    random: every(1, 0).filter(() => random.next() < 0.05),
  };
  return {
    name: "made",
    file: "made.csv",
    minutes: 1440,
    apps: Object.entries(minutes).map(([id, list]) => ({
      id,
      memoryMb: 100,
      invocations: list.length,
      active: list.map((minute) => ({ minute, containers: 1 })),
    })),
  };
}

const data: Pick<EvaluationData, "activity" | "requests" | "graphs"> = {
  graphs: [],
  activity: [trace()],
  requests: [{
    name: "even",
    file: "even.csv",
    seconds: Float64Array.from({ length: 600 }, (_, at) => at),
    tokensIn: new Float64Array(600).fill(800),
    tokensOut: new Float64Array(600).fill(60),
  }],
};

Deno.test("evaluatePrewarm() finds learned gaps cheaper than fixed times and break-even where there are timers", async () => {
  const tables = await evaluatePrewarm(data, { seeds: 1 });
  assert.deepEqual(tables.map(({ id }) => id), [
    "prewarm/made/5",
    "prewarm/made/15",
    "prewarm/made/60",
    "prewarm/made/pool",
    "instances/even",
  ]);
  for (const table of tables.slice(0, 3)) {
    const cost = (name: RegExp) => table.rows.find((row) => name.test(row.name))?.cells[0] ?? NaN;
    assert.equal(cost(/^fixed 10/), 1);
    assert.ok(cost(/^ours$/) < cost(/^fixed 10/) && cost(/^ours$/) < cost(/^break-even/), table.id);
    assert.ok(cost(/^ours$/) >= cost(/^clairvoyant/));
  }
  const pool = tables.find(({ id }) => id === "prewarm/made/pool");
  for (const row of pool?.rows ?? []) {
    for (const cell of row.cells) assert.ok((cell ?? -1) >= 0 && (cell ?? 101) <= 100);
  }
});

Deno.test("evaluatePrewarm() gives no table where there is nothing to evaluate", async () => {
  assert.deepEqual(await evaluatePrewarm({ ...data, activity: [], requests: [] }, { seeds: 1 }), []);
});
