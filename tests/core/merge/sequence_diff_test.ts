import assert from "node:assert/strict";
import fc from "fast-check";
import { diffSequences } from "../../../core/merge/sequence_diff.ts";

function applied(a: readonly number[], b: readonly number[]): number[] {
  const result: number[] = [];
  let done = 0;
  let bDone = 0;
  for (const { aFrom, aTo, bFrom, bTo } of diffSequences(a, b)) {
    assert.ok(aFrom >= done && aTo >= aFrom && bTo >= bFrom && (aTo > aFrom || bTo > bFrom));
    assert.equal(aFrom - done, bFrom - bDone, "what lies between hunks is as long on both sides");
    result.push(...a.slice(done, aFrom), ...b.slice(bFrom, bTo));
    done = aTo;
    bDone = bTo;
  }
  return [...result, ...a.slice(done)];
}

/** Insertions and deletions of a shortest way, by dynamic programming. */
function distance(a: readonly number[], b: readonly number[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(a[i - 1] === b[j - 1] ? row[j - 1]! : Math.min(row[j]!, next[j - 1]!) + 1);
    }
    row = next;
  }
  return row[b.length]!;
}

const cost = (a: readonly number[], b: readonly number[]) =>
  diffSequences(a, b).reduce((sum, hunk) => sum + hunk.aTo - hunk.aFrom + hunk.bTo - hunk.bFrom, 0);

const numbers = (max: number, length: number) => fc.array(fc.nat(max), { maxLength: length, size: "max" });

Deno.test("diffSequences() gives hunks that make the first sequence into the second", () => {
  fc.assert(
    fc.property(numbers(3, 60), numbers(3, 60), (a, b) => assert.deepEqual(applied(a, b), b)),
    { seed: 11, numRuns: 2000 },
  );
  fc.assert(
    fc.property(numbers(200, 200), numbers(200, 200), (a, b) => assert.deepEqual(applied(a, b), b)),
    { seed: 12, numRuns: 300 },
  );
});

Deno.test("diffSequences() finds a shortest way where there are no anchors", () => {
  fc.assert(
    fc.property(numbers(2, 15), numbers(2, 15), (a, b) => assert.equal(cost(a, b), distance(a, b))),
    { seed: 13, numRuns: 3000 },
  );
});

Deno.test("diffSequences() of sequences with nothing in common is one hunk, and takes no time", () => {
  const a = Array.from({ length: 50_000 }, (_, at) => at % 7);
  const b = Array.from({ length: 50_000 }, (_, at) => 7 + (at % 5));
  assert.deepEqual(applied(a, b), b);
});

Deno.test("diffSequences() is right where a shortest way would cost too much", () => {
  let state = 1;
  const random = () => state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  const a = Array.from({ length: 6000 }, () => random() % 3);
  const b = Array.from({ length: 6000 }, () => random() % 3);
  assert.deepEqual(applied(a, b), b);
});

Deno.test("diffSequences() of long sequences without order, where looking at all would take too long, is right all the same", () => {
  let state = 7;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 0x100000000 * limit);
  };
  const a = Int32Array.from({ length: 150_000 }, () => below(500));
  const b = Int32Array.from({ length: 300_000 }, () => below(500));
  const made: number[] = [];
  let at = 0;
  for (const { aFrom, aTo, bFrom, bTo } of diffSequences(a, b)) {
    for (; at < aFrom; at++) made.push(a[at]!);
    for (let each = bFrom; each < bTo; each++) made.push(b[each]!);
    at = aTo;
  }
  for (; at < a.length; at++) made.push(a[at]!);
  assert.ok(made.length === b.length && made.every((element, index) => element === b[index]));
});
