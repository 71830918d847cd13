/**
 * What can go wrong with one attempt of a node, and whether trying again can help.
 *
 * @module
 */

import type { Spent } from "./spent.ts";

/** The closed list of failure classes. Every failure of a node has exactly one. */
export type FailureClass =
  | "timeout" // no answer before the deadline
  | "resource" // memory, CPU or message limits were passed
  | "input" // the node's input does not fit its schema
  | "output" // what came back does not fit its schema
  | "crash" // the extension's worker or process ended
  | "thrown" // the extension's code threw
  | "connection" // a host could not be reached, or the stream broke
  | "rate-limit" // told to come back later
  | "credit" // out of paid credit
  | "context-length" // more tokens than the model takes
  | "refusal" // the model declined
  | "quality" // below the asked quality
  | "auth" // the key is missing or wrong
  | "permission" // not granted to this extension
  | "unavailable" // no instrument or extension can do this here
  | "cancelled" // the run or the node was cancelled
  | "expression" // a condition or a binding could not be evaluated
  | "storage"; // the disk refused

/** How an attempt failed, with what it took all the same. */
export interface NodeFailure extends Spent {
  readonly class: FailureClass;
  readonly message: string;
  /** The other side asked to wait this long. */
  readonly retryAfterMs?: number;
  /** A stack or other detail for the log, at most a few kilobytes. */
  readonly detail?: string;
}

const retryable: Readonly<Record<FailureClass, boolean>> = {
  timeout: true,
  resource: true,
  input: false,
  output: true,
  crash: true,
  thrown: false,
  connection: true,
  "rate-limit": true,
  credit: false,
  "context-length": false,
  refusal: false,
  quality: true,
  auth: false,
  permission: false,
  unavailable: false,
  cancelled: false,
  expression: false,
  storage: false,
};

/** True where the same call may succeed later. */
export function isRetryable(failure: NodeFailure): boolean {
  return retryable[failure.class];
}

/** All classes, for schemas and tests. */
export const failureClasses = Object.keys(retryable) as readonly FailureClass[];
