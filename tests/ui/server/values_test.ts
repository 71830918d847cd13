import assert from "node:assert/strict";
import { nodeId } from "../../../core/ids.ts";
import type { LoggedEvent } from "../../../core/ports/dag.ts";
import { GivenItems } from "../../../ui/server/runs/given_items.ts";
import { UiRig, until } from "./ui_rig.ts";

function itemsOf(...events: readonly object[]): GivenItems {
  const items = new GivenItems(nodeId("read"), undefined);
  events.forEach((event, seq) =>
    items.add({ node: "read", at: seq, seq, ...event } as unknown as LoggedEvent)
  );
  return items;
}
const gave = (item: number, value: number) => ({ type: "node.completed", item, output: { value } });
const failure = { class: "input", message: "It is no number" };

Deno.test("GivenItems shows the item that gave something last, and why others gave nothing", () => {
  const items = itemsOf(
    { type: "node.expanded", count: 5 },
    { type: "node.started", item: 0 },
    gave(0, 10),
    gave(3, 13),
    { type: "node.failed", item: 1, failure },
    { type: "node.skipped", item: 2, reason: "when was false" },
    { type: "node.completed", output: { value: { items: 5, completed: 2 } } },
  );
  assert.equal(items.newest, 3);
  assert.deepEqual(items.at(3), { state: "completed", output: { value: 13 } });
  assert.deepEqual(items.at(1), { state: "failed", failure });
  assert.deepEqual(items.at(2), { state: "skipped", reason: "when was false" });
  assert.deepEqual(items.at(4), { state: "pending" });
  assert.deepEqual(items.summary(), {
    total: 5,
    completed: 2,
    failed: 1,
    skipped: 1,
    failedAt: [1],
    skippedAt: [2],
  });
});

Deno.test("GivenItems keeps what still holds when a node is begun again, and nothing when its list is another", () => {
  const before = [{ type: "node.expanded", count: 2 }, gave(0, 10), {
    type: "node.failed",
    item: 1,
    failure,
  }];
  const reset = { type: "nodes.reset", node: undefined, nodes: ["read"] };
  const kept = itemsOf(...before, reset);
  assert.deepEqual([kept.at(0).state, kept.at(1).state], ["completed", "pending"]);
  // Where the log says which items run again, others than those that failed may be among them.
  const said = (again: readonly number[]) =>
    itemsOf(...before, { ...reset, items: [{ node: "read", count: 2, completed: 1, skipped: 0, again }] });
  assert.deepEqual([said([0, 1]).at(0).state, said([1]).at(0).state], ["pending", "completed"]);
  const anew = itemsOf(...before, reset, { type: "node.expanded", count: 3 });
  assert.deepEqual([anew.total, anew.at(0).state, anew.newest], [3, "pending", 0]);
  // What was skipped as a whole has no item that waits for its turn.
  const skipped = itemsOf({ type: "node.expanded", count: 2 }, gave(0, 1), {
    type: "node.skipped",
    reason: "by a person",
  });
  assert.deepEqual(skipped.at(1), { state: "skipped", reason: "by a person" });
});

Deno.test("values of a node with items are those of the newest item, or of the one that is asked for", async () => {
  await using rig = await UiRig.start();
  const workflow = {
    schema: 1,
    id: "each",
    version: "1.0.0",
    inputs: { end: { type: "string", default: "!" } },
    nodes: {
      shout: { use: "trial/shout", each: "['a', 'b', 'c']", concurrency: 1, in: { text: "item" } },
      one: { use: "trial/shout", in: { text: "shout.text[0] + inputs.end" }, after: "shout" },
    },
  };
  const { value: { run } } = await rig.call("POST /runs", {
    body: { workflow: { text: JSON.stringify(workflow) } },
  });
  await until(async () =>
    (await rig.call("GET /runs/{run}", { path: `/runs/${run}` })).value.state === "completed"
  );
  const values = (path: string) =>
    rig.call("GET /runs/{run}/values/{node}", { path: `/runs/${run}/values/${path}` });
  const { value: newest } = await values("shout");
  assert.deepEqual([newest.output, newest.item, newest.items?.total], [
    { text: "C" },
    { index: 2, state: "completed" },
    3,
  ]);
  assert.deepEqual((await values("shout?item=0")).value.output, { text: "A" });
  assert.equal((await values("one")).value.items, undefined);
  const refused = await rig.refused("GET /runs/{run}/values/{node}", {
    path: `/runs/${run}/values/shout?item=3`,
  });
  assert.equal(refused.status, 404);
  assert.match(refused.detail, /item 3 of shout: it has 3 items, 0 to 2/);
  // What went in, item by item, and what was read from all of them.
  const inputs = async (path: string) =>
    (await rig.call("GET /runs/{run}/inputs/{node}", { path: `/runs/${run}/inputs/${path}` })).value;
  assert.deepEqual(await inputs("shout?item=1"), {
    node: "shout",
    item: 1,
    inputs: [{ port: "text", text: "item", value: "b", sizeBytes: 3 }],
  });
  assert.deepEqual((await inputs("one")).inputs, [
    { port: "text", text: "shout.text[0] + inputs.end", value: "A!", sizeBytes: 4 },
  ]);
  const nobody = await rig.refused("GET /runs/{run}/inputs/{node}", { path: `/runs/${run}/inputs/two` });
  assert.equal(nobody.status, 404);
  const none = await rig.refused("GET /runs/{run}/values/{node}", { path: `/runs/${run}/values/one?item=0` });
  assert.match(none.detail, /does not run once for each item/);
});
