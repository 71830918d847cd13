import assert from "node:assert/strict";
import { BanditWorld } from "../../../conductor/evaluate/bandit/world.ts";
import { evaluateFolder } from "../../../conductor/evaluate/evaluate.ts";
import { readFolder } from "../../../conductor/evaluate/read_folder.ts";
import type { ReportTable } from "../../../conductor/evaluate/report_table.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { banditTable, everything, items, lines, meta, sourceOf } from "./folder.ts";

const options = { seeds: 3, rounds: 400, now: () => 0 };

async function tables(files: Record<string, string>, only?: string): Promise<readonly ReportTable[]> {
  const data = await readFolder(sourceOf(files));
  return await evaluateFolder(data, only === undefined ? options : { ...options, only });
}

const routing = { "meta.json": JSON.stringify(meta), "items.jsonl": lines(items(200)) };

Deno.test("evaluateFolder() shows ours beside every baseline and the oracle, learning more than nothing", async () => {
  const found = await tables(routing, "routing/tiny");
  const table = found.find(({ id }) => id === "routing/tiny/balanced");
  assert.ok(table !== undefined);
  const names = table.rows.map(({ name }) => name).join();
  for (
    const baseline of ["random", "best single arm", "epsilon-greedy", "LinUCB", "LinTS", "SquareCB", "oracle"]
  ) {
    assert.ok(names.includes(baseline), baseline);
  }
  const at = (title: string) => table.columns.findIndex((column) => column.title === title);
  const cell = (row: string, title: string) =>
    table.rows.find(({ name }) => name.startsWith(row))?.cells[at(title)] as number;
  assert.ok(cell("ours", "frozen") > cell("random", "frozen") + 0.1);
  // The kinds call for different arms, so choosing by kind beats the best single one.
  assert.ok(cell("ours", "frozen") > cell("best single", "frozen"));
  assert.ok(cell("oracle", "frozen") >= cell("ours", "frozen") - 1e-9);
  for (const { cells } of table.rows) assert.equal(cells.length, table.columns.length);
});

Deno.test("evaluateFolder() gives the same figures for the same folder, but for the times", async () => {
  for (const only of ["routing/tiny", "routing/conservative", "routing/new-instrument"]) {
    assert.deepEqual(await tables(routing, only), await tables(routing, only));
  }
});

Deno.test("evaluateFolder() makes only the tables asked for", async () => {
  const found = await tables(routing, "routing/drift");
  assert.deepEqual(found.map(({ id }) => id), ["routing/drift"]);
});

Deno.test("evaluateFolder() saves and restores a router without changing what it does", async () => {
  const found = await tables(routing, "routing/resumption");
  const table = found.find(({ id }) => id === "routing/resumption");
  for (const { cells } of table?.rows ?? []) assert.equal(cells[0], cells[1]);
});

Deno.test("evaluateFolder() values a logged policy by its own log and by others", async () => {
  const found = await tables({
    "random.csv": banditTable,
    "bts.csv": banditTable.replace("0,0.25", "1,0.25"),
  });
  const table = found.find(({ id }) => id === "off-policy/logged");
  const value = (start: string) => table?.rows.find(({ name }) => name.includes(start))?.cells[1];
  assert.equal(value("random, its own log"), 0.5);
  assert.equal(value("bts, its own log"), 1);
  assert.ok(table?.rows.some(({ name }) => name.includes("bts from the log of random, doubly robust")));
});

Deno.test("BanditWorld.pull() shows the outcome of one arm, and samples where the set says that q is a mean", async () => {
  const sampled = { ...routing, "meta.json": JSON.stringify({ ...meta, task: "draw Bernoulli(q)" }) };
  const data = await readFolder(sourceOf({
    ...sampled,
    "items.jsonl": lines(items(2).map((item) => ({ ...item, q: [0.3, 0.7] }))),
  }));
  const [set] = data.routing;
  const profile = set?.profiles[0];
  assert.ok(set !== undefined && profile !== undefined);
  const world = new BanditWorld(set, profile);
  const random = new SeededRandom(1);
  const seen = Array.from({ length: 2000 }, () => world.pull(0, 1, random).quality);
  assert.deepEqual([...new Set(seen)].sort(), [0, 1]);
  assert.ok(Math.abs(seen.reduce((sum, quality) => sum + quality, 0) / 2000 - 0.7) < 0.04);
  assert.deepEqual(Object.keys(world.pull(0, 0, random)).sort(), [
    "failure",
    "quality",
    "reward",
    "seconds",
    "usd",
  ]);
});

Deno.test("evaluateFolder() shows what each preference takes of published runs, leaving out those without a price", async () => {
  const data = await readFolder(sourceOf(everything()));
  const [table] = await evaluateFolder(data, { ...options, only: "reference/" });
  assert.deepEqual(table?.rows.map(({ name }) => name), [
    "quality: fair",
    "balanced: fair",
    "economy: fair",
    "the most accurate: best",
    "the cheapest: fair",
  ]);
});

Deno.test("evaluateFolder() takes small and odd sets as they are", async () => {
  const small = { ...options, seeds: 1, rounds: 40 };
  const heads: readonly object[] = [
    {},
    { features: [], arms: [{ id: "only" }] },
    { profiles: {} },
    { profiles: { p: { price_penalty_per_usd_per_million_out: 0.004 } } },
  ];
  for (const head of heads) {
    for (const count of [1, 3]) {
      const one = "arms" in head;
      const rows = items(count).map((item) =>
        one ? { ...item, x: [], q: [1], c: [0], l: [0], f: [1] } : item
      );
      const files = { "meta.json": JSON.stringify({ ...meta, ...head }), "items.jsonl": lines(rows) };
      const data = await readFolder(sourceOf(files));
      for (const only of ["routing/tiny", "routing/drift", "routing/new", "routing/cons", "routing/res"]) {
        const found = await evaluateFolder(data, { ...small, only });
        for (const { rows } of found) {
          for (const { name, cells } of rows) {
            assert.ok(
              cells.every((cell) => cell === undefined || !Number.isNaN(cell)),
              `${name}: ${cells.join()}`,
            );
          }
        }
      }
    }
  }
});
