/**
 * StructurePort over the syntax trees of this process.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { BufferId } from "../../core/ids.ts";
import type { At, CodeToken, QuestionOptions, TextPart, TextPlace } from "../../core/ports/language.ts";
import type {
  Brackets,
  Definition,
  FunctionAround,
  NameUses,
  Piece,
  PieceKind,
  StructurePort,
} from "../../core/ports/structure.ts";
import type { TextRange } from "../../core/ports/text_editing.ts";
import type { Buffer } from "../buffers.ts";
import { enclosingBrackets, matchingBracket } from "../syntax/facts/brackets.ts";
import { enclosingFunction, expandSelection } from "../syntax/facts/enclosing.ts";
import { renameScope } from "../syntax/facts/rename.ts";
import { symbolsOf } from "../syntax/facts/symbols.ts";
import { textObject } from "../syntax/facts/text_objects.ts";
import type { TreeView } from "../syntax/highlight.ts";
import { InjectionParser } from "../syntax/injections.ts";
import { type ColouredLines, coloursOf, coloursOfLines } from "./colours.ts";

/** Lends trees, and what colours texts by lines that have none: `PluginHost`. */
export interface TreeSource {
  withTree<T>(buffer: Buffer, use: (view: TreeView) => T, signal?: AbortSignal): Promise<T | undefined>;
  withLines<T>(
    buffer: Buffer,
    use: (lines: ColouredLines) => T,
    signal?: AbortSignal,
  ): Promise<T | undefined>;
}

/** Finds open texts: `Desk`. */
export interface TextSource {
  text(buffer: BufferId): { readonly buffer: Buffer };
}

/** Ranges around a place that are told at most. */
const RANGES = 200;

export class LocalStructure implements StructurePort {
  readonly #texts: TextSource;
  readonly #trees: TreeSource;
  readonly #injections = new InjectionParser();

  constructor(texts: TextSource, trees: TreeSource) {
    this.#texts = texts;
    this.#trees = trees;
  }

  definitions(
    buffer: BufferId,
    options: QuestionOptions = {},
  ): Promise<At<readonly Definition[]> | undefined> {
    return this.#ask(buffer, options, (view) => symbolsOf(view));
  }

  functionAround(part: TextPart, options: QuestionOptions = {}): Promise<At<FunctionAround> | undefined> {
    return this.#ask(part.buffer, options, (view, buffer) => {
      const { from, to } = newRange(buffer, part);
      const found = enclosingFunction(view, from, to);
      if (found === undefined) return undefined;
      const { name, type, range, body } = found;
      return {
        type,
        range,
        ...(name === undefined ? {} : { name }),
        ...(body === undefined ? {} : { body }),
      };
    });
  }

  rangesAround(part: TextPart, options: QuestionOptions = {}): Promise<At<readonly TextRange[]> | undefined> {
    return this.#ask(part.buffer, options, (view, buffer) => {
      const ranges: TextRange[] = [];
      let range = expandSelection(view, newRange(buffer, part));
      for (; range !== undefined && ranges.length < RANGES; range = expandSelection(view, range)) {
        ranges.push(range);
      }
      return ranges;
    });
  }

  bracketsAt(at: TextPlace, options: QuestionOptions = {}): Promise<At<Brackets> | undefined> {
    return this.#ask(
      at.buffer,
      options,
      (view, buffer) => matchingBracket(view, newOffset(buffer, at.revision, at.offset)),
    );
  }

  bracketsAround(part: TextPart, options: QuestionOptions = {}): Promise<At<Brackets> | undefined> {
    return this.#ask(part.buffer, options, (view, buffer) => {
      const { from, to } = newRange(buffer, part);
      return enclosingBrackets(view, from, to);
    });
  }

  piece(kind: PieceKind, part: TextPart, options: QuestionOptions = {}): Promise<At<Piece> | undefined> {
    return this.#ask(part.buffer, options, (view, buffer) => {
      const { from, to } = newRange(buffer, part);
      const found = textObject(view, kind, from, to);
      return found === undefined ? undefined : { around: found.around, inside: found.inside };
    });
  }

  async colours(
    part: TextPart,
    options: QuestionOptions = {},
  ): Promise<At<readonly CodeToken[]> | undefined> {
    const byTree = await this.#ask(
      part.buffer,
      options,
      (view, buffer) => coloursOf(view, newRange(buffer, part), this.#injections),
    );
    if (byTree !== undefined) return byTree;
    const { buffer } = this.#texts.text(part.buffer);
    return await this.#trees.withLines(buffer, (lines) => ({
      revision: buffer.revision,
      value: coloursOfLines(lines, newRange(buffer, part)),
    }), options.signal);
  }

  nameUses(
    at: TextPlace,
    newName?: string,
    options: QuestionOptions = {},
  ): Promise<At<NameUses> | undefined> {
    return this.#ask(at.buffer, options, (view, buffer) => {
      const { name, scope, places, doubts } = renameScope(
        view,
        newOffset(buffer, at.revision, at.offset),
        newName,
      );
      return name === "" ? undefined : { name, scope, places, doubts: doubts.map(({ type }) => type) };
    });
  }

  async #ask<T>(
    id: BufferId,
    { signal }: QuestionOptions,
    use: (view: TreeView, buffer: Buffer) => T | undefined,
  ): Promise<At<T> | undefined> {
    const { buffer } = this.#texts.text(id);
    return await this.#trees.withTree(buffer, (view) => {
      const value = use(view, buffer);
      return value === undefined ? undefined : { revision: buffer.revision, value };
    }, signal);
  }
}

/** Where a range of an older revision is now. @throws SymphonyError `not-found` for an unknown revision, `bad-input` for a wrong place */
function newRange(buffer: Buffer, { revision, range }: TextPart): TextRange {
  const from = newOffset(buffer, revision, range.from, 1);
  return {
    from,
    to: range.from === range.to ? from : Math.max(from, newOffset(buffer, revision, range.to, -1)),
  };
}

function newOffset(buffer: Buffer, revision: number, offset: number, bias: -1 | 1 = -1): number {
  let length: number;
  try {
    length = buffer.document.textAt(revision).length;
  } catch (error) {
    throw new SymphonyError("not-found", `Cannot find revision ${revision} of buffer ${buffer.id}`, {
      cause: error,
    });
  }
  if (!(Number.isInteger(offset) && offset >= 0 && offset <= length)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot ask about ${offset}: the text has ${length} units at revision ${revision}`,
    );
  }
  return buffer.document.changesSince(revision).mapOffset(offset, bias);
}
