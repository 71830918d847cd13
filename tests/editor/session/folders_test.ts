/**
 * What the real editor makes of the folders of a front end: plugins on the search path, a theme that is edited while it is shown.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import { EditorProcess } from "../plugins/editor_process.ts";

Deno.test("Session looks for plugins on plugin_search_path, too, from the settings folder on", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.mkdir(`${dir}/config/more`, { recursive: true });
  const plugin = new URL("../../fixtures/plugins/relay", import.meta.url).pathname;
  await Deno.symlink(plugin, `${dir}/config/more/relay`);
  await Deno.writeTextFile(
    `${dir}/config/preferences.xiconfig`,
    'plugin_search_path = ["more", "/nowhere"]\n',
  );
  {
    await using editor = new EditorProcess();
    editor.notify("client_started", { config_dir: `${dir}/config` });
    const { params } = await editor.inbox.next("languages", ({ method }) => method === "available_languages");
    assert.ok(((params as JsonObject)["languages"] as string[]).includes("Foo"));
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("Session shows a theme anew when its file has changed, and only that one", async () => {
  const dir = await Deno.makeTempDir();
  const theme = (name: string, color: string) =>
    JSON.stringify({ name, type: "dark", colors: { "editor.background": color }, tokenColors: [] });
  await Deno.mkdir(`${dir}/themes`);
  await Deno.writeTextFile(`${dir}/themes/Mine.json`, theme("Mine", "#101010"));
  {
    await using editor = new EditorProcess();
    editor.notify("client_started", { config_dir: dir });
    await editor.inbox.next("themes", ({ method }) => method === "available_themes");
    editor.notify("set_theme", { theme_name: "Mine" });
    const background = async () => {
      const { params } = await editor.inbox.next("theme", ({ method }) => method === "theme_changed");
      return (((params as JsonObject)["theme"] as JsonObject)["background"] as JsonObject)["r"];
    };
    assert.equal(await background(), 0x10);
    await Deno.writeTextFile(`${dir}/themes/Other.json`, theme("Other", "#202020"));
    await editor.inbox.next(
      "other theme",
      ({ method, params }) =>
        method === "available_themes" && ((params as JsonObject)["themes"] as string[]).includes("Other"),
    );
    await Deno.writeTextFile(`${dir}/themes/Mine.json`, theme("Mine", "#303030"));
    assert.equal(await background(), 0x30);
    assert.ok(editor.inbox.drain().every(({ method }) => method !== "theme_changed"));
  }
  await Deno.remove(dir, { recursive: true });
});
