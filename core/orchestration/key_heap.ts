/**
 * A binary min-heap of numbers in one typed array: the ready queue. Keys are exact integers below 2^53.
 *
 * @module
 */

export class KeyHeap {
  #keys: Float64Array = new Float64Array(64);
  #size = 0;

  /** How many keys are held. */
  get size(): number {
    return this.#size;
  }

  /** Adds a key. */
  push(key: number): void {
    if (this.#size === this.#keys.length) {
      const wider = new Float64Array(this.#size * 2);
      wider.set(this.#keys);
      this.#keys = wider;
    }
    const keys = this.#keys;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = keys[parent]!;
      if (above <= key) break;
      keys[at] = above;
      at = parent;
    }
    keys[at] = key;
  }

  /** Takes out the least key; -1 where there is none. */
  pop(): number {
    if (this.#size === 0) return -1;
    const keys = this.#keys;
    const least = keys[0]!;
    const size = --this.#size;
    const key = keys[size]!;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      at = child;
    }
    keys[at] = key;
    return least;
  }

  /** Forgets all keys. */
  clear(): void {
    this.#size = 0;
  }
}
