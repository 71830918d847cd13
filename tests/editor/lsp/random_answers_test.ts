/**
 * Answers to other questions, and answers with wrong parts: no text changes, no place leaves the text, and nothing throws but refusals.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { SymphonyError } from "../../../core/errors.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import { foldingRanges, inlayHints } from "../../../editor/lsp/features/annotations.ts";
import { codeActions, effectOf } from "../../../editor/lsp/features/code_actions.ts";
import { complete, resolveCompletion } from "../../../editor/lsp/features/completion.ts";
import { completionEdit } from "../../../editor/lsp/features/completion_edit.ts";
import { formatDocument } from "../../../editor/lsp/features/formatting.ts";
import { hover, signatureHelp } from "../../../editor/lsp/features/hover.ts";
import { definitions, highlights, references, selectionRanges } from "../../../editor/lsp/features/places.ts";
import { prepareRename, rename } from "../../../editor/lsp/features/rename.ts";
import { documentSymbols, workspaceSymbols } from "../../../editor/lsp/features/symbols.ts";
import { fakeServer, Rig } from "./rig.ts";

const TEXT = "fn é(漢) {\r\n  😀 = al\r\n}\n";

const range = (a: number, b: number, c: number, d: number) => ({
  start: { line: a, character: b },
  end: { line: c, character: d },
});

/** Right answers to everything. */
function rightAnswers(uri: string): unknown[] {
  const edit = { range: range(0, 0, 0, 2), newText: "x" };
  const symbol = { name: "f", kind: 12, range: range(0, 0, 2, 1), selectionRange: range(0, 3, 0, 4) };
  return [
    {
      isIncomplete: true,
      itemDefaults: { editRange: range(1, 7, 1, 9), insertTextFormat: 2, commitCharacters: ["."], data: 1 },
      items: [
        {
          label: "alpha",
          textEdit: { newText: "al${1:pha}$0", insert: range(1, 7, 1, 9), replace: range(1, 7, 1, 9) },
        },
        {
          label: "alto",
          insertText: "alto($1)",
          labelDetails: { detail: "()" },
          tags: [1],
          additionalTextEdits: [edit],
        },
        { label: "al", documentation: { kind: "markdown", value: "*x*" }, sortText: "0", filterText: "al" },
      ],
    },
    { contents: [{ language: "ts", value: "x" }, "y"], range: range(0, 0, 0, 4) },
    {
      signatures: [{ label: "f(a, b)", parameters: [{ label: [2, 3] }, { label: "b" }] }],
      activeSignature: 0,
      activeParameter: 1,
    },
    [{ uri, range: range(1, 0, 1, 4) }, {
      targetUri: uri,
      targetRange: range(0, 0, 1, 0),
      targetSelectionRange: range(0, 3, 0, 4),
    }],
    [{ range: range(0, 0, 0, 2), kind: 2 }, {
      range: range(1, 0, 1, 2),
      parent: { range: range(0, 0, 2, 0) },
    }],
    [{ ...symbol, children: [symbol], tags: [1] }, {
      name: "g",
      kind: 5,
      location: { uri, range: range(1, 0, 1, 4) },
    }],
    [{ startLine: 0, endLine: 2, kind: "region", collapsedText: "…" }, {
      startLine: 0,
      startCharacter: 3,
      endLine: 1,
      endCharacter: 2,
    }],
    [{
      position: { line: 1, character: 2 },
      label: [{ value: "a:" }],
      kind: 1,
      paddingLeft: true,
      tooltip: "t",
    }],
    { resultId: "1", data: [0, 0, 2, 0, 1, 1, 2, 2, 1, 0] },
    { resultId: "2", edits: [{ start: 0, deleteCount: 5, data: [0, 1, 1, 0, 0] }] },
    [edit, { range: range(1, 0, 1, 2), newText: "\t" }],
    { range: range(0, 3, 0, 4), placeholder: "é" },
    { changes: { [uri]: [edit] } },
    {
      documentChanges: [{ textDocument: { uri, version: 0 }, edits: [edit] }, {
        kind: "create",
        uri: `${uri}.new`,
        options: { overwrite: true },
      }],
    },
    [
      { title: "t", kind: "quickfix", edit: { changes: { [uri]: [edit] } }, isPreferred: true },
      { title: "c", command: { title: "c", command: "change", arguments: [1] }, disabled: { reason: "no" } },
      { title: "d", command: "change" },
    ],
    [{
      range: range(0, 0, 0, 2),
      message: "m",
      severity: 2,
      code: 7,
      tags: [1],
      relatedInformation: [{ location: { uri, range: range(0, 0, 0, 1) }, message: "r" }],
    }],
    { token: "t", value: { kind: "begin", title: "T", percentage: 5 } },
    { type: 1, message: "m" },
    {
      registrations: [{
        id: "r",
        method: "textDocument/hover",
        registerOptions: { documentSelector: [{ language: "fake", pattern: "**/*" }] },
      }],
    },
  ];
}

