/**
 * A plugin in Python, written from the protocol alone, in the real editor.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import { EditorProcess } from "./editor_process.ts";
import { pluginFolder } from "./plugin_folder.ts";

const hasPython = await new Deno.Command("python3", { args: ["--version"], stdout: "null", stderr: "null" })
  .output()
  .then(({ success }) => success, () => false);

function status(editor: EditorProcess, value: string): Promise<JsonObject> {
  return editor.inbox.next(
    `status ${value}`,
    ({ method, params }) => method === "update_status_item" && (params as JsonObject)["value"] === value,
  );
}

function styledTexts(editor: EditorProcess, viewId: string): string[] {
  const texts: string[] = [];
  for (const line of editor.lines(viewId)) {
    let at = 0;
    const bytes = new TextEncoder().encode(line?.text ?? "");
    for (let index = 0; index < (line?.styles.length ?? 0); index += 3) {
      const start = at + line!.styles[index]!;
      at = start + line!.styles[index + 1]!;
      if (line!.styles[index + 2]! >= 8) texts.push(new TextDecoder().decode(bytes.slice(start, at)));
    }
  }
  return texts;
}

Deno.test({
  name: "PluginHost runs a plugin in Python: reads, colours, marks, counts, edits, answers",
  ignore: !hasPython,
  async fn() {
    await using folder = await pluginFolder("todo");
    const path = `${folder.dir}/a.txt`;
    await Deno.writeTextFile(path, `é NOTE one\n${"filler\n".repeat(400)}NOTE two\n`);
    await using editor = new EditorProcess();
    editor.notify("client_started", { config_dir: folder.configDir });
    const view = await editor.open(path);
    const commands = await editor.inbox.next("update_cmds", ({ method }) => method === "update_cmds");
    assert.deepEqual((commands["params"] as JsonObject)["plugin"], "todo");
    await status(editor, "2");
    await editor.until("NOTE is coloured", () => styledTexts(editor, view).includes("NOTE"));

    editor.edit(view, "insert", { chars: "NOTE é " });
    await status(editor, "3");
    await editor.until(
      "both are coloured",
      () => styledTexts(editor, view).filter((text) => text === "NOTE").length === 2,
    );

    editor.edit(view, "paste", { chars: "NOTE ".repeat(250_000) });
    await status(editor, "250003");
    editor.edit(view, "undo");
    await status(editor, "3");

    editor.notify("plugin", {
      command: "plugin_rpc",
      view_id: view,
      receiver: "todo",
      rpc: { rpc_type: "notification", method: "heading", params: { line: 0 } },
    });
    const heading = `NOTE é é NOTE one\n${"-".repeat(17)}\nfiller\n`;
    await editor.until("the heading is there", () => editor.lines(view)[1]?.text === `${"-".repeat(17)}\n`);
    assert.ok((await editor.text(view)).startsWith(heading));
    editor.edit(view, "undo");
    assert.ok((await editor.text(view)).startsWith("NOTE é é NOTE one\nfiller\n"));

    editor.edit(view, "request_hover", { request_id: 7, position: { line: 0, column: 0 } });
    const hover = await editor.inbox.next("show_hover", ({ method }) => method === "show_hover");
    assert.deepEqual(hover["params"], { request_id: 7, result: "NOTE 403 [[8, 8]]", view_id: view });

    editor.notify("plugin", { command: "stop", view_id: view, plugin_name: "todo" });
    await editor.inbox.next("plugin_stopped", ({ method }) => method === "plugin_stopped");
    await editor.until("the colours are gone", () => styledTexts(editor, view).length === 0);
    editor.notify("plugin", { command: "start", view_id: view, plugin_name: "todo" });
    await editor.until("the colours are back", () => styledTexts(editor, view).includes("NOTE"));
  },
});
