import assert from "node:assert/strict";
import {
  MAX_MESSAGE,
  MAX_PER_SECOND,
  MessageRate,
  readFrameMessage,
} from "../../../../ui/app/motif/frame_messages.ts";

Deno.test("readFrameMessage() takes a command and nothing else", () => {
  const command = { type: "command", id: 1, command: "acme/go", input: { a: 1 } };
  assert.deepEqual(readFrameMessage(JSON.stringify(command)), command);
  assert.deepEqual(readFrameMessage('{"type":"command","id":0,"command":"a/b"}'), {
    type: "command",
    id: 0,
    command: "a/b",
    input: {},
  });
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const bad: readonly unknown[] = [
    undefined,
    null,
    7,
    cyclic,
    command,
    new ArrayBuffer(8),
    "",
    "{",
    "[]",
    '"command"',
    "{}",
    '{"type":"hello"}',
    '{"type":"command","id":-1,"command":"a/b"}',
    '{"type":"command","id":1.5,"command":"a/b"}',
    '{"type":"command","id":"1","command":"a/b"}',
    '{"type":"command","id":1}',
    '{"type":"command","id":1,"command":"a/b","input":[]}',
    '{"type":"command","id":1,"command":"a/b","mayWrite":true}',
    '{"__proto__":{"type":"command"},"id":1,"command":"a/b"}',
    '{"constructor":1,"type":"command","id":1,"command":"a/b"}',
    JSON.stringify({ ...command, input: { text: "x".repeat(MAX_MESSAGE) } }),
  ];
  for (const one of bad) assert.equal(typeof readFrameMessage(one), "string", String(one).slice(0, 80));
});

Deno.test("MessageRate refuses what comes too often within a second, and takes again later", () => {
  const rate = new MessageRate();
  for (let at = 0; at < MAX_PER_SECOND; at++) assert.equal(rate.take(5_000 + at), true);
  assert.equal(rate.take(5_900), false);
  assert.equal(rate.take(6_001), true);
});
