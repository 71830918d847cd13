/**
 * Work that can wait, in the order in which it was put off; of one kind and owner only the newest.
 *
 * @module
 */

import type { Later } from "./later.ts";

interface Piece {
  readonly kind: string;
  readonly owner: object;
  readonly work: () => Later;
}

export class IdleWork {
  #pieces: Piece[] = [];

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add(kind: string, owner: object, work: () => Later): void {
    if (this.#pieces.some((piece) => piece.kind === kind && piece.owner === owner)) return;
    this.#pieces.push({ kind, owner, work });
  }

  /** Drops what an owner had put off. */
  remove(owner: object): void {
    this.#pieces = this.#pieces.filter((piece) => piece.owner !== owner);
  }

  /** The oldest piece, which is the caller's to do. */
  take(): (() => Later) | undefined {
    return this.#pieces.shift()?.work;
  }
}
