/** In a file of its own: grammars stay loaded for the life of a process, and this test needs one that is not. */

import assert from "node:assert/strict";
import { testOperator } from "../../../extensions/sdk/testing.ts";
import { metricsOperator } from "../../../extensions/bundled/code/metrics.ts";
import { codeAssets } from "./assets.ts";

Deno.test("code/metrics fails where an asset is missing, the engine or a grammar, and succeeds once it is there", async () => {
  const measure = (assets: Readonly<Record<string, string>>) =>
    testOperator(metricsOperator, { file: "a.go", source: "package p\n" }, { assets });
  const without = (name: string) =>
    Object.fromEntries(Object.entries(codeAssets).filter(([key]) => !key.includes(name)));
  await assert.rejects(measure(without("web-tree-sitter")));
  await assert.rejects(measure(without("tree-sitter-go")));
  const { output } = await measure(codeAssets);
  assert.equal(output["language"], "go");
});
