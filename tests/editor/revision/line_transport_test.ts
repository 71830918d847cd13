import assert from "node:assert/strict";
import type { Message } from "vscode-jsonrpc";
import type { ByteChannel } from "../../../editor/revision/byte_channel.ts";
import { LineTransport } from "../../../editor/revision/line_transport.ts";
import { memoryChannels } from "./memory_channel.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function message(id: number, more: object = {}): Message {
  return { jsonrpc: "2.0", id, ...more } as Message;
}

/** Lets everything that is due happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("LineTransport gives messages however their bytes come, and tells and skips what is none", async () => {
  const [client, server] = memoryChannels();
  const transport = new LineTransport(server, "server");
  const got: unknown[] = [];
  const errors: string[] = [];
  transport.onError(((error: Error) => errors.push(error.message)) as never);
  transport.listen((each) => {
    got.push(each);
    transport.dispatched(each);
  });
  const text = `${JSON.stringify(message(1, { method: "ü🎼" }))}\n\n{"not json\n[1]\n{"id":5}\n`;
  for (const byte of bytes(text)) client.write(Uint8Array.of(byte));
  client.write(bytes(`${JSON.stringify(message(2))}\n${JSON.stringify(message(3))}\n`));
  await settle();
  assert.deepEqual(got, [message(1, { method: "ü🎼" }), message(2), message(3)]);
  assert.equal(errors.length, 3);
  assert.match(errors[0] as string, /is no JSON: \{"not json/);
  let closes = 0;
  transport.onClose(() => closes++);
  client.close();
  await settle();
  assert.equal(closes, 1);
});

Deno.test("LineTransport writes what is sent in one turn, or while messages are dispatched, at once", async () => {
  const [client, server] = memoryChannels();
  const writes: string[] = [];
  const transport = new LineTransport(
    { ...server, write: (piece) => void writes.push(new TextDecoder().decode(piece)) },
    "server",
  );
  transport.listen(() => undefined);
  for (let id = 1; id <= 3; id++) transport.write(message(id));
  await settle();
  assert.equal(writes.length, 1);
  client.write(bytes([4, 5, 6].map((id) => `${JSON.stringify(message(id))}\n`).join("")));
  await settle();
  for (const id of [4, 5, 6]) {
    transport.dispatched(message(id));
    transport.write(message(id + 100));
    await Promise.resolve();
  }
  await settle();
  assert.equal(writes.length, 2);
  assert.equal(writes[1]?.split("\n").length, 4);
});

Deno.test("LineTransport of a server stops reading while its client takes nothing; that of a client reads on", async () => {
  for (const role of ["server", "client"] as const) {
    const [other, own] = memoryChannels();
    let release = () => {};
    const stuck: ByteChannel = { ...own, write: () => new Promise((resolve) => release = resolve) };
    const transport = new LineTransport(stuck, role);
    let got = 0;
    transport.listen((each) => {
      got++;
      transport.dispatched(each);
    });
    transport.write(message(1, { result: "x".repeat(2 << 20) }));
    await settle();
    transport.write(message(2, { result: "x".repeat(2 << 20) }));
    other.write(bytes(`${JSON.stringify(message(1))}\n`));
    await settle();
    const first = got;
    other.write(bytes(`${JSON.stringify(message(2))}\n`));
    await settle();
    assert.equal(got - first, role === "client" ? 1 : 0, role);
    for (let turn = 0; turn < 3; turn++) {
      release();
      await settle();
    }
    assert.equal(got, 2, "all of it comes once there is room");
    transport.dispose();
    other.close();
  }
});
