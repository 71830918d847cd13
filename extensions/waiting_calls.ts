/** Calls that wait for the answer to another call's question. @module */

import type { HeldCall, HeldCalls } from "../core/ports/permission_prompt.ts";

export class WaitingCalls implements HeldCalls {
  /** By their names, so that a call that asks twice waits once. */
  readonly #calls = new Map<string, HeldCall>();
  readonly #own: string | undefined;
  readonly #watchers = new Set<() => void>();

  /** `own` is the call that asked. */
  constructor(own: HeldCall | undefined) {
    this.#own = own && nameOf(own);
  }

  list(): readonly HeldCall[] {
    return [...this.#calls.values()];
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  /** The call waits until `answered` settles or `signal` fires. */
  async during(call: HeldCall, signal: AbortSignal, answered: Promise<unknown>): Promise<void> {
    const name = nameOf(call);
    if (signal.aborted || name === this.#own || this.#calls.has(name)) return;
    const leave = () => this.#calls.delete(name) && this.#tell();
    this.#calls.set(name, call);
    this.#tell();
    signal.addEventListener("abort", leave, { once: true });
    await answered;
    signal.removeEventListener("abort", leave);
    leave();
  }

  #tell(): void {
    for (const changed of this.#watchers) changed();
  }
}

function nameOf({ run, node, item }: HeldCall): string {
  return `${run}/${node}/${item ?? ""}`;
}
