import assert from "node:assert/strict";
import fc from "fast-check";
import { answeredId, encodeFrame, type Frame, FrameDecoder } from "../../../editor/lsp/server/framing.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

function decodeAll(decoder: FrameDecoder, stream: Uint8Array, cuts: readonly number[]): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  for (const cut of [...cuts, stream.length]) {
    const end = Math.min(stream.length, Math.max(at, cut));
    frames.push(...decoder.feed(stream.slice(at, end)));
    at = end;
  }
  return frames;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("FrameDecoder gives back what encodeFrame wrote, wherever the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { maxLength: 6 }),
      fc.array(fc.nat(400), { maxLength: 12 }),
      (bodies, cuts) => {
        const stream = joined(bodies.map(encodeFrame));
        const frames = decodeAll(new FrameDecoder(1000), stream, [...cuts].sort((a, b) => a - b));
        assert.deepEqual(frames.map((frame) => frame.kind === "body" ? text(frame.body) : frame), bodies);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

Deno.test("FrameDecoder skips what a server prints between frames and counts it", () => {
  const junk = "starting up...\nlistening\n\n";
  const stream = joined([bytes(junk), encodeFrame("1"), bytes("Debugger attached.\n"), encodeFrame("2")]);
  for (let cut = 0; cut < stream.length; cut++) {
    const decoder = new FrameDecoder(100);
    const frames = decodeAll(decoder, stream, [cut]);
    assert.deepEqual(frames.map((frame) => frame.kind === "body" && text(frame.body)), ["1", "2"]);
    assert.equal(decoder.junkBytes, junk.length + "Debugger attached.\n".length);
  }
});

Deno.test("FrameDecoder forgets endless junk and still finds the frame after it", () => {
  const decoder = new FrameDecoder(100);
  const junk = bytes("x".repeat(5000));
  for (let i = 0; i < 100; i++) assert.deepEqual([...decoder.feed(junk)], []);
  assert.deepEqual([...decoder.feed(joined([bytes("\n"), encodeFrame("{}")]))].map((f) => f.kind), ["body"]);
  assert.equal(decoder.junkBytes, 500_001);
});

Deno.test("FrameDecoder skips a body over the limit, shows its head, and reads on", () => {
  const large = `{"jsonrpc":"2.0","id":7,"result":"${"y".repeat(5000)}"}`;
  const stream = joined([encodeFrame(large), encodeFrame("{}")]);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
      const frames = decodeAll(new FrameDecoder(1000), stream, [...cuts].sort((a, b) => a - b));
      assert.equal(frames.length, 2);
      assert.equal(frames[0]?.kind, "oversize");
      assert.equal(frames[0]?.kind === "oversize" && answeredId(frames[0].head), 7);
      assert.equal(frames[1]?.kind, "body");
    }),
    { seed: 2 },
  );
});

Deno.test("FrameDecoder takes lower-case headers, bare line feeds, other headers and an empty body", () => {
  const decoder = new FrameDecoder(100);
  const stream = bytes("Content-Type: x; charset=utf-8\r\ncontent-length:2\n\n{}Content-Length: 0\r\n\r\n");
  assert.deepEqual([...decoder.feed(stream)].map((f) => f.kind === "body" && text(f.body)), ["{}", ""]);
  assert.equal(decoder.junkBytes, "Content-Type: x; charset=utf-8\r\n".length);
});

Deno.test("answeredId() finds the id of an answer and none in a request or notification", () => {
  assert.equal(answeredId(bytes(`{"jsonrpc":"2.0","id":12,"result":[`)), 12);
  assert.equal(answeredId(bytes(`{"jsonrpc":"2.0","method":"x","id":12`)), undefined);
  assert.equal(answeredId(bytes(`{"jsonrpc":"2.0","result":[`)), undefined);
});
