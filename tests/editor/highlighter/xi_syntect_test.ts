/**
 * What xi's own highlighter was seen to do, where it does not depend on its grammars and themes: indentation, languages, and that colours
 * follow a comment that opens. Skipped where the shared data is not there.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../core/json.ts";
import { LANGUAGES } from "../../../editor/syntax/languages.ts";
import { EditorProcess } from "../plugins/editor_process.ts";

const file = new URL("../../../../shared/data/xi/xi-cases.json", import.meta.url);
const there = await Deno.stat(file).then(() => true, () => false);

interface SyntectCase {
  readonly name: string;
  readonly kind: string;
  readonly given: Readonly<Record<"file_name" | "text" | "theme", string>>;
  readonly steps: readonly {
    readonly method: string;
    readonly params?: Json;
    readonly expect: { readonly render: string };
  }[];
  readonly expect: JsonObject;
}

const cases = there
  ? (JSON.parse(await Deno.readTextFile(file)) as SyntectCase[]).filter(({ kind }) =>
    kind === "plugin-syntect"
  )
  : [];

/** Languages that xi's highlighter has and we have no grammar for that ships as WebAssembly. */
const MISSING = new Set(
  ("ASP|ActionScript|AppleScript|Batch File|BibTeX|Clojure|D|Diff|Erlang|Git Attributes|Git Commit|Git Config|Git Ignore|Git Link|Git Log|" +
    "Git Rebase Todo|Graphviz (DOT)|Groovy|HTML (ASP)|HTML (Erlang)|HTML (Tcl)|Haskell|Java Properties|Java Server Page (JSP)|" +
    "JavaScript (Babel)|JavaScript (Rails)|LaTeX|Lisp|Literate Haskell|MATLAB|NAnt Build File|OCaml|OCamllex|OCamlyacc|Objective-C|" +
    "Objective-C++|Pascal|Perl|R|Rd (R Documentation)|Ruby Haml|Ruby on Rails|SQL|SQL (Rails)|Tcl|TeX|Textile|reStructuredText")
    .split("|"),
);

Deno.test({
  name: "LANGUAGES are called as in xi where xi has them",
  ignore: !there,
  fn() {
    const theirs = cases.find(({ name }) => name.endsWith("available-languages"))!
      .expect["languages"] as string[];
    const ours = new Set(LANGUAGES.map(({ name }) => name));
    assert.deepEqual(theirs.filter((name) => !ours.has(name) && !MISSING.has(name)), []);
  },
});

for (const one of cases.filter(({ steps }) => steps.length > 0)) {
  Deno.test(`Highlighter indents as xi's does: ${one.name}`, async () => {
    const dir = await Deno.makeTempDir();
    const path = `${dir}/${one.given.file_name}`;
    await Deno.writeTextFile(path, one.given.text);
    {
      await using editor = new EditorProcess();
      editor.notify("client_started", {});
      const view = await editor.open(path);
      for (const { method, params, expect } of one.steps) {
        editor.edit(view, method, params);
        assert.equal(await editor.text(view), expect.render.replaceAll("|", ""));
        const before = expect.render.split("|")[0]!;
        const line = before.split("\n").length - 1;
        const column = new TextEncoder().encode(before.split("\n").at(-1)).length;
        await editor.until(
          `the caret at ${line}:${column}`,
          () => editor.lines(view)[line]?.cursor[0] === column,
        );
      }
    }
    await Deno.remove(dir, { recursive: true });
  });
}

Deno.test("Highlighter colours everything behind a comment that opens, in the frame of the key", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/a.rs`;
  await Deno.writeTextFile(path, "fn a() {}\nfn b() {}\n");
  {
    await using editor = new EditorProcess();
    editor.notify("client_started", {});
    const view = await editor.open(path);
    await editor.until("it is coloured", () => (editor.lines(view)[1]?.styles.length ?? 0) > 3);
    editor.inbox.drain();
    editor.edit(view, "insert", { chars: "/*" });
    await editor.inbox.next("update", ({ method }) => method === "update");
    assert.deepEqual(editor.lines(view).map((line) => line?.styles.slice(0, 2)), [[0, 12], [0, 9], []]);
  }
  await Deno.remove(dir, { recursive: true });
});
