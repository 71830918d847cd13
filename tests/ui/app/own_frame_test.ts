/// <reference lib="dom" />
import assert from "node:assert/strict";
import { inOwnFrame } from "../../../ui/app/state/own_frame.ts";
import { nextTurn } from "../../../ui/app/state/turn.ts";

/** A page whose frames the test begins. */
function pageOfFrames(): () => Promise<void> {
  let waiting: (() => void)[] = [];
  Object.assign(globalThis, {
    document: { hidden: false },
    requestAnimationFrame: (go: () => void) => waiting.push(go),
  });
  return async () => {
    const due = waiting;
    waiting = [];
    for (const go of due) go();
    await nextTurn();
  };
}

Deno.test("inOwnFrame() does one thing behind each frame, in the order of asking, and nothing in the frame itself", async () => {
  const frame = pageOfFrames();
  const done: string[] = [];
  inOwnFrame(() => done.push("a"));
  inOwnFrame(() => {
    done.push("b");
    inOwnFrame(() => done.push("d"));
  });
  const leave = inOwnFrame(() => done.push("never"));
  inOwnFrame(() => done.push("c"));
  await nextTurn();
  assert.deepEqual(done, []);
  leave();
  const inFrame = frame();
  assert.deepEqual(done, [], "behind the frame, not in it");
  await inFrame;
  assert.deepEqual(done, ["a"]);
  for (const all of [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"], ["a", "b", "c", "d"]]) {
    await frame();
    assert.deepEqual(done, all);
  }
});
