/**
 * Many calls under one AbortSignal: a signal looks through all its listeners whenever one is added or removed, so here
 * each signal has a single listener, and the calls stand in a set.
 *
 * @module
 */

interface Watch {
  readonly acts: Set<() => void>;
  readonly listener: () => void;
}

export class AbortFanout {
  readonly #watches = new Map<AbortSignal, Watch>();

  /** Calls `act` once when `signal` fires, unless the returned function was called before. */
  add(signal: AbortSignal, act: () => void): () => void {
    let watch = this.#watches.get(signal);
    if (watch === undefined) {
      const acts = new Set<() => void>();
      const listener = () => {
        this.#watches.delete(signal);
        for (const one of acts) one();
      };
      watch = { acts, listener };
      this.#watches.set(signal, watch);
      signal.addEventListener("abort", listener, { once: true });
    }
    const { acts, listener } = watch;
    acts.add(act);
    return () => {
      if (!acts.delete(act) || acts.size > 0 || this.#watches.get(signal)?.acts !== acts) return;
      this.#watches.delete(signal);
      signal.removeEventListener("abort", listener);
    };
  }
}
