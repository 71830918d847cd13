/**
 * What stands in the log of one text.
 *
 * A log begins with what the text was (`begin`, then either a copy of its file or the pieces of the text and its state, what
 * is on the disk, and `ready`), then everything that happened since, in order.
 *
 * @module
 */

import { isObject, type Json } from "../../core/json.ts";
import type { FileStamp } from "../files/file_stamp.ts";
import type { LineEndings, TextForm } from "../files/text_form.ts";
import type { Cause, SavedNotes, TextNote } from "../revision/text_notes.ts";
import type { SavedDocument } from "../text/saved_document.ts";
import type { TextEvent } from "../text/text_event.ts";
import type { SavedUndoGroups } from "../undo_groups.ts";

/** Raised when old logs can no longer be read as they are. */
export const LOG_VERSION = 1;

/** What is on the disk: the text of a revision and perhaps a line ending, or a text of its own. */
export interface FileRecord {
  readonly path: string | null;
  readonly form: TextForm;
  readonly lines: LineEndings;
  readonly readOnly: boolean;
  readonly stamp: FileStamp | null;
  readonly revision: number | null;
  readonly lastEnding: string;
  /** Where it is no revision's text. */
  readonly text?: string;
}

/** A long text begins as a copy of its file, which the system makes without our help. It lies beside the log (`basePath`). */
export interface CopyBase {
  readonly kind: "copy";
  readonly encoding: string;
}

export type LogRecord =
  | {
    readonly k: "begin";
    readonly version: number;
    readonly buffer: number;
    readonly language: string;
    readonly base: CopyBase | { readonly kind: "text" };
  }
  /** A piece of the text that the state begins with. */
  | { readonly k: "text"; readonly t: string }
  | {
    readonly k: "state";
    readonly document: Omit<SavedDocument, "text">;
    readonly notes: SavedNotes;
    readonly person: SavedUndoGroups;
  }
  | { readonly k: "file"; readonly file: FileRecord }
  /** The base is complete. */
  | { readonly k: "ready" }
  | { readonly k: "rev"; readonly e: TextEvent; readonly c?: Cause; readonly p?: SavedUndoGroups }
  | { readonly k: "note"; readonly n: TextNote }
  /** A save of this revision is about to take the place of the file, or has. */
  | { readonly k: "saving"; readonly path: string; readonly revision: number; readonly temporary: string };

/** A record as it can be written. */
export function recordJson(record: LogRecord): Json {
  // Every member above is plain JSON, but for the readonly types of the text core, which TypeScript cannot see to be.
  return record as unknown as Json;
}

/** A record as it was read; undefined where it is of no known kind. Its members are as they were written: the sum says so. */
export function readRecord(value: Json): LogRecord | undefined {
  const kinds = ["begin", "text", "state", "file", "ready", "rev", "note", "saving"];
  return isObject(value) && kinds.includes(String(value["k"])) ? value as unknown as LogRecord : undefined;
}
