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

/** What more is known of a failure. */
export interface FailureOptions {
  /** Milliseconds that the other side asked to wait. */
  readonly retryAfterMs?: number;
  /** What the call took all the same, as far as it is known. */
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  readonly costUsd?: number;
  readonly cause?: unknown;
}

/** A typed failure of a call. */
export class ExtensionFailure extends Error {
  override readonly name = "ExtensionFailure";
  readonly failureClass: ReportableClass;
  readonly retryAfterMs: number | undefined;
  /** Tokens that went into the call and came of it all the same. */
  readonly tokensIn: number | undefined;
  readonly tokensOut: number | undefined;
  /** US dollars that the call cost all the same. */
  readonly costUsd: number | undefined;

  constructor(
    failureClass: ReportableClass,
    message: string,
    options: FailureOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failureClass = failureClass;
    this.retryAfterMs = options.retryAfterMs;
    this.tokensIn = options.tokensIn;
    this.tokensOut = options.tokensOut;
    this.costUsd = options.costUsd;
  }
}
