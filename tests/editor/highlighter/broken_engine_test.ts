/**
 * An engine that breaks in the middle of a parse costs the colours and nothing else: no key, no other plugin, no other buffer's text.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Parser } from "web-tree-sitter";
import { Buffers } from "../../../editor/buffers.ts";
import { PluginHost } from "../../../editor/plugins/plugin_host.ts";
import { Delta } from "../../../editor/text/delta.ts";

Deno.test("PluginHost goes on without colours where the engine breaks, and tries again in another language", async () => {
  const buffers = new Buffers((error) => {
    throw error;
  });
  const problems: string[] = [];
  await using host = new PluginHost(buffers, { report: (problem) => problems.push(problem) });
  await host.start({});
  await host.ready;
  const { buffer } = buffers.open({ text: "let a = 1;\n".repeat(50), language: "TypeScript" });
  const spans = () =>
    host.layersFor(buffer, 0, 100).flatMap((layer) => [...layer.spans.within(0, 100)]).length;
  assert.ok(spans() > 10);
  const { parse } = Parser.prototype;
  Parser.prototype.parse = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  try {
    buffer.edit({ delta: Delta.replace(buffer.text.length, 0, 0, "{"), author: "core", kind: "insert" });
    host.settle(buffer);
    assert.equal(spans(), 0);
    buffer.edit({ delta: Delta.replace(buffer.text.length, 1, 1, "\n"), author: "core", kind: "newline" });
    host.settle(buffer);
    assert.ok(buffer.text.toString().startsWith("{\n    let a"), "indentation does not need the engine");
  } finally {
    Parser.prototype.parse = parse;
  }
  assert.deepEqual(problems, ["Cannot go on colouring TypeScript: unreachable"]);
  assert.equal(spans(), 0);
  buffer.setLanguage("JavaScript");
  assert.ok(spans() > 10);
});
