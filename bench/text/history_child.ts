/**
 * What a long history costs: an edit at its beginning and after a million keystrokes, an undo, an edit made for a text of long ago, the way
 * back to an old revision, memory by the keystroke, undo of an agent's large group among a person's edits.
 *
 * @module
 */

import { Delta } from "../../editor/text/delta.ts";
import { TextDocument } from "../../editor/text/document.ts";
import { line, print, sample } from "../tail.ts";

const KEYSTROKES = 1_000_000;

let state = 7;
function below(limit: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 0x100000000 * limit);
}

const document = new TextDocument("const value = compute(first, second);\n".repeat(27_000));
let caret = 0;

/** Types a word, then goes somewhere else; now and then takes a few letters back. */
function keystroke(step: number): void {
  if (step % 7 === 0) caret = below(document.length);
  if (step % 13 === 0 && caret > 2) document.replace(--caret, caret + 1, "", "ann");
  else document.replace(caret, ++caret - 1, "x", "ann");
}

document.replace(0, 0, "b", "bob");
document.undo("bob");
const early = await sample(keystroke, 20_000);
const before = Deno.memoryUsage().rss;
for (let step = 0; step < KEYSTROKES; step++) keystroke(step);
const grown = Deno.memoryUsage().rss - before;
const late = await sample(keystroke, 20_000);
print(`${KEYSTROKES.toLocaleString("en")} keystrokes in a text of 1 MB`);
print(`  ${line("a keystroke at the beginning", early)}`);
print(`  ${line("a keystroke after them", late, early)}`);
print(`  memory: ${(grown / KEYSTROKES).toFixed(0)} bytes a keystroke, text and history`);
print(`  ${line("undo of the newest edit", await sample(() => document.undo("ann"), 50), late)}`);
print(
  `  ${
    line("whether an author of long ago can undo", await sample(() => document.canUndo("bob"), 50), late)
  }`,
);
const revision = document.revision;
const length = document.length;
print(
  `  ${line("an edit made for the text 100 revisions ago", await sample((at) => stale(100, at), 50), late)}`,
);
print(
  `  ${
    line(
      "an edit made for the text 10,000 revisions ago",
      await sample((at) => stale(10_000, at), 20),
      late,
    )
  }`,
);
print(
  `  ${
    line(
      "the text 10,000 revisions ago",
      await sample(() => document.textAt(revision - 10_000).length, 20),
      late,
    )
  }`,
);
for (const size of [500, 5_000, 50_000]) {
  const { text, undo, again } = largeGroup(size);
  print(
    `  a group of ${
      size.toLocaleString("en")
    } edits of an agent, as many of a person between, ${text.length} units: ` +
      `undo ${undo.toFixed(0)} ms, redo ${again[0]!.toFixed(0)} ms, undo again ${again[1]!.toFixed(0)} ms`,
  );
}
if (document.length === length) throw new Error("nothing was edited");

/** Milliseconds of an undo, a redo and another undo of a group whose edits are all over the text. */
function largeGroup(size: number): { text: TextDocument; undo: number; again: readonly number[] } {
  const text = new TextDocument("const value = compute(first, second);\n".repeat(27_000));
  const group = text.newGroup();
  for (let edit = 0; edit < size; edit++) {
    const from = below(text.length - 2);
    const delta = Delta.replace(text.length, from, from + edit % 3, "word");
    text.edit({ delta, author: "agent", group });
    const to = below(text.length);
    text.replace(to, to, "x", "ann");
  }
  const timed = (act: () => unknown) => {
    const began = performance.now();
    act();
    return performance.now() - began;
  };
  const undo = timed(() => text.undo("agent"));
  return { text, undo, again: [timed(() => text.redo("agent")), timed(() => text.undo("agent"))] };
}

function stale(behind: number, at: number): void {
  const base = document.revision - behind;
  const size = document.textAt(base).length;
  document.edit({ revision: base, delta: Delta.replace(size, at * 100, at * 100, "agent"), author: "agent" });
}
