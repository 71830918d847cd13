/**
 * The progress display's facts, read from the engine's state when somebody looks.
 *
 * @module
 */

import type { ClockPort } from "../ports/clock.ts";
import { criticalPath } from "../timeline/critical_path.ts";
import { type DurationHistory, remaining } from "../timeline/history.ts";
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
  readonly #places: number;
  #history: DurationHistory | undefined;

  /** `places` is how many nodes may be at work at once. */
  constructor(scope: RunScope, clock: ClockPort, startedAt: number, places: number) {
    this.#places = places;
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

  /** What earlier runs took, once it is known. */
  learn(history: DurationHistory): void {
    if (history.runs > 0) this.#history = history;
  }

  read(): Progress {
    const now = this.#clock.now();
    const { done, total } = this.#work();
    const here = done - this.#doneAtOpen;
    const elapsedHere = now - this.#openedAt;
    const rough = here > 0 && elapsedHere > ETA_AFTER_MS ? (elapsedHere / here) * (total - done) : undefined;
    const learned = this.#history === undefined ? undefined : this.#expect(this.#history);
    return {
      state: runStateName(this.#scope.state),
      nodes: this.#scope.plan.nodes.map((node) => this.#line(node.index)),
      elapsedMs: now - this.#startedAt,
      ...(learned ?? { etaMs: rough }),
    };
  }

  /** What is left by earlier runs; undefined where they did not know these nodes. */
  #expect(
    history: DurationHistory,
  ): Required<Pick<Progress, "etaMs" | "etaRuns" | "criticalPath">> | undefined {
    const { plan, state } = this.#scope;
    const left = new Float64Array(plan.nodes.length);
    const expected = new Float64Array(plan.nodes.length);
    for (const { index, id } of plan.nodes) {
      const { done, total, running } = itemTally(state, index);
      left[index] = Math.max(0, 1 - (done + running / 2) / Math.max(1, total));
      expected[index] = history.wallMs(id) ?? 0;
    }
    const rest = remaining(plan, left, history, this.#places);
    if (rest === undefined) return undefined;
    const path = criticalPath(plan, expected).nodes.map((index) => plan.nodes[index]!.id);
    return { etaMs: rest.ms, etaRuns: rest.runs, criticalPath: path };
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
