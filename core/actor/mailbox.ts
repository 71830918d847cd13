/**
 * A bounded mailbox: first in, first out, in a ring. When it is full, `offer` says no and nothing is dropped; the sender
 * decides what that means. Invariant: 0 ≤ size ≤ limit.
 *
 * @module
 */

import { assert } from "../errors.ts";

export class Mailbox<T> {
  readonly limit: number;
  #ring: (T | undefined)[] = [];
  #head = 0;
  #size = 0;

  /** `limit` is the most messages that wait at once. */
  constructor(limit: number) {
    assert(Number.isInteger(limit) && limit > 0, `a mailbox holds at least one message, not ${limit}`);
    this.limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** Puts a message at the end; false where the mailbox is full. */
  offer(message: T): boolean {
    if (this.#size === this.limit) return false;
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) % this.#ring.length] = message;
    this.#size++;
    return true;
  }

  /** Takes the first message; undefined where there is none. */
  take(): T | undefined {
    if (this.#size === 0) return undefined;
    const message = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#size--;
    return message;
  }

  /** Takes every message, in order. */
  drain(): T[] {
    const messages: T[] = [];
    while (this.#size > 0) messages.push(this.take() as T);
    return messages;
  }

  #grow(): void {
    const length = Math.min(this.limit, Math.max(8, this.#ring.length * 2));
    const ring: (T | undefined)[] = new Array(length);
    for (let at = 0; at < this.#size; at++) ring[at] = this.#ring[(this.#head + at) % this.#ring.length];
    this.#ring = ring;
    this.#head = 0;
  }
}
