import assert from "node:assert/strict";
import type { BoardNode } from "../../../ui/app/board/model/board_node.ts";
import { cardShape, portPlace, VIEW_HEIGHT } from "../../../ui/app/board/view/card_shape.ts";
import { inTurn } from "../../../ui/app/board/view/card_view.tsx";

const port = (name: string) => ({ name, schema: {}, isRequired: false, isBound: false });
const node = {
  id: "a",
  use: "files/scan",
  title: "A",
  group: "operator",
  inputs: [port("in")],
  outputs: [port("out")],
  value: { when: "x" },
} as unknown as BoardNode;

Deno.test("cardShape() makes room for an extension's view between ports and foot, and moves no port", () => {
  const [plain, viewed] = [cardShape(node, new Set(), false), cardShape(node, new Set(), false, true)];
  assert.equal(plain.viewTop, undefined);
  assert.equal(viewed.height, plain.height + VIEW_HEIGHT);
  assert.equal(viewed.viewTop, plain.height - 22);
  assert.deepEqual(portPlace(viewed, "input", "in"), portPlace(plain, "input", "in"));
});

Deno.test("inTurn() lets one after the other go, and leaves out who has gone", async () => {
  const gone: string[] = [];
  const times: number[] = [];
  const go = (name: string) => () => {
    gone.push(name);
    times.push(performance.now());
  };
  inTurn(go("a"));
  const leave = inTurn(go("b"));
  inTurn(go("c"));
  leave();
  for (let at = 0; at < 200 && gone.length < 2; at++) await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(gone, ["a", "c"]);
  assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 15);
  // The clock rests when nobody waits.
  await new Promise((done) => setTimeout(done, 100));
  inTurn(go("d"));
  for (let at = 0; at < 200 && gone.length < 3; at++) await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(gone, ["a", "c", "d"]);
  await new Promise((done) => setTimeout(done, 60));
});
