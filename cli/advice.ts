/** What a person can do about a failure, by its class. @module */

import type { FailureClass } from "../core/policy/failure.ts";

const advice: Readonly<Record<FailureClass, string>> = {
  timeout: "give the node a longer `timeout`, or less to do",
  resource: "raise the extension's limits in its manifest, or give it less at once",
  input: "look at what the node is bound to: its input does not fit the schema",
  output: "the extension broke its own schema; tell its author",
  crash: "resume the run to try again; if it crashes again, tell the extension's author",
  thrown: "read the message; the extension's own code failed on this input",
  connection: "check the network or the server's address, then resume the run",
  "rate-limit": "wait a little, then resume the run, or lower the node's `concurrency`",
  credit: "top up the account, or use another instrument, then resume the run",
  "context-length": "split the text before it reaches the instrument (text/split)",
  refusal: "change what is asked, or use another instrument",
  quality: "lower `quality.min`, or use a better instrument",
  auth: "check the key that the grant names (grants list)",
  permission: "grant it (grants add), or start the run with --allow-write where a node writes",
  unavailable: "see what is missing with doctor",
  cancelled: "resume or start the run again when you want it",
  expression: "check the expression against what the other node gave (runs show)",
  storage: "free some space on the disk of the data folder, then resume the run",
};

/** One clause, without a capital and a full stop. */
export function adviceFor(failure: FailureClass): string {
  return advice[failure];
}
