import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeBoth,
  decodeJson,
  encodeBoth,
  encodeJson,
  FrameReader,
  FrameWriter,
  MOST_FRAME_BYTES,
  MOST_VALUE_BYTES,
} from "../../extensions/host/frames.ts";

interface Message {
  readonly kind: number;
  readonly id: number;
  readonly body: Uint8Array;
}

async function written(messages: readonly Message[]): Promise<Uint8Array<ArrayBuffer>[]> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const writer = new FrameWriter((bytes) => void pieces.push(bytes));
  for (const { kind, id, body } of messages) writer.send(kind, id, body);
  await Promise.resolve();
  return pieces;
}

function read(chunks: readonly Uint8Array<ArrayBuffer>[]): Message[] {
  const messages: Message[] = [];
  const reader = new FrameReader((kind, id, body) => messages.push({ kind, id, body: body.slice() }));
  for (const chunk of chunks) reader.push(chunk);
  return messages;
}

Deno.test("FrameReader gives what FrameWriter was given, however the bytes are cut", async () => {
  const message = fc.record({
    kind: fc.integer({ min: 1, max: 127 }),
    id: fc.integer({ min: 0, max: 0xffff_ffff }),
    body: fc.uint8Array({ maxLength: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 64 }),
      async (
        messages,
        cut,
      ) => {
        const pieces = await written(messages);
        assert.equal(pieces.length, 1);
        const bytes = pieces[0] as Uint8Array<ArrayBuffer>;
        const chunks = [];
        for (let at = 0; at < bytes.length; at += cut) chunks.push(bytes.slice(at, at + cut));
        const plain = ({ kind, id, body }: Message) => ({ kind, id, body: [...body] });
        assert.deepEqual(read(chunks).map(plain), messages.map(plain));
      },
    ),
  );
});

Deno.test("FrameWriter splits a value over one frame and FrameReader joins it", async () => {
  const body = new Uint8Array(3 * MOST_FRAME_BYTES + 17).map((_, at) => at % 251);
  const other = { kind: 3, id: 9, body: new Uint8Array([1]) };
  const messages = read(await written([{ kind: 2, id: 7, body }, other]));
  assert.deepEqual(messages.map(({ kind, id }) => [kind, id]), [[2, 7], [3, 9]]);
  assert.ok(messages[0]?.body.every((byte, at) => byte === body[at]));
});

Deno.test("FrameReader refuses a frame that announces over 1 MiB, before it is there", () => {
  const head = new Uint8Array(9);
  new DataView(head.buffer).setUint32(0, MOST_FRAME_BYTES + 1, true);
  assert.throws(() => read([head]), { code: "protocol" });
});

Deno.test("FrameReader refuses a frame too short for its head", () => {
  assert.throws(() => read([new Uint8Array([4, 0, 0, 0, 1, 0, 0, 0])]), { code: "protocol" });
});

Deno.test("FrameReader refuses a value that goes on for over 64 MiB", () => {
  const frame = new Uint8Array(4 + MOST_FRAME_BYTES);
  new DataView(frame.buffer).setUint32(0, MOST_FRAME_BYTES, true);
  frame[4] = 0x80 | 2;
  const reader = new FrameReader(() => assert.fail("It is never complete"));
  const frames = Math.ceil(MOST_VALUE_BYTES / (MOST_FRAME_BYTES - 5)) + 1;
  assert.throws(() => {
    for (let at = 0; at < frames; at++) reader.push(frame);
  }, { code: "protocol" });
});

Deno.test("FrameReader refuses many unfinished values that are over 128 MiB together", () => {
  const reader = new FrameReader(() => assert.fail("None is complete"));
  assert.throws(() => {
    for (let id = 0; id < 200; id++) {
      const frame = new Uint8Array(4 + MOST_FRAME_BYTES);
      const view = new DataView(frame.buffer);
      view.setUint32(0, MOST_FRAME_BYTES, true);
      view.setUint8(4, 0x80 | 2);
      view.setUint32(5, id, true);
      reader.push(frame);
    }
  }, { code: "protocol" });
});

Deno.test("FrameWriter refuses a value over 64 MiB", () => {
  const writer = new FrameWriter(() => {});
  assert.throws(() => writer.send(2, 1, new Uint8Array(MOST_VALUE_BYTES + 1)), { code: "protocol" });
});

Deno.test("FrameWriter keeps order while a write is under way", async () => {
  const pieces: number[] = [];
  let release = () => {};
  const writer = new FrameWriter((bytes) => {
    pieces.push(bytes.length / 9);
    return new Promise((resolve) => release = resolve);
  });
  writer.send(1, 1, new Uint8Array(0));
  await Promise.resolve();
  writer.send(1, 2, new Uint8Array(0));
  writer.send(1, 3, new Uint8Array(0));
  assert.deepEqual(pieces, [1]);
  release();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(pieces, [1, 2]);
});

Deno.test("decodeBoth() gives value and bytes back and tells no bytes from empty ones", () => {
  for (const bytes of [undefined, new Uint8Array(0), new Uint8Array([1, 2])]) {
    const got = decodeBoth(encodeBoth({ a: [1, "é"] }, bytes));
    assert.deepEqual(got.value, { a: [1, "é"] });
    assert.deepEqual(got.bytes === undefined ? undefined : [...got.bytes], bytes && [...bytes]);
  }
});

Deno.test("decodeBoth() refuses a body that breaks off", () => {
  assert.throws(() => decodeBoth(encodeBoth({ a: 1 }, undefined).slice(0, 7)), { code: "protocol" });
  assert.throws(() => decodeBoth(new Uint8Array(2)), { code: "protocol" });
});

Deno.test("decodeJson() refuses what is not JSON or not UTF-8 and drops the key __proto__", () => {
  assert.throws(() => decodeJson(new TextEncoder().encode("{")), { code: "protocol" });
  assert.throws(() => decodeJson(new Uint8Array([0x22, 0xff, 0x22])), { code: "protocol" });
  const value = decodeJson(encodeJson(JSON.parse('{"a": {"__proto__": {"x": 1}, "b": 2}}'))) as { a: object };
  assert.deepEqual(Object.keys(value.a), ["b"]);
});
