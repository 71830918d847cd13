import assert from "node:assert/strict";
import { DATASET_FORMAT, datasetRow, readDataset, splitOfRun } from "../../../conductor/learning/dataset.ts";
import { joinLog } from "../../../conductor/learning/log_rows.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { optionsFor } from "../../../conductor/learning/policy_session.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { train, trainOn } from "../../../conductor/learning/train.ts";
import { ManualClock } from "../../pit/manual_clock.ts";
import { live, opened } from "./living.ts";

async function rowsOf(rounds: number) {
  const log = new MemoryDecisionLog();
  const clock = new ManualClock();
  await using conductor = await opened(log, new MemoryPolicies(), clock);
  live(conductor, 0, rounds, clock);
  return await joinLog(log);
}

/** A file as `export` writes it. */
function file(rows: readonly object[], name = "decisions.jsonl") {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return { name, bytes: () => Promise.resolve(new TextEncoder().encode(text)) };
}

Deno.test("A dataset that was not curated teaches exactly what the log teaches", async () => {
  const log = await rowsOf(200);
  const rows = log.rows.map((row) => datasetRow(row, "train") ?? {});
  const dataset = await readDataset([file(rows)], "d");
  const fromLog = train(log, optionsFor("p0002"));
  const fromDataset = trainOn(dataset, optionsFor("p0002"));
  assert.equal(fromDataset.learned, 200);
  assert.deepEqual(fromDataset.policy.save(), fromLog.policy.save());
  assert.deepEqual(fromDataset.simple.save(), fromLog.simple.save());
  assert.deepEqual(fromDataset.comparison, fromLog.comparison);
});

Deno.test("trainOn() compares on the rows for validation, and learns none of them", async () => {
  const log = await rowsOf(300);
  const rows = log.rows.map((row, at) => datasetRow(row, at % 5 === 0 ? "validation" : "train") ?? {});
  const half = rows.length / 2;
  const files = [file(rows.slice(0, half), "a.jsonl"), file(rows.slice(half), "b.jsonl")];
  const dataset = await readDataset(files, "d");
  assert.deepEqual([dataset.train.length, dataset.validation.length], [240, 60]);
  const { learned, comparison, policy } = trainOn(dataset, optionsFor("p0002"));
  assert.equal(learned, 240);
  assert.equal(policy.router.observations, 240);
  assert.equal(comparison?.rows, 60);
});

Deno.test("readDataset() refuses what is malformed, naming file, line, field, what was found and what would be right", async () => {
  const log = await rowsOf(2);
  const good = log.rows.map((row) => datasetRow(row, "train") as Record<string, unknown>);
  const [first = {}, second = {}] = good;
  const state = first["state"] as Record<string, unknown>;
  const cases: readonly (readonly [Record<string, unknown> | string, RegExp])[] = [
    ["{", /decisions\.jsonl line 2: found text that is not JSON/],
    [{ ...first, format: "other/2" }, /field "format": found "other\/2", expected "symphony-decisions\/1"/],
    [{ ...first, split: "test" }, /field "split": found "test", expected "train" or "validation"/],
    [{ ...first, propensities: [0.5, 0.2, 0.1] }, /field "propensities": found numbers that sum to 0\.8/],
    [{ ...first, propensities: [1] }, /found 1 numbers, expected 3, one for each action/],
    [
      { ...first, propensities: [0, 0.5, 0.5], action: 0 },
      /expected more than 0 for the action that was taken/,
    ],
    [{ ...first, action: 3 }, /field "action": found 3, expected a whole number from 0 to 2/],
    [{ ...first, actions: [] }, /field "actions": found none, expected at least one/],
    [{ ...first, state: { ...state, features: [1] } }, /field "features": found 1 numbers/],
    [{ ...first, rewards: { quality: 2 } }, /field "quality": found 2, expected a number from 0 to 1/],
    [{ ...first, rewards: { failure: "sad" } }, /field "failure": found "sad", expected timeout/],
    [{ ...first, rewards: { usd: -1 } }, /field "usd": found -1, expected 0 or more/],
    [{ ...first, id: second["id"] }, /field "id": found "\w+", which decisions\.jsonl line 1 has/],
  ];
  for (const [bad, message] of cases) {
    const text = `${JSON.stringify(second)}\n${typeof bad === "string" ? bad : JSON.stringify(bad)}\n`;
    const bytes = () => Promise.resolve(new TextEncoder().encode(text));
    await assert.rejects(readDataset([{ name: "decisions.jsonl", bytes }], "d"), message);
  }
  await assert.rejects(readDataset([file([])], "d"), /no \.jsonl file in it has a row/);
  assert.equal(first["format"], DATASET_FORMAT);
});

Deno.test("splitOfRun() gives a run one side, and about a fifth of runs to validation", () => {
  let validation = 0;
  for (let run = 0; run < 5000; run++) {
    const split = splitOfRun(`r${run}`);
    assert.equal(splitOfRun(`r${run}`), split);
    if (split === "validation") validation++;
  }
  assert.ok(validation > 800 && validation < 1200, `${validation}`);
});
