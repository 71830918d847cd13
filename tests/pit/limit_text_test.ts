import assert from "node:assert/strict";
import { SymphonyError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { readLimit } from "../../pit/arbitration/limit_text.ts";
import { splitWeights } from "../../pit/arbitration/user_weights.ts";
import { changeLimit, limitsIn, listLimits } from "../../pit/arbitration/limits_file.ts";
import { poolBounds } from "../../pit/pool/bound_limits.ts";

Deno.test("readLimit() reads amounts, rates and bursts as a person writes them", () => {
  assert.deepEqual(readLimit("calls", "4"), { total: 4 });
  assert.deepEqual(readLimit("requests:symphony/openai", "60/min"), { perMinute: 60, burst: 60 });
  assert.deepEqual(readLimit("tokens", "90k/min burst 20k"), { perMinute: 90_000, burst: 20_000 });
  assert.deepEqual(readLimit("usd", "1.5/h"), { perMinute: 0.025, burst: 1.5 });
  assert.deepEqual(readLimit("requests", "2/s"), { perMinute: 120, burst: 2 });
});

Deno.test("readLimit() reads weights of users, which splitWeights() takes out, and limits of a key", () => {
  assert.deepEqual(readLimit("usd:key:openai", "5/min"), { perMinute: 5, burst: 5 });
  const weight = readLimit("weight:Ann.B", "2.5");
  const cpu = readLimit("cpu", "2");
  assert.deepEqual(splitWeights({ "weight:Ann.B": weight, cpu }), {
    weights: { "Ann.B": 2.5 },
    limits: { cpu: { total: 2 } },
  });
  for (const text of ["0", "-1", "2/min", "many", "1001"]) {
    assert.throws(
      () => readLimit("weight:ann", text),
      /Cannot set weight:ann to ".*": expected a number above 0/,
    );
  }
  assert.throws(() => readLimit("weight:a b", "1"), /Cannot read the user of "a b"/);
});

Deno.test("readLimit() says what was found and what would be right", () => {
  for (
    const limit of [
      "",
      "0",
      "-1",
      "many",
      "60 a minute",
      "60/year",
      "60/min burst",
      "1e999",
      "NaN",
      "60/min burst 0",
      "1".repeat(60),
      "60/min burst 9999999999999999",
      "0.00000000000001",
    ]
  ) {
    assert.throws(() => readLimit("calls", limit), (error) => {
      assert.ok(error instanceof SymphonyError && error.code === "bad-input");
      return error.message.includes(`"${limit}"`) && error.message.includes("60/min");
    }, limit);
  }
  assert.throws(() => readLimit("Calls of all", "4"), /"Calls of all": expected a kind such as cpu/);
});

Deno.test("readLimit() reads a cap a day, of the calendar or with a burst, and refuses a burst above it", () => {
  const perMinute = (value: number) => value / 1440;
  assert.deepEqual(readLimit("usd", "5/day"), { perMinute: perMinute(5), burst: 5, isDaily: true });
  assert.deepEqual(readLimit("tokens", "5k/day burst 1k"), { perMinute: perMinute(4_000), burst: 1_000 });
  assert.throws(
    () => readLimit("usd", "5/day burst 6"),
    /"5\/day burst 6": .*no more than 5 go out in a day/,
  );
});

Deno.test("limitsIn() says in which line of which file a limit is wrong", async () => {
  const text = '// Limits.\n{\n  "cpu": "2",\n  "calls": "60/min burst 0"\n}\n';
  const file = {
    file: "limits.jsonc",
    read: () => Promise.resolve({ cpu: "2", calls: "60/min burst 0" }),
    text: () => Promise.resolve(text),
    write: () => Promise.resolve(),
  };
  await assert.rejects(
    () => limitsIn(file, { cpu: 8, memoryBytes: 4e9 }),
    /limits\.jsonc:4: Cannot limit calls to "60\/min burst 0": expected a number above 0/,
  );
});

Deno.test("changeLimit() keeps what it is told, refuses what is wrong and writes nothing then", async () => {
  let kept: Json | undefined;
  const file = {
    file: "limits.jsonc",
    read: () => Promise.resolve(kept),
    write: (value: Json) => {
      kept = value;
      return Promise.resolve();
    },
  };
  const machine = { cpu: 8, memoryBytes: 4e9 };
  const own = { cpu: { total: 8 }, memory: { total: 4e9, isMeasured: true } };
  assert.deepEqual(await limitsIn(file, machine), own);
  assert.equal(await changeLimit(file, "calls", "4"), true);
  assert.equal(await changeLimit(file, "requests:a/b", "60/min"), true);
  assert.deepEqual(await listLimits(file, machine), [
    { kind: "calls", limit: "4", from: "set" },
    { kind: "cpu", limit: "8", from: "machine" },
    { kind: "memory", limit: "4000M", from: "machine" },
    { kind: "requests:a/b", limit: "60/min", from: "set" },
  ]);
  await assert.rejects(changeLimit(file, "calls", "none"));
  assert.deepEqual(kept, { calls: "4", "requests:a/b": "60/min" });
  assert.equal(await changeLimit(file, "calls", undefined), true);
  assert.equal(await changeLimit(file, "calls", undefined), false);
  assert.deepEqual(await limitsIn(file, machine), {
    ...own,
    "requests:a/b": { perMinute: 60, burst: 60 },
  });
  await changeLimit(file, "memory", "2G");
  await changeLimit(file, "cpu", "0.5");
  const set = await limitsIn(file, machine);
  assert.deepEqual([set["cpu"], set["memory"]], [{ total: 0.5 }, { total: 2e9 }]);
  assert.equal((await listLimits(file, machine)).find(({ kind }) => kind === "cpu")?.from, "set");
  await assert.rejects(changeLimit(file, "cpu", "2/min"), /comes back when a call ends; expected cores/);
  await assert.rejects(changeLimit(file, "memory:a/b", "2/s"), /expected bytes such as 4G/);
  kept = { calls: "lots" };
  await assert.rejects(limitsIn(file, machine), /limits\.jsonc: Cannot limit calls to "lots"/);
});

Deno.test("readLimit() takes the pool's bounds as amounts alone, and poolBounds() has memory say what is not limited", () => {
  assert.deepEqual(readLimit("pool:memory", "4G"), { total: 4e9 });
  const refused = [["pool:size", "4"], ["pool:memory", "4G/min"], ["pool:instances", "1.5"]] as const;
  for (const [kind, text] of refused) {
    assert.throws(() => readLimit(kind, text), (error) => {
      return error instanceof SymphonyError && error.code === "bad-input" && error.message.includes(kind);
    }, kind);
  }
  const calls = { calls: { total: 4 } };
  const limited = { ...calls, "pool:memory": { total: 4e9 }, "pool:instances": { total: 3 } };
  assert.deepEqual(poolBounds(limited), { mostInstances: 3, mostMemoryBytes: 4e9, limits: calls });
  const shared = { memory: { total: 5e8 } };
  assert.deepEqual(poolBounds(shared), { mostInstances: 59, mostMemoryBytes: 5e8, limits: shared });
  assert.equal(poolBounds({ memory: { total: 1e8 } }).mostInstances, 16);
  assert.equal(poolBounds({ memory: { total: 1e12 } }).mostInstances, 1_000);
  // Half of what was free is taken by the process's own instances by now.
  const measured = { memory: { total: 2e9, isMeasured: true } };
  assert.deepEqual(poolBounds(measured, 4e9), { mostInstances: 476, mostMemoryBytes: 4e9, limits: measured });
  assert.equal(poolBounds(shared, 4e9).mostMemoryBytes, 5e8);
});
