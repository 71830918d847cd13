/** The extension as it is shipped: bundled to one module, in a worker that may do nothing, in a host process. */

import assert from "node:assert/strict";
import { extensionId, nodeId, nodeTypeId, runId } from "../../../core/ids.ts";
import { openRig } from "../../extensions/host_rig.ts";

Deno.test("check/tests runs its engine in a worker without any permission and without code generation", async () => {
  const folder = new URL("../../../extensions/bundled/check", import.meta.url).pathname;
  await using rig = await openRig([], { extra: [folder], grants: [] });
  const instance = await rig.extensions.activate(extensionId("symphony/check"));
  const result = await rig.extensions.call(instance, {
    nodeType: nodeTypeId("check/tests"),
    input: { value: "const twice = (n) => 2 * n;", tests: ["twice(2) === 4", "twice(2) === 5"] },
    run: runId("r000000000000000"),
    node: nodeId("check"),
    attempt: 1,
    idempotencyKey: "k",
    workspace: "/",
    mayWrite: false,
  }, { signal: new AbortController().signal });
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(result.output["quality"], 0.5);
});
