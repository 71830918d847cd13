import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { Json } from "../../../core/json.ts";
import { decodeFrames, encodeFrame as encodeView } from "../../../editor/journal/frame.ts";

function encodeFrame(record: Json): Uint8Array {
  return encodeView(record).slice();
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

Deno.test("decodeFrames() gives back every record of encodeFrame(), line feeds and half pairs included", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), (values) => {
      const records = JSON.parse(JSON.stringify([...values, "a\nb\u2028\ud800", { k: "🎼" }])) as Json[];
      const bytes = joined(records.map(encodeFrame));
      assert.deepEqual(decodeFrames(bytes), { records, goodBytes: bytes.length, isDamaged: false });
    }),
    { seed: 20261126, numRuns: 300 },
  );
});

Deno.test("decodeFrames() of a log cut anywhere gives the records before the cut", () => {
  const records: Json[] = [{ a: 1 }, "zwei ü", [3, "x".repeat(40)], { last: true }];
  const frames = records.map(encodeFrame);
  const bytes = joined(frames);
  for (let cut = 0; cut <= bytes.length; cut++) {
    let [whole, end] = [0, 0];
    while (whole < frames.length && end + (frames[whole] as Uint8Array).length <= cut) {
      end += (frames[whole++] as Uint8Array).length;
    }
    const found = decodeFrames(bytes.subarray(0, cut));
    assert.deepEqual(
      found,
      { records: records.slice(0, whole), goodBytes: end, isDamaged: false },
      `cut at ${cut}`,
    );
  }
});

Deno.test("decodeFrames() never takes a record with a changed byte, and tells a torn end from damage", () => {
  const frames = [{ n: 1 }, { n: 2 }, { n: 3 }].map(encodeFrame);
  const [first, second] = [(frames[0] as Uint8Array).length, (frames[1] as Uint8Array).length];
  const bytes = joined(frames);
  for (let at = first; at < first + second; at++) {
    for (const flip of [1, 0x20, 0x80]) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ flip;
      const { records, goodBytes, isDamaged } = decodeFrames(changed);
      assert.deepEqual(records, [{ n: 1 }], `byte ${at}`);
      assert.equal(goodBytes, first);
      // Where the line feed itself is gone, two lines are one bad one.
      assert.equal(isDamaged, at !== first + second - 1);
    }
  }
  const garbage = fc.sample(fc.uint8Array({ maxLength: 300 }), { seed: 1, numRuns: 300 });
  for (const noise of garbage) assert.equal(decodeFrames(joined([...frames, noise])).records.length, 3);
});
