import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { Settings } from "../../../editor/config/settings.ts";
import { parseToml, SettingsFileError } from "../../../editor/config/settings_files.ts";
import { checkTable, SettingsError } from "../../../editor/config/settings_table.ts";
import { detectSettings } from "../../../editor/config/whitespace.ts";
import { Rope } from "../../../editor/text/rope.ts";
import { type Message, TestFrontEnd } from "../session/front_end.ts";

function buffer(language = "Rust") {
  return new Buffers((error) => assert.fail(String(error))).open({ language }).buffer;
}

Deno.test("Settings lie over one another: built in, user, language, user's for the language, file, person", () => {
  const settings = new Settings();
  const own = buffer();
  const size = () => settings.table(own).tab_size;
  settings.add(own);
  assert.equal(size(), 4);
  settings.set({ type: "general" }, { tab_size: 42 });
  assert.equal(size(), 42);
  settings.setLanguages([{ name: "Rust", defaults: { tab_size: 31 } }]);
  assert.equal(size(), 31);
  settings.set({ type: "language", name: "Rust" }, { tab_size: 32 });
  assert.equal(size(), 32);
  settings.set({ type: "detected", buffer: own }, { tab_size: 67 });
  assert.equal(size(), 67);
  settings.set({ type: "override", buffer: own }, { tab_size: 85 });
  assert.equal(size(), 85);
  settings.update({ type: "override", buffer: own }, { tab_size: null });
  assert.equal(size(), 67);
  settings.set({ type: "detected", buffer: own }, {});
  settings.setLanguages([]);
  assert.equal(size(), 42, "settings of a language that is gone have no effect");
});

Deno.test("Settings.update() says for each buffer what is different, and nothing else", () => {
  const settings = new Settings();
  const [rust, plain] = [buffer(), buffer("Plain Text")];
  settings.setLanguages([{ name: "Rust", defaults: { font_size: 9 } }]);
  settings.add(rust);
  settings.add(plain);
  const changes = settings.update({ type: "general" }, {
    font_size: 12,
    tab_size: 4,
    mine: [1, { a: null }],
  });
  assert.deepEqual(changes.get(rust), { mine: [1, { a: null }] });
  assert.deepEqual(changes.get(plain), { font_size: 12, mine: [1, { a: null }] });
  assert.equal(settings.update({ type: "general" }, { font_size: 12 }).size, 0);
});

Deno.test("Settings refuse values of the wrong kind, and nothing changes", () => {
  const settings = new Settings();
  const own = buffer();
  settings.add(own);
  const wrong: JsonObject[] = [
    { tab_size: "x" },
    { tab_size: 0 },
    { tab_size: 2.5 },
    { wrap_width: -1 },
    { wrap_width: 1e300 },
    { font_size: null, word_wrap: "yes" },
    { line_ending: 7 },
    { surrounding_pairs: [["a"]] },
    { surrounding_pairs: "()" },
    { plugin_search_path: [1] },
  ];
  for (const table of wrong) {
    assert.throws(() => settings.update({ type: "general" }, table), SettingsError, JSON.stringify(table));
    assert.throws(() => checkTable(table), /expected/);
  }
  assert.equal(settings.of(own).tabSize, 4);
});

Deno.test("parseToml() reads what people write, and names the file and place of what it cannot", async () => {
  const text = 'tab_size = 3\nfont_face = "X"\nwhen = 1979-05-27\n[inner]\nlist = [1, "two"]\n';
  assert.deepEqual(await parseToml(text, "f"), {
    tab_size: 3,
    font_face: "X",
    when: "1979-05-27",
    inner: { list: [1, "two"] },
  });
  await assert.rejects(
    parseToml("a = \n", "/x/preferences.xiconfig"),
    (error) =>
      error instanceof SettingsFileError && error.message.includes("/x/preferences.xiconfig") &&
      /1/.test(error.message),
  );
});

Deno.test("detectSettings() finds tabs, widths and line endings, and nothing where they are mixed", () => {
  const of = (text: string) => detectSettings(Rope.of(text));
  assert.deepEqual(of("a\n\tb\n\t\tc\n"), { translate_tabs_to_spaces: false, line_ending: "\n" });
  assert.deepEqual(of("a\r\n  b\r\n    c\r\n"), {
    translate_tabs_to_spaces: true,
    tab_size: 2,
    line_ending: "\r\n",
  });
  assert.deepEqual(of("a\n\tb\n  c"), { line_ending: "\n" });
  assert.deepEqual(of("  \tb"), {});
  assert.deepEqual(of("a\rb"), {});
  assert.deepEqual(of("plain"), {});
  assert.deepEqual(of(" a\n   b\n"), { translate_tabs_to_spaces: true, tab_size: 3, line_ending: "\n" });
  assert.deepEqual(of(" a\n"), { line_ending: "\n" }, "one space is no indentation");
});

Deno.test("Session reads the settings folder, follows its files, and tells what is wrong with one", async () => {
  const folder = await Deno.makeTempDir();
  const received: Message[] = [];
  using front = new TestFrontEnd({}, (message) => received.push(message));
  try {
    await Deno.writeTextFile(`${folder}/preferences.xiconfig`, "tab_size = 3\n");
    front.notify("client_started", { config_dir: folder });
    const view = await front.open();
    const size = async () =>
      ((await front.request("get_config", { view_id: view })).result as JsonObject).tab_size;
    assert.equal(await size(), 3);
    assert.ok((await Deno.stat(`${folder}/themes`)).isDirectory);
    await Deno.writeTextFile(`${folder}/preferences.xiconfig`, "tab_size = 5\n");
    for (let round = 0; await size() !== 5; round++) {
      assert.ok(round < 500);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Deno.writeTextFile(`${folder}/preferences.xiconfig`, "tab_size = \n");
    for (let round = 0; !received.some(({ method }) => method === "alert"); round++) {
      assert.ok(round < 500);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(await size(), 5, "a broken file changes nothing");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
