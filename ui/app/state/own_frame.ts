/**
 * Work that adds much to the page, each in a frame of its own: what is made in a turn behind one frame is laid out and painted with
 * the next, and only then comes the work that waits behind it. So no frame has two large things to show, and making them and showing
 * them are two tasks.
 *
 * @module
 */

import { soon } from "./turn.ts";

const waiting: (() => void)[] = [];
let isAsked = false;

/** Calls `work` when it is its turn, in the order of asking, unless the returned function is called before. */
export function inOwnFrame(work: () => void): () => void {
  waiting.push(work);
  ask();
  return () => {
    const at = waiting.indexOf(work);
    if (at >= 0) waiting.splice(at, 1);
  };
}

function ask(): void {
  if (isAsked || waiting.length === 0) return;
  isAsked = true;
  const go = () => soon(next);
  // A page that nobody sees has no frames.
  if (document.hidden) setTimeout(go);
  else requestAnimationFrame(go);
}

function next(): void {
  isAsked = false;
  try {
    waiting.shift()?.();
  } finally {
    ask();
  }
}
