/**
 * Text in the files of the workspace. Patterns are RE2's, so that none takes longer than the text is long; a file after the other is read,
 * so that nobody waits for the whole.
 *
 * Left out: what git ignores, what is no text, files over `LONGEST_FILE`, places behind `MOST_A_FILE` in one file.
 *
 * @module
 */

import { RE2JS } from "re2js";
import type { TextHit, TextHits, TextSearch } from "../api/files.ts";
import { pathsOf } from "./file_lists.ts";
import { Refusal } from "./http/problems.ts";
import type { WorkspaceFiles } from "./workspace_files.ts";

/** In bytes. */
const LONGEST_FILE = 2_000_000;
const MOST_PLACES = 5_000;
const MOST_A_FILE = 1_000;
const DEFAULT_PLACES = 500;
/** Files that are read at the same time. */
const AT_ONCE = 16;
/** What is given of a line. */
const [BEFORE, AROUND] = [60, 240];

/** Calls back with where each place begins and ends in a line. */
type Finder = (line: string, found: (from: number, to: number) => void) => void;

/** @param open texts that count in place of the file @throws Refusal 400 for a pattern that is none */
export async function searchText(
  files: WorkspaceFiles,
  search: TextSearch,
  open: ReadonlyMap<string, string>,
): Promise<TextHits> {
  if (search.text === "") return { hits: [], isMore: false, looked: 0 };
  const finder = finderOf(search);
  const most = Math.min(Math.max(search.limit ?? DEFAULT_PLACES, 1), MOST_PLACES);
  const paths = (await pathsOf(files)).filter(pathFilter(search.files ?? ""));
  const hits: TextHit[] = [];
  let looked = 0;
  for (let at = 0; at < paths.length && hits.length <= most; at += AT_ONCE) {
    const batch = paths.slice(at, at + AT_ONCE);
    const texts = await Promise.all(batch.map((path) => open.get(path) ?? textOf(`${files.root}/${path}`)));
    for (const [index, text] of texts.entries()) {
      if (text === undefined) continue;
      looked++;
      if (!mayHave(text, search)) continue;
      hits.push(...hitsIn(batch[index] as string, text, finder));
    }
  }
  return { hits: hits.slice(0, most), isMore: hits.length > most, looked };
}

function finderOf({ text, isPattern = false, matchCase = false, wholeWord = false }: TextSearch): Finder {
  const pattern = compiled(isPattern ? text : RE2JS.quote(text), matchCase, text);
  return (line, found) => {
    const matcher = pattern.matcher(line);
    while (matcher.find()) {
      const [from, to] = [matcher.start(), matcher.end()];
      if (from === to || wholeWord && !(isEdge(line, from) && isEdge(line, to))) continue;
      found(from, to);
    }
  };
}

/** False where a text surely has no place: most have none, and need not be looked through by lines. */
function mayHave(text: string, { text: wanted, isPattern = false, matchCase = false }: TextSearch): boolean {
  if (isPattern) return true;
  return matchCase ? text.includes(wanted) : text.toLowerCase().includes(wanted.toLowerCase());
}

function compiled(source: string, matchCase: boolean, text: string): RE2JS {
  try {
    return RE2JS.compile(source, matchCase ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(
      400,
      "bad-input",
      `Cannot search for "${text.slice(0, 100)}": it is no regular expression`,
      {
        faults: [{
          place: "query.text",
          found: why.slice(0, 200),
          right: "a regular expression that RE2 knows",
        }],
      },
    );
  }
}

/** True where a word begins or ends. */
function isEdge(line: string, at: number): boolean {
  const isWord = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}_]/u.test(letter);
  return !(isWord(line[at - 1]) && isWord(line[at]));
}

function hitsIn(path: string, text: string, finder: Finder): readonly TextHit[] {
  const hits: TextHit[] = [];
  let line = 0;
  for (let start = 0; start <= text.length && hits.length < MOST_A_FILE; line++) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed;
    const words = text.slice(start, text[end - 1] === "\r" ? end - 1 : end);
    finder(words, (from, to) => {
      if (hits.length >= MOST_A_FILE) return;
      const first = from > BEFORE && words.length > AROUND ? from - BEFORE : 0;
      const shown = words.slice(first, Math.max(first + AROUND, to));
      hits.push({ path, line: line + 1, column: from + 1, text: shown, at: from - first, length: to - from });
    });
    start = end + 1;
  }
  return hits;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const { size, isFile } = await Deno.lstat(path);
    if (!isFile || size > LONGEST_FILE) return undefined;
    const text = await Deno.readTextFile(path);
    return text.includes("\0") ? undefined : text;
  } catch {
    // It has gone, or nobody may read it.
    return undefined;
  }
}

/** `ui/,.ts,!test`: one of the first two is in it, and not the third. */
function pathFilter(words: string): (path: string) => boolean {
  const parts = words.split(",").map((part) => part.trim().toLowerCase()).filter((part) => part !== "");
  const without = parts.filter((part) => part.startsWith("!")).map((part) => part.slice(1)).filter(Boolean);
  const within = parts.filter((part) => !part.startsWith("!"));
  return (path) => {
    const lower = path.toLowerCase();
    return !without.some((part) => lower.includes(part)) &&
      (within.length === 0 || within.some((part) => lower.includes(part)));
  };
}
