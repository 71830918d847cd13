import assert from "node:assert/strict";
import { CARDS_A_FRAME, nextCards } from "../../../ui/app/board/view/cards_in_turn.ts";

const ids = Array.from({ length: 100 }, (_, index) => `n${index}`);
const all = ids.map((_, index) => index);

Deno.test("nextCards gives all cards, a few with each frame, none twice and none taken away", () => {
  let there: ReadonlySet<string> = new Set();
  let frames = 0;
  for (let isWhole = false; !isWhole; frames++) {
    const { indices, missing } = nextCards(all, ids, there);
    assert.deepEqual([...indices, ...missing].sort((a, b) => a - b), all);
    const now = new Set(indices.map((index) => ids[index]!));
    assert.ok([...there].every((id) => now.has(id)));
    assert.ok(now.size - there.size <= CARDS_A_FRAME);
    there = now;
    isWhole = missing.length === 0;
  }
  assert.equal(frames, Math.ceil(all.length / CARDS_A_FRAME));
  assert.deepEqual(nextCards([1, 2], ids, new Set(["n2"]), 0), { indices: [2], missing: [1] });
});

Deno.test("nextCards keeps the cards of nodes that stand elsewhere in a changed graph, and drops what is not wanted", () => {
  const turned = [...ids].reverse();
  assert.deepEqual(nextCards(all, turned, new Set(ids)), { indices: all, missing: [] });
  assert.deepEqual(nextCards([3, 4], ids, new Set(["n3", "n9"])), { indices: [3, 4], missing: [] });
});
