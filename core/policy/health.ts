/**
 * Health classes of an extension, as a pure step over what happens to its processes. Restart delays and the budget are
 * core/actor/supervision.ts; this says what a person is shown, and how an extension comes back into trust.
 *
 * - `healthy`: nothing to say.
 * - `degraded`: a process of it failed; enough answers in a row without another failure heal it.
 * - `quarantined`: it failed more often than its budget allows and is not started until it is released or replaced.
 * - `probation`: released or replaced after a quarantine; one failure puts it back, enough answers in a row heal it.
 *
 * Invariants: (1) only `released` and `replaced` lead out of quarantine; (2) a failure never makes the class better.
 *
 * @module
 */

export const healthClasses = ["healthy", "degraded", "probation", "quarantined"] as const;
export type HealthClass = (typeof healthClasses)[number];

export interface Health {
  readonly class: HealthClass;
  /** Why it is not healthy; empty where it is. */
  readonly reason: string;
  /** Unix milliseconds of the last change of class. */
  readonly sinceMs: number;
  /** Answers in a row still wanted until it is healthy. */
  readonly answersWanted: number;
  /** Quarantines so far. */
  readonly quarantines: number;
}

export type HealthEvent =
  | { readonly type: "failed"; readonly reason: string }
  /** The restart budget is spent. */
  | { readonly type: "exhausted"; readonly reason: string }
  | { readonly type: "answered"; readonly count: number }
  | { readonly type: "released" }
  /** Other code than the one that was quarantined. */
  | { readonly type: "replaced" };

/** Answers in a row that heal a degraded extension, and one on probation. */
export const ANSWERS_TO_HEAL = 20;
export const ANSWERS_ON_PROBATION = 100;

export const healthy: Health = { class: "healthy", reason: "", sinceMs: 0, answersWanted: 0, quarantines: 0 };

/** The health after `event` at `atMs`, Unix milliseconds. */
export function healthAfter(health: Health, event: HealthEvent, atMs: number): Health {
  switch (event.type) {
    case "failed":
      return failed(health, event.reason, atMs);
    case "exhausted":
      return health.class === "quarantined" ? health : quarantined(health, event.reason, atMs);
    case "answered":
      return answered(health, event.count, atMs);
    case "released":
    case "replaced": {
      if (health.class !== "quarantined") return health;
      const how = event.type === "released" ? "released" : "replaced by other code";
      const reason = `${how} after: ${health.reason}`;
      return { ...health, class: "probation", reason, sinceMs: atMs, answersWanted: ANSWERS_ON_PROBATION };
    }
  }
}

function failed(health: Health, reason: string, atMs: number): Health {
  switch (health.class) {
    case "quarantined":
      return health;
    case "probation":
      return quarantined(health, `it failed on probation: ${reason}`, atMs);
    case "healthy":
      return { ...health, class: "degraded", reason, sinceMs: atMs, answersWanted: ANSWERS_TO_HEAL };
    case "degraded":
      return { ...health, reason, answersWanted: ANSWERS_TO_HEAL };
  }
}

function quarantined(health: Health, reason: string, atMs: number): Health {
  const quarantines = health.quarantines + 1;
  return { class: "quarantined", reason, sinceMs: atMs, answersWanted: 0, quarantines };
}

function answered(health: Health, count: number, atMs: number): Health {
  if (health.class !== "degraded" && health.class !== "probation") return health;
  const answersWanted = health.answersWanted - count;
  if (answersWanted > 0) return { ...health, answersWanted };
  return { ...healthy, sinceMs: atMs, quarantines: health.quarantines };
}
