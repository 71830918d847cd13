import assert from "node:assert/strict";
import fc from "fast-check";
import { replacement } from "../../../editor/files/replacement.ts";
import { Rope } from "../../../editor/text/rope.ts";

Deno.test("replacement() takes one text to the other and leaves what both begin and end with", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "🎼", "🎵", "é"), maxLength: 30 });
  fc.assert(
    fc.property(text, text, text, text, (head, old, fresh, tail) => {
      const from = Rope.of(head + old + tail);
      const delta = replacement(from, Rope.of(head + fresh + tail));
      assert.equal(delta.apply(from).toString(), head + fresh + tail);
      const [change] = [...delta.changes()];
      if (change === undefined) return;
      assert.ok(change.to - change.from <= old.length && change.insert.length <= fresh.length);
    }),
    { seed: 20261126, numRuns: 2_000 },
  );
});

Deno.test("replacement() finds a small change in a long text", () => {
  const lines = Array.from({ length: 50_000 }, (_, at) => `line ${at} 🎼\n`);
  const from = Rope.of(lines.join(""));
  const to = Rope.of(lines.with(30_000, "changed\n").join(""));
  const delta = replacement(from, to);
  const [change] = [...delta.changes()];
  assert.ok(change !== undefined && change.to - change.from < 30);
  assert.ok(delta.apply(from).equals(to));
  assert.ok(replacement(from, from).isIdentity);
});
