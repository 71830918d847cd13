/**
 * Which definition a name may mean: by the scopes of its own text, then the definitions of that text, then those of the open texts and
 * the files of the project in the same language. By name alone, so several may be found.
 *
 * @module
 */

import type { Buffer, Buffers } from "../buffers.ts";
import type { TreeSource } from "../structure/local_structure.ts";
import { bindingOf } from "../syntax/facts/rename.ts";
import { symbolsOf } from "../syntax/facts/symbols.ts";
import type { TreeView } from "../syntax/highlight.ts";
import type { Language } from "../syntax/language.ts";
import { languageNamed, languageOf, openingLines } from "../syntax/language_of.ts";
import { projectOf } from "./code_files.ts";
import { type DefinitionIndex, type IndexedDefinition, placed } from "./definition_index.ts";
import { CERTAIN, LONGEST_HEAD, MODULE, Nearness } from "./nearness.ts";
import { wordAt } from "./words.ts";

/** A definition in an open text, or in a file that is not open. */
export interface Found extends Omit<IndexedDefinition, "path"> {
  readonly path?: string;
  readonly buffer?: Buffer;
}

/** Longer texts are not asked for their names: one turn would take too long. UTF-16 units. */
const LONGEST_NAMED = 400_000;
const MOST_FOUND = 20;
/** Languages whose files use each other's names. */
const FAMILIES: readonly ReadonlySet<string>[] = [
  new Set(["JavaScript", "TypeScript", "TypeScript (React)"]),
  new Set(["C", "C++"]),
  ...[
    "Bourne Again Shell (bash)",
    "C#",
    "Elixir",
    "Go",
    "Java",
    "Lua",
    "PHP",
    "Python",
    "Ruby",
    "Rust",
    "Scala",
    "Zig",
  ]
    .map((name) => new Set([name])),
];

interface Sources {
  readonly desk: { readonly buffers: Buffers };
  readonly trees: TreeSource;
  readonly index: DefinitionIndex;
  readonly workspace?: string | undefined;
}

export class Definitions {
  readonly #sources: Sources;
  readonly #known = new WeakMap<Buffer, { readonly revision: number; readonly found: readonly Found[] }>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The definitions of an open text, by place. */
  async of(buffer: Buffer, language: Language, signal?: AbortSignal): Promise<readonly Found[]> {
    const known = this.#known.get(buffer);
    if (known?.revision === buffer.revision) return known.found;
    if (language.grammar?.tags === undefined || buffer.text.length > LONGEST_NAMED) return [];
    const found = await this.#sources.trees.withTree(buffer, (view) => {
      const all = symbolsOf(view).map((symbol) => inBuffer(buffer, language.name, placed(view.text, symbol)));
      this.#known.set(buffer, { revision: buffer.revision, found: all });
      return all;
    }, signal);
    return found ?? [];
  }

  /** Those of the other open texts and of the files of its project, in languages that know its names. */
  async around(buffer: Buffer, language: Language, signal?: AbortSignal): Promise<readonly Found[]> {
    const family = FAMILIES.find((one) => one.has(language.name));
    if (family === undefined) return [];
    const found: Found[] = [];
    const open = new Set<string>();
    for (const other of this.#sources.desk.buffers) {
      const spoken = languageNamed(other.language) ??
        languageOf({ path: other.path, ...openingLines(other.text) });
      if (!family.has(spoken.name)) continue;
      if (other.path !== undefined) open.add(other.path);
      if (other !== buffer) found.push(...await this.of(other, spoken, signal));
    }
    if (buffer.path !== undefined) {
      const root = await projectOf(buffer.path, this.#sources.workspace);
      const files = await this.#sources.index.definitions(root, family, signal);
      found.push(...files.filter(({ path }) => !open.has(path)));
    }
    return found;
  }

  /**
   * What the name at a place may mean, the likeliest first: what its scope binds alone, what its import names alone, else all that bear
   * the name, those of the text first, then by how near their files are. None where nothing of that name is known.
   */
  async find(
    buffer: Buffer,
    offset: number,
    language: Language,
    signal?: AbortSignal,
  ): Promise<readonly Found[]> {
    const word = wordAt(buffer.text, Math.min(offset, buffer.text.length));
    const name = buffer.text.sliceString(word.from, word.to);
    if (name === "" || language.grammar === undefined || buffer.text.length > LONGEST_NAMED) return [];
    const bound = await this.#sources.trees.withTree(
      buffer,
      (view) => boundIn(view, word.from, buffer, language),
      signal,
    );
    const own = (await this.of(buffer, language, signal)).filter((one) => one.name === name);
    if (bound?.found !== undefined && bound.statement === undefined) {
      // Where a definition is known as a whole, more of it can be shown.
      const { from } = bound.found.nameRange;
      return [own.find(({ nameRange }) => nameRange.from === from) ?? bound.found];
    }
    if (own.length > 0 && bound?.statement === undefined && !isMember(buffer, word.from)) {
      return own.slice(0, MOST_FOUND);
    }
    const others = (await this.around(buffer, language, signal)).filter((one) => one.name === name);
    const head = buffer.text.sliceString(0, Math.min(buffer.text.length, LONGEST_HEAD));
    const nearness = new Nearness(buffer.path ?? "", bound?.statement ?? "", head);
    const ranked = others.map((found) => ({ found, near: nearness.of(found.path ?? "") }));
    ranked.sort((one, other) => other.near - one.near);
    const best = ranked[0]?.near ?? 0;
    // Of modules, the one that is named with most of its folders.
    if (best >= CERTAIN) {
      const meant = ranked.filter(({ near }) => Math.round(near / MODULE) === Math.round(best / MODULE));
      return meant.slice(0, MOST_FOUND).map(({ found }) => found);
    }
    const all = [
      ...own.filter(({ nameRange }) => nameRange.from !== bound?.found?.nameRange.from),
      ...ranked.map(({ found }) => found),
    ];
    // Better the line that brings it in than nothing.
    return all.length === 0 && bound?.found !== undefined ? [bound.found] : all.slice(0, MOST_FOUND);
  }
}

function boundIn(
  view: TreeView,
  offset: number,
  buffer: Buffer,
  language: Language,
): { readonly found: Found; readonly statement: string | undefined } | undefined {
  const binding = bindingOf(view, offset);
  if (binding === undefined) return undefined;
  const { range: nameRange, importedBy } = binding;
  const line = view.text.lineAt(nameRange.from);
  const range = { from: view.text.lineStart(line), to: view.text.lineEnd(line) };
  const name = view.text.sliceString(nameRange.from, nameRange.to);
  return {
    found: inBuffer(buffer, language.name, placed(view.text, { name, kind: "variable", range, nameRange })),
    statement: importedBy === undefined ? undefined : view.text.sliceString(importedBy.from, importedBy.to),
  };
}

function inBuffer(
  buffer: Buffer,
  language: string,
  definition: Omit<IndexedDefinition, "path" | "language">,
): Found {
  return { ...definition, language, buffer, ...(buffer.path === undefined ? {} : { path: buffer.path }) };
}

function isMember({ text }: Buffer, offset: number): boolean {
  return offset > 0 && /[.:>]/.test(text.sliceString(offset - 1, offset));
}
