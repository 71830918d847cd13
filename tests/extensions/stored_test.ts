import assert from "node:assert/strict";
import { extensionId, nodeId, runId } from "../../core/ids.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { storedOperations } from "../../extensions/capabilities/stored.ts";

Deno.test("artifacts.put() is within its quota of artifacts and bytes a call", async () => {
  const artifacts = new HeldArtifacts();
  const open = () =>
    storedOperations({
      authority: {
        extension: extensionId("test/quota"),
        permissions: [],
        refusal: () => undefined,
        namesOutright: () => false,
        secret: () => undefined,
      },
      workspace: "/",
      mayWrite: false,
      signal: new AbortController().signal,
      run: runId("r000000000000000"),
      node: nodeId("n"),
      granted: new Set(),
      artifacts,
      asset: () => Promise.resolve(undefined),
    }, { puts: 3, putBytes: 10 });
  const put = async (operations: ReturnType<typeof open>, ...bytes: number[]) =>
    await operations["artifacts.put"]?.({}, new Uint8Array(bytes));
  const quota = { failureClass: "permission", message: /one call puts at most 3 of 10 bytes together/ };
  const many = open();
  for (const one of [1, 2, 2]) await put(many, one);
  await assert.rejects(put(many, 3), quota);
  const large = open();
  await put(large, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  await assert.rejects(put(large, 1), quota);
  assert.equal((await Array.fromAsync(artifacts.list())).length, 3);
});
