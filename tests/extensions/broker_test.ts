import assert from "node:assert/strict";
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
