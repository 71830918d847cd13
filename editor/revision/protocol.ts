/**
 * The revision protocol: JSON-RPC 2.0, one message a line, between `symphony` and `symphony-editor`. Its methods are the
 * calls of TextEditingPort and its companions; see README.md in this folder.
 *
 * @module
 */

import type { BufferInfo, MarkId, TextChange, TextRange } from "../../core/ports/text_editing.ts";

/** Raised when a change would make old clients or servers misunderstand. */
export const PROTOCOL = 1;

/** A change on the wire: from, to, insert. */
export type WireChange = readonly [number, number, string];

/** JSON-RPC's code for what SymphonyError carries in `data.code`. */
export const REFUSED = -32_000;

/** A buffer that a client had before its editor died. */
export interface Resume {
  readonly buffer: number;
  /** How often the client has it open. */
  readonly opens: number;
  /** The revision of its copy; what came after is sent. */
  readonly revision: number;
  readonly watches: readonly MarkId[];
  /** For a text whose file nobody had changed: its file, and the state of it that the client's copy is. */
  readonly file?: string;
  readonly stamp?: string;
}

export interface BeginParams {
  readonly protocol: number;
  /** Names the client over the lives of its editors. */
  readonly client: string;
  /** The sessions of editors that died since the last success: take over what they have left. */
  readonly adopt?: readonly string[];
  readonly resume?: readonly Resume[];
}

/** The answer to `session/hello`, which comes first: what the client must know if the editor dies while it takes over. */
export interface HelloResult {
  readonly protocol: number;
  readonly version: string;
  readonly pid: number;
  /** Names what this editor would leave behind; null where it keeps nothing. */
  readonly session: string | null;
  /** Groups of methods beyond those that every editor has: `language`, `structure`. */
  readonly capabilities: readonly string[];
}

export interface BeginResult {
  /**
   * One for each of `resume`: what the buffer is now; null where it is not known; `later` where it is known and will be there when
   * it is asked for, or else be told closed.
   */
  readonly resumed: readonly (BufferInfo | null | "later")[];
}

/** What the server tells without being asked. */
export interface Notifications {
  "text/changed": {
    readonly buffer: number;
    readonly since: number;
    readonly revision: number;
    readonly changes: readonly WireChange[];
    readonly authors: readonly string[];
  };
  /** The copy is too old to be brought up to date: read the text again. */
  "text/reset": { readonly buffer: number; readonly revision: number };
  /** Any other BufferEvent. */
  "text/event": { readonly buffer: number; readonly event: unknown };
  "text/touched": {
    readonly buffer: number;
    readonly mark: MarkId;
    readonly range: TextRange;
    readonly revision: number;
  };
}

export function toWire(changes: readonly TextChange[]): WireChange[] {
  return changes.map(({ from, to, insert }) => [from, to, insert] as const);
}

export function fromWire(changes: readonly WireChange[]): TextChange[] {
  return changes.map(([from, to, insert]) => ({ from, to, insert }));
}
