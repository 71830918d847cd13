/**
 * Themes: read in both forms, matched by scope, numbered for the protocol, followed in the user's folder.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { Layer } from "../../../editor/plugins/layers.ts";
import { parseColor, toArgb } from "../../../editor/themes/color.ts";
import { Looks } from "../../../editor/themes/looks.ts";
import { scopeParts, ScopeSelector } from "../../../editor/themes/selector.ts";
import { SETTING_KEYS } from "../../../editor/themes/theme.ts";
import { ThemeStore } from "../../../editor/themes/theme_store.ts";
import { parseTheme } from "../../../editor/themes/parse_theme.ts";

const TM_THEME = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <key>name</key><string>Inside</string>
  <key>settings</key><array>
    <dict><key>settings</key><dict>
      <key>foreground</key><string>#112233</string><key>background</key><string>#FFFFFF80</string>
      <key>lineHighlight</key><string>#abc</string><key>caret</key><string>nonsense</string>
    </dict></dict>
    <dict><key>scope</key><string>comment, string - string.regexp</string>
      <key>settings</key><dict><key>foreground</key><string>#00ff00</string><key>fontStyle</key><string>bold italic</string></dict></dict>
  </array>
  <key>gutterSettings</key><dict><key>background</key><string>#010203</string></dict>
</dict></plist>`;

const VSCODE = `{ // a comment
  "name": "Code", "type": "dark",
  "colors": { "editor.foreground": "#eeeeee", "editor.background": "#111111", "editorCursor.foreground": "#f00" },
  "tokenColors": [
    { "settings": { "foreground": "#dddddd" } },
    { "scope": ["keyword", "storage.type"], "settings": { "foreground": "#0000ff", "fontStyle": "underline" } },
    { "scope": "keyword.operator", "settings": { "fontStyle": "" } },
  ],
}`;

Deno.test("parseTheme() reads a TextMate theme: settings, rules, gutter", () => {
  const theme = parseTheme("Mine.tmTheme", TM_THEME);
  assert.equal(theme.name, "Mine");
  assert.deepEqual(theme.settings.foreground, { r: 0x11, g: 0x22, b: 0x33, a: 255 });
  assert.deepEqual(theme.settings.background?.a, 0x80);
  assert.deepEqual(theme.settings.line_highlight, { r: 0xaa, g: 0xbb, b: 0xcc, a: 255 });
  assert.equal(theme.settings.caret, undefined);
  assert.deepEqual(theme.settings.gutter, { r: 1, g: 2, b: 3, a: 255 });
  assert.deepEqual(theme.styleOf(["source.x", "comment.line"]), {
    foreground: { r: 0, g: 255, b: 0, a: 255 },
    bold: true,
    italic: true,
    underline: false,
  });
  assert.deepEqual(theme.styleOf(["source.x", "string.regexp"]), {});
  assert.deepEqual(Object.keys(theme.settingsJson()), [...SETTING_KEYS]);
});

Deno.test("parseTheme() reads a VS Code theme with comments and trailing commas; the better fit decides each member", () => {
  const theme = parseTheme("code.json", VSCODE);
  assert.deepEqual(theme.settings.caret, { r: 255, g: 0, b: 0, a: 255 });
  assert.deepEqual(theme.settings.foreground, { r: 0xee, g: 0xee, b: 0xee, a: 255 });
  assert.equal(theme.styleOf(["source", "keyword.control"]).underline, true);
  const operator = theme.styleOf(["source", "keyword.operator.word"]);
  assert.deepEqual([operator.underline, operator.foreground], [false, { r: 0, g: 0, b: 255, a: 255 }]);
});

for (
  const [file, text, says] of [
    ["a.json", "{", /Cannot read theme: \w+ at/],
    ["a.json", "[]", /expected an object with "colors"/],
    ["a.tmTheme", "<plist><dict><key>settings</key><string/></dict></plist>", /array "settings"/],
    ["a.tmTheme", "not xml", /Cannot read theme/],
  ] as const
) {
  Deno.test(`parseTheme() refuses ${file} with ${JSON.stringify(text)}`, () =>
    assert.throws(() => parseTheme(file, text), says));
}

const SCORES: readonly (readonly [selector: string, stack: string, fits: boolean])[] = [
  ["string", "source.js string.quoted", true],
  ["string.quoted.double", "source.js string.quoted", false],
  ["source.js string", "source.js meta.x string.quoted", true],
  ["string source.js", "source.js string.quoted", false],
  ["str", "source.js string", false],
  ["comment, string", "source string", true],
  ["string - source.css", "source.css string", false],
  ["string - source.css", "source.js string", true],
  ["source.js - (comment, string)", "source.js", true],
  ["", "anything", true],
];

for (const [selector, stack, fits] of SCORES) {
  Deno.test(`ScopeSelector "${selector}" ${fits ? "fits" : "does not fit"} "${stack}"`, () => {
    assert.equal(ScopeSelector.parse(selector).score(stack.split(" ").map(scopeParts)) !== undefined, fits);
  });
}

Deno.test("ScopeSelector prefers deeper scopes, then longer ones", () => {
  const stack = "source.js meta.block.js string.quoted.js".split(" ").map(scopeParts);
  const order = [
    "source",
    "source.js",
    "meta.block",
    "source.js meta.block",
    "string",
    "string.quoted",
    "meta string.quoted",
  ];
  const scores = order.map((selector) => ScopeSelector.parse(selector).score(stack)!);
  assert.deepEqual(scores, [...scores].sort((one, other) => one - other));
});

Deno.test("parseColor() reads what themes write, toArgb() writes what the protocol sends", () => {
  assert.equal(toArgb(parseColor("#a71d5d")!), 4289142109);
  assert.equal(toArgb(parseColor("#fff8")!), 0x88ffffff);
  for (const wrong of ["", "#12", "#12345", "#ggg", 7, undefined]) assert.equal(parseColor(wrong), undefined);
});

Deno.test("ThemeStore lists xi's seven first among the bundled ones, and reads every one", () => {
  const problems: string[] = [];
  const store = new ThemeStore((problem) => problems.push(problem));
  assert.deepEqual(store.names().slice(0, 7), [
    "InspiredGitHub",
    "Solarized (dark)",
    "Solarized (light)",
    "base16-eighties.dark",
    "base16-mocha.dark",
    "base16-ocean.dark",
    "base16-ocean.light",
  ]);
  for (const name of store.names()) {
    const theme = store.get(name)!;
    const { foreground, background } = theme.settings;
    assert.ok(foreground !== undefined && background !== undefined, name);
    const looks = [
      "comment",
      "string.quoted",
      "keyword.control.flow",
      "entity.name.function",
      "constant.numeric",
    ]
      .map((scope) => JSON.stringify(theme.styleOf(["source.x", scope]).foreground));
    assert.ok(new Set(looks).size >= 2, `${name} tells comments, strings and keywords apart`);
  }
  assert.equal(store.get("No such theme"), undefined);
  assert.deepEqual(problems, []);
});

Deno.test("ThemeStore follows the user's folder, whose themes come first; what cannot be read is told", async () => {
  const folder = await Deno.makeTempDir();
  const problems: string[] = [];
  const store = new ThemeStore((problem) => problems.push(problem));
  await Deno.writeTextFile(`${folder}/Mine.tmTheme`, TM_THEME);
  await Deno.writeTextFile(`${folder}/broken.json`, "{");
  await Deno.writeTextFile(`${folder}/notes.txt`, "no theme");
  await store.readFolder(folder);
  assert.equal(store.names()[0], "Mine");
  assert.equal(problems.length, 1);
  const changed = Promise.withResolvers<void>();
  const stop = store.watch(folder, changed.resolve);
  await Deno.writeTextFile(`${folder}/Another.json`, VSCODE);
  await changed.promise;
  assert.deepEqual(store.names().slice(0, 2), ["Another", "Mine"]);
  stop();
  await Deno.remove(folder, { recursive: true });
  await store.readFolder(folder);
  assert.equal(store.names()[0], "InspiredGitHub");
});

Deno.test("Looks announces each number once and before its use, starts anew with a theme, and stacks layers", () => {
  const { buffer } = new Buffers(() => {}).open({ text: "abcdefgh" });
  const [lower, upper] = [new Layer(0), new Layer(5)];
  lower.scopes.push(["source", "comment"], ["source", "string.quoted"]);
  upper.scopes.push(["source", "markup.bold"]);
  lower.spans.replace(0, 8, [{ from: 0, to: 4, value: 0 }, { from: 4, to: 6, value: 1 }]);
  const said: JsonObject[] = [];
  const looks = new Looks({ layersFor: () => [lower, upper] }, new ThemeStore(), (style) => said.push(style));
  assert.deepEqual(looks.runs(buffer, 1, 8), [{ from: 1, to: 4, style: 8 }, { from: 4, to: 6, style: 9 }]);
  assert.deepEqual(said.map(({ id, italic }) => [id, italic]), [[8, true], [9, undefined]]);
  looks.runs(buffer, 0, 8);
  assert.equal(said.length, 2);
  upper.spans.replace(0, 8, [{ from: 3, to: 7, value: 0 }]);
  const runs = looks.runs(buffer, 0, 8);
  assert.deepEqual(runs.map(({ from, to }) => [from, to]), [[0, 3], [3, 7]]);
  assert.deepEqual(said[2], { id: 10, fg_color: 0xff323232, weight: 700 });
  assert.equal(looks.setTheme("base16-ocean.dark")?.name, "base16-ocean.dark");
  assert.equal(looks.runs(buffer, 0, 2)[0]?.style, 8);
  assert.equal(looks.setTheme("nothing"), undefined);
});
