/** Completion, definition and hover by grammars and words, without a language server; and a server's precedence. @module */

import assert from "node:assert/strict";
import { fakeServer } from "../lsp/rig.ts";
import { ann, UnaidedRig } from "./unaided_rig.ts";

const files = {
  "src/counter.ts": `/**
 * Counts.
 */
export class Counter {
  /** One more. */
  addOne(): void {}
}
`,
  "src/other/deep.js": "// Both of them.\nfunction both(one, two) {\n  return one;\n}\n",
  "src/main.ts": `import { Counter } from "./counter.ts";

const counter = new Counter();
function local(inner: number) {
  return inner + both(counter);
}
counter.addOne();
`,
  "node_modules/x/index.ts": "export class Counter {}\n",
  ".hidden/x.ts": "export class Counter {}\n",
  "src/py.py": "class Counter:\n    '''In Python.'''\n",
};

Deno.test("the way to a definition: by scopes, in the text, in files of the same language; changed files are read again", async () => {
  await using rig = await UnaidedRig.start(files);
  const main = await rig.open("src/main.ts");
  const go = async (words: string, after = 0) => {
    const places = await rig.language.places("definition", await rig.at(main, words, after));
    return places.map(({ file, start }) =>
      `${file?.slice(rig.folder.length + 1)}:${start.line + 1}:${start.character}`
    );
  };
  assert.deepEqual(await go("Counter()"), ["src/counter.ts:4:13"]);
  assert.deepEqual(await go("inner + both", 2), ["src/main.ts:4:15"]);
  assert.deepEqual(await go("both("), ["src/other/deep.js:2:9"]);
  assert.deepEqual(await go("addOne", 6), ["src/counter.ts:6:2"]);
  assert.deepEqual(await go("counter);"), ["src/main.ts:3:6"]);
  assert.deepEqual(await go("return"), []);
  // Longer than what was known is fresh.
  await rig.write("src/other/deep.js", "\n\n\n// Elsewhere.\nfunction both() {}\n");
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  assert.deepEqual(await go("both("), ["src/other/deep.js:5:9"]);
  // What is open and not saved counts before the disk.
  const deep = await rig.open("src/other/deep.js");
  await rig.type(deep, 0, "\n");
  assert.deepEqual(await go("both("), ["src/other/deep.js:6:9"]);
});

Deno.test("of several definitions, the one that an import names is meant; else all are given, near ones first, with their lines", async () => {
  await using rig = await UnaidedRig.start({
    "a/shape.ts": "export class Shape {\n  area(): void {}\n}\n",
    "b/shape.ts": "export class Shape {\n  area(): void {}\n}\n",
    "b/other.ts": "export function area() {}\nexport const Shape = 1;\n",
    "b/main.ts": `import {
  Shape,
} from "../a/shape.ts";
import { x } from "./shape.ts";
new Shape();
x.area();
free.area();
`,
    "pkg/one/shapes.py": "class Shape:\n    pass\n",
    "pkg/two/shapes.py": "class Shape:\n    pass\n",
    "main.py": "from pkg.two.shapes import Shape\nShape()\n",
  });
  const go = async (file: string, words: string, after = 0) => {
    const buffer = await rig.open(file);
    const places = await rig.language.places("definition", await rig.at(buffer, words, after));
    return places.map((place) => `${place.file?.slice(rig.folder.length + 1)}: ${place.text?.trim()}`);
  };
  assert.deepEqual(await go("b/main.ts", "new Shape", 5), ["a/shape.ts: export class Shape {"]);
  assert.deepEqual(await go("main.py", "Shape()"), ["pkg/two/shapes.py: class Shape:"]);
  const areas = [
    "a/shape.ts: area(): void {}",
    "b/shape.ts: area(): void {}",
    "b/other.ts: export function area() {}",
  ];
  const found = await go("b/main.ts", "x.area", 3);
  assert.deepEqual(found.toSorted(), areas.toSorted());
  // What the text imports comes before what only lies beside it.
  assert.equal(found.at(-1), areas[2]);
});

Deno.test("without a server a name is renamed, and its uses found, within its text; what others may see is not", async () => {
  const source = `export function shown(one: number) {
  const inner = one + 1;
  return { inner, one: inner.toFixed() };
}
const other = shown(2);
`;
  await using rig = await UnaidedRig.start({ "a.ts": source, "b.ts": "let x = ;\nx;\n" });
  const a = await rig.open("a.ts");
  const uses = await rig.language.places("references", await rig.at(a, "inner ="));
  assert.deepEqual(uses.map(({ start, text }) => [start.line + 1, start.character, text?.trim()]), [
    [2, 8, "const inner = one + 1;"],
    [3, 11, "return { inner, one: inner.toFixed() };"],
    [3, 23, "return { inner, one: inner.toFixed() };"],
  ]);
  const plan = await rig.language.planRename(await rig.at(a, "inner ="), "core");
  assert.equal(plan.steps.length, 1);
  await rig.language.apply(plan.plan, { author: ann });
  assert.equal(
    (await rig.editing.read(a)).text,
    source.replace("const inner", "const core").replace("{ inner, one: inner", "{ inner: core, one: core"),
  );
  const refused = async (file: string, words: string, name: string) => {
    const buffer = await rig.open(file);
    return await rig.language.planRename(await rig.at(buffer, words), name).then(
      () => "",
      ({ message }) => message,
    );
  };
  assert.match(await refused("a.ts", "shown(one", "seen"), /Cannot rename "shown": other files may use it/);
  assert.match(await refused("a.ts", "core =", "one"), /"one" means something else/);
  assert.match(await refused("a.ts", "core =", "1x"), /expected letters/);
  assert.match(await refused("a.ts", "toFixed", "x"), /not defined in this text/);
  assert.match(await refused("b.ts", "x = ;", "y"), /has faults/);
});

