import assert from "node:assert/strict";
import { readFolder } from "../../../conductor/evaluate/read_folder.ts";
import { activity, banditTable, everything, graph, items, lines, meta, sourceOf } from "./folder.ts";

async function gzip(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

Deno.test("readFolder() finds every format by its content, at any depth", async () => {
  const data = await readFolder(sourceOf(everything()));
  assert.deepEqual(data.routing.map(({ name, items }) => [name, items.length]), [["tiny", 40]]);
  assert.deepEqual(data.routing[0]?.arms[1], { id: "dear", priceIn: 3, priceOut: 15 });
  assert.deepEqual(data.routing[0]?.arms[0], { id: "cheap", priceIn: 0.2, priceOut: 0.2 });
  assert.deepEqual(data.logged.map(({ name, actions }) => [name, actions]), [["x", 3], ["y", 2]]);
  assert.equal(data.graphs[0]?.tasks[1]?.seconds, 0);
  assert.deepEqual(data.activity[0]?.apps[0]?.active, [{ minute: 5, containers: 1 }, {
    minute: 7,
    containers: 2,
  }]);
  assert.deepEqual(data.requests.map(({ name, seconds }) => [name, [...seconds]]), [
    ["azure", [0, 1.25]],
    ["moon", [0, 1.5]],
  ]);
  assert.equal(data.loadTimes[0]?.meanSeconds, 1.5);
  assert.deepEqual(data.references[0]?.runs.map(({ quality, usd }) => [quality, usd]), [[0.8, 0.2], [
    0.7,
    0.01,
  ], [0.2, 0]]);
  assert.deepEqual(data.ignored.map(({ path }) => path), ["README.md", "other.csv"]);
});

Deno.test("readFolder() reads the prompts where they are packed beside the items", async () => {
  const data = await readFolder(sourceOf({
    "meta.json": JSON.stringify(meta),
    "items.jsonl": lines(items(2)),
    "texts.jsonl.gz": await gzip(lines([{ id: "item/1", text: "hello" }])),
  }));
  assert.deepEqual(data.routing[0]?.items.map(({ text }) => text), [undefined, "hello"]);
});

Deno.test("readFolder() takes a set without features and prices for one of quality alone", async () => {
  const { features: _features, profiles: _profiles, ...head } = meta;
  const rows = items(2).map((item) => ({ ...item, x: undefined, c: undefined, l: undefined, f: undefined }));
  const data = await readFolder(sourceOf({ "meta.json": JSON.stringify(head), "items.jsonl": lines(rows) }));
  assert.deepEqual(data.routing[0]?.profiles, [{ name: "quality", lc: 0, ll: 0, lf: 0 }]);
  assert.equal(data.routing[0]?.items[0]?.features.length, 0);
});

Deno.test("readFolder() takes a set whose task says so, or that is named so, for one of means over samples", async () => {
  const set = async (head: object) => {
    const files = { "meta.json": JSON.stringify({ ...meta, ...head }), "items.jsonl": lines(items(2)) };
    return (await readFolder(sourceOf(files))).routing[0]?.isSampled;
  };
  assert.equal(await set({}), false);
  assert.equal(await set({ task: "draw Bernoulli(q) per pull" }), true);
  assert.equal(await set({ name: "lcb_other" }), true);
});

const [first] = items(1);
const routing = (item: object, head: object = {}) => ({
  "r/meta.json": JSON.stringify({ ...meta, ...head }),
  "r/items.jsonl": `${JSON.stringify(first)}\n\n${JSON.stringify({ ...first, ...item })}\n`,
});

/** Files, and what the message must name. */
const malformed: readonly (readonly [string, Readonly<Record<string, string | Uint8Array>>, RegExp])[] = [
  [
    "a quality too few",
    routing({ q: [1] }),
    /r\/items\.jsonl line 3, field "q": found 1 numbers, expected 2, one for each arm/,
  ],
  ["a quality over 1", routing({ q: [1, 2] }), /line 3, field "q"\[1\]: found 2, expected 0 to 1/],
  [
    "a feature that is text",
    routing({ x: [1, "a"] }),
    /line 3, field "x"\[1\]: found "a", expected a number/,
  ],
  ["no id", routing({ id: undefined }), /line 3, field "id": found nothing, expected a string/],
  [
    "a price in words",
    routing({}, { arms: [{ id: "a", price: "cheap" }] }),
    /meta\.json, arm 0, field "price"/,
  ],
  ["no arms", routing({}, { arms: [] }), /field "arms": found no arm/],
  ["no meta", { "r/items.jsonl": lines(items(1)) }, /found no meta\.json beside it/],
  [
    "a line that breaks off",
    { "meta.json": JSON.stringify(meta), "items.jsonl": '{"id": "a"' },
    /items\.jsonl line 1/,
  ],
  ["JSON that is none", { "g.json": "{" }, /g\.json: found text that is not JSON/],
  ["a parent that is no task", {
    "g.json": JSON.stringify({ ...graph, tasks: [{ ...graph.tasks[0], par: [3] }] }),
  }, /task 0, field "par"/],
  [
    "a cycle",
    {
      "g.json": JSON.stringify({
        ...graph,
        tasks: graph.tasks.map((task, at) => ({ ...task, par: [1 - at], bytes: [1] })),
      }),
    },
    /a cycle through task/,
  ],
  ["a task without its run time", { "g.json": '{"tasks":[{"id":"a","kind":"k","par":[]}]}' }, /field "rt"/],
  ["a propensity of 0", { "a.csv": banditTable.replace("0.25", "0") }, /a\.csv line 2, column "propensity"/],
  ["a row too short", { "a.csv": `${banditTable}1,2\n` }, /a\.csv line 4: found 2 cells/],
  [
    "a click in words",
    { "a.csv": banditTable.replace(",2,1,0,", ",2,1,no,") },
    /line 2, column "click": found "no"/,
  ],
  ["a VW line of another kind", { "l.vw": "hello\n" }, /l\.vw line 1/],
  [
    "minutes out of order",
    { "u.csv": activity.replace("5:1;7:2", "7:1;5:2") },
    /line 2.*minute 5 out of order/,
  ],
  [
    "a moment that is none",
    { "z.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\nsoon,1,2\n" },
    /z\.csv line 2, column "TIMESTAMP"/,
  ],
  [
    "bytes that are no text",
    { "u.csv": Uint8Array.of(0xff, 0xfe) },
    /u\.csv: found bytes that are not UTF-8/,
  ],
  [
    "texts that are not packed",
    { ...routing({}), "r/texts.jsonl.gz": "plain" },
    /texts\.jsonl\.gz: found bytes that are not gzip/,
  ],
];

for (const [name, files, expected] of malformed) {
  Deno.test(`readFolder() refuses ${name}, naming the place`, async () => {
    await assert.rejects(readFolder(sourceOf(files)), (error: { code?: string; message: string }) => {
      assert.equal(error.code, "bad-input");
      assert.match(error.message, expected);
      return true;
    });
  });
}

Deno.test("readFolder() refuses a folder with nothing to evaluate", async () => {
  await assert.rejects(readFolder(sourceOf({ "README.md": "x" })), /none in a known format/);
});
