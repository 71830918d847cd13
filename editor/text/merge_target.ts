/**
 * The newest text as a merge changes it: notes each step, refuses what cannot be, and can take everything back.
 *
 * @module
 */

import type { MergeTarget } from "./history.ts";
import { deltaOfPatches, inverseOfPatches } from "./patches.ts";
import type { Patch } from "./revision_log.ts";
import type { TextBuffer } from "./text_buffer.ts";

/** More steps than this are taken back at once. */
const MANY = 64;

export class BufferTarget implements MergeTarget {
  readonly patches: Patch[] = [];
  readonly #buffer: TextBuffer;
  readonly #hasPairs: boolean;

  /** @param hasPairs whether the text may hold surrogate pairs, which must not be cut */
  constructor(buffer: TextBuffer, hasPairs: boolean) {
    this.#buffer = buffer;
    this.#hasPairs = hasPairs;
  }

  get length(): number {
    return this.#buffer.length;
  }

  read(at: number, length: number): string {
    return this.#buffer.sliceString(at, at + length);
  }

  remove(at: number, length: number): string {
    this.#check(at, length);
    const removed = this.#buffer.sliceString(at, at + length);
    this.#buffer.replace(at, at + length, "");
    this.patches.push({ at, removed, inserted: "" });
    return removed;
  }

  insert(at: number, text: string): void {
    this.#check(at, 0);
    this.#buffer.replace(at, at, text);
    this.patches.push({ at, removed: "", inserted: text });
  }

  change(patches: readonly Patch[]): void {
    const delta = deltaOfPatches(patches, this.#buffer.length);
    for (let change = 0; change < delta.size; change++) {
      this.#check(delta.from[change]!, delta.to[change]! - delta.from[change]!);
    }
    this.#buffer.replaceAll(delta, delta.newLength);
    for (const patch of patches) this.patches.push(patch);
  }

  /** Takes every step back. */
  rollBack(): void {
    if (this.patches.length > MANY) {
      const delta = inverseOfPatches(this.patches.splice(0), this.#buffer.length);
      this.#buffer.replaceAll(delta, delta.newLength);
      return;
    }
    for (let step = this.patches.pop(); step !== undefined; step = this.patches.pop()) {
      this.#buffer.replace(step.at, step.at + step.inserted.length, step.removed);
    }
  }

  #check(at: number, length: number): void {
    if (at < 0 || at + length > this.#buffer.length) {
      throw new RangeError(`Cannot edit ${at} to ${at + length}: the text has ${this.#buffer.length} units`);
    }
    if (this.#hasPairs && (this.#buffer.cutsPair(at) || this.#buffer.cutsPair(at + length))) {
      throw new RangeError(`Cannot edit ${at} to ${at + length}: it would cut a surrogate pair`);
    }
  }
}
