/**
 * What is told of a text by its file's ending and its lines, as no grammar is in the page: comments, indentation, folds. Pure.
 *
 * @module
 */

import {
  foldService,
  type IndentContext,
  indentOnInput,
  indentService,
  indentUnit,
} from "@codemirror/language";
import { EditorState, type Extension, type Text } from "@codemirror/state";

/** Lines that the indentation of a text is told by. */
const MOST_LINES = 400;
/** A fold is looked for this far. */
const MOST_FOLDED = 20_000;

const [slashes, hash, dashes, angles, stars] = [
  { line: "//", block: { open: "/*", close: "*/" } },
  { line: "#" },
  { line: "--" },
  { block: { open: "<!--", close: "-->" } },
  { block: { open: "/*", close: "*/" } },
];
const comments: readonly (readonly [endings: string, tokens: object])[] = [
  [
    "ts tsx mts cts js jsx mjs cjs jsonc json5 c h cc cpp hpp cs java go rs swift kt scala php zig dart scss less proto",
    slashes,
  ],
  ["py sh bash zsh yaml yml toml rb pl r ex exs nix tf hcl dockerfile makefile conf ini gitignore env", hash],
  ["sql lua hs elm", dashes],
  ["html htm xml svg vue svelte md markdown", angles],
  ["css", stars],
];

/** `deno.jsonc` gives `jsonc`, `Makefile` gives `makefile`. */
function endingOf(file: string): string {
  return (file.split("/").at(-1)?.split(".").at(-1) ?? "").toLowerCase();
}

export function isProse(file: string): boolean {
  return /\.(?:md|markdown|txt|rst)$/i.test(file);
}

function commentsOf(file: string): Extension {
  const ending = endingOf(file);
  const commentTokens = comments.find(([endings]) => endings.split(" ").includes(ending))?.[1];
  const data = { indentOnInput: /^\s*[\]})]$/, ...(commentTokens === undefined ? {} : { commentTokens }) };
  return EditorState.languageData.of(() => [data]);
}

/** What one step of indentation is in a text: a tab, or as many spaces as most lines are further in; two where nothing says. */
export function indentationOf(doc: Text): string {
  const steps = new Map<number, number>();
  let [tabs, spaces, before] = [0, 0, 0];
  let left = MOST_LINES;
  for (const line of doc.iterLines(1, Math.min(doc.lines, MOST_LINES) + 1)) {
    if (--left < 0) break;
    if (line.startsWith("\t")) tabs++;
    const width = /^ *(?=[^\s*])/.exec(line)?.[0].length;
    if (width === undefined) continue;
    if (width > 0) spaces++;
    const step = width - before;
    if (step > 1 && step <= 8) steps.set(step, (steps.get(step) ?? 0) + 1);
    before = width;
  }
  if (tabs > spaces) return "\t";
  const [most = 2] = [...steps].sort(([, one], [, other]) => other - one)[0] ?? [];
  return " ".repeat(most);
}

/** As the line before; a step further in behind an opening bracket (in Python, a colon), and less before a closing one. */
function indentByLines(file: string) {
  const opens = /\.(?:py|pyi|ya?ml)$/i.test(file) ? /[([{:]\s*(?:#.*)?$/ : /[([{]\s*(?:\/\/.*)?$/;
  return (context: IndentContext, at: number): number | null => {
    const { state, unit } = context;
    const here = state.doc.lineAt(at);
    const isBroken = here.from < at;
    // Broken at its very start, a line stays as it is.
    if (!isBroken && here.length > 0 && context.lineAt(at, -1).text === "") return null;
    let before = isBroken ? here.text.slice(0, at - here.from) : "";
    for (let number = here.number - 1; !isBroken && before.trim() === "" && number > 0; number--) {
      before = state.doc.line(number).text;
    }
    const after = context.textAfterPos(at, isBroken ? 1 : -1);
    const column = context.countColumn(before, before.search(/\S|$/));
    const isOpen = opens.test(before.trimEnd());
    const isClosed = /^\s*[\]})]/.test(after);
    return Math.max(0, column + (isOpen && !isClosed ? unit : !isOpen && isClosed && !isBroken ? -unit : 0));
  };
}

/** Below a line, what is further in; below a heading of prose, what belongs to it. */
export function foldByLines(file: string) {
  const levelOf = (text: string): number | undefined => {
    if (/\.(?:md|markdown)$/i.test(file)) {
      const marks = /^(#{1,6})\s/.exec(text)?.[1]?.length;
      return marks ?? 7;
    }
    return text.trim() === "" ? undefined : text.search(/\S/);
  };
  return (state: EditorState, start: number): { from: number; to: number } | null => {
    const { doc } = state;
    const head = doc.lineAt(start);
    const level = levelOf(head.text);
    if (level === undefined || level === 7) return null;
    let end = head.to;
    const last = Math.min(doc.lines, head.number + MOST_FOLDED);
    for (let number = head.number + 1; number <= last; number++) {
      const line = doc.line(number);
      const inner = levelOf(line.text);
      if (inner === undefined) continue;
      if (inner <= level) break;
      if (line.text.trim() !== "") end = line.to;
    }
    const from = head.text.endsWith("\r") ? head.to - 1 : head.to;
    return end > head.to ? { from, to: end } : null;
  };
}

/** @param text as it is opened */
export function linesKnown(file: string, text: Text): Extension {
  const unit = indentationOf(text);
  return [
    commentsOf(file),
    indentUnit.of(unit),
    EditorState.tabSize.of(unit === "\t" ? 4 : Math.max(2, unit.length)),
    ...(isProse(file) ? [] : [indentService.of(indentByLines(file)), indentOnInput()]),
    foldService.of(foldByLines(file)),
  ];
}
