import assert from "node:assert/strict";
import { FrameWriter } from "../../extensions/host/frames.ts";
import { openCapabilities } from "./capability_rig.ts";

Deno.test("Capabilities know no name that a prototype would lend them", async () => {
  await using rig = await openCapabilities();
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"]) {
    await assert.rejects(rig.capabilities.call(name, {}), /There is no capability/, name);
  }
});

Deno.test("Capabilities are closed with the call", async () => {
  await using rig = await openCapabilities();
  await rig.context.files.stat("a.txt");
  rig.capabilities.close();
  await assert.rejects(rig.capabilities.call("files.stat", { path: "a.txt" }), /The call is over/);
});

Deno.test("Capabilities refuse more than 256 calls in flight", async () => {
  await using rig = await openCapabilities();
  const calls = Array.from({ length: 300 }, () => rig.capabilities.call("files.stat", { path: "a.txt" }));
  const refused = (await Promise.allSettled(calls)).filter(({ status }) => status === "rejected");
  assert.equal(refused.length, 44);
});

Deno.test("Capabilities say whether anything was changed or reached", async () => {
  await using rig = await openCapabilities();
  await rig.context.files.stat("a.txt");
  assert.equal(rig.capabilities.hadEffects, false);
  await rig.context.files.write("a.txt", "x");
  assert.equal(rig.capabilities.hadEffects, true);
});

Deno.test("Capabilities hold at most 128 MiB of what their calls brought, and have room again afterwards", async () => {
  await using rig = await openCapabilities();
  const size = 30 << 20;
  const passing = { size, send: () => Promise.resolve() };
  const write = () => rig.capabilities.call("files.write", { path: "a.txt" }, new Uint8Array(1), passing);
  const ends = await Promise.allSettled(Array.from({ length: 10 }, write));
  const refused = ends.flatMap((end) => end.status === "rejected" ? [String(end.reason.message)] : []);
  assert.equal(refused.length, 6);
  assert.match(refused[0] ?? "", /^Over 128 MiB of capability calls are in flight: await some first$/);
  await write();
});

Deno.test("Capabilities read no more than four large things before they were taken", async () => {
  await using rig = await openCapabilities();
  await rig.context.files.write("a.txt", "x");
  const untaken: (() => void)[] = [];
  const passing = { size: 10, send: () => new Promise<void>((resolve) => untaken.push(resolve)) };
  const reads = Array.from(
    { length: 10 },
    () => rig.capabilities.call("files.read", { path: "a.txt" }, undefined, passing),
  );
  let most = 0;
  for (let taken = 0; taken < 10; taken++) {
    for (let at = 0; at < 500 && untaken.length < Math.min(4, 10 - taken); at++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    most = Math.max(most, untaken.length);
    untaken.shift()?.();
  }
  await Promise.all(reads);
  assert.equal(most, 4);
});

Deno.test("FrameWriter.drained() waits for what was sent before it, and for nothing else", async () => {
  const writes: (() => void)[] = [];
  const writer = new FrameWriter(() => new Promise((resolve) => writes.push(resolve)));
  await writer.drained();
  const told: string[] = [];
  writer.send(1, 1, new Uint8Array(10));
  const first = writer.drained().then(() => told.push("first"));
  await Promise.resolve();
  writer.send(1, 2, new Uint8Array(10));
  const second = writer.drained().then(() => told.push("second"));
  writes.shift()?.();
  await first;
  assert.deepEqual(told, ["first"]);
  while (writes.length === 0) await Promise.resolve();
  writes.shift()?.();
  await second;
  assert.deepEqual(told, ["first", "second"]);
});
