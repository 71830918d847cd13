/**
 * Which of a run's scopes want something: to start a unit, to be finished, to be woken. Only those that an event touched
 * are looked at, so that a step of a run with thousands of bodies costs no more than one of a run with none.
 *
 * Invariants:
 * - A1 A scope that has a unit to hand out is on the stack. The one touched last is on top: a body that was begun goes on
 *   before another is begun, so the bodies that are open at once stay as few as the places of the run.
 * - A2 A scope that waits for a moment is among the sleeping, or among the touched.
 *
 * @module
 */

import { nextReady, nextWake } from "./ready.ts";
import { isSettled } from "./reading.ts";
import type { RunScope, Unit } from "./run_scope.ts";

export class ScopeAgenda {
  readonly #stack: RunScope[] = [];
  readonly #touched = new Set<RunScope>();
  readonly #sleeping = new Set<RunScope>();

  /** Notes that the scope has changed. */
  touch(scope: RunScope): void {
    this.#touched.add(scope);
    if (!this.#stack.includes(scope)) this.#stack.push(scope);
  }

  /** Forgets a scope that is closed. */
  forget(scope: RunScope): void {
    this.#touched.delete(scope);
    this.#sleeping.delete(scope);
    const place = this.#stack.indexOf(scope);
    if (place >= 0) this.#stack.splice(place, 1);
  }

  /** Hands out the next unit that may start; undefined where there is none. */
  takeReady(): { readonly scope: RunScope; readonly unit: Unit } | undefined {
    for (let scope = this.#stack.at(-1); scope !== undefined; scope = this.#stack.at(-1)) {
      const unit = nextReady(scope.state);
      if (unit !== undefined) return { scope, unit };
      this.#stack.pop();
    }
    return undefined;
  }

  /** Those among the scopes touched since the last time whose nodes have all settled. */
  takeSettled(): readonly RunScope[] {
    const settled: RunScope[] = [];
    for (const scope of this.#touched) {
      if (isSettled(scope.state)) settled.push(scope);
      if (nextWake(scope.state) === undefined) this.#sleeping.delete(scope);
      else this.#sleeping.add(scope);
    }
    this.#touched.clear();
    return settled;
  }

  /** The scopes that wait for a moment. Call after `takeSettled`. */
  sleeping(): readonly RunScope[] {
    return [...this.#sleeping];
  }

  /** The first moment at which one of them must wake; undefined where none waits for one. */
  earliestWake(): number | undefined {
    let earliest: number | undefined;
    for (const scope of this.#sleeping) {
      const due = nextWake(scope.state)?.dueAt;
      if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due;
    }
    return earliest;
  }
}
