/**
 * What the log says of attempts that failed and are not settled: who failed, why, and what was chosen. A resumed run goes
 * on by it exactly as the one that was stopped would have.
 *
 * @module
 */

import type { NodeTypeId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Recovery } from "../policy/recovery.ts";
import type { RunEvent } from "./event.ts";

export interface FailedAttempts {
  /** Instruments that failed, the last one last. */
  readonly tried: readonly NodeTypeId[];
  readonly failure: NodeFailure | undefined;
  /** What was chosen after the last failure; undefined for the plain retry. */
  readonly recovery: Recovery | undefined;
}

const none: FailedAttempts = { tried: [], failure: undefined, recovery: undefined };

export class RunAttempts {
  readonly #failed = new Map<string, FailedAttempts>();
  /** Who is at work on a unit. */
  readonly #working = new Map<string, NodeTypeId>();

  /** Notes an event of the scope, live or replayed. */
  observe(event: RunEvent): void {
    if (event.type === "nodes.reset") {
      for (const id of event.nodes) this.#forget(id);
    } else if (event.type === "node.started") {
      if (event.instrument !== undefined) {
        this.#working.set(unitName(event.node, event.item), event.instrument);
      }
    } else if (event.type === "node.retrying") {
      this.#note(unitName(event.node, event.item), event.failure, event.recovery);
    } else if (event.type === "node.waiting") {
      if (event.for.kind === "failure") {
        this.#note(unitName(event.node, event.item), event.for.failure, undefined);
      }
    } else if (
      event.type === "node.completed" || event.type === "node.failed" || event.type === "node.skipped"
    ) {
      if (this.#failed.size === 0 && this.#working.size === 0) return;
      const name = unitName(event.node, event.item);
      this.#failed.delete(name);
      this.#working.delete(name);
    }
  }

  of(node: string, item: number): FailedAttempts {
    if (this.#failed.size === 0) return none;
    return this.#failed.get(unitName(node, item < 0 ? undefined : item)) ?? none;
  }

  /** What a snapshot must carry; undefined where there is nothing. */
  export(): Json | undefined {
    if (this.#failed.size === 0 && this.#working.size === 0) return undefined;
    return {
      failed: [...this.#failed].map(([name, attempts]) => [name, attempts as unknown as Json]),
      working: [...this.#working],
    };
  }

  /** Takes back what `export` gave. */
  import(notes: Json | undefined): void {
    if (notes === undefined) return;
    const { failed, working } = notes as unknown as {
      readonly failed: readonly [string, Partial<FailedAttempts>][];
      readonly working: readonly [string, NodeTypeId][];
    };
    for (const [name, { tried, failure, recovery }] of failed) {
      this.#failed.set(name, { tried: tried ?? [], failure, recovery });
    }
    for (const [name, instrument] of working) this.#working.set(name, instrument);
  }

  #note(name: string, failure: NodeFailure, recovery: Recovery | undefined): void {
    const instrument = this.#working.get(name);
    this.#working.delete(name);
    // The answer of a person to a failure repeats it: nobody has worked since.
    const before = this.#failed.get(name)?.tried ?? [];
    if (instrument === undefined && before.length === 0) return;
    const tried = instrument === undefined ? before : [...before, instrument];
    this.#failed.set(name, { tried, failure, recovery });
  }

  #forget(node: string): void {
    for (const map of [this.#failed, this.#working]) {
      for (const name of map.keys()) if (name === node || name.startsWith(`${node}[`)) map.delete(name);
    }
  }
}

function unitName(node: string, item: number | undefined): string {
  return item === undefined ? node : `${node}[${item}]`;
}
