/**
 * A piece of a buffer's text, as plugins ask for it: from a byte or a line on, at a revision, up to a size.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import type { TextDocument } from "../text/document.ts";
import type { Rope } from "../text/rope.ts";
import { Members, MessageRefused } from "./wire_in.ts";

/** No piece is larger, in bytes. */
const SIZE_LIMIT = 1024 * 1024;

/** The piece; null for an unknown revision or a place outside the text. @throws MessageRefused for parameters of the wrong type */
export function dataOf(document: TextDocument, params: Json | undefined): JsonObject | null {
  const table = new Members("get_data", params);
  const revision = table.revision("rev");
  const start = table.number("start");
  const size = Math.min(table.number("max_size"), SIZE_LIMIT);
  const unit = table.text("unit");
  if (unit !== "utf8" && unit !== "line") {
    throw new MessageRefused(`Cannot take "get_data": there is no unit "${unit}"`);
  }
  let text: Rope;
  try {
    text = document.textAt(revision);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  if (start > (unit === "line" ? text.lines : text.bytes)) return null;
  const from = unit === "line" ? text.lineStart(start) : text.offsetOfBytes(start);
  const offset = text.bytesAt(from);
  // A place inside a code point is none.
  if (unit === "utf8" && offset !== start) return null;
  // `offsetOfBytes` goes back to where a code point begins.
  const to = text.offsetOfBytes(Math.min(text.bytes, offset + size));
  const line = text.lineAt(from);
  return {
    chunk: text.sliceString(from, to),
    offset,
    first_line: line,
    first_line_offset: offset - text.bytesOfLine(line),
  };
}
