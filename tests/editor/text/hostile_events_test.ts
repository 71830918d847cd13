/**
 * Events that somebody made up: a document takes them whole or not at all, and stays one that good events still fit.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { TextDocument } from "../../../editor/text/document.ts";
import { readTextEvent, type TextEvent } from "../../../editor/text/text_event.ts";
import { deltaOn, dice, randomChanges } from "./random_text.ts";

/** Numbers that are near what is right, or far from it. */
const number = fc.oneof(
  fc.nat(12),
  fc.nat(200),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(2 ** 31, 2 ** 53, 0.5, -0, NaN),
);
const word = fc.constantFrom("", "x", "😀", "\ud83d", "a\nb", "y".repeat(600));
const name = fc.constantFrom("A", "B", "evil", "");
const madeUp = fc.record({
  replica: name,
  seq: number,
  parents: fc.array(fc.tuple(name, number), { maxLength: 3 }),
  author: name,
  group: number,
  priority: number,
  ops: fc.array(fc.tuple(number, number, word), { maxLength: 3 }),
  toggles: fc.option(
    fc.array(fc.record({ replica: name, group: number, weight: number }), { maxLength: 2 }),
    { nil: undefined },
  ),
});
/** A good event with one thing in it changed. */
const change = fc.record({
  field: fc.constantFrom("seq", "group", "at", "remove", "insert", "parent", "toggle"),
  number,
  word,
});

function changed(
  event: TextEvent,
  { field, number, word }: { field: string; number: number; word: string },
): unknown {
  const [op] = event.ops;
  const rest = event.ops.slice(1);
  if (field === "seq" || field === "group") return { ...event, [field]: number };
  if (field === "parent") return { ...event, parents: [[event.parents[0]?.[0] ?? "A", number]] };
  if (field === "toggle") {
    return { ...event, ops: [], toggles: [{ replica: "A", group: number, weight: number }] };
  }
  if (op === undefined) return { ...event, ops: [[0, 0, word]] };
  const [at, remove, insert] = op;
  if (field === "at") return { ...event, ops: [[number, remove, insert], ...rest] };
  if (field === "remove") return { ...event, ops: [[at, number, insert], ...rest] };
  return { ...event, ops: [[at, remove, word], ...rest] };
}

/** Everything a document says of itself. */
function state(document: TextDocument) {
  const { text, ...rest } = document.save();
  return {
    ...rest,
    first: text.toString(),
    text: document.text.toString(),
    length: document.length,
    revision: document.revision,
  };
}

Deno.test("TextDocument takes made-up events whole or not at all, and good ones still fit", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          {
            weight: 2,
            arbitrary: fc.record({
              kind: fc.constant("edit" as const),
              changes: randomChanges,
              at: fc.constantFrom("A", "B"),
              back: fc.nat(3),
            }),
          },
          {
            weight: 1,
            arbitrary: fc.record({ kind: fc.constant("undo" as const), at: fc.constantFrom("A", "B") }),
          },
          { weight: 3, arbitrary: fc.record({ kind: fc.constant("changed" as const), change, which: dice }) },
          { weight: 1, arbitrary: fc.record({ kind: fc.constant("made up" as const), event: madeUp }) },
        ),
        { maxLength: 30, size: "max" },
      ),
      (steps) => {
        const one = new TextDocument("a😀b", { replica: "A" });
        const other = new TextDocument("a😀b", { replica: "B" });
        const target = new TextDocument("a😀b", { replica: "T" });
        let poisoned = false;
        for (const step of steps) {
          if (step.kind === "edit" || step.kind === "undo") {
            const document = step.at === "A" ? one : other;
            if (step.kind === "undo") document.undo();
            else {
              const revision = Math.max(0, document.revision - step.back);
              document.edit({ revision, delta: deltaOn(document.textAt(revision).toString(), step.changes) });
            }
            continue;
          }
          const good = [...one.eventsSince(target.version()), ...other.eventsSince(target.version())];
          const event = step.kind === "made up"
            ? step.event
            : good.length === 0
            ? {}
            : changed(good[step.which % good.length]!, step.change);
          const before = state(target);
          try {
            if (target.replay(readTextEvent(event)) !== undefined) poisoned = true;
          } catch (error) {
            assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
            assert.deepEqual(state(target), before);
          }
          target.text.check();
          const there = target.deltaBetween(target.revision, target.oldest).applyToString(
            target.text.toString(),
          );
          assert.equal(there, "a😀b");
          // Once a made-up event has taken the place of a good one, that is refused; until then all fit.
          if (!poisoned) target.apply(good);
        }
        target.replace(0, 0, "still alive");
        assert.ok(target.text.toString().startsWith("still alive"));
      },
    ),
    { seed: 701, numRuns: 700 },
  );
});
