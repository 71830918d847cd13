import assert from "node:assert/strict";
import { signal } from "@preact/signals";
import { OpenBoards } from "../../../ui/app/board/open_boards.ts";
import type { Workbench } from "../../../ui/app/board/workbench.ts";

/** What OpenBoards looks at of a workbench. */
function bench(file: string, { isDirty = false, isRunning = false } = {}) {
  const made = { board: { file, isDirty: signal(isDirty) }, run: { isRunning }, isClosed: false };
  return Object.assign(made, { close: () => void (made.isClosed = true) });
}

Deno.test("OpenBoards keeps every board with unsaved work or a run, and of the others the few seen last", () => {
  const boards = new OpenBoards();
  const unsaved = bench("unsaved", { isDirty: true });
  const running = bench("running", { isRunning: true });
  const others = Array.from({ length: 8 }, (_, at) => bench(`clean-${at}`));
  const all = [unsaved, running, ...others];
  for (const one of all) boards.keep(one as unknown as Workbench);
  assert.ok(!unsaved.isClosed && !running.isClosed);
  const open = all.filter(({ isClosed }) => !isClosed).map(({ board }) => board.file);
  assert.deepEqual(open, ["unsaved", "running", "clean-4", "clean-5", "clean-6", "clean-7"]);
  for (const { board, isClosed } of all) assert.equal(boards.of(board.file) === undefined, isClosed);
  assert.deepEqual([...boards.unsaved.value], ["unsaved"]);
  others[7]!.board.isDirty.value = true;
  assert.deepEqual([...boards.unsaved.value].sort(), ["clean-7", "unsaved"]);
  for (const { board } of all) board.isDirty.value = false;
  assert.equal(boards.unsaved.value.size, 0);
});

Deno.test("OpenBoards does not let the page go while something is not saved", () => {
  const boards = new OpenBoards();
  const one = bench("one");
  boards.keep(one as unknown as Workbench);
  const leave = () => {
    const event = new Event("beforeunload", { cancelable: true });
    globalThis.dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.equal(leave(), false);
  one.board.isDirty.value = true;
  assert.equal(leave(), true);
});
