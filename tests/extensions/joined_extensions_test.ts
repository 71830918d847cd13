import assert from "node:assert/strict";
import { extensionId, nodeTypeId } from "../../core/ids.ts";
import { defineExtension, defineOperator, Type } from "../../extensions/sdk/mod.ts";
import { InProcessExtensions } from "../../extensions/in_process.ts";
import { type AvailabilityPort, JoinedExtensions } from "../../extensions/joined_extensions.ts";
import { request, testExtensionPort } from "../contracts/extension_contract.ts";
import zoo from "../fixtures/extensions/contract/main.ts";

const other = defineExtension({
  contributes: [
    defineOperator({
      type: "other/slow",
      title: "Slow",
      description: "Waits",
      input: Type.Object({}),
      output: Type.Object({ done: Type.Boolean() }),
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { done: true };
      },
    }),
  ],
});

function hosts(): AvailabilityPort {
  const permissions = [{ kind: "files" as const, access: "read" as const, reason: "The suite reads a file" }];
  const port = new InProcessExtensions([{ id: extensionId("contract/zoo"), definition: zoo, permissions }]);
  return Object.assign(port, {
    availability: () => Promise.resolve(new Map([[nodeTypeId("contract/model"), "no key"]])),
  });
}

function joined() {
  const others = new InProcessExtensions([{ id: extensionId("mcp/other"), definition: other }]);
  return new JoinedExtensions(hosts(), [{ owns: (id) => id.startsWith("mcp/"), port: others }]);
}

testExtensionPort("JoinedExtensions", () => Promise.resolve(joined()));

Deno.test("JoinedExtensions carries each call to the kind that owns the extension, and says where each stands", async () => {
  const port = joined();
  try {
    const catalog = await port.describe();
    assert.ok(catalog.nodes.has(nodeTypeId("contract/echo")) && catalog.nodes.has(nodeTypeId("other/slow")));
    const stateOf = (id: string) => port.lives().find(({ extension }) => extension === id)?.state;
    assert.deepEqual([stateOf("mcp/other"), stateOf("contract/zoo")], ["loaded", "loaded"]);
    const instance = await port.activate(extensionId("mcp/other"));
    assert.equal(stateOf("mcp/other"), "activated");
    const calling = port.call(instance, request("other/slow"), { signal: new AbortController().signal });
    assert.equal(stateOf("mcp/other"), "running");
    assert.deepEqual(await calling, { ok: true, output: { done: true } });
    assert.equal(stateOf("mcp/other"), "activated");
    await port.deactivate(instance);
    assert.equal(stateOf("mcp/other"), "loaded");
    await assert.rejects(port.activate(extensionId("mcp/absent")), { code: "not-found" });
    assert.equal(stateOf("mcp/absent"), "error");
    const answers = await port.availability([nodeTypeId("contract/model"), nodeTypeId("other/slow")]);
    assert.deepEqual([...answers], [[nodeTypeId("contract/model"), "no key"], [
      nodeTypeId("other/slow"),
      undefined,
    ]]);
  } finally {
    await port.close();
  }
});
