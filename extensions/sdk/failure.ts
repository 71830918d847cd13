/**
 * How an extension says what went wrong. Anything else it throws counts as class `thrown` and is not retried.
 *
 * @module
 */

/** As in core/policy/failure.ts; the classes that an extension may report itself. */
export type ReportableClass =
  | "input"
  | "connection"
  | "rate-limit"
  | "credit"
  | "context-length"
  | "refusal"
  | "quality"
  | "auth"
  | "permission"
  | "timeout"
  | "unavailable"
  | "output"
  | "thrown";

/** A typed failure of a call. */
export class ExtensionFailure extends Error {
  override readonly name = "ExtensionFailure";
  readonly failureClass: ReportableClass;
  readonly retryAfterMs: number | undefined;
  /** US dollars that the call cost all the same. */
  readonly costUsd: number | undefined;

  constructor(
    failureClass: ReportableClass,
    message: string,
    options: { retryAfterMs?: number; costUsd?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failureClass = failureClass;
    this.retryAfterMs = options.retryAfterMs;
    this.costUsd = options.costUsd;
  }
}
