/**
 * StructurePort as methods of the revision protocol: `structure/…`.
 *
 * | method | params |
 * | --- | --- |
 * | `structure/definitions` | `{buffer}` |
 * | `structure/functionAround`, `rangesAround`, `bracketsAround`, `colours` | `{buffer, revision, range}` |
 * | `structure/bracketsAt` | `{buffer, revision, offset}` |
 * | `structure/piece` | `{buffer, revision, range, kind}` |
 * | `structure/nameUses` | `{buffer, revision, offset, newName?}` |
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { TextPart, TextPlace } from "../../core/ports/language.ts";
import type { PieceKind, StructurePort } from "../../core/ports/structure.ts";
import type { Params } from "../revision/params.ts";

const KINDS: readonly PieceKind[] = [
  "argument",
  "block",
  "call",
  "class",
  "comment",
  "function",
  "statement",
  "string",
  "tag",
];

/** The methods by name; each gives null where the port gives nothing. */
export function structureMethods(
  structure: StructurePort,
): Readonly<Record<string, (params: Params) => unknown>> {
  const orNull = async (answer: Promise<unknown>) => await answer ?? null;
  return {
    "structure/definitions": (params) => orNull(structure.definitions(params.buffer())),
    "structure/functionAround": (params) => orNull(structure.functionAround(part(params))),
    "structure/rangesAround": (params) => orNull(structure.rangesAround(part(params))),
    "structure/colours": (params) => orNull(structure.colours(part(params))),
    "structure/bracketsAt": (params) => orNull(structure.bracketsAt(place(params))),
    "structure/bracketsAround": (params) => orNull(structure.bracketsAround(part(params))),
    "structure/piece": (params) => orNull(structure.piece(kindOf(params.text("kind")), part(params))),
    "structure/nameUses": (params) =>
      orNull(structure.nameUses(place(params), params.has("newName") ? params.text("newName") : undefined)),
  };
}

function place(params: Params): TextPlace {
  return { buffer: params.buffer(), revision: params.number("revision"), offset: params.number("offset") };
}

function part(params: Params): TextPart {
  return { buffer: params.buffer(), revision: params.number("revision"), range: params.range("range") };
}

function kindOf(word: string): PieceKind {
  const kind = KINDS.find((known) => known === word);
  if (kind === undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot find a piece of kind "${word}": there are ${KINDS.join(", ")}`,
    );
  }
  return kind;
}
