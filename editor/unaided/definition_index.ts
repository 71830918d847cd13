/**
 * The definitions in the files of a project, found by grammars. Made when it is first asked for, a file after the other in slices,
 * so that nobody's typing waits; afterwards only files that changed are read again.
 *
 * Invariants: D1. a file that is not open is in the index as it was on the disk at most `FRESH_MS` ago; D2. larger files than `LONGEST_FILE`
 * and more than `MOST_DEFINITIONS` in a file are left out; D3. of the answer only what a project's files say is kept, never their texts.
 *
 * @module
 */

import type { TextRange } from "../../core/ports/text_editing.ts";
import { symbolsOf } from "../syntax/facts/symbols.ts";
import { loadGrammar, startEngine } from "../syntax/grammar.ts";
import { languageNamed } from "../syntax/language_of.ts";
import { ROOT } from "../syntax/scope_table.ts";
import { SyntaxTree } from "../syntax/syntax_tree.ts";
import { Rope } from "../text/rope.ts";
import { type CodeFile, codeFiles } from "./code_files.ts";

export interface IndexedDefinition {
  readonly path: string;
  readonly language: string;
  readonly name: string;
  readonly kind: string;
  readonly range: TextRange;
  readonly nameRange: TextRange;
  /** From 0. */
  readonly line: number;
  readonly character: number;
}

/** In bytes. */
export const LONGEST_FILE = 400_000;
const MOST_DEFINITIONS = 5_000;
const FRESH_MS = 1_500;
const SLICE_MS = 4;
const MOST_PROJECTS = 4;

interface KnownFile extends CodeFile {
  readonly definitions: readonly IndexedDefinition[];
}

interface Project {
  readonly files: Map<string, KnownFile>;
  lookedAt: number;
  looking: Promise<void> | undefined;
}

export class DefinitionIndex {
  readonly #now: () => number;
  readonly #projects = new Map<string, Project>();

  /** @param now milliseconds that only grow */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What the files below `root` in these languages define. Waits until it is known; @throws by `signal`, and the index is made on */
  async definitions(
    root: string,
    languages: ReadonlySet<string>,
    signal?: AbortSignal,
  ): Promise<readonly IndexedDefinition[]> {
    const key = [root, ...[...languages].sort()].join("\0");
    let project = this.#projects.get(key);
    if (project === undefined) {
      project = { files: new Map(), lookedAt: -Infinity, looking: undefined };
      this.#projects.set(key, project);
      if (this.#projects.size > MOST_PROJECTS) {
        this.#projects.delete(this.#projects.keys().next().value as string);
      }
    }
    if (project.looking === undefined && this.#now() - project.lookedAt > FRESH_MS) {
      const looking = this.#look(project, root, languages).finally(() => project.looking = undefined);
      project.looking = looking;
    }
    await project.looking;
    signal?.throwIfAborted();
    return [...project.files.values()].flatMap(({ definitions }) => definitions);
  }

  async #look(project: Project, root: string, languages: ReadonlySet<string>): Promise<void> {
    await startEngine();
    const files = await codeFiles(root, languages);
    const there = new Set(files.map(({ path }) => path));
    for (const path of project.files.keys()) if (!there.has(path)) project.files.delete(path);
    for (const file of files) {
      const known = project.files.get(file.path);
      if (known !== undefined && known.size === file.size && known.modified === file.modified) continue;
      project.files.set(file.path, { ...file, definitions: await definitionsIn(file) });
    }
    project.lookedAt = this.#now();
  }
}

async function definitionsIn(
  { path, size, language: name }: CodeFile,
): Promise<readonly IndexedDefinition[]> {
  const language = languageNamed(name);
  if (language === undefined || size > LONGEST_FILE) return [];
  const content = await Deno.readTextFile(path).catch(() => undefined);
  if (content === undefined) return [];
  const text = Rope.of(content);
  let tree: SyntaxTree | undefined;
  try {
    const grammar = loadGrammar(language);
    if (grammar?.tags() === undefined) return [];
    tree = new SyntaxTree(grammar, text, () => performance.now());
    do await new Promise((resolve) => setTimeout(resolve, 0)); while (!tree.work(SLICE_MS));
    const symbols = symbolsOf({ tree: tree.tree!, grammar, text, offset: 0, base: ROOT });
    return symbols.slice(0, MOST_DEFINITIONS).map((symbol) => ({
      path,
      language: name,
      ...placed(text, symbol),
    }));
  } catch {
    // A grammar that cannot be loaded or breaks is told for files that are open.
    return [];
  } finally {
    tree?.dispose();
  }
}

/** A definition with the line and column of its name. */
export function placed(
  text: Rope,
  { name, kind, range, nameRange }: Omit<IndexedDefinition, "path" | "language" | "line" | "character">,
): Omit<IndexedDefinition, "path" | "language"> {
  const line = text.lineAt(nameRange.from);
  return { name, kind, range, nameRange, line, character: nameRange.from - text.lineStart(line) };
}
