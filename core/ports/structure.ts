/**
 * What the syntax of an open text says, for whoever works on it without eyes: definitions, the function around a place, brackets, pieces
 * to take as one, names that can be renamed in the file alone. It needs no language server and no valid program.
 *
 * Offsets are UTF-16 units, as in TextEditingPort. Whoever asks names the revision they see; answers are about the newest one, which they
 * name. Undefined where there is nothing of the kind, or the language has no grammar. All values are JSON.
 *
 * @module
 */

import type { BufferId } from "../ids.ts";
import type { At, CodeToken, QuestionOptions, TextPart, TextPlace } from "./language.ts";
import type { TextRange } from "./text_editing.ts";

/** A definition. */
export interface Definition {
  readonly name: string;
  /** `function`, `class`, `section`, … */
  readonly kind: string;
  /** All of it. */
  readonly range: TextRange;
  readonly nameRange: TextRange;
  /** The names of the definitions around it, outermost first. */
  readonly path: readonly string[];
}

export interface FunctionAround {
  /** Absent for one without a name. */
  readonly name?: string;
  /** The grammar's word for what it is. */
  readonly type: string;
  readonly range: TextRange;
  readonly body?: TextRange;
}

export interface Brackets {
  readonly open: TextRange;
  readonly close: TextRange;
}

export type PieceKind =
  | "argument"
  | "block"
  | "call"
  | "class"
  | "comment"
  | "function"
  | "statement"
  | "string"
  | "tag";

/** A piece of syntax with and without its marks. */
export interface Piece {
  readonly around: TextRange;
  readonly inside: TextRange;
}

/** Why changing a name in the file alone may be wrong. */
export type RenameDoubt = "unknown-language" | "no-definition" | "visible-outside" | "taken" | "syntax-error";

/** Every place that means what the name at a place means. */
export interface NameUses {
  readonly name: string;
  /** Where the name is known. */
  readonly scope: TextRange;
  readonly places: readonly TextRange[];
  /** Empty where changing just these places changes nothing else. */
  readonly doubts: readonly RenameDoubt[];
}

export interface StructurePort {
  /** In the order of the text. */
  definitions(buffer: BufferId, options?: QuestionOptions): Promise<At<readonly Definition[]> | undefined>;
  functionAround(part: TextPart, options?: QuestionOptions): Promise<At<FunctionAround> | undefined>;
  /** Ever larger pieces of syntax around a range, the smallest first. */
  rangesAround(part: TextPart, options?: QuestionOptions): Promise<At<readonly TextRange[]> | undefined>;
  /** The pair whose one side is at the place. */
  bracketsAt(at: TextPlace, options?: QuestionOptions): Promise<At<Brackets> | undefined>;
  /** The innermost pair around a range. */
  bracketsAround(part: TextPart, options?: QuestionOptions): Promise<At<Brackets> | undefined>;
  /** The innermost piece of a kind around a range. */
  piece(kind: PieceKind, part: TextPart, options?: QuestionOptions): Promise<At<Piece> | undefined>;
  /**
   * What each place of a range is, for its colour: ascending, none overlapping, what has no colour left out. A token's type is one of
   * `comment`, `string`, `constant`, `keyword`, `storage`, `function`, `type`, `tag`, `property`, `heading`, `strong`, `emphasis`, `link`, `invalid`.
   */
  colours(part: TextPart, options?: QuestionOptions): Promise<At<readonly CodeToken[]> | undefined>;
  /** @param newName checked against the names that are known where the old one is */
  nameUses(at: TextPlace, newName?: string, options?: QuestionOptions): Promise<At<NameUses> | undefined>;
}
