/**
 * The topic of one open text: everybody's changes as deltas from revision to revision, and what else is known of it.
 *
 * Invariants:
 * X1. A reader gets changes without gap from the revision that it has, or `reset` with the whole text at a revision from
 *     which the changes go on.
 * X2. Of presence, diagnostics, the file's state and change sets only the newest is told.
 *
 * @module
 */

import type { BufferId } from "../../../core/ids.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { TextDiagnostics } from "../../../core/ports/language.ts";
import type { BufferEvent } from "../../../core/ports/text_editing.ts";
import type { Position } from "../../api/frames.ts";
import type { TextEvent } from "../../api/texts.ts";
import {
  type Cursor,
  eventText,
  type Subscribed,
  type Taken,
  type TopicSource,
  Watchers,
} from "../events/topic_source.ts";
import type { Texts } from "../services.ts";
import type { WorkflowFaults } from "./workflow_faults.ts";

const KEPT = 2000;
/** A reset is read again where the text moves on meanwhile; so often at most. */
const MAX_READS = 5;
const CHANGE_SETS_MS = 250;

interface Change {
  readonly since: number;
  readonly revision: number;
  readonly text: string;
}

interface Told {
  readonly place: number;
  readonly at: number;
  readonly data: TextEvent;
}

export class TextTopic implements TopicSource {
  readonly topic: `text:${number}`;
  readonly #texts: Texts;
  readonly #buffer: BufferId;
  readonly #clock: ClockPort;
  readonly #watchers = new Watchers();
  #changes: Change[] = [];
  #revision: number;
  /** The newest of each kind. */
  readonly #told = new Map<string, Told>();
  #places = 0;
  #stops: (() => void)[] = [];
  #stopTimer: (() => void) | undefined;
  #changeSets = "";

  readonly #workflow: ((found: () => void) => WorkflowFaults) | undefined;
  #faults: WorkflowFaults | undefined;
  #diagnosed: TextDiagnostics | undefined;

  /** Listens from the revision that the text has now. `workflow` finds the faults of a workflow file. */
  constructor(
    texts: Texts,
    buffer: BufferId,
    revision: number,
    clock: ClockPort,
    workflow?: (found: () => void) => WorkflowFaults,
  ) {
    this.#workflow = workflow;
    this.topic = `text:${buffer}`;
    this.#texts = texts;
    this.#buffer = buffer;
    this.#clock = clock;
    this.#revision = revision;
    this.#stops.push(texts.editing.subscribe(buffer, (event) => this.#hear(event)));
  }

  subscribe(after: Position | undefined): Promise<Subscribed> {
    const isKnown = after !== undefined &&
      (after.seq === this.#revision || this.#changes.some(({ since }) => since === after.seq));
    const cursor = { seq: isKnown ? after.seq : -2, live: 0 };
    return Promise.resolve({ how: isKnown ? "resumed" : "snapshot", seq: this.#revision, cursor });
  }

  take(cursor: Cursor, maxBytes: number): Taken | Promise<Taken> | undefined {
    if (cursor.seq === this.#revision && cursor.live === this.#places) return undefined;
    const from = cursor.seq === this.#revision
      ? this.#changes.length
      : this.#changes.findIndex(({ since }) => since === cursor.seq);
    if (from < 0) return this.#reset(cursor);
    const parts: string[] = [];
    let seq = cursor.seq;
    let bytes = 0;
    for (let at = from; at < this.#changes.length && bytes < maxBytes; at++) {
      const change = this.#changes[at] as Change;
      parts.push(change.text);
      bytes += change.text.length;
      seq = change.revision;
    }
    const isMore = seq !== this.#revision;
    // Places are of the newest text: they come after the changes.
    const live = isMore ? cursor.live : this.#places;
    if (!isMore) parts.push(...this.#toldSince(cursor.live));
    return { text: parts.join(","), count: parts.length, cursor: { seq, live }, isMore, folded: 0 };
  }

  watch(listener: () => void, ended: () => void): () => void {
    const stop = this.#watchers.add(listener, ended);
    if (this.#watchers.size === 1) this.#begin();
    return stop;
  }

  /** Stops listening; nobody gets anything more. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#stopTimer?.();
    this.#faults?.close();
    this.#watchers.end();
  }

  /** What is only asked for once somebody reads. */
  #begin(): void {
    if (this.#stops.length > 1) return;
    this.#stops.push(
      this.#texts.language.watchDiagnostics(this.#buffer, (diagnostics) => {
        this.#diagnosed = diagnostics;
        this.#tellDiagnostics();
      }),
    );
    this.#faults = this.#workflow?.(() => this.#tellDiagnostics());
    void this.#texts.presence.present(this.#buffer).then(
      (present) => this.#tell("presence", { kind: "presence", present }),
      () => undefined,
    );
    this.#lookAtChangeSets();
  }

  #hear(event: BufferEvent): void {
    if (event.kind === "closed") return this.close();
    if (event.kind === "reviewed") this.#lookAtChangeSets();
    if (event.kind !== "changed") return this.#tell(event.kind, event);
    if (event.since !== this.#revision) this.#changes = [];
    const at = this.#clock.now();
    const text = eventText(this.topic, { seq: event.revision, at, data: JSON.stringify(event) });
    this.#changes.push({ since: event.since, revision: event.revision, text });
    this.#revision = event.revision;
    if (this.#changes.length > 2 * KEPT) this.#changes = this.#changes.slice(-KEPT);
    this.#lookAtChangeSets();
    this.#faults?.changed();
    this.#watchers.changed();
  }

  #tellDiagnostics(): void {
    const told = this.#diagnosed ?? { buffer: this.#buffer, revision: this.#revision, diagnostics: [] };
    this.#tell("diagnostics", { kind: "diagnostics", diagnostics: this.#faults?.with(told) ?? told });
  }

  #tell(key: string, data: TextEvent): void {
    this.#told.set(key, { place: ++this.#places, at: this.#clock.now(), data });
    this.#watchers.changed();
  }

  /** Which change sets wait for a review may be another after any change. */
  #lookAtChangeSets(): void {
    if (this.#stopTimer !== undefined || this.#watchers.size === 0) return;
    this.#stopTimer = this.#clock.schedule(CHANGE_SETS_MS, () => {
      this.#stopTimer = undefined;
      void this.#texts.proposals.changeSets().then((changeSets) => {
        const text = changeSets.join("\n");
        if (text === this.#changeSets) return;
        this.#changeSets = text;
        this.#tell("changeSets", { kind: "changeSets", changeSets });
      }, () => undefined);
    });
  }

  #toldSince(live: number): string[] {
    return [...this.#told.values()].filter(({ place }) => place > live).sort((a, b) => a.place - b.place)
      .map(({ at, data }) => eventText(this.topic, { seq: this.#revision, at, data: JSON.stringify(data) }));
  }

  async #reset(cursor: Cursor): Promise<Taken> {
    for (let tries = 1;; tries++) {
      const { revision, text } = await this.#texts.editing.read(this.#buffer);
      // Changes go on from the newest, or from where one of them began.
      const isKnown = revision === this.#revision || this.#changes.some(({ since }) => since === revision);
      if (!isKnown && tries < MAX_READS) continue;
      const at = this.#clock.now();
      const skipped = cursor.seq < 0 ? 0 : Math.max(0, revision - cursor.seq);
      const data = JSON.stringify({ kind: "reset", revision, text });
      return {
        text: eventText(this.topic, { seq: revision, at, data, skipped }),
        count: 1,
        cursor: { seq: revision, live: 0 },
        isMore: true,
        folded: skipped,
      };
    }
  }
}
