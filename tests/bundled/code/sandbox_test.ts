/** The extension as it is shipped: bundled to one module, in a worker that may do nothing, in a host process. */

import assert from "node:assert/strict";
import { extensionId, nodeId, type NodeTypeId, runId } from "../../../core/ids.ts";
import { openRig } from "../../extensions/host_rig.ts";

const sources: Readonly<Record<string, string>> = {
  "a.ts": "function f(a: number) { if (a) return; }\n",
  "a.tsx": "const F = (p: P) => p.on ? <b/> : null;\n",
  "a.js": "function f(a) { if (a) return; }\n",
  "a.py": "def f(a):\n    if a: pass\n",
  "a.go": "package p\nfunc f() { if a { } }\n",
  "a.rs": "fn f() { if a { } }\n",
  "A.java": "class A { void f() { if (a) { } } }\n",
  "a.c": "void f(void) { if (a) { } }\n",
  "a.cpp": "void f() { if (a) { } }\n",
};

Deno.test("code/metrics loads its engine and every grammar in a worker without any permission of its own", async () => {
  const folder = new URL("../../../extensions/bundled/code", import.meta.url).pathname;
  const workspace = await Deno.makeTempDir({ prefix: "symphony-code-" });
  try {
    for (const [file, source] of Object.entries(sources)) {
      await Deno.writeTextFile(`${workspace}/${file}`, source);
    }
    await using rig = await openRig([], { extra: [folder], grants: ["symphony/code=files:read"] });
    const instance = await rig.extensions.activate(extensionId("symphony/code"));
    for (const file of Object.keys(sources)) {
      const result = await rig.extensions.call(instance, {
        nodeType: "code/metrics" as NodeTypeId,
        input: { file },
        run: runId("r000000000000000"),
        node: nodeId("measure"),
        attempt: 1,
        idempotencyKey: file,
        workspace,
        mayWrite: false,
      }, { signal: new AbortController().signal });
      assert.ok(result.ok, JSON.stringify(result));
      assert.deepEqual([file, result.output["complexity"]], [file, 2]);
    }
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
});
