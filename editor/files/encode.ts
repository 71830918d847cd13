/**
 * Text to the bytes of a file. All but UTF-8 needs the libraries of `encodings.ts`: load them before.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { encodings } from "./encodings.ts";
import type { TextForm } from "./text_form.ts";

const PIECE_UNITS = 1 << 18;

/**
 * The bytes of a text given in pieces, mark included, in pieces. The text is read as the bytes are taken.
 * @throws SymphonyError `unsupported` at the first character that the encoding does not have, naming it and its line
 */
export function* encode(chunks: Iterable<string>, form: TextForm): Generator<Uint8Array<ArrayBuffer>> {
  if (form.mark) yield encodeOnce("\ufeff", form.encoding);
  yield* form.encoding === "utf-8" ? encodeUtf8(chunks) : encodeChecked(chunks, form.encoding);
}

/** The bytes without any check. */
export function* encodeIn(chunks: Iterable<string>, encoding: string): Generator<Uint8Array<ArrayBuffer>> {
  const encoder = encodings().iconv.getEncoder(encoding, { addBOM: false });
  for (const chunk of chunks) yield new Uint8Array(encoder.write(chunk));
  const rest = encoder.end();
  if (rest !== undefined && rest.length > 0) yield new Uint8Array(rest);
}

function encodeOnce(text: string, encoding: string): Uint8Array<ArrayBuffer> {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  return new Uint8Array(encodings().iconv.encode(text, encoding, { addBOM: false }));
}

/** Rope leaves are small; the pieces that leave here are worth a system call each. */
function* encodeUtf8(chunks: Iterable<string>): Generator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let held: string[] = [];
  let units = 0;
  let line = 1;
  for (const chunk of chunks) {
    if (!chunk.isWellFormed()) refuseHalfPair(held, chunk, line);
    held.push(chunk);
    units += chunk.length;
    if (units < PIECE_UNITS) continue;
    const piece = held.join("");
    line += countLines(piece);
    yield encoder.encode(piece);
    [held, units] = [[], 0];
  }
  if (units > 0) yield encoder.encode(held.join(""));
}

function refuseHalfPair(before: readonly string[], chunk: string, line: number): never {
  const at = [...chunk].findIndex((char) => !char.isWellFormed());
  const lines = line + countLines(before.join("")) + countLines([...chunk].slice(0, at).join(""));
  throw new SymphonyError(
    "unsupported",
    `Cannot save: line ${lines} holds half of a surrogate pair, which no encoding has`,
    { hint: "Delete the broken character in that line" },
  );
}

/** UTF-16 holds every character; what was written in anything else is read back and must be the same text. */
function* encodeChecked(chunks: Iterable<string>, encoding: string): Generator<Uint8Array<ArrayBuffer>> {
  // In one piece: some encodings write two characters as one, wherever a piece would end.
  const text = [...chunks].join("");
  const bytes = encodings().iconv.encode(text, encoding, { addBOM: false });
  if (!text.isWellFormed() || encodings().iconv.decode(bytes, encoding, { stripBOM: false }) !== text) {
    refuseCharacter(text, encoding);
  }
  yield new Uint8Array(bytes);
}

function refuseCharacter(text: string, encoding: string): never {
  const characters = [...text];
  const at = characters.findIndex((char) =>
    encodings().iconv.decode(encodings().iconv.encode(char, encoding), encoding) !== char
  );
  const char = characters[at] ?? "";
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const line = 1 + countLines(characters.slice(0, Math.max(0, at)).join(""));
  throw new SymphonyError(
    "unsupported",
    `Cannot save in ${encoding}: line ${line} holds "${char}" (U+${code}), which that encoding does not have`,
    { hint: "Save in utf-8 instead, or replace the character" },
  );
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
