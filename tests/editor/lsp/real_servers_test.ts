/**
 * The servers people use, in real processes: each is started by the defaults for its language and asked for everything it offers.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Buffer } from "../../../editor/buffers.ts";
import { defaultLanguageSettings } from "../../../editor/lsp/config/language_settings.ts";
import { foldingRanges, inlayHints } from "../../../editor/lsp/features/annotations.ts";
import { codeActions, effectOf } from "../../../editor/lsp/features/code_actions.ts";
import { complete } from "../../../editor/lsp/features/completion.ts";
import { completionEdit } from "../../../editor/lsp/features/completion_edit.ts";
import { formatDocument } from "../../../editor/lsp/features/formatting.ts";
import { hover, signatureHelp } from "../../../editor/lsp/features/hover.ts";
import { definitions, highlights, references, selectionRanges } from "../../../editor/lsp/features/places.ts";
import { prepareRename, rename } from "../../../editor/lsp/features/rename.ts";
import { documentSymbols, workspaceSymbols } from "../../../editor/lsp/features/symbols.ts";
import { editAs } from "../../../editor/lsp/features/workspace_edit.ts";
import { edit, Rig, until } from "./rig.ts";
import { realServers } from "./real_servers.ts";

const AUTHOR = "agent:1";
const BY_AGENT = editAs(AUTHOR);

async function rigFor(files: Readonly<Record<string, string>>): Promise<Rig> {
  const rig = await Rig.with(defaultLanguageSettings.servers, { path: await realServers() });
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${rig.folder}/${name}`, text);
  return rig;
}

/** The offset after the first `mark` in the buffer's text. */
function after(buffer: Buffer, mark: string): number {
  const at = buffer.text.toString().indexOf(mark);
  assert.ok(at >= 0, `"${mark}" is in the text`);
  return at + mark.length;
}

/** Waits for a diagnostic whose message matches, and gives the text it marks. */
async function diagnosed(rig: Rig, buffer: Buffer, message: RegExp): Promise<string> {
  const found = () => rig.languages.diagnostics(buffer).find((one) => message.test(one.message));
  await until(`a diagnostic ${message}`, () => found() !== undefined);
  const { from, to } = found()!.span;
  return buffer.text.sliceString(from, to);
}

