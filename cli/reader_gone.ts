/** Nobody reads our output any more (EPIPE): the command ends quietly. @module */

/** Thrown by `Output.write` where the reader of the pipe has gone. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";

  constructor(cause?: unknown) {
    super("The reader of the output has gone", { cause });
  }
}
