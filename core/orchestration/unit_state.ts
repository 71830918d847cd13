/**
 * The states of a unit as small integers, and which may follow which.
 *
 * @module
 */

export const PENDING = 0;
export const QUEUED = 1;
export const RUNNING = 2;
export const RETRYING = 3;
export const WAITING = 4;
export const COMPLETED = 5;
export const FAILED = 6;
export const SKIPPED = 7;
/** A fan-out node as a whole, while its items are at work. Shown as running. */
export const OPEN = 8;
/** An item whose fan-out was reset and will be expanded anew. */
export const VOID = 9;
/** How many states there are. */
export const STATES = 10;

export type NodeStateName =
  | "pending"
  | "queued"
  | "running"
  | "retrying"
  | "waiting"
  | "completed"
  | "failed"
  | "skipped";

/** State number to the name that is shown. */
export const stateNames: readonly NodeStateName[] = [
  "pending",
  "queued",
  "running",
  "retrying",
  "waiting",
  "completed",
  "failed",
  "skipped",
  "running",
  "pending",
];

const to = (...states: readonly number[]) => states.reduce((bits, state) => bits | (1 << state), 0);

// A retry that was woken, and work that a crash interrupted, go back to the queue without an event. Hence a replayed
// log takes some units from retrying or running straight to where a queued unit may go.
const mayBecome: Int32Array = Int32Array.of(
  to(QUEUED, FAILED, SKIPPED, OPEN, PENDING, VOID),
  to(RUNNING, WAITING, RETRYING, FAILED, SKIPPED, OPEN, PENDING, VOID, QUEUED),
  to(RUNNING, WAITING, RETRYING, COMPLETED, FAILED, SKIPPED, OPEN, QUEUED, PENDING, VOID),
  to(QUEUED, RUNNING, WAITING, RETRYING, FAILED, SKIPPED, OPEN, PENDING, VOID),
  to(RETRYING, COMPLETED, FAILED, SKIPPED, PENDING, VOID),
  to(OPEN, PENDING, VOID),
  to(SKIPPED, OPEN, PENDING, VOID),
  to(OPEN, PENDING, VOID),
  to(COMPLETED, FAILED, SKIPPED, OPEN, PENDING, VOID),
  0,
);

/** True where a unit may go from state `from` to state `next`. */
export function isLegalStep(from: number, next: number): boolean {
  return ((mayBecome[from]! >> next) & 1) === 1;
}
