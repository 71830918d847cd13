/**
 * Where a link gets its editors from: a supervisor that starts them, or a socket at which someone else's listens.
 *
 * @module
 */

import type { ByteChannel } from "../revision/byte_channel.ts";

/** An editor as a link sees it. */
export interface EditorEnd {
  readonly channel: ByteChannel;
}

export interface EditorSource extends AsyncDisposable {
  /**
   * The next editor; the one before is gone for certain. @throws SymphonyError `closed` | `io` where there will be none
   */
  next(): Promise<EditorEnd>;
  /** The editor that was given last does not answer: be rid of it. */
  abandon(): void;
  /** How the last editor that died ended, for messages. */
  readonly lastEnd: string;
  /** Set by the link: told of an editor that waits, to make acquaintance ahead of need. */
  onSpare: ((spare: EditorEnd) => void) | undefined;
}
