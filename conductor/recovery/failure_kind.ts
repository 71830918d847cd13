/**
 * Failures, grouped by what helps against them.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { FailureClass } from "../../core/policy/failure.ts";

export const failureKinds = [
  "transient", // the way there broke: the same again may do
  "limited", // told to come back later
  "timeout", // no answer in time
  "crash", // it ended or ran out of something
  "format", // an answer that can be seen to be no answer
  "quality", // an answer that is not good enough
  "refused", // this one will not or cannot, another might
  "hopeless", // nobody can, with this input and these rights
] as const;

export type FailureKind = (typeof failureKinds)[number];

const kindOf: Readonly<Record<FailureClass, FailureKind>> = {
  timeout: "timeout",
  resource: "crash",
  input: "hopeless",
  output: "format",
  crash: "crash",
  thrown: "hopeless",
  connection: "transient",
  "rate-limit": "limited",
  credit: "refused",
  "context-length": "refused",
  refusal: "refused",
  quality: "quality",
  auth: "refused",
  permission: "hopeless",
  unavailable: "refused",
  cancelled: "hopeless",
  expression: "hopeless",
  storage: "hopeless",
};

export function failureKind(failure: FailureClass): FailureKind {
  return kindOf[failure];
}
