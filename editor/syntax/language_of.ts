/**
 * Which language a file is in: a mode line for an editor beats the file's name, the name its extension, both what the first line says.
 *
 * @module
 */

import type { Rope } from "../text/rope.ts";
import type { Language } from "./language.ts";
import { JSDOC, LANGUAGES, PLAIN_TEXT } from "./languages.ts";

const byName = new Map<string, Language>();
const byFileName = new Map<string, Language>();
const byExtension = new Map<string, Language>();
const byAlias = new Map<string, Language>();
for (const language of LANGUAGES) {
  byName.set(language.name, language);
  for (const name of language.fileNames ?? []) byFileName.set(name, language);
  for (const extension of language.extensions) byExtension.set(extension, language);
  for (const alias of language.aliases ?? []) byAlias.set(alias, language);
}

/** Longest first line that is looked at, in UTF-16 units. */
const LINE_LIMIT = 500;

const VIM = /(?:^|\s)(?:vi|vim\d*|ex):\s*(?:set?\s+)?(?:[^:]*[\s:])?(?:ft|filetype|syntax)=(\w+)/;
const EMACS_MODE = /-\*-.*?\bmode:\s*([\w+#-]+)\s*(?:;|-\*-)/i;
const EMACS_PLAIN = /-\*-\s*([\w+#-]+)\s*-\*-/;
const SHEBANG = /^#!\s*(?:\S*\/)?env\s+(?:-\S+\s+|\w+=\S*\s+)*(?:\S*\/)?([^\s/]+)|^#!\s*(?:\S*\/)?([^\s/]+)/;

/** What is known of a file. */
export interface FileFacts {
  readonly path?: string | undefined;
  readonly firstLine?: string;
  /** Other lines in which an editor's mode line may stand: by custom the first and last five. */
  readonly modeLines?: Iterable<string>;
}

/** How many lines at the start and the end of a text may hold a mode line. */
const MODE_LINES = 5;

/** What a text says of its language. */
export function openingLines(
  text: Rope,
): { readonly firstLine: string; readonly modeLines: readonly string[] } {
  const lines: string[] = [];
  for (
    let line = 0;
    line < text.lines;
    line = line === MODE_LINES - 1 ? Math.max(line + 1, text.lines - MODE_LINES) : line + 1
  ) {
    const start = text.lineStart(line);
    lines.push(text.sliceString(start, Math.min(text.lineEnd(line), text.snap(start + LINE_LIMIT))));
  }
  return { firstLine: lines[0]!, modeLines: lines.slice(1) };
}

/** The language called `name`; undefined where there is none. */
export function languageNamed(name: string): Language | undefined {
  return byName.get(name);
}

/** The language of an info string, interpreter or mode: a name, an alias or an extension, in any case. */
export function languageCalled(word: string): Language | undefined {
  const lower = word.trim().toLowerCase();
  if (lower === "jsdoc") return JSDOC;
  const direct = byAlias.get(lower) ?? byExtension.get(lower);
  if (direct !== undefined) return direct;
  return LANGUAGES.find(({ name }) => name.toLowerCase() === lower);
}

/** The language of a file; Plain Text where nothing says. */
export function languageOf({ path, firstLine, modeLines }: FileFacts): Language {
  const first = firstLine?.slice(0, LINE_LIMIT);
  for (const line of [first ?? "", ...(modeLines ?? [])]) {
    const mode = modeOf(line.slice(0, LINE_LIMIT));
    const language = mode === undefined ? undefined : languageCalled(mode);
    if (language !== undefined) return language;
  }
  return languageOfPath(path) ?? languageOfFirstLine(first) ?? PLAIN_TEXT;
}

/** By file name, then by the longest extension; undefined where neither is known. */
export function languageOfPath(path: string | undefined): Language | undefined {
  if (path === undefined) return undefined;
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const whole = byFileName.get(name);
  if (whole !== undefined) return whole;
  for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    const language = byExtension.get(name.slice(dot + 1).toLowerCase());
    if (language !== undefined) return language;
  }
  return undefined;
}

/** By interpreter or by how the file begins; undefined where neither is known. */
export function languageOfFirstLine(line: string | undefined): Language | undefined {
  if (line === undefined || line === "") return undefined;
  const text = line.slice(0, LINE_LIMIT).replace(/^\uFEFF/, "");
  const shebang = SHEBANG.exec(text);
  const interpreter = shebang?.[1] ?? shebang?.[2];
  if (interpreter !== undefined) {
    return languageCalled(interpreter) ?? languageCalled(interpreter.replace(/[\d.]+$/, ""));
  }
  return LANGUAGES.find(({ firstLine }) => firstLine?.test(text) === true);
}

function modeOf(line: string): string | undefined {
  if (line.includes("-*-")) return EMACS_MODE.exec(line)?.[1] ?? EMACS_PLAIN.exec(line)?.[1];
  return line.includes("vi") || line.includes("ex:") ? VIM.exec(line)?.[1] : undefined;
}
