/**
 * Recordings of what a person does at a front end, by name: kept in the process, shared by all views of one front end.
 *
 * @module
 */

import type { EditEvent } from "./events.ts";

export class Recorder {
  readonly #recordings = new Map<string, readonly EditEvent[]>();
  #name: string | undefined;
  #events: EditEvent[] = [];

  get isRecording(): boolean {
    return this.#name !== undefined;
  }

  /**
   * Starts a recording, or ends the one that runs: its own name or none saves it, another name throws it away and starts anew.
   */
  toggle(name: string | undefined): void {
    const running = this.#name;
    if (running === undefined) {
      this.#name = name;
      return;
    }
    if (name === undefined || name === running) {
      this.#recordings.set(running, withoutUndo(this.#events));
      this.#name = undefined;
    } else this.#name = name;
    this.#events = [];
  }

  /** Takes note of an event; text typed in a row becomes one. Special events are not for recordings. */
  record(event: EditEvent): void {
    if (this.#name === undefined || event.domain === "special") return;
    const last = this.#events.at(-1);
    if (
      last?.domain === "buffer" && event.domain === "buffer" && last.event.type === "insert" &&
      event.event.type === "insert"
    ) {
      const chars = last.event.chars + event.event.chars;
      this.#events[this.#events.length - 1] = { domain: "buffer", event: { type: "insert", chars } };
    } else this.#events.push(event);
  }

  /** The events of a recording; undefined for one that is not there or is being made. */
  get(name: string): readonly EditEvent[] | undefined {
    return name === this.#name ? undefined : this.#recordings.get(name);
  }

  clear(name: string): void {
    this.#recordings.delete(name);
  }
}

/** The events with undo and redo carried out: from the end, an undo takes the edit before it, unless a redo gives it back. */
function withoutUndo(events: readonly EditEvent[]): EditEvent[] {
  const kept: EditEvent[] = [];
  let undo = false;
  let redo = false;
  for (const event of events.toReversed()) {
    const type = event.domain === "buffer" ? event.event.type : undefined;
    if (type === undefined) kept.push(event);
    else if (type === "undo") {
      undo = !redo;
      redo = false;
    } else if (type === "redo") {
      redo = !undo;
      undo = false;
    } else {
      if (!undo) kept.push(event);
      undo = false;
      redo = false;
    }
  }
  return kept.reverse();
}
