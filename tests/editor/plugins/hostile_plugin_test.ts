/**
 * A plugin that hangs, floods, lies or dies in the middle of a word, while someone types: every key arrives, about as fast as without it.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import { EditorProcess } from "./editor_process.ts";
import { pluginFolder } from "./plugin_folder.ts";

const KEYS = 120;

/** Slower than this many times is blocked. The machine is shared, so a little slower says nothing. */
const BLOCKED = 25;

/** Types and waits for each key; the median in milliseconds. */
async function type(editor: EditorProcess, view: string, before: string): Promise<number> {
  const times: number[] = [];
  let typed = before;
  for (let key = 0; key < KEYS; key++) {
    const letter = String.fromCharCode(97 + key % 26);
    const began = performance.now();
    editor.edit(view, "insert", { chars: letter });
    typed += letter;
    assert.equal(await editor.text(view), typed);
    times.push(performance.now() - began);
  }
  return times.sort((one, other) => one - other)[KEYS >> 1]!;
}

async function begun(editor: EditorProcess, view: string, deed: string): Promise<void> {
  editor.notify("plugin", {
    command: "plugin_rpc",
    view_id: view,
    receiver: "hostile",
    rpc: { rpc_type: "notification", method: deed, params: {} },
  });
  await alert(editor, `begins to ${deed}`);
}

function alert(editor: EditorProcess, text: string): Promise<JsonObject> {
  return editor.inbox.next(
    text,
    ({ method, params }) => method === "alert" && (params as JsonObject)["msg"] === text,
  );
}

async function withPlugin(
  use: (editor: EditorProcess, view: string, calm: number) => Promise<void>,
): Promise<void> {
  await using folder = await pluginFolder("hostile");
  await using editor = new EditorProcess();
  editor.notify("client_started", { config_dir: folder.configDir });
  const view = await editor.open();
  await editor.inbox.next("plugin_started", ({ method }) => method === "plugin_started");
  const calm = await type(editor, view, "");
  editor.edit(view, "select_all");
  editor.edit(view, "delete_backward");
  await use(editor, view, calm);
}

function stopped(editor: EditorProcess): Promise<JsonObject> {
  return editor.inbox.next("plugin_stopped", ({ method }) => method === "plugin_stopped");
}

for (const deed of ["hang", "deaf", "flood", "endless"]) {
  Deno.test(`PluginHost keeps typing free of a plugin that does this: ${deed}`, async () => {
    await withPlugin(async (editor, view, calm) => {
      await begun(editor, view, deed);
      const under = await type(editor, view, "");
      assert.ok(under < Math.max(1, calm) * BLOCKED, `a key takes ${under} ms, ${calm} ms without`);
      editor.notify("plugin", { command: "stop", view_id: view, plugin_name: "hostile" });
      await type(editor, view, await editor.text(view));
    });
  });
}

Deno.test("PluginHost takes nothing from a plugin that lies, and goes on with it", async () => {
  await withPlugin(async (editor, view) => {
    await begun(editor, view, "lie");
    await alert(editor, "lied");
    await type(editor, view, "");
    await begun(editor, view, "lie");
    assert.ok(!(await editor.text(view)).includes("gone"));
  });
});

Deno.test("PluginHost survives a plugin that dies in the middle of a message, and says so", async () => {
  await withPlugin(async (editor, view) => {
    await begun(editor, view, "die");
    assert.deepEqual((await stopped(editor))["params"], { code: 137, plugin: "hostile", view_id: view });
    await type(editor, view, "");
    editor.notify("plugin", { command: "start", view_id: view, plugin_name: "hostile" });
    await editor.inbox.next("plugin_started", ({ method }) => method === "plugin_started");
  });
});
