import assert from "node:assert/strict";
import fc from "fast-check";
import {
  expandInserts,
  factor,
  insertedBy,
  shrinkInserts,
  synthesize,
} from "../../../editor/text/delta_algebra.ts";
import { Rope } from "../../../editor/text/rope.ts";
import { Subset, SubsetBuilder } from "../../../editor/text/subset.ts";
import { deltaOn, randomChanges } from "./random_text.ts";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Counts for each of `length` elements. */
const countsOf = (length: number) =>
  fc.array(fc.nat(2), { minLength: length, maxLength: length, size: "max" });
const counts = fc.nat(40).chain(countsOf);

function setOf(counts: readonly number[]): Subset {
  const builder = new SubsetBuilder();
  for (const count of counts) builder.add(1, count);
  return builder.build();
}

function listOf(set: Subset): number[] {
  return set.lengths.flatMap((length, run) => new Array<number>(length).fill(set.counts[run]!));
}

const pair = fc.nat(40).chain((length) => fc.tuple(countsOf(length), countsOf(length)));

Deno.test("Subset is its counts: union, subtract, xor, complement, ranges and sizes element by element", () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const x = setOf(a);
      const y = setOf(b);
      assert.deepEqual(listOf(x), a);
      assert.deepEqual(listOf(x.union(y)), a.map((count, at) => count + b[at]!));
      assert.deepEqual(listOf(x.subtract(y)), a.map((count, at) => Math.max(0, count - b[at]!)));
      assert.deepEqual(listOf(x.xor(y)), a.map((count, at) => count ^ b[at]!));
      assert.deepEqual(listOf(x.complement()), a.map((count) => count === 0 ? 1 : 0));
      assert.deepEqual([x.length, x.rest, x.isEmpty], [
        a.length,
        a.filter((c) => c === 0).length,
        a.every((c) => c === 0),
      ]);
      assert.ok(Subset.ofRanges(a.length, x.ranges()).complement().equals(x.complement()));
      const normal = x.counts.every((count, run) => x.lengths[run]! > 0 && count !== x.counts[run + 1]);
      assert.ok(normal, "no run is empty, no two that follow each other have one count");
    }),
    { seed: 301, numRuns: 1500 },
  );
});

Deno.test("Subset.expand(), expandUnion() and shrink() are the laws of deleting one after the other", () => {
  fc.assert(
    fc.property(
      counts.chain((b) => fc.tuple(fc.constant(b), countsOf(b.filter((count) => count === 0).length))),
      ([b, a]) => {
        const text = Rope.of(LETTERS.slice(0, b.length));
        const second = setOf(a);
        const first = setOf(b);
        const rest = first.deleteFrom(text);
        const both = second.deleteFrom(rest);
        assert.ok(second.expandUnion(first).deleteFrom(text).equals(both));
        const expanded = second.expand(first);
        assert.deepEqual(
          expanded.complement().deleteFrom(text).toString(),
          second.complement().deleteFrom(rest).toString(),
        );
        assert.ok(expanded.shrink(first).equals(second));
        assert.ok(first.shrink(expanded).deleteFrom(expanded.deleteFrom(text)).equals(both));
      },
    ),
    { seed: 302, numRuns: 1500 },
  );
});

Deno.test("Subset.placesIn() counts what is before a place", () => {
  fc.assert(
    fc.property(counts, (all) => {
      const set = setOf(all);
      const places = Array.from({ length: all.length + 1 }, (_, at) => at);
      const before = (inside: boolean) =>
        places.map((place) => all.slice(0, place).filter((count) => (count > 0) === inside).length);
      assert.deepEqual(set.placesIn(places), before(true));
      assert.deepEqual(set.placesIn(places, false), before(false));
    }),
    { seed: 303, numRuns: 500 },
  );
});

Deno.test("factor(), insertedBy() and synthesize() take a delta apart and put it together", () => {
  fc.assert(
    fc.property(fc.nat(40), randomChanges, (length, changes) => {
      const text = LETTERS.slice(0, length);
      const delta = deltaOn(text, changes);
      const { inserts, deletes } = factor(delta);
      const union = inserts.apply(Rope.of(text));
      const inserted = insertedBy(inserts);
      assert.equal(inserted.deleteFrom(union).toString(), text);
      const gone = deletes.expand(inserted);
      assert.equal(gone.deleteFrom(union).toString(), delta.applyToString(text));
      const there = synthesize(inserted.complement().deleteFrom(union), inserted, gone);
      assert.equal(there.applyToString(text), delta.applyToString(text));
      const back = synthesize(gone.complement().deleteFrom(union), gone, inserted);
      assert.equal(back.applyToString(delta.applyToString(text)), text);
    }),
    { seed: 304, numRuns: 1000 },
  );
});

Deno.test("expandInserts() and shrinkInserts() carry inserts over deleted text and back", () => {
  fc.assert(
    fc.property(counts, randomChanges, fc.boolean(), (all, changes, after) => {
      const deleted = setOf(all);
      const full = Rope.of(LETTERS.slice(0, all.length));
      const text = deleted.deleteFrom(full).toString();
      const { inserts } = factor(deltaOn(text, changes));
      const expanded = expandInserts(inserts, deleted, after);
      const visible = insertedBy(expanded).complement();
      // Without what is deleted, the expanded inserts give what the inserts give.
      const union = expanded.apply(full);
      const gone = deleted.expand(insertedBy(expanded));
      assert.equal(gone.deleteFrom(union).toString(), inserts.applyToString(text));
      assert.equal(visible.length, union.length);
      assert.ok(shrinkInserts(expanded, deleted).equals(inserts));
      for (const at of expanded.from) {
        const next = after ? all[at] : all[at - 1];
        assert.ok(next === undefined || next === 0, "it stands where it was told to, beside deleted units");
      }
    }),
    { seed: 305, numRuns: 1000 },
  );
});

Deno.test("Subset refuses ranges out of order and sets of another length", () => {
  assert.throws(() => Subset.ofRanges(9, [[2, 4], [3, 5]]), {
    name: "RangeError",
    message: /the last ends at 4/,
  });
  assert.throws(() => Subset.ofRanges(3, [[2, 4]]), RangeError);
  assert.throws(() => Subset.none(3).union(Subset.none(4)), /sets of 3 and 4 elements/);
  assert.throws(() => Subset.none(3).expand(Subset.none(4)), /the other leaves 4/);
  assert.throws(() => Subset.none(3).deleteFrom(Rope.of("four")), RangeError);
});
