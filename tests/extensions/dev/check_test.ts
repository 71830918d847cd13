import assert from "node:assert/strict";
import { relative } from "node:path";
import type { Problem } from "../../../core/workflow/problem.ts";
import { checkFolder } from "../../../extensions/dev/check_folder.ts";
import { bench, inFolder, manifestText, operatorText } from "./bench.ts";

/** `file:line code` of each problem. */
function places(folder: string, problems: readonly Problem[]): string[] {
  return problems.map(({ file, line, code, severity }) =>
    `${relative(folder, file)}:${line} ${severity === "warning" ? "warning " : ""}${code}`
  );
}

async function checked(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return await inFolder({ "symphony.jsonc": manifestText(), ...files }, async (folder) => {
    const { problems } = await checkFolder(folder, bench);
    return places(folder, problems);
  });
}

Deno.test("checkFolder finds nothing wrong with a sound extension", async () => {
  assert.deepEqual(await checked({ "main.ts": operatorText("    void context; return input;") }), []);
});

/** Each file's fault stands in helper.ts, so that its place has to be told through the bundle. */
const inHelper: readonly (readonly [what: string, helper: string, wanted: readonly string[]])[] = [
  ["an import at run time", "export const help = (name: string) =>\n  import(name);", [
    "helper.ts:2 dynamic-import",
  ]],
  ["eval", "export const help = (text: string) => {\n  return eval(text);\n};", ["helper.ts:2 eval"]],
  ["eval under another name", "const run = globalThis.eval ?? eval;\nexport const help = run;", [
    "helper.ts:1 eval",
  ]],
  ["the Function constructor", "// one\n\nexport const help = new Function('return 1');", [
    "helper.ts:3 eval",
  ]],
  ["a timer that is given text", "export const help = () =>\n  setTimeout('x()' as never, 1);", [
    "helper.ts:2 eval",
  ]],
  [
    "code by way of a constructor",
    "export const help = () =>\n  (() => 1).constructor('return this')();",
    ["helper.ts:2 eval"],
  ],
  ["a global that hosts do not have", "export const help = () =>\n  Deno.cwd();", [
    "helper.ts:2 absent-global",
  ]],
  [
    "a power that is not asked for",
    "export const help = (c: { files: { write(p: string): void } }) =>\n\n  c.files.write('x');",
    ["helper.ts:3 permission-missing"],
  ],
  [
    "git that is not asked for",
    "export const help = (c: { git: { log(): void } }) => c.git.log();",
    ["helper.ts:1 permission-missing"],
  ],
  [
    "a model that is not asked for",
    "export const help = (c: { models: { ask(use: string): void } }) => c.models.ask('acme/model');",
    ["helper.ts:1 permission-missing"],
  ],
  [
    "texts of the editor that are not asked for",
    "export const help = (c: { editor: { read(p: string): void; propose(p: string): void } }) => {\n  c.editor.read('a');\n" +
    "  c.editor.propose('a');\n};",
    ["helper.ts:2 permission-missing", "helper.ts:3 permission-missing"],
  ],
  [
    "messages that are not asked for",
    "export const help = (c: { notifications: { show(t: string): void } }) => c.notifications.show('x');",
    ["helper.ts:1 permission-missing"],
  ],
  [
    "an address that is not asked for",
    "export const help = 'https://elsewhere.example.com/api';",
    ["helper.ts:1 warning undeclared-host"],
  ],
  ["a key", `export const help =\n  "${"AK"}IAABCDEFGHIJKLMNOP";`, ["helper.ts:2 secret"]],
  ["writing that runs backwards", "export const help = 1; // \u202E evil", ["helper.ts:1 hidden-text"]],
  ["syntax that breaks off", "export const help = {\n  oops", ["helper.ts:2 bundle"]],
  ["a module of Node", 'import { readFileSync } from "node:fs";\nexport const help = readFileSync;', [
    "helper.ts:1 bundle",
  ]],
  ["what throws while it loads", "export const help = 1;\nthrow new Error('no');", ["helper.ts:2 load"]],
];

