import assert from "node:assert/strict";
import fc from "fast-check";
import { difference, reconcile } from "../../../editor/files/reconcile.ts";
import { Rope } from "../../../editor/text/rope.ts";

const line = fc.constantFrom("alpha beta\n", "one two three\n", "🎼 🎵\n", "}\n", "\n", "no end");
const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join(""));

Deno.test("difference() takes any text to any other", () => {
  fc.assert(
    fc.property(text, text, (from, to) => {
      const rope = Rope.of(from);
      assert.equal(difference(rope, Rope.of(to)).apply(rope).toString(), to);
    }),
    { seed: 20261126, numRuns: 1_000 },
  );
});

Deno.test("difference() leaves the lines between changes alone", () => {
  const lines = Array.from({ length: 1_000 }, (_, at) => `line ${at}\n`);
  const from = Rope.of(lines.join(""));
  const to = Rope.of(lines.with(10, "ten\n").with(900, "nine hundred\n").join(""));
  const changes = [...difference(from, to).changes()];
  assert.ok(changes.length >= 2);
  assert.ok(changes.every(({ from, to, insert }) => to - from + insert.length < 40));
});

Deno.test("reconcile() does nothing for equal sides, and takes a side that alone has changed", () => {
  fc.assert(
    fc.property(text, text, (base, other) => {
      const [a, b] = [Rope.of(base), Rope.of(other)];
      for (const [ours, theirs, expected] of [[a, b, other], [b, a, other], [b, b, other]] as const) {
        const result = reconcile(a, ours, theirs);
        assert.ok(result.kind === "merged");
        assert.equal(result.delta.apply(ours).toString(), expected);
      }
    }),
    { seed: 20261126, numRuns: 500 },
  );
});

Deno.test("reconcile() brings changes of distant lines together, in any place of a long text", () => {
  const lines = Array.from({ length: 200 }, (_, at) => `line number ${at}\n`);
  fc.assert(
    fc.property(fc.nat(199), fc.nat(199), (mine, other) => {
      fc.pre(Math.abs(mine - other) > 1);
      const base = Rope.of(lines.join(""));
      const ours = Rope.of(lines.with(mine, "mine\n").join(""));
      const theirs = Rope.of(lines.with(other, "theirs\n").join(""));
      const result = reconcile(base, ours, theirs);
      assert.ok(result.kind === "merged");
      const both = lines.with(mine, "mine\n").with(other, "theirs\n").join("");
      assert.equal(result.delta.apply(ours).toString(), both);
    }),
    { seed: 20261126, numRuns: 200 },
  );
});

Deno.test("reconcile() names the lines that contradict, with both sides", () => {
  const text = (value: string) => Rope.of(`head\nlimit = ${value}\ntail\n`);
  const result = reconcile(text("10"), text("20"), text("35"));
  assert.ok(result.kind === "conflict");
  assert.deepEqual(result.places, [{
    from: 5,
    to: 16,
    base: "limit = 10\n",
    ours: "limit = 20\n",
    theirs: "limit = 35\n",
  }]);
});

Deno.test("reconcile() of texts too different to be compared by lines takes each side's change as one place", () => {
  const lines = (count: number, word: string) =>
    Array.from({ length: count }, (_, at) => `${word} ${at}\n`).join("");
  const head = lines(1_000, "head");
  const old = lines(100_000, "old");
  const fresh = lines(3_000_000, "something else altogether");
  const base = Rope.of(head + old);
  const theirs = Rope.of(head + fresh);
  const mine = Rope.of(`${head.replace("head 7\n", "mine\n")}${old}`);
  const apart = reconcile(base, mine, theirs);
  assert.ok(apart.kind === "merged");
  assert.ok(apart.delta.apply(mine).equals(Rope.of(head.replace("head 7\n", "mine\n") + fresh)));
  const both = Rope.of(head + old.replace("old 7\n", "mine\n"));
  const contradicting = reconcile(base, both, theirs);
  assert.ok(contradicting.kind === "conflict" && contradicting.places.length === 1);
  const [place] = contradicting.places;
  assert.equal(place?.from, head.length);
  assert.equal(place?.ours, both.sliceString(head.length));
  assert.equal(place?.theirs, fresh);
  const unchanged = reconcile(base, both, Rope.of(base.toString()));
  assert.ok(unchanged.kind === "merged" && unchanged.delta.isIdentity);
});