Deno.test("hover shows the head of a definition with its comment, and says how it is known", async () => {
  await using rig = await UnaidedRig.start(files);
  const main = await rig.open("src/main.ts");
  const hover = async (words: string) => (await rig.language.hover(await rig.at(main, words)))?.contents.text;
  assert.equal(
    await hover("Counter()"),
    "```ts\nexport class Counter {\n```\n\nCounts.\n\nBy the grammar, not a language server: src/counter.ts, line 4",
  );
  assert.equal(
    await hover("inner + both"),
    "```ts\nfunction local(inner: number) {\n```\n\nBy the grammar, not a language server: line 4",
  );
  assert.match(
    await hover("both(") ?? "",
    /function both\(one, two\) \{[\s\S]*Both of them\.[\s\S]*src\/other\/deep\.js, line 2/,
  );
  const python = await rig.open("src/py.py");
  const found = await rig.language.hover(await rig.at(python, "Counter"));
  assert.match(found?.contents.text ?? "", /class Counter:[\s\S]*In Python\.[\s\S]*: line 1$/);
});

Deno.test("completion offers names of the text and its project, then words; taking one edits the text", async () => {
  await using rig = await UnaidedRig.start({
    ...files,
    "notes.txt": "remarkable thoughts\n",
    "big.ts": "x;\n",
  });
  const main = await rig.open("src/main.ts");
  await rig.open("notes.txt");
  const { text } = await rig.editing.read(main);
  await rig.type(main, text.length, "cou");
  const at = { buffer: main, revision: 1, offset: text.length + 3 };
  const list = await rig.language.complete(at);
  assert.deepEqual(list.items.slice(0, 2).map(({ label, kind }) => [label, kind]), [
    ["counter", "variable"],
    ["Counter", "class"],
  ]);
  assert.equal(list.items[1]?.description, "counter.ts");
  const taken = await rig.language.takeCompletion(list.list, 1, "insert", { author: ann });
  assert.equal(taken.stops[0]?.ranges[0]?.from, text.length + "Counter".length);
  await rig.type(main, text.length + 7, ".\nremark");
  const members = await rig.language.complete(await rig.at(main, "Counter.\n", 8), {
    trigger: ".",
  });
  assert.deepEqual(members.items.map(({ label }) => label), ["addOne"]);
  const words = await rig.language.complete(await rig.at(main, "\nremark", 7));
  assert.deepEqual(words.items.map(({ label, description }) => [label, description]), [[
    "remarkable",
    "notes.txt",
  ]]);
  assert.equal((await rig.editing.read(main)).text, `${text}Counter.\nremark`);
  await assert.rejects(
    rig.language.takeCompletion(list.list, 99, "insert", { author: ann }),
    /Cannot find item 99/,
  );
});

Deno.test("a language server that can be asked is asked alone", async () => {
  await using rig = await UnaidedRig.start({ ".fake-root": "", "a.ts": "const word = (;\nwor" }, [
    fakeServer("normal", { languages: ["typescript"] }),
  ]);
  const buffer = await rig.open("a.ts");
  assert.equal(await rig.language.isServed(buffer), true);
  const { diagnostics } = await rig.language.diagnostics(buffer);
  assert.deepEqual(diagnostics.filter(({ server }) => server === "grammar"), []);
  const { items } = await rig.language.complete(await rig.at(buffer, "\nwor", 4));
  assert.deepEqual(items.filter(({ server }) => server === "grammar"), []);
});

Deno.test("a text of megabytes is completed by the words around, and asked for no names", async () => {
  await using rig = await UnaidedRig.start({ "big.ts": "const nearWord = 1;\n".repeat(100_000) + "nea" });
  const buffer = await rig.open("big.ts");
  assert.equal(await rig.language.isServed(buffer), false);
  const at = { buffer, revision: 0, offset: 2_000_003 };
  const { items } = await rig.language.complete(at);
  assert.deepEqual(items.map(({ label, kind }) => [label, kind]), [["nearWord", "text"]]);
  assert.deepEqual(await rig.language.places("definition", { ...at, offset: 10 }), []);
});
