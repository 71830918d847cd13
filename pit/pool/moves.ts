/**
 * The states of an instance: which may follow which, and the latest moves with their reasons.
 *
 * @module
 */

import { assert } from "../../core/errors.ts";
import type { InstanceState, PoolMove } from "../../core/ports/pool.ts";

const legal: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  cold: ["warming"],
  warming: ["hot", "failed"],
  hot: ["cooling", "failed"],
  cooling: ["cold"],
  failed: ["cold"],
};

/** True where an instance may move so. */
export function isLegalMove(from: InstanceState, to: InstanceState): boolean {
  return legal[from].includes(to);
}

/** A ring of the latest moves. */
export class MoveLog {
  readonly #moves: PoolMove[] = [];
  readonly #most: number;
  readonly #listeners = new Set<(move: PoolMove) => void>();
  #next = 0;

  constructor(most = 1_000) {
    this.#most = most;
  }

  /** Notes a move. @throws Error where it is not legal (a bug) */
  note(move: PoolMove): void {
    assert(isLegalMove(move.from, move.to), `an instance cannot move from ${move.from} to ${move.to}`);
    if (this.#moves.length < this.#most) this.#moves.push(move);
    else this.#moves[this.#next] = move;
    this.#next = (this.#next + 1) % this.#most;
    for (const listener of this.#listeners) listener(move);
  }

  /** Tells `listener` of every move from now on, until the returned function is called. */
  watch(listener: (move: PoolMove) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The oldest first. */
  list(): readonly PoolMove[] {
    if (this.#moves.length < this.#most) return [...this.#moves];
    return [...this.#moves.slice(this.#next), ...this.#moves.slice(0, this.#next)];
  }
}
