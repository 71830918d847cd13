/**
 * What is shown after any sequence of edits is what a fresh parse of the text would show.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { Buffers } from "../../../editor/buffers.ts";
import { PluginHost } from "../../../editor/plugins/plugin_host.ts";
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
];

const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 6 }),
    piece: fc.constantFrom(...PIECES, ""),
  }),
  { minLength: 1, maxLength: 12 },
);

async function openView(language: string, text: string) {
  const buffers = new Buffers((error) => {
    throw error;
  });
  const problems: string[] = [];
  const host = new PluginHost(buffers, { report: (problem) => problems.push(problem) });
  await host.start({});
  await host.ready;
  const { buffer } = buffers.open({ text, language });
  return { host, buffers, buffer, problems, view: new PaintedView(host, buffers, buffer) };
}

async function freshPicture(language: string, text: string): Promise<readonly string[]> {
  const { host, view, buffer } = await openView(language, text);
  const picture = await host.withTree(buffer, () => [...view.render()]) ?? [];
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

for (const [language, source] of Object.entries(SOURCES)) {
  Deno.test(`Highlighter shows after edits what a fresh parse gives: ${language}`, async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const { host, buffer, view, problems } = await openView(language, source);
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
          // A slow machine may not have parsed within the frame's budget.
          await host.withTree(buffer, () => view.render());
        }
        const text = buffer.text.toString();
        const shown = [...view.render()];
        await host[Symbol.asyncDispose]();
        assert.deepEqual(problems, []);
        assert.equal(
          differenceOf(shown, await freshPicture(language, text), text),
          undefined,
          JSON.stringify(text),
        );
      }),
      { seed: 20_261_126, numRuns: 120 },
    );
  });
}
