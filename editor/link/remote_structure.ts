/**
 * StructurePort over an editor process. Nothing is kept here, so the next editor answers as the one before.
 *
 * @module
 */

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
import type { AskEditor } from "./remote_language.ts";

export class RemoteStructure implements StructurePort {
  readonly #link: AskEditor;

  constructor(link: AskEditor) {
    this.#link = link;
  }

  definitions(buffer: BufferId, options?: QuestionOptions): Promise<At<readonly Definition[]> | undefined> {
    return this.#ask("definitions", { buffer }, options);
  }

  functionAround(part: TextPart, options?: QuestionOptions): Promise<At<FunctionAround> | undefined> {
    return this.#ask("functionAround", part, options);
  }

  rangesAround(part: TextPart, options?: QuestionOptions): Promise<At<readonly TextRange[]> | undefined> {
    return this.#ask("rangesAround", part, options);
  }

  bracketsAt(at: TextPlace, options?: QuestionOptions): Promise<At<Brackets> | undefined> {
    return this.#ask("bracketsAt", at, options);
  }

  bracketsAround(part: TextPart, options?: QuestionOptions): Promise<At<Brackets> | undefined> {
    return this.#ask("bracketsAround", part, options);
  }

  piece(kind: PieceKind, part: TextPart, options?: QuestionOptions): Promise<At<Piece> | undefined> {
    return this.#ask("piece", { ...part, kind }, options);
  }

  colours(part: TextPart, options?: QuestionOptions): Promise<At<readonly CodeToken[]> | undefined> {
    return this.#ask("colours", part, options);
  }

  nameUses(at: TextPlace, newName?: string, options?: QuestionOptions): Promise<At<NameUses> | undefined> {
    return this.#ask("nameUses", { ...at, ...(newName === undefined ? {} : { newName }) }, options);
  }

  /** Asks; the answer is as the editor made it, whose types these are. JSON has no undefined: where there is nothing, null comes. */
  async #ask<T>(method: string, params: object, options: QuestionOptions = {}): Promise<T | undefined> {
    options.signal?.throwIfAborted();
    return (await this.#link.request(`structure/${method}`, params) as T | null) ?? undefined;
  }
}
