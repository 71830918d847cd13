/**
 * One document as one server knows it: the version it was sent last, and what has to be sent for it to see what the
 * buffer holds now.
 *
 * Nothing is queued here: what is owed is the difference between two revisions of the document, made when it is sent. So a
 * keystroke costs nothing, ten edits in one turn are one message, and a server that does not read makes nothing grow.
 *
 * Invariants: (1) after `flush` returns true the server, if it applied what it was sent, has exactly the buffer's text;
 * (2) versions ascend by one; (3) the revisions of the last few versions are held, so that what a server says of them
 * can be carried to the newest text.
 *
 * @module
 */

import type { Buffer } from "../buffers.ts";
import type { Delta } from "../text/delta.ts";
import type { Hold } from "../text/document.ts";
import type { Rope } from "../text/rope.ts";
import { contentChanges } from "./content_changes.ts";
import { type PositionEncoding, PositionMap } from "./position.ts";
import type { SyncKind } from "./server_features.ts";

/** Where a document's messages go. */
export interface DocumentSink {
  readonly encoding: PositionEncoding;
  readonly syncKind: SyncKind;
  notify(method: string, params: unknown): void;
  /** True while the server has not read what it was sent: then nothing more is sent. */
  readonly congested: boolean;
}

/** A text that the server was sent. */
export interface SentText {
  readonly version: number;
  readonly revision: number;
  readonly map: PositionMap;
}

interface Version extends SentText {
  readonly hold: Hold;
}

const KEPT_VERSIONS = 16;
/** So many revisions behind, the text is sent whole and the revisions are let go. */
const MOST_BEHIND = 1000;
/** What a content change costs in the message beside its text, in bytes. */
const CHANGE_BYTES = 110;

export class SyncedDocument {
  readonly buffer: Buffer;
  readonly uri: string;
  readonly languageId: string;
  readonly #sink: DocumentSink;
  /** The last versions, oldest first. */
  #versions: Version[] = [];
  #version = 0;
  /** True where the server's text is no longer known as a revision: the next message holds the whole text. */
  #lost = false;
  #loneReturns: boolean;

  constructor(buffer: Buffer, uri: string, languageId: string, sink: DocumentSink) {
    this.buffer = buffer;
    this.uri = uri;
    this.languageId = languageId;
    this.#sink = sink;
    this.#loneReturns = true;
    const text = this.#remember();
    sink.notify("textDocument/didOpen", {
      textDocument: { uri, languageId, version: text.version, text: text.map.rope.toString() },
    });
  }

  /** What the server was sent last. */
  get sent(): SentText {
    return this.#versions.at(-1) as Version;
  }

  /** True where the server's text is the buffer's. */
  get isCurrent(): boolean {
    return !this.#lost && this.sent.revision === this.buffer.revision;
  }

  /** Sends what the server does not have yet; false where it does not read. */
  flush(): boolean {
    const { buffer } = this;
    if (this.isCurrent) return true;
    if (this.#sink.congested) {
      this.#letGo();
      return false;
    }
    const before = this.sent;
    const delta = this.#lost ? undefined : buffer.document.deltaBetween(before.revision, buffer.revision);
    if (delta !== undefined) this.#loneReturns ||= makesLoneReturns(buffer.text, delta);
    if (delta?.isIdentity === true || this.#sink.syncKind === "none") {
      this.#remember();
      return true;
    }
    const incremental = delta !== undefined && this.#sink.syncKind === "incremental" && isSmall(delta);
    const changes = incremental ? contentChanges(before.map, delta) : [{ text: buffer.text.toString() }];
    this.#lost = false;
    const { version } = this.#remember(this.#version + 1);
    this.#sink.notify("textDocument/didChange", {
      textDocument: { uri: this.uri, version },
      contentChanges: changes,
    });
    return true;
  }

  /** The text that the server had at `version`; undefined where it is forgotten or never was. */
  at(version: number): SentText | undefined {
    return this.#versions.findLast((one) => one.version === version);
  }

  saved(includeText: boolean): void {
    if (!this.flush()) return;
    const text = includeText ? { text: this.buffer.text.toString() } : {};
    this.#sink.notify("textDocument/didSave", { textDocument: { uri: this.uri }, ...text });
  }

  close(): void {
    this.release();
    this.#sink.notify("textDocument/didClose", { textDocument: { uri: this.uri } });
  }

  /** Lets the revisions go, where the server is no longer there to be told. */
  release(): void {
    for (const { hold } of this.#versions) hold.release();
  }

  #remember(version = this.#version): SentText {
    const { buffer } = this;
    this.#version = version;
    // Only a text with lone carriage returns is searched for them again.
    const map = new PositionMap(buffer.text, this.#sink.encoding, this.#loneReturns ? undefined : false);
    this.#loneReturns = map.hasLoneReturns;
    const text = { version, revision: buffer.revision, map, hold: buffer.document.hold() };
    if (this.#versions.at(-1)?.version === version) this.#versions.pop()?.hold.release();
    this.#versions.push(text);
    if (this.#versions.length > KEPT_VERSIONS) this.#versions.shift()?.hold.release();
    return text;
  }

  /** Gives up the held revisions where they are far behind, so that the buffer can forget them. */
  #letGo(): void {
    if (this.#lost || this.buffer.revision - this.sent.revision < MOST_BEHIND) return;
    this.#lost = true;
    this.#loneReturns = true;
    this.release();
  }
}

/** Whether naming the changes is less to send than the text. */
function isSmall(delta: Delta): boolean {
  const inserted = delta.newLength - delta.baseLength + deleted(delta);
  return delta.size <= 1 || delta.size * CHANGE_BYTES + inserted <= delta.newLength + CHANGE_BYTES;
}

function deleted(delta: Delta): number {
  return delta.from.reduce((sum, from, at) => sum + (delta.to[at] as number) - from, 0);
}

/** Whether a lone "\r" may stand in `after` that was not there before: in what was inserted, or beside a cut. */
function makesLoneReturns(after: Rope, delta: Delta): boolean {
  let shift = 0;
  for (let at = 0; at < delta.size; at++) {
    const from = (delta.from[at] as number) + shift;
    const insert = delta.insert[at] as string;
    if (insert.includes("\r") || isLoneReturn(after, from - 1) || isLoneReturn(after, from + insert.length)) {
      return true;
    }
    shift += insert.length - ((delta.to[at] as number) - (delta.from[at] as number));
  }
  return false;
}

function isLoneReturn(text: Rope, at: number): boolean {
  return text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) !== 10;
}
