import assert from "node:assert/strict";
import fc from "fast-check";
import { Delta, DeltaBuilder } from "../../../editor/text/delta.ts";
import { Rope } from "../../../editor/text/rope.ts";
import { deltaOn, randomChanges, spliced, texts } from "./random_text.ts";

/** xi's way to map an offset: a walk over copies and inserts. */
function mapped(delta: Delta, offset: number, after: boolean): number {
  if (offset === 0 && !after) return 0;
  let result = 0;
  for (const element of delta.elements()) {
    if ("insert" in element) {
      result += element.insert.length;
      continue;
    }
    const [from, to] = element.copy;
    if (offset <= from) return result;
    if (offset < to || (offset === to && !after)) return result + offset - from;
    result += to - from;
  }
  return result;
}

Deno.test("Delta applied to a rope and to a string is what splicing gives; elements and changes say the same", () => {
  fc.assert(
    fc.property(texts(), randomChanges, (text, changes) => {
      const delta = deltaOn(text, changes);
      const result = spliced(text, delta);
      assert.equal(delta.applyToString(text), result);
      assert.equal(delta.apply(Rope.of(text)).toString(), result);
      assert.equal(delta.newLength, result.length);
      assert.ok(Delta.fromElements(text.length, delta.elements()).equals(delta));
      assert.ok(Delta.of(text.length, delta.changes()).equals(delta));
    }),
    { seed: 201, numRuns: 2000 },
  );
});

Deno.test("Delta.compose() is one after the other", () => {
  fc.assert(
    fc.property(texts(), randomChanges, randomChanges, randomChanges, (text, x, y, z) => {
      const a = deltaOn(text, x);
      const once = a.applyToString(text);
      const b = deltaOn(once, y);
      const twice = b.applyToString(once);
      const c = deltaOn(twice, z);
      assert.equal(a.compose(b).applyToString(text), twice);
      assert.ok(a.compose(b).compose(c).equals(a.compose(b.compose(c))), "associative");
      assert.ok(
        a.compose(Delta.identity(once.length)).equals(a) && Delta.identity(text.length).compose(a).equals(a),
      );
    }),
    { seed: 202, numRuns: 2000 },
  );
});

Deno.test("Delta.invert() takes a change back", () => {
  fc.assert(
    fc.property(texts(), randomChanges, (text, changes) => {
      const delta = deltaOn(text, changes);
      assert.equal(delta.invert(Rope.of(text)).applyToString(delta.applyToString(text)), text);
    }),
    { seed: 203, numRuns: 1000 },
  );
});

Deno.test("Delta.transform() of two changes of one text converges, whichever comes first", () => {
  fc.assert(
    fc.property(texts(), randomChanges, randomChanges, (text, x, y) => {
      const a = deltaOn(text, x);
      const b = deltaOn(text, y);
      const one = a.compose(b.transform(a, "after")).applyToString(text);
      assert.equal(one, b.compose(a.transform(b, "before")).applyToString(text));
      assert.ok(one.isWellFormed());
      for (const insert of b.insert) assert.ok(one.includes(insert), "what was typed is there");
    }),
    { seed: 204, numRuns: 2000 },
  );
});

Deno.test("Delta.mapOffset() and mapOffsets() map as xi does", () => {
  fc.assert(
    fc.property(texts(), randomChanges, (text, changes) => {
      const delta = deltaOn(text, changes);
      const offsets: number[] = [];
      const biases: number[] = [];
      for (let at = 0; at <= text.length; at++) {
        offsets.push(at, at);
        biases.push(-1, 1);
      }
      const all = delta.mapOffsets(offsets, biases);
      for (const [at, offset] of offsets.entries()) {
        const expected = mapped(delta, offset, biases[at] === 1);
        assert.equal(all[at], expected);
        assert.equal(delta.mapOffset(offset, biases[at] === 1 ? 1 : -1), expected);
      }
    }),
    { seed: 205, numRuns: 500 },
  );
});

Deno.test("Delta in UTF-8 bytes goes there and back", () => {
  fc.assert(
    fc.property(texts(), randomChanges, (text, changes) => {
      const rope = Rope.of(text);
      const delta = deltaOn(text, changes);
      const { baseLength, elements } = delta.toUtf8(rope);
      assert.ok(Delta.fromUtf8(rope, baseLength, elements).equals(delta));
    }),
    { seed: 206, numRuns: 500 },
  );
});

Deno.test("Delta normalises: changes that touch are one, those that do nothing are none", () => {
  const delta = Delta.of(10, [
    { from: 1, to: 2, insert: "a" },
    { from: 2, to: 3, insert: "b" },
    { from: 5, to: 5, insert: "" },
  ]);
  assert.deepEqual([...delta.changes()], [{ from: 1, to: 3, insert: "ab" }]);
  assert.ok(Delta.fromElements(4, [{ copy: [0, 2] }, { copy: [2, 4] }]).isIdentity);
  assert.deepEqual(delta.summary(), { from: 1, to: 3, newLength: 2 });
  assert.equal(Delta.identity(3).summary(), undefined);
});

Deno.test("Delta refuses changes out of order, outside the text, and texts of another length", () => {
  assert.throws(() => new DeltaBuilder(9).replace(4, 5, "").replace(3, 6, ""), {
    name: "RangeError",
    message: "Cannot replace 3 to 6: changes ascend, the last ends at 5, the text has 9",
  });
  assert.throws(() => Delta.replace(3, 2, 4, ""), RangeError);
  assert.throws(() => Delta.fromElements(5, [{ copy: [2, 4] }, { copy: [3, 5] }]), /copies ascend/);
  assert.throws(
    () => Delta.replace(3, 0, 1, "").apply(Rope.of("four")),
    /a change of 3 units to a text of 4/,
  );
  assert.throws(
    () => Delta.identity(3).compose(Delta.identity(4)),
    /the first gives 3 units, the second takes 4/,
  );
  assert.throws(() => Delta.identity(3).transform(Delta.identity(4), "after"), RangeError);
  assert.throws(() => Delta.fromUtf8(Rope.of("é"), 1, []), /the text has 2/);
});