Deno.test("TypeScript (tsc 7): everything it offers, in UTF-8, over two files of which one is not open", async () => {
  await using rig = await rigFor({
    "package.json": "{}",
    "tsconfig.json": `{"compilerOptions":{"strict":true,"noEmit":true,"allowImportingTsExtensions":true}}`,
  });
  await Deno.writeTextFile(
    `${rig.folder}/closed.ts`,
    `import { gruß } from "./open.ts";\n/* 😀 */ gruß("x");\n`,
  );
  const buffer = await rig.open(
    "open.ts",
    `/** Says 漢字. */\nexport function gruß(name: string): string {\n  return name;\n}\nconst wrong: number = "😀";\ngruß("a");\nexport class Later {}\n`,
  );
  const { asking, world } = rig.languages;
  const server = await rig.server(buffer);
  assert.equal(server.session?.encoding, "utf-8");
  assert.equal(await diagnosed(rig, buffer, /not assignable to type 'number'/), "wrong");
  assert.match(
    (await hover(asking, buffer, after(buffer, "\ngru")))?.contents.text ?? "",
    /function gruß\(name: string\): string[^]*漢字/,
  );
  const help = await signatureHelp(asking, buffer, after(buffer, `\ngruß(`));
  assert.deepEqual([help?.signatures[0]?.label, help?.signatures[0]?.active], [
    "gruß(name: string): string",
    0,
  ]);

  const [definition] = await definitions(asking, world, "definition", buffer, after(buffer, "\ngru"));
  assert.deepEqual(definition?.span, {
    from: after(buffer, "function "),
    to: after(buffer, "function gruß"),
  });
  const used = await references(asking, world, buffer, after(buffer, "\ngru"));
  assert.deepEqual(
    used.map(({ path, start }) => `${path?.split("/").at(-1)}:${start.line}:${start.character}`).sort(),
    ["closed.ts:0:9", "closed.ts:1:9", "open.ts:1:16", "open.ts:5:0"],
    "columns count UTF-16 also in the file that is not open",
  );
  assert.equal((await highlights(asking, buffer, after(buffer, "\ngru"))).length, 2);
  assert.ok((await selectionRanges(asking, buffer, after(buffer, "return na"))).length >= 3);
  const symbols = await documentSymbols(asking, buffer);
  assert.deepEqual(symbols.map(({ name, kind }) => `${kind} ${name}`), [
    "function gruß",
    "variable wrong",
    "class Later",
  ]);
  assert.equal(
    (await workspaceSymbols(rig.languages.running, world, "Later"))[0]?.place.span?.from,
    after(buffer, "class "),
  );
  assert.ok((await foldingRanges(asking, buffer)).length >= 1);
  assert.ok(
    (await rig.languages.semanticTokens.of(buffer, undefined)).some(({ type }) => type === "function"),
  );
  await inlayHints(asking, buffer, { from: 0, to: buffer.text.length });

  edit(buffer, buffer.text.length, buffer.text.length, "const it = gr");
  const list = await complete(asking, buffer, buffer.text.length);
  assert.equal(list.items[0]?.label, "gruß");
  buffer.edit({ ...completionEdit(buffer, list.items[0]!, "insert"), author: "person" });
  assert.match(buffer.text.toString(), /const it = gruß$/);

  assert.equal((await prepareRename(asking, buffer, after(buffer, "\ngru")))?.name, "gruß");
  await rig.languages.apply(await rename(asking, world, buffer, after(buffer, "\ngru"), "greet"), BY_AGENT);
  assert.match(buffer.text.toString(), /function greet\(name[^]*\ngreet\("a"\)[^]*const it = greet$/);
  assert.equal(
    await Deno.readTextFile(`${rig.folder}/closed.ts`),
    `import { greet } from "./open.ts";\n/* 😀 */ greet("x");\n`,
    "the file that is not open is written",
  );
  buffer.document.undo(AUTHOR);
  assert.match(buffer.text.toString(), /function gruß/);

  edit(buffer, 0, 0, "const   ugly  =  1\n");
  const formatted = await formatDocument(asking, buffer);
  buffer.edit({ ...formatted!, author: "person" });
  assert.match(buffer.text.toString(), /^const ugly = 1\n/);
});

Deno.test("TypeScript (tsc 7): a fix is offered for a diagnostic and applied", async () => {
  await using rig = await rigFor({
    "package.json": "{}",
    "tsconfig.json":
      `{"compilerOptions":{"strict":true,"noEmit":true,"module":"esnext","moduleResolution":"bundler"}}`,
    "tool.ts": "export const useful = 1;\n",
  });
  const buffer = await rig.open("main.ts", "console.log(useful);\n");
  assert.equal(await diagnosed(rig, buffer, /Cannot find name 'useful'/), "useful");
  const { asking, world } = rig.languages;
  const at = after(buffer, "use");
  const actions = await codeActions(asking, buffer, { from: at, to: at }, rig.languages.diagnostics(buffer), {
    only: ["quickfix"],
  });
  const fix = actions.find(({ title }) => /import/i.test(title));
  assert.ok(fix !== undefined, `an import is offered: ${actions.map(({ title }) => title)}`);
  await rig.languages.perform(await effectOf(fix, world), BY_AGENT);
  assert.match(buffer.text.toString(), /^import \{ useful \} from "\.\/tool";\n+console\.log\(useful\);\n$/);
  await until(
    "the fault is gone",
    () => rig.languages.diagnostics(buffer).every(({ severity }) => severity !== "error"),
  );
});

Deno.test("deno lsp: diagnostics, hover, definition, completion, rename, formatting", async () => {
  await using rig = await rigFor({ "deno.json": "{}" });
  const buffer = await rig.open(
    "main.ts",
    `export function hello(name: string) {\n  return name;\n}\nconst wrong: number = hello("x");\nhel\n`,
  );
  const { asking, world } = rig.languages;
  assert.equal(
    (await rig.server(buffer)).name,
    "deno",
    "a project of Deno's gets Deno's server, not TypeScript's",
  );
  assert.equal(await diagnosed(rig, buffer, /not assignable to type 'number'/), "wrong");
  assert.match(
    (await hover(asking, buffer, after(buffer, "= hel")))?.contents.text ?? "",
    /function hello\(name: string\): string/,
  );
  const [definition] = await definitions(asking, world, "definition", buffer, after(buffer, "= hel"));
  assert.equal(definition?.span?.from, after(buffer, "function "));
  const list = await complete(asking, buffer, after(buffer, "\nhel"));
  assert.equal(list.items[0]?.label, "hello");
  await rig.languages.apply(await rename(asking, world, buffer, after(buffer, "= hel"), "greet"), BY_AGENT);
  assert.match(buffer.text.toString(), /function greet[^]*= greet\("x"\)/);
  edit(buffer, 0, 0, "let   x=1\n");
  const formatted = await formatDocument(asking, buffer);
  assert.match(formatted?.delta.apply(buffer.text).toString() ?? "", /^let x = 1;\n/);
});

Deno.test("JSON: diagnostics, hover and completion from a schema, symbols, formatting", async () => {
  const schema = {
    type: "object",
    properties: { colour: { type: "string", description: "Which colour", enum: ["red", "blue"] } },
  };
  await using rig = await rigFor({ "schema.json": JSON.stringify(schema) });
  const buffer = await rig.open("data.json", `{"$schema":"./schema.json","colour":"green",\n"c":1,}`);
  const { asking } = rig.languages;
  await rig.server(buffer);
  assert.equal(await diagnosed(rig, buffer, /Trailing comma/), ",");
  assert.equal(await diagnosed(rig, buffer, /Value is not accepted/), `"green"`);
  assert.match((await hover(asking, buffer, after(buffer, `"col`)))?.contents.text ?? "", /Which colour/);
  const list = await complete(asking, buffer, after(buffer, `"colour":"`));
  assert.deepEqual(list.items.map(({ label }) => label).sort(), [`"blue"`, `"red"`]);
  assert.deepEqual((await documentSymbols(asking, buffer)).map(({ name }) => name), [
    "$schema",
    "colour",
    "c",
  ]);
  const formatted = await formatDocument(asking, buffer, { tabSize: 2 });
  assert.match(
    formatted?.delta.apply(buffer.text).toString() ?? "",
    /^\{\n {2}"\$schema": "\.\/schema\.json",\n {2}"colour": "green",\n/,
  );
});

Deno.test("CSS: diagnostics, hover, completion, definition, rename, formatting", async () => {
  await using rig = await rigFor({ "package.json": "{}" });
  const buffer = await rig.open(
    "style.css",
    `:root { --main: #abc; }\nbody { colr: red; color: var(--main) }\n.a { col }\n`,
  );
  const { asking, world } = rig.languages;
  assert.equal(await diagnosed(rig, buffer, /Unknown property: 'colr'/), "colr");
  assert.match((await hover(asking, buffer, after(buffer, "bo")))?.contents.text ?? "", /body/);
  assert.ok(
    (await complete(asking, buffer, after(buffer, ".a { col"))).items.some(({ label }) => label === "color"),
  );
  const [definition] = await definitions(asking, world, "definition", buffer, after(buffer, "var(--ma"));
  assert.equal(definition?.start.line, 0);
  await rig.languages.apply(
    await rename(asking, world, buffer, after(buffer, "var(--ma"), "--first"),
    BY_AGENT,
  );
  assert.match(buffer.text.toString(), /--first: #abc[^]*var\(--first\)/);
  const formatted = await formatDocument(asking, buffer, { tabSize: 2 });
  assert.match(formatted?.delta.apply(buffer.text).toString() ?? "", /body \{\n {2}colr: red;\n/);
});

Deno.test("HTML: hover, completion, rename of both tags, formatting", async () => {
  await using rig = await rigFor({ "package.json": "{}" });
  const buffer = await rig.open("page.html", `<div><p>x</p></div>\n<sp\n`);
  const { asking, world } = rig.languages;
  assert.match((await hover(asking, buffer, after(buffer, "<di")))?.contents.text ?? "", /div element/);
  assert.ok(
    (await complete(asking, buffer, after(buffer, "<sp"))).items.some(({ label }) => label === "span"),
  );
  await rig.languages.apply(await rename(asking, world, buffer, after(buffer, "<di"), "main"), BY_AGENT);
  assert.match(buffer.text.toString(), /^<main><p>x<\/p><\/main>/);
  const formatted = await formatDocument(asking, buffer);
  assert.match(formatted?.delta.apply(buffer.text).toString() ?? "", /^<main>\n {4}<p>x<\/p>\n<\/main>/);
});

Deno.test("Python (basedpyright): diagnostics, hover, completion, definition, references, rename", async () => {
  await using rig = await rigFor({ "pyproject.toml": "" });
  const buffer = await rig.open(
    "main.py",
    `def greet(name: str) -> str:\n    return name\n\ngreet(5)\ngreet("ü").up\n`,
  );
  const { asking, world } = rig.languages;
  assert.equal(await diagnosed(rig, buffer, /Literal\[5\]" cannot be assigned/), "5");
  assert.match(
    (await hover(asking, buffer, after(buffer, "\ngre")))?.contents.text ?? "",
    /def greet\(name: str\) -> str/,
  );
  assert.ok(
    (await complete(asking, buffer, after(buffer, `.up`))).items.some(({ label }) => label === "upper"),
  );
  const [definition] = await definitions(asking, world, "definition", buffer, after(buffer, "\ngre"));
  assert.equal(definition?.span?.from, 4);
  assert.equal((await references(asking, world, buffer, 5)).length, 3);
  await rig.languages.apply(await rename(asking, world, buffer, 5, "hello"), BY_AGENT);
  assert.match(buffer.text.toString(), /^def hello[^]*\nhello\(5\)\nhello\("ü"\)/);
});

Deno.test("Bash: hover, completion, definition, rename, symbols, with whole texts sent", async () => {
  await using rig = await rigFor({});
  const buffer = await rig.open(
    "run.sh",
    `#!/bin/bash\n# Says it.\ngreet() {\n  echo "$1"\n}\ngreet x\ngre\n`,
  );
  const { asking, world } = rig.languages;
  const server = await rig.server(buffer);
  assert.equal(server.session?.syncKind, "full");
  const said = async () => (await hover(asking, buffer, after(buffer, "}\ngre")))?.contents.text ?? "";
  await until("it has read the file", async () => /Says it/.test(await said()));
  edit(buffer, after(buffer, "x\ngre"), after(buffer, "x\ngre"), "e");
  assert.ok(
    (await complete(asking, buffer, after(buffer, "x\ngree"))).items.some(({ label }) => label === "greet"),
  );
  const [definition] = await definitions(asking, world, "definition", buffer, after(buffer, "}\ngre"));
  assert.equal(definition?.start.line, 2);
  await rig.languages.apply(await rename(asking, world, buffer, after(buffer, "}\ngre"), "hello"), BY_AGENT);
  assert.match(buffer.text.toString(), /hello\(\) \{[^]*\nhello x\n/);
  assert.deepEqual((await documentSymbols(asking, buffer)).map(({ name }) => name), ["hello"]);
});

Deno.test("YAML: diagnostics, hover and completion from a schema, symbols, formatting", async () => {
  const schema = {
    type: "object",
    properties: { colour: { type: "string", description: "Which colour", enum: ["red", "blue"] } },
  };
  await using rig = await rigFor({ "schema.json": JSON.stringify(schema) });
  const buffer = await rig.open(
    "data.yaml",
    `# yaml-language-server: $schema=./schema.json\ncolour: green\nlist:   [1,2]\n`,
  );
  const { asking } = rig.languages;
  assert.equal(await diagnosed(rig, buffer, /Value is not accepted/), "green");
  assert.match((await hover(asking, buffer, after(buffer, "\ncol")))?.contents.text ?? "", /Which colour/);
  const list = await complete(asking, buffer, after(buffer, "colour: "));
  assert.ok(list.items.some(({ label }) => label === "red"));
  assert.deepEqual((await documentSymbols(asking, buffer)).map(({ name }) => name), ["colour", "list"]);
  const formatted = await formatDocument(asking, buffer);
  assert.match(formatted?.delta.apply(buffer.text).toString() ?? "", /\nlist: \[1, 2\]\n/);
});
