/**
 * The progress display's facts, read from the engine's state when somebody looks.
 *
 * @module
 */

import type { ClockPort } from "../ports/clock.ts";
import type { CallEvent } from "../ports/extension.ts";
import type { NodeProgress, Progress } from "./run_handle.ts";
import type { RunScope } from "./run_scope.ts";
import { itemTally, nodeStateName, runStateName } from "./reading.ts";

/** Nothing is said of the end before so much has been seen. */
const ETA_AFTER_MS = 1500;

export class ProgressView {
  readonly #scope: RunScope;
  readonly #clock: ClockPort;
  readonly #startedAt: number;
  readonly #openedAt: number;
  readonly #notes = new Map<number, string>();
  readonly #doneAtOpen: number;

  constructor(scope: RunScope, clock: ClockPort, startedAt: number) {
    this.#scope = scope;
    this.#clock = clock;
    this.#startedAt = startedAt;
    this.#openedAt = clock.now();
    this.#doneAtOpen = this.#work().done;
  }

  /** Keeps the last thing that a node said. */
  note(node: number, event: CallEvent): void {
    if (event.kind === "progress" && event.note !== undefined) this.#notes.set(node, event.note);
    else if (event.kind === "log" && event.level !== "debug") this.#notes.set(node, event.text);
  }

  read(): Progress {
    const now = this.#clock.now();
    const { done, total } = this.#work();
    const here = done - this.#doneAtOpen;
    const elapsedHere = now - this.#openedAt;
    const etaMs = here > 0 && elapsedHere > ETA_AFTER_MS ? (elapsedHere / here) * (total - done) : undefined;
    return {
      state: runStateName(this.#scope.state),
      nodes: this.#scope.plan.nodes.map((node) => this.#line(node.index)),
      elapsedMs: now - this.#startedAt,
      etaMs,
    };
  }

  #line(index: number): NodeProgress {
    const { state, plan } = this.#scope;
    const node = plan.nodes[index] as (typeof plan.nodes)[number];
    const tally = itemTally(state, index);
    return {
      node: node.id,
      title: node.definition.title ?? node.id,
      state: nodeStateName(state, index),
      done: tally.done,
      total: tally.total,
      running: tally.running,
      failed: tally.failed,
      note: this.#notes.get(index) ?? "",
    };
  }

  #work(): { done: number; total: number } {
    let done = 0;
    let total = 0;
    for (const { index } of this.#scope.plan.nodes) {
      const tally = itemTally(this.#scope.state, index);
      done += tally.done;
      total += Math.max(1, tally.total);
    }
    return { done, total };
  }
}