/** Something else than what should stand there. */
const wrong: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1,
    2,
    1.5,
    40,
    2 ** 31,
    1e300,
    "",
    "x",
    "$1${2:",
    "file:///etc/passwd",
    "__proto__",
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    [null],
    { range: 5 },
    { line: 0 },
    range(0, 4, 0, 1),
    range(-1, 0, 9, 9),
    range(1, 3, 1, 4),
  ),
);

/** `value` with what stands at the `at`-th place in it, counted through, replaced. */
function replaced(value: unknown, at: number, by: unknown): unknown {
  let left = at;
  const walk = (node: unknown): unknown => {
    if (left-- === 0) return by;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(value);
}

/** A right answer to some question, with up to four of its parts wrong. */
function answers(uri: string): fc.Arbitrary<unknown> {
  const mistakes = fc.array(fc.tuple(fc.nat(40), wrong), { maxLength: 4 });
  return fc.tuple(fc.constantFrom(...rightAnswers(uri)), mistakes)
    .map(([right, all]) => all.reduce((value, [at, by]) => replaced(value, at, by), right));
}

Deno.test("features take any answer, right or wrong, to any question", async () => {
  await using rig = await Rig.with([fakeServer("puppet")]);
  const buffer = await rig.open("a.fake", TEXT);
  await rig.server(buffer);
  const { languages } = rig;
  const { asking, world } = languages;
  const inText = ({ from, to }: TextRange, length = TEXT.length) => {
    assert.ok(0 <= from && from <= to && to <= length, `${from} to ${to}`);
  };
  const spansIn = <T extends { readonly span?: TextRange }>(found: readonly T[]): readonly T[] => {
    for (const { span } of found) if (span !== undefined) inText(span);
    return found;
  };
  const caret = TEXT.indexOf("al") + 2;
  const part = { from: 0, to: 9 };
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    async complete() {
      const { items } = await complete(asking, buffer, caret);
      for (const item of items) {
        inText(item.insert);
        inText(item.replace);
        const { delta, stops } = completionEdit(buffer, await resolveCompletion(item), "replace");
        const { length } = delta.apply(buffer.text);
        for (const { places } of stops) for (const place of places) inText(place, length);
      }
      return items;
    },
    async hover() {
      const found = await hover(asking, buffer, 3);
      return found && spansIn([found]);
    },
    signature: () => signatureHelp(asking, buffer, 3),
    definition: async () => spansIn(await definitions(asking, world, "definition", buffer, 3)),
    references: async () => spansIn(await references(asking, world, buffer, 3)),
    highlights: async () => spansIn(await highlights(asking, buffer, 3)),
    async selectionRanges() {
      const ranges = await selectionRanges(asking, buffer, 3);
      for (const range of ranges) inText(range);
      return ranges;
    },
    symbols: async () => spansIn(await documentSymbols(asking, buffer)),
    workspaceSymbols: () => workspaceSymbols(languages.running, world, "x"),
    folds: async () => spansIn(await foldingRanges(asking, buffer)),
    async hints() {
      const hints = await inlayHints(asking, buffer, part);
      for (const { offset } of hints) inText({ from: offset, to: offset });
      return hints;
    },
    tokens: async () => spansIn(await languages.semanticTokens.of(buffer, undefined)),
    tokensOfPart: async () => spansIn(await languages.semanticTokens.of(buffer, part)),
    async format() {
      const formatted = await formatDocument(asking, buffer);
      formatted?.delta.apply(buffer.text).check();
      return formatted;
    },
    renameable: () => prepareRename(asking, buffer, 3),
    rename: () => rename(asking, world, buffer, 3, "x"),
    async fixes() {
      const actions = await codeActions(asking, buffer, { from: 0, to: 5 }, languages.diagnostics(buffer));
      for (const action of actions) await effectOf(action, world);
      return actions;
    },
  };
  /** Questions that some answer made sense to, so that the test is known to come that far. */
  const fruitful = new Set<string>();
  await fc.assert(
    fc.asyncProperty(answers(`file://${buffer.path}`), async (value) => {
      await rig.ask(buffer, "test/answer", { value });
      for (const [name, ask] of Object.entries(questions)) {
        try {
          const found = await ask();
          if (Array.isArray(found) ? found.length > 0 : found !== undefined) fruitful.add(name);
        } catch (error) {
          if (!(error instanceof SymphonyError)) throw error;
        }
      }
      if (spansIn(languages.diagnostics(buffer)).length > 0) fruitful.add("diagnostics");
      assert.equal(buffer.text.toString(), TEXT);
    }),
    { seed: 5, numRuns: 800 },
  );
  assert.deepEqual([...fruitful].sort(), [...Object.keys(questions), "diagnostics"].sort());
  assert.deepEqual(languages.status.map(({ state, restarts }) => [state, restarts]), [["running", 0]]);
});
