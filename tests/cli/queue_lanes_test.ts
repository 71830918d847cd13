import assert from "node:assert/strict";
import { newEntry } from "../../cli/queue_worker.ts";
import { extensionId, newRunId, nodeTypeId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { addEntry, takeEntry } from "../../core/queue/rules.ts";
import { checkWorkflow } from "../../core/workflow/check.ts";
import { pitOver, workflowText } from "../core/orchestration/run_rig.ts";
import { gives, TableExtensions } from "../core/orchestration/table_extensions.ts";

const instrument = (...serves: string[]) => ({
  instrument: { serves, priceIn: 0, priceOut: 0 },
  run: () => gives({ text: "" }),
});
const task = (name: string, ...gives: string[]) => ({
  ...{
    type: nodeTypeId(`instrument/${name}`),
    extension: extensionId("tests/table"),
    title: "",
    description: "",
  },
  ...{
    system: "",
    prompt: "Say",
    input: {},
    output: {
      type: "object",
      properties: Object.fromEntries(["text", ...gives].map((port) => [port, { type: "string" }])),
    },
  },
});
const extensions = new TableExtensions({
  "test/one": instrument("write"),
  "test/any": instrument("*"),
  "test/other": instrument("draw"),
  "test/work": { run: () => gives({}) },
}, [task("write"), task("draw"), task("judge", "winner")]);

async function entryOf(nodes: JsonObject) {
  const pit = pitOver(extensions);
  const { definition, problems } = checkWorkflow(workflowText(nodes), "t", extensions.catalog);
  assert.ok(definition !== undefined, problems.map(({ message }) => message).join("\n"));
  const more = { inputs: {}, workspace: "/", mayWrite: false, keys: [] };
  return { pit, entry: await newEntry({ pit }, definition, extensions.catalog, more) };
}

Deno.test("newEntry() puts a run into the lane of every instrument that may be asked for its tasks, and of no other", async () => {
  const lanes = async (nodes: JsonObject) =>
    (await entryOf(nodes)).entry.lanes.filter((one) => one.startsWith("instrument:"));
  assert.deepEqual(await lanes({ w: { use: "instrument/write" }, o: { use: "test/work" } }), [
    "instrument:instrument/write",
    "instrument:test/any",
    "instrument:test/one",
  ]);
  assert.deepEqual(await lanes({ w: { use: "test/other" } }), ["instrument:test/other"]);
  const judged = { w: { use: "instrument/draw", quality: { candidates: 2, judge: "instrument/judge" } } };
  assert.deepEqual(await lanes(judged), [
    "instrument:instrument/draw",
    "instrument:instrument/judge",
    "instrument:test/any",
    "instrument:test/other",
  ]);
});

Deno.test("a limit on a key holds runs that may use it, and those that are labelled with its name", async () => {
  const keyed = new TableExtensions({
    "test/one": instrument("write"),
    "test/work": { run: () => gives({}) },
  }, [
    task("write"),
  ], { instances: 1, concurrency: 1, keys: ["openai"] });
  const pit = pitOver(keyed);
  const lanesOf = async (use: string, keys: readonly string[]) => {
    const { definition } = checkWorkflow(workflowText({ w: { use } }), "t", keyed.catalog);
    assert.ok(definition !== undefined);
    const entry = await newEntry({ pit }, definition, keyed.catalog, {
      ...{ inputs: {}, workspace: "/", mayWrite: false, keys },
    });
    return entry.lanes.filter((one) => one.startsWith("key:"));
  };
  assert.deepEqual(await lanesOf("instrument/write", []), ["key:openai"]);
  assert.deepEqual(await lanesOf("test/one", ["mine", "openai"]), ["key:mine", "key:openai"]);
  assert.deepEqual(await lanesOf("test/work", []), []);
});

Deno.test("a limit on an instrument holds runs that name only a task which it serves", async () => {
  const { pit, entry } = await entryOf({ w: { use: "instrument/write" } });
  const taken = await pit.queue.change((book) => {
    book.putLimit({ lane: "instrument:test/one", atOnce: 1, begun: [] });
    for (let at = 0; at < 2; at++) addEntry(book, entry, at);
    return [1, 2].map((at) => takeEntry(book, newRunId(at, () => 0.5), 10)?.id);
  });
  assert.deepEqual(taken, ["q1", undefined]);
});