for (const [what, helper, wanted] of inHelper) {
  Deno.test(`checkFolder tells ${what} in the author's file and line`, async () => {
    const main = operatorText(
      "    void context; void help; return input;",
      'import { help } from "./helper.ts";',
    );
    assert.deepEqual(await checked({ "main.ts": main, "helper.ts": helper }), wanted);
  });
}

Deno.test("checkFolder does not take a library's own names for globals, nor a test of one for its use", async () => {
  const main = operatorText(
    "    const process = { env: 1 }; void process; void typeof window; void context; return input;",
  );
  assert.deepEqual(await checked({ "main.ts": main }), []);
});

Deno.test("checkFolder tells what is asked for and not used, and takes what is used for used", async () => {
  const permissions = [
    { kind: "files", access: "read", reason: "to read" },
    { kind: "git", reason: "to look" },
    { kind: "net", hosts: ["api.example.com"], reason: "to ask" },
  ];
  const main = operatorText(
    '    void context.fetch("https://api.example.com/x"); void context.git.tags(); return input;',
  );
  const found = await checked({ "symphony.jsonc": manifestText({ permissions }), "main.ts": main });
  assert.deepEqual(found, ["symphony.jsonc:1 warning permission-unused"]);
});

Deno.test("checkFolder tells a link without reading what it points at", async () => {
  await inFolder({
    "symphony.jsonc": manifestText(),
    "main.ts": operatorText("    void context; return input;"),
  }, async (folder) => {
    await Deno.symlink("/etc/hostname", `${folder}/data.txt`);
    const { problems } = await checkFolder(folder, bench);
    assert.deepEqual(places(folder, problems), ["data.txt:1 link"]);
  });
});

Deno.test("checkFolder tells a kind that the code does not bear out, and ports without a word about them", async () => {
  const main = operatorText("    void context; return input;").replaceAll(', description: "The text"', "");
  const found = await checked({ "symphony.jsonc": manifestText({ kind: "instrument" }), "main.ts": main });
  assert.deepEqual(found, ["main.ts:4 warning schema", "symphony.jsonc:1 kind"]);
});

Deno.test("checkFolder tells a panel whose view is nowhere, and a view that nothing shows", async () => {
  const main = `import { defineExtension, defineView } from "symphony/sdk";
const view = defineView({
  type: "acme/clock",
  title: "Clock",
  description: "The time",
  run: () => ({ tree: "now" }),
});
export default defineExtension({ contributes: [view] });
`;
  const contributes = { panels: [{ id: "clock", title: "Clock", place: "side", view: "acme/clok" }] };
  const manifest = manifestText({ kind: "motif", contributes });
  const found = await checked({ "symphony.jsonc": manifest, "main.ts": main });
  assert.deepEqual(found, ["symphony.jsonc:1 warning ui", "symphony.jsonc:1 ui"]);
});

Deno.test("checkFolder tells a manifest's own problems", async () => {
  const manifest = manifestText({ dependencies: { "acme/base": "not a range" }, keys: 1 });
  const found = await checked({ "symphony.jsonc": manifest, "main.ts": operatorText("    return input;") });
  assert.deepEqual(found, ["symphony.jsonc:1 bad-manifest", "symphony.jsonc:1 bad-manifest"]);
});

Deno.test("checkFolder tells of a model that is asked by a name that the manifest does not list", async () => {
  const permissions = [{ kind: "models", use: ["acme/one", "other/*"], reason: "to ask" }];
  const code = (use: string) =>
    operatorText(`    return context.models.ask("${use}", { prompt: input.text }).then(() => input);`);
  const found = async (use: string) =>
    await checked({ "symphony.jsonc": manifestText({ permissions }), "main.ts": code(use) });
  assert.deepEqual(await found("acme/one"), []);
  assert.deepEqual(await found("other/any"), []);
  const [place = ""] = await found("acme/two");
  assert.match(place, /^main\.ts:\d+ permission-missing$/);
});
