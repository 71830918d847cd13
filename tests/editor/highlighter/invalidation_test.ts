/**
 * What is shown after any sequence of edits is what a fresh parse of the text would show.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Buffer, Buffers } from "../../../editor/buffers.ts";
import { PluginHost } from "../../../editor/plugins/plugin_host.ts";
import { highlightRange } from "../../../editor/syntax/highlight.ts";
import { InjectionParser } from "../../../editor/syntax/injections.ts";
import { ScopeTable } from "../../../editor/syntax/scope_table.ts";
import { Delta } from "../../../editor/text/delta.ts";
import { PaintedView } from "./painted_view.ts";

const SOURCES: Readonly<Record<string, string>> = {
  "TypeScript":
    `/** Adds.\n * @param {number} a one\n */\nexport function add(a: number, b = /x+y/g): string {\n  const text = \`\${a} and \${b}\`;\n` +
    `  if (a > 1) { return foo(text, "s\\n"); }\n  // note\n  return Class.of(a).call?.(CONST_ONE);\n}\nclass A<T> extends B { #x = 1; get y() { return this.#x; } }\n`,
  "Rust":
    `// hi\nfn main() {\n    let x: u32 = 1; /* c\n c2 */\n    println!("{}", vec![x, 2].iter().map(|y| y + 1).sum::<u32>());\n}\n`,
  "Python":
    `import os\n\n@decorated\ndef f(a, *, b=1):\n    """Doc."""\n    return [x for x in a if x is not None]  # c\n\nclass K:\n    pass\n`,
  "HTML":
    `<!doctype html>\n<html><head><style>a { color: red }</style>\n<script>const x = 1; // c\nf("s")</script></head>\n<body class="x">Text &amp; <b>é𝒳</b></body></html>\n`,
  "Bourne Again Shell (bash)":
    `#!/bin/sh\nfor f in *.txt; do\n  echo "$f: $(wc -l < "$f")" # c\ndone\ncase "$1" in a) ls;; esac\n`,
  "Markdown":
    "---\ntitle: x\n---\n# A *b*\n\nText with `code`, **bold** and [a](b).\n\n```ts\nconst x = 'y';\nf(x);\n```\n\n- one\n> two\n\nHead\n====\n<!-- c\nd -->\n~~~py\ndef f(): pass\n~~~\n",
  "JSON": `{"a": [1, true, null, "x\\u0041"], "b": {"c": -1.5e3}}\n`,
};

const PIECES = [
  "x",
  " ",
  "\n",
  "(",
  ")",
  "{",
  "}",
  '"',
  "'",
  "`",
  "/*",
  "*/",
  "//",
  "#",
  "const ",
  "fn ",
  "<b>",
  "</script>",
  "=> ",
  "é",
  "𝒳",
  "1",
  ";",
  "${",
  "```\n",
  "---\n",
  "# ",
];

interface TestEdit {
  /** Where, as a share of the text. */
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

const edits: fc.Arbitrary<TestEdit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 6 }),
    piece: fc.constantFrom(...PIECES, ""),
  }),
  { minLength: 1, maxLength: 12 },
);

/** A clock on which each look takes its time, so that a parse needs many slices and is given up for newer text now and then. */
function slowClock(): () => number {
  let ms = 0;
  return () => ms += 3;
}

async function openView(language: string, text: string, now: () => number = () => performance.now()) {
  const buffers = new Buffers((error) => {
    throw error;
  });
  const problems: string[] = [];
  const host = new PluginHost(buffers, { report: (problem) => problems.push(problem), now });
  await host.start({});
  await host.ready;
  const { buffer } = buffers.open({ text, language });
  return { host, buffers, buffer, problems, view: new PaintedView(host, buffers, buffer) };
}

async function freshPicture(language: string, text: string): Promise<readonly string[]> {
  const { host, view, buffer } = await openView(language, text);
  await host.withTree(buffer, () => {});
  const picture = [...view.render()];
  await host[Symbol.asyncDispose]();
  return picture;
}

function differenceOf(shown: readonly string[], fresh: readonly string[], text: string): string | undefined {
  const at = fresh.findIndex((scopes, index) => scopes !== shown[index]);
  if (at === -1) {
    return shown.length === fresh.length
      ? undefined
      : `${shown.length} units shown, ${fresh.length} are right`;
  }
  return `at ${at} (${JSON.stringify(text.slice(Math.max(0, at - 10), at))}|${
    JSON.stringify(text.slice(at, at + 10))
  }) shown "${shown[at]}", right "${fresh[at]}"`;
}

/** What the tree as it stands gives for the whole text at once. */
async function ownPicture(host: PluginHost, buffer: Buffer): Promise<readonly string[]> {
  const picture: string[] = new Array(buffer.text.length).fill("");
  await host.withTree(buffer, (view) => {
    const table = new ScopeTable(view.grammar.language.scope);
    const injections = new InjectionParser();
    for (
      const { from, to, stack } of highlightRange(
        view,
        { from: 0, to: buffer.text.length },
        table,
        injections,
      )
    ) {
      picture.fill(table.scopesOf(stack).join(" "), from, to);
    }
    injections.dispose();
  });
  return picture;
}

/** Whether tree-sitter's tree after edits is that of a fresh parse; where the text has errors it need not be. */
async function isTreeFresh(host: PluginHost, buffer: Buffer): Promise<boolean> {
  return await host.withTree(buffer, ({ tree, grammar }) => {
    const parser = grammar.newParser();
    const fresh = parser.parse(buffer.text.toString())!;
    const same = fresh.rootNode.toString() === tree.rootNode.toString();
    assert.ok(same || tree.rootNode.hasError || fresh.rootNode.hasError);
    fresh.delete();
    parser.delete();
    return same;
  }) ?? true;
}

async function showsWhatIsRight(
  language: string,
  source: string,
  list: readonly TestEdit[],
  isSlow: boolean,
): Promise<void> {
  const { host, buffer, view, problems } = await openView(language, source, isSlow ? slowClock() : undefined);
  await host.withTree(buffer, () => {});
  view.render();
  for (const { at, length, piece } of list) {
    const from = buffer.text.snap(Math.floor(at * buffer.text.length));
    const to = buffer.text.snap(Math.min(buffer.text.length, from + length), 1);
    buffer.edit({
      delta: Delta.replace(buffer.text.length, from, to, piece),
      author: "core",
      kind: "insert",
    });
    host.settle(buffer);
    // A frame is drawn whether its parse is done or not.
    view.render();
  }
  await host.withTree(buffer, () => {});
  const text = buffer.text.toString();
  const shown = [...view.render()];
  const right = await isTreeFresh(host, buffer)
    ? await freshPicture(language, text)
    : await ownPicture(host, buffer);
  await host[Symbol.asyncDispose]();
  assert.deepEqual(problems, []);
  assert.equal(differenceOf(shown, right, text), undefined, JSON.stringify(text));
}

for (const [language, source] of Object.entries(SOURCES)) {
  for (const isSlow of [false, true]) {
    Deno.test(`Highlighter shows after edits what a fresh parse gives: ${language}${isSlow ? ", parsed in slices" : ""}`, async () => {
      await fc.assert(fc.asyncProperty(edits, (list) => showsWhatIsRight(language, source, list, isSlow)), {
        seed: 20_261_126,
        numRuns: 60,
      });
    });
  }
}
