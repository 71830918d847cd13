/**
 * The highlighter as a process gives what it gives inside the editor, message for message over the same protocol.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import { type Buffer, Buffers } from "../../../editor/buffers.ts";
import type { FrontEnd } from "../../../editor/plugins/front_end.ts";
import { PluginHost } from "../../../editor/plugins/plugin_host.ts";
import { Delta } from "../../../editor/text/delta.ts";
import { pluginFolder } from "../plugins/plugin_folder.ts";

const SOURCE = `// é𝒳\nexport function f(a: number) {\n  return /x+/.test(\`\${a}\`);\n}\n`.repeat(300);
const PATIENCE_MS = 60_000;

class QuietFrontEnd implements FrontEnd {
  readonly #buffer: Buffer;
  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }
  viewsOf(buffer: Buffer): readonly string[] {
    return buffer === this.#buffer ? ["view-id-1"] : [];
  }
  bufferOf(viewId: string): Buffer | undefined {
    return viewId === "view-id-1" ? this.#buffer : undefined;
  }
  configOf(): JsonObject {
    return { tab_size: 2, translate_tabs_to_spaces: true, auto_indent: true };
  }
  selectionsOf(): readonly never[] {
    return [];
  }
  notify(): void {}
  stylesChanged(): void {}
  annotationsChanged(): void {}
}

/** The scopes of every unit, as the host holds them. */
function picture(host: PluginHost, buffer: Buffer): string[] {
  const units: string[] = new Array(buffer.text.length).fill("");
  for (let from = 0; from < units.length; from += 10_000) {
    for (const { scopes, spans } of host.layersFor(buffer, from, Math.min(units.length, from + 10_000))) {
      for (const span of spans.within(from, from + 10_000)) {
        units.fill(scopes[span.value]!.join(" "), span.from, span.to);
      }
    }
  }
  return units;
}

async function opened(configDir: string | undefined) {
  const buffers = new Buffers((error) => {
    throw error;
  });
  const problems: string[] = [];
  const host = new PluginHost(buffers, {
    report: (problem) => problems.push(problem),
    bare: configDir !== undefined,
  });
  const { buffer } = buffers.open({ text: SOURCE, language: "TypeScript" });
  host.attach(new QuietFrontEnd(buffer));
  await host.start(configDir === undefined ? {} : { configDir });
  await host.ready;
  host.viewOpened("view-id-1", buffer);
  return { host, buffer, problems };
}

Deno.test("Highlighter as a process colours and indents as inside the editor", async () => {
  await using folder = await pluginFolder("highlighter");
  Deno.env.set("SYMPHONY_TEST_DENO", Deno.execPath());
  Deno.env.set("SYMPHONY_TEST_ROOT", new URL("../../../", import.meta.url).pathname);
  const inside = await opened(undefined);
  const outside = await opened(folder.configDir);
  const same = async (what: string) => {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      await inside.host.withTree(inside.buffer, () => {});
      const [one, other] = [picture(inside.host, inside.buffer), picture(outside.host, outside.buffer)];
      if (inside.buffer.text.equals(outside.buffer.text) && one.every((scopes, at) => scopes === other[at])) {
        return;
      }
      if (performance.now() > end) {
        const at = one.findIndex((scopes, index) => scopes !== other[index]);
        assert.fail(
          `${what}: at ${at} inside "${one[at]}", outside "${other[at]}"; ${outside.problems.join("\n")}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await same("as opened");
  const edit = (at: number, insert: string, kind: "insert" | "newline") => {
    for (const { host, buffer } of [inside, outside]) {
      buffer.edit({
        delta: Delta.replace(buffer.text.length, at, at, insert),
        author: "core",
        kind,
        priority: 0x10000,
      });
      host.settle(buffer);
    }
  };
  edit(SOURCE.indexOf("{") + 1, "\n", "newline");
  await same("after a new line");
  assert.ok(outside.buffer.text.toString().startsWith("// é𝒳\nexport function f(a: number) {\n  \n  return"));
  edit(0, "/* ", "insert");
  await same("after a comment opened");
  for (const { host, buffer } of [inside, outside]) host.toggleComment(buffer, [[2, 3], [4, 5]]);
  await same("after lines became comments");
  assert.deepEqual(inside.problems, []);
  await inside.host[Symbol.asyncDispose]();
  await outside.host[Symbol.asyncDispose]();
});
