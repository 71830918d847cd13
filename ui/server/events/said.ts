/**
 * What calls say while they run: streamed text, log lines, notes. The newest stay in order for readers that keep up; for
 * those that do not, the text of each call so far (its last MAX_TEXT characters) stands for what they missed.
 *
 * @module
 */

import type { LiveEvent } from "../../../core/orchestration/run_handle.ts";
import type { LiveText, RunTopicEvent } from "../../api/topics.ts";

const KEPT = 4096;
const MAX_TEXT = 64 * 1024;
const MAX_TEXTS = 512;

type Said = Exclude<LiveEvent, { readonly durable: true }>;

/** One thing said; `after` is the sequence number of the last logged event before it. */
export interface SaidEntry {
  readonly after: number;
  readonly at: number;
  /** Entries of one key that follow each other become one; undefined for those that stay apart. */
  readonly key: string | undefined;
  data: RunTopicEvent;
}

interface Streamed {
  readonly node: string;
  readonly scope?: string;
  readonly item?: number;
  readonly attempt: number;
  /** Characters before `text`. */
  from: number;
  text: string;
}

export class SaidThings {
  #ring: SaidEntry[] = [];
  /** Index of the first entry of the ring. */
  #start = 0;
  readonly #texts = new Map<string, Streamed>();

  /** Index after the last entry. */
  get end(): number {
    return this.#start + this.#ring.length;
  }

  get start(): number {
    return this.#start;
  }

  /** The text of each call so far. */
  texts(): readonly LiveText[] {
    return [...this.#texts.values()].map((streamed) => ({ ...streamed }));
  }

  /** Entries from `index` on. */
  since(index: number): readonly SaidEntry[] {
    return this.#ring.slice(Math.max(0, index - this.#start));
  }

  add(entry: SaidEntry): void {
    this.#ring.push(entry);
    if (this.#ring.length > 2 * KEPT) {
      this.#start += this.#ring.length - KEPT;
      this.#ring = this.#ring.slice(-KEPT);
    }
  }

  /** Takes in what a call has said. */
  hear(said: Said, attempt: number, moment: { readonly after: number; readonly at: number }): void {
    const where = {
      node: said.node,
      ...said.scope === undefined ? {} : { scope: said.scope },
      ...said.item === undefined ? {} : { item: said.item },
    };
    const key = `${said.scope ?? ""}/${said.node}/${said.item ?? ""}/${attempt}`;
    const { event } = said;
    switch (event.kind) {
      case "token":
        return this.add({
          ...moment,
          key: `token ${key}`,
          data: { kind: "token", text: this.#stream(key, { ...where, attempt }, event.text) },
        });
      case "log": {
        const { level, text } = event;
        const line = {
          at: moment.at,
          ...where,
          level,
          text,
          ...said.isEngine === true ? { isEngine: true as const } : {},
        };
        return this.add({ ...moment, key: undefined, data: { kind: "log", line } });
      }
      case "notice": {
        const { level, extension, text } = event;
        const line = { at: moment.at, ...where, level, text: `${extension}: ${text}` };
        return this.add({ ...moment, key: undefined, data: { kind: "log", line } });
      }
      case "progress": {
        const { kind: _, ...note } = event;
        return this.add({ ...moment, key: `note ${key}`, data: { kind: "note", ...where, ...note } });
      }
    }
  }

  /** The call has ended: its text is in the log now. */
  forget(node: string, scope: string | undefined, item: number | undefined): void {
    const prefix = `${scope ?? ""}/${node}/${item ?? ""}/`;
    for (const key of this.#texts.keys()) if (key.startsWith(prefix)) this.#texts.delete(key);
  }

  #stream(key: string, where: Pick<LiveText, "node" | "scope" | "item" | "attempt">, text: string): LiveText {
    let streamed = this.#texts.get(key);
    if (streamed === undefined) {
      streamed = { ...where, from: 0, text: "" };
      if (this.#texts.size >= MAX_TEXTS) this.#texts.delete([...this.#texts.keys()][0] as string);
      this.#texts.set(key, streamed);
    }
    const from = streamed.from + streamed.text.length;
    streamed.text += text;
    if (streamed.text.length > 2 * MAX_TEXT) {
      streamed.from += streamed.text.length - MAX_TEXT;
      streamed.text = streamed.text.slice(-MAX_TEXT);
    }
    return { ...where, from, text };
  }
}

/** Entries that follow each other with one key, as one; how many were folded away. */
export function foldSaid(
  entries: readonly SaidEntry[],
): { readonly entries: SaidEntry[]; readonly folded: number } {
  const kept: SaidEntry[] = [];
  const places = new Map<string, number>();
  for (const entry of entries) {
    const place = entry.key === undefined ? undefined : places.get(entry.key);
    if (place === undefined) {
      if (entry.key !== undefined) places.set(entry.key, kept.length);
      kept.push(entry);
      continue;
    }
    const before = kept[place] as SaidEntry;
    kept[place] = { ...entry, after: before.after, data: joined(before.data, entry.data) };
  }
  return { entries: kept, folded: entries.length - kept.length };
}

function joined(before: RunTopicEvent, next: RunTopicEvent): RunTopicEvent {
  if (before.kind !== "token" || next.kind !== "token") return next;
  return { kind: "token", text: { ...before.text, text: before.text.text + next.text.text } };
}
