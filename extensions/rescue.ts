/**
 * Calls whose process died under them, begun again: whoever brought a process down takes the calls beside it along, and
 * those are not to blame. What is known to be innocent is begun again at once and together; the others one by one, each
 * alone in a process, so that the guilty one is found and nobody else pays.
 *
 * Invariants: (1) a call that changed or reached something outside is never begun again; (2) a call is begun again at most
 * twice; (3) one that was alone in its process when that died keeps its failure.
 *
 * @module
 */

import type { CallOptions, CallResult } from "../core/ports/extension.ts";
import { type Casualty, casualtyOf } from "./host/host_channel.ts";

export interface RescueOptions<P> {
  /** Starts a process. @throws where the extension may not be started any more */
  readonly open: () => Promise<P>;
  readonly isAlive: (place: P) => boolean;
  readonly close: (place: P) => Promise<void>;
}

const IDLE_MS = 2_000;

/** The rescue of one extension's calls. */
export class Rescue<P> {
  readonly #options: RescueOptions<P>;
  #place: Promise<P> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #users = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RescueOptions<P>) {
    this.#options = options;
  }

  /** The call's result in the end. `perform` carries it out in a given process; `casualty` is how it fared first. */
  async again(
    first: CallResult,
    casualty: Casualty,
    perform: (place: P, options: CallOptions) => Promise<CallResult>,
    options: CallOptions,
  ): Promise<CallResult> {
    const beganAt = performance.now();
    const remaining = (): CallOptions => {
      if (options.timeoutMs === undefined) return options;
      return { ...options, timeoutMs: Math.max(1, options.timeoutMs - (performance.now() - beganAt)) };
    };
    let result = first;
    let fate: Casualty | undefined = casualty;
    for (let round = 0; round < 2 && fate !== undefined; round++) {
      if (fate.hadEffects || options.signal.aborted || fate.wasAlone && !fate.isInnocent) break;
      const alone = !fate.isInnocent || round > 0;
      const attempt = () => this.#in((place) => perform(place, remaining()), result);
      result = alone ? await this.#alone(attempt) : await attempt();
      fate = casualtyOf(result);
    }
    return result;
  }

  /** Ends its process. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const place = this.#place;
    this.#place = undefined;
    if (place !== undefined) await place.then((open) => this.#options.close(open), () => {});
  }

  #alone(attempt: () => Promise<CallResult>): Promise<CallResult> {
    const turn = this.#last.then(attempt, attempt);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #in(act: (place: P) => Promise<CallResult>, otherwise: CallResult): Promise<CallResult> {
    clearTimeout(this.#idle);
    this.#users++;
    try {
      return await act(await this.#opened());
    } catch {
      // In quarantine, or closed meanwhile: the first failure stands.
      return otherwise;
    } finally {
      if (--this.#users === 0) this.#idle = setTimeout(() => void this.close(), IDLE_MS);
    }
  }

  async #opened(): Promise<P> {
    const known = this.#place;
    if (known !== undefined) {
      const place = await known.catch(() => undefined);
      if (place !== undefined && this.#options.isAlive(place)) return place;
      if (this.#place === known) this.#place = undefined;
    }
    return await (this.#place ??= this.#options.open());
  }
}
