/**
 * Composition for the command line: proposes, and keeps what becomes of proposals beside the Conductor's other learning.
 * What cannot be read or kept stops nothing; it is told.
 *
 * Ring: conductor.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { DurationModel } from "../dispatch/mod.ts";
import { readDurations } from "../learning/durations_file.ts";
import type { PolicyStorePort } from "../learning/policy_store.ts";
import { decodeSnapshot, encodeSnapshot } from "../learning/snapshot.ts";
import type { Candidate } from "./candidate.ts";
import { compose, type ComposeRequest } from "./compose.ts";
import { Proposals } from "./proposals.ts";

const FILE = "composition.snapshot";
/** What was shown last, as JSON. */
const LAST = "composition.last.json";

export interface CompositionDeskOptions {
  readonly store: PolicyStorePort;
  readonly clock: ClockPort;
  /** A file's bytes. @throws where there is none */
  readonly readFile: (path: string) => Uint8Array;
}

export type DeskRequest = Omit<ComposeRequest, "preference" | "durations">;

export interface DeskAnswer {
  readonly candidates: readonly Candidate[];
  readonly notes: readonly string[];
}

export class CompositionDesk {
  readonly #options: CompositionDeskOptions;

  constructor(options: CompositionDeskOptions) {
    this.#options = options;
  }

  /** @throws SymphonyError `bad-input` */
  async propose(request: DeskRequest): Promise<DeskAnswer> {
    const notes: string[] = [];
    const proposals = await this.#read(notes);
    const settled = proposals.review(this.#options.clock.now(), (path) => this.#hashOfFile(path));
    if (settled.length > 0) await this.#keep(proposals, notes);
    const durations = new DurationModel();
    try {
      await readDurations(this.#options.store, durations);
    } catch (error) {
      notes.push(messageOf(error));
    }
    const composed = await compose({ ...request, preference: proposals.preference, durations });
    try {
      await this.#options.store.write(LAST, new TextEncoder().encode(JSON.stringify(composed.candidates)));
    } catch (error) {
      notes.push(`what was shown cannot be kept: ${messageOf(error)}`);
    }
    return { candidates: composed.candidates, notes: [...notes, ...composed.notes] };
  }

  /** What was shown last; empty where nothing was or it cannot be read. */
  async last(): Promise<readonly Candidate[]> {
    const bytes = await this.#options.store.read(LAST);
    if (bytes === undefined) return [];
    try {
      const shown: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return Array.isArray(shown) ? shown as readonly Candidate[] : [];
    } catch {
      return [];
    }
  }

  /** The person took one of what was shown, and `text` was written to `path`; gives what could not be kept. */
  async took(
    taken: Candidate,
    shown: readonly Candidate[],
    { path, text }: { readonly path: string; readonly text: string },
  ): Promise<readonly string[]> {
    const notes: string[] = [];
    const proposals = await this.#read(notes);
    proposals.wrote(taken, shown, { path, hash: hashOf(text), at: this.#options.clock.now() });
    await this.#keep(proposals, notes);
    return notes;
  }

  /** The person wants none of it. */
  async rejected(shown: readonly Candidate[]): Promise<readonly string[]> {
    const notes: string[] = [];
    const proposals = await this.#read(notes);
    proposals.rejected(shown);
    await this.#keep(proposals, notes);
    return notes;
  }

  #hashOfFile(path: string): string | undefined {
    try {
      return hashOf(new TextDecoder().decode(this.#options.readFile(path)));
    } catch {
      return undefined;
    }
  }

  async #read(notes: string[]): Promise<Proposals> {
    const proposals = new Proposals();
    try {
      const bytes = await this.#options.store.read(FILE);
      if (bytes !== undefined) { for (const part of decodeSnapshot(bytes).parts) proposals.restore(part); }
    } catch (error) {
      notes.push(`what was learned of proposals cannot be read: ${messageOf(error)}`);
    }
    return proposals;
  }

  async #keep(proposals: Proposals, notes: string[]): Promise<void> {
    try {
      await this.#options.store.write(FILE, encodeSnapshot({ facts: {}, parts: [proposals.save()] }));
    } catch (error) {
      notes.push(`what became of the proposal cannot be kept: ${messageOf(error)}`);
    }
  }
}

/** FNV-1a over the text's code units, 53 bits; only tells equal from changed. */
function hashOf(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 15), 0x01000193);
  }
  return ((high >>> 0) * 0x10_0000 + ((low >>> 0) & 0xf_ffff)).toString(36);
}
