/**
 * What servers find wrong with texts, as marks that move with the text until the server speaks again.
 *
 * Invariants: (1) a span is always within the newest text, and its start does not stand behind its end; (2) what one server said of
 * one document replaces what it said before, and nothing else; (3) per server and document at most `MOST_DIAGNOSTICS` are
 * kept, the worst first.
 *
 * @module
 */

import type { TextRange } from "../../core/ports/text_editing.ts";
import { own } from "../../core/json.ts";
import type { Buffer } from "../buffers.ts";
import type { Hold } from "../text/document.ts";
import {
  integerIn,
  listOf,
  numberIn,
  objectOf,
  optional,
  rangeOf,
  stringIn,
} from "./features/answer_reading.ts";
import type { SentText } from "./synced_document.ts";

export type Severity = "error" | "warning" | "information" | "hint";

export interface Diagnostic {
  /** In the newest text of the buffer. */
  readonly span: TextRange;
  readonly severity: Severity;
  readonly message: string;
  /** Names the server that said it. */
  readonly server: string;
  /** Who in the server said it: `ts`, `eslint`, … */
  readonly source?: string;
  readonly code?: string;
  /** A page about the code. */
  readonly href?: string;
  readonly unnecessary: boolean;
  readonly deprecated: boolean;
  readonly related: readonly RelatedPlace[];
  /** As the server sent it: code actions give it back. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Another place that explains a diagnostic; lines and units as the server counts. */
export interface RelatedPlace {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
  readonly message: string;
}

export const MOST_DIAGNOSTICS = 5_000;
const SEVERITIES: readonly Severity[] = ["error", "warning", "information", "hint"];
const MOST_RELATED = 50;

type Unplaced = Omit<Diagnostic, "span">;

/** The diagnostics of one server about one buffer, ordered by where they start. */
class DiagnosticSet {
  readonly #buffer: Buffer;
  #revision: number;
  #hold: Hold;
  #starts: number[];
  #ends: number[];
  #items: readonly Unplaced[];
  #shown: readonly Diagnostic[] | undefined;

  constructor(buffer: Buffer, revision: number, placed: readonly { span: TextRange; item: Unplaced }[]) {
    const sorted = [...placed].sort((a, b) => a.span.from - b.span.from || a.span.to - b.span.to);
    this.#buffer = buffer;
    this.#revision = revision;
    this.#hold = buffer.document.hold(revision);
    this.#starts = sorted.map(({ span }) => span.from);
    this.#ends = sorted.map(({ span }) => span.to);
    this.#items = sorted.map(({ item }) => item);
  }

  get size(): number {
    return this.#items.length;
  }

  /** Moves the marks to the newest revision. O(marks + changes). */
  carry(): void {
    const { document } = this.#buffer;
    if (this.#revision === document.revision) return;
    const delta = document.changesSince(this.#revision);
    this.#hold.release();
    this.#hold = document.hold();
    this.#revision = document.revision;
    if (delta.isIdentity) return;
    this.#shown = undefined;
    const starts = delta.mapOffsets(this.#starts, 1);
    // Ends do not ascend with the starts, so they are mapped one by one.
    const ends = this.#ends.map((end, at) =>
      end === this.#starts[at] ? starts[at] as number : delta.mapOffset(end, -1)
    );
    const kept: number[] = [];
    for (let at = 0; at < starts.length; at++) {
      const wasEmpty = this.#ends[at] === this.#starts[at];
      // What it was about has been deleted.
      if (wasEmpty || (starts[at] as number) < (ends[at] as number)) kept.push(at);
    }
    this.#starts = kept.map((at) => starts[at] as number);
    this.#ends = kept.map((at) => ends[at] as number);
    if (kept.length < this.#items.length) this.#items = kept.map((at) => this.#items[at] as Unplaced);
  }

  get shown(): readonly Diagnostic[] {
    this.carry();
    return this.#shown ??= this.#items.map((item, at) => ({
      ...item,
      span: { from: this.#starts[at] as number, to: this.#ends[at] as number },
    }));
  }

  release(): void {
    this.#hold.release();
  }
}

export class DiagnosticStore {
  readonly #sets = new Map<Buffer, Map<string, DiagnosticSet>>();

