import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "../../../editor/rpc/line_splitter.ts";

Deno.test("LineSplitter gives the lines of any bytes, however they are cut", () => {
  const aText = fc.array(fc.constantFrom("a", "é", "字", "😀", "\n", "\n", "{}", "\r"), { maxLength: 40 });
  fc.assert(
    fc.property(aText, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (parts, sizes) => {
      const text = parts.join("");
      const bytes = new TextEncoder().encode(text);
      const splitter = new LineSplitter();
      const lines: string[] = [];
      let piece = 0;
      for (let at = 0; at < bytes.length;) {
        const size = sizes[piece++ % sizes.length] as number;
        // One buffer for all reads, as in the program: nothing of it may be kept.
        const buffer = bytes.slice(at, at + size);
        lines.push(...splitter.push(buffer));
        buffer.fill(0);
        at += size;
      }
      assert.deepEqual(lines, text.split("\n").slice(0, -1));
    }),
    { numRuns: 1000, seed: 14 },
  );
});
