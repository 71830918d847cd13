/**
 * The one error that crosses process borders: its `code` survives, `instanceof` does not.
 *
 * @module
 */

export type ErrorCode =
  | "bad-id"
  | "bad-input"
  | "bad-workflow"
  | "bad-manifest"
  | "not-found"
  | "exists"
  | "busy"
  | "closed"
  | "corrupt"
  | "disk-full"
  | "permission"
  | "unsupported"
  | "aborted"
  | "timeout"
  | "io"
  | "extension"
  | "protocol";

/** A failure of the world or of the input. Messages: capital, no full stop, the action, then the state. */
export class SymphonyError extends Error {
  override readonly name = "SymphonyError";
  readonly code: ErrorCode;
  /** What the person can do about it, if anything. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** A bug in our code: nobody catches it but a supervisor. @throws Error when `condition` is false. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}

/** The text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