  /** Everything known of a buffer, by place. `source` is the server or the identifier of its answer. */
  of(buffer: Buffer): Diagnostic[] {
    const sets = [...this.#sets.get(buffer)?.values() ?? []];
    const all = sets.flatMap((set) => set.shown);
    return sets.length < 2 ? all : all.sort((a, b) => a.span.from - b.span.from || a.span.to - b.span.to);
  }

  /** Replaces what `key` said of the buffer with the list that a server sent for the text `sent`. */
  set(buffer: Buffer, key: string, server: string, list: unknown, sent: SentText): void {
    const placed: { span: TextRange; item: Unplaced }[] = [];
    for (const value of worstFirst(list)) {
      const item = diagnosticOf(value, server);
      const range = item === undefined ? undefined : rangeOf(item.raw["range"]);
      if (item !== undefined && range !== undefined) placed.push({ span: sent.map.span(range), item });
    }
    const before = this.#sets.get(buffer)?.get(key);
    if (placed.length === 0 && before === undefined) return;
    before?.release();
    const sets = this.#sets.get(buffer) ?? new Map<string, DiagnosticSet>();
    this.#sets.set(buffer, sets);
    if (placed.length === 0) sets.delete(key);
    else {
      const set = new DiagnosticSet(buffer, sent.revision, placed);
      set.carry();
      sets.set(key, set);
    }
  }

  /** Moves the marks of a buffer along, so that old revisions can be forgotten. */
  carry(buffer: Buffer): void {
    for (const set of this.#sets.get(buffer)?.values() ?? []) set.carry();
  }

  /** Forgets what is said under keys that `matches` accepts; the buffers that lost something. */
  forget(matches: (key: string) => boolean): Buffer[] {
    const changed: Buffer[] = [];
    for (const [buffer, sets] of this.#sets) {
      const keys = [...sets.keys()].filter(matches);
      for (const key of keys) {
        sets.get(key)?.release();
        sets.delete(key);
      }
      if (keys.length > 0) changed.push(buffer);
    }
    return changed;
  }

  close(buffer: Buffer): void {
    for (const set of this.#sets.get(buffer)?.values() ?? []) set.release();
    this.#sets.delete(buffer);
  }
}

/** The list as far as it is kept: where it is too long, errors before the rest. */
function worstFirst(list: unknown): readonly unknown[] {
  if (!Array.isArray(list)) return [];
  if (list.length <= MOST_DIAGNOSTICS) return list;
  const severity = (value: unknown) => numberIn(objectOf(value) ?? {}, "severity") ?? 1;
  return [...list].sort((a, b) => severity(a) - severity(b)).slice(0, MOST_DIAGNOSTICS);
}

function diagnosticOf(value: unknown, server: string): Unplaced | undefined {
  const told = objectOf(value);
  if (told === undefined) return undefined;
  const message = own(told, "message");
  const text = typeof message === "string" ? message : stringIn(objectOf(message) ?? {}, "value");
  if (text === undefined) return undefined;
  const tags = listOf(own(told, "tags"), 10);
  const code = own(told, "code");
  return {
    severity: SEVERITIES[(integerIn(told, "severity", 1, 4) ?? 1) - 1] as Severity,
    message: text.slice(0, 10_000),
    server,
    ...optional("source", stringIn(told, "source")),
    ...optional("code", typeof code === "string" || typeof code === "number" ? String(code) : undefined),
    ...optional("href", stringIn(objectOf(own(told, "codeDescription")) ?? {}, "href")),
    unnecessary: tags.includes(1),
    deprecated: tags.includes(2),
    related: listOf(own(told, "relatedInformation"), MOST_RELATED).map(relatedOf).filter((one) =>
      one !== undefined
    ),
    raw: told,
  };
}

function relatedOf(value: unknown): RelatedPlace | undefined {
  const told = objectOf(value);
  const location = objectOf(told === undefined ? undefined : own(told, "location"));
  const range = rangeOf(location === undefined ? undefined : own(location, "range"));
  const uri = location === undefined ? undefined : stringIn(location, "uri");
  if (told === undefined || range === undefined || uri === undefined) return undefined;
  return { uri, ...range.start, message: stringIn(told, "message") ?? "" };
}
