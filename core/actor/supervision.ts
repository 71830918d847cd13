/**
 * Supervision of one kind of actor, one for one: a pure step. A failure delays the next start, twice as long each time;
 * more failures within the window than the budget allows put it into quarantine, with the reason, until it is pardoned.
 *
 * Invariants: (1) failures older than the window count for nothing; (2) a quarantined actor is never started.
 *
 * @module
 */

export interface RestartPolicy {
  /** Failures within the window that are forgiven. */
  readonly budget: number;
  readonly windowMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

export const defaultRestartPolicy: RestartPolicy = {
  budget: 5,
  windowMs: 60_000,
  firstDelayMs: 50,
  longestDelayMs: 5_000,
};

export interface Supervised {
  /** Monotonic times of the failures within the window, oldest first. */
  readonly failures: readonly number[];
  readonly restarts: number;
  /** No start before this time. */
  readonly notBeforeMs: number;
  /** Why it is in quarantine; undefined while it may be started. */
  readonly quarantine: string | undefined;
}

export type SupervisionEvent =
  | { readonly type: "failed"; readonly atMs: number; readonly reason: string }
  | { readonly type: "started" }
  | { readonly type: "pardoned" };

export const unsupervised: Supervised = { failures: [], restarts: 0, notBeforeMs: 0, quarantine: undefined };

/** The state after `event`. */
export function supervise(state: Supervised, event: SupervisionEvent, policy: RestartPolicy): Supervised {
  switch (event.type) {
    case "pardoned":
      return { ...unsupervised, restarts: state.restarts };
    case "started":
      return state.failures.length === 0 ? state : { ...state, restarts: state.restarts + 1 };
    case "failed": {
      const failures = [...state.failures.filter((at) => event.atMs - at < policy.windowMs), event.atMs];
      const delay = Math.min(
        policy.longestDelayMs,
        policy.firstDelayMs * 2 ** Math.min(30, failures.length - 1),
      );
      const spent = failures.length > policy.budget;
      const quarantine = spent
        ? `it failed ${failures.length} times within ${policy.windowMs / 1000} s, at last: ${event.reason}`
        : state.quarantine;
      return { ...state, failures, notBeforeMs: event.atMs + delay, quarantine };
    }
  }
}
