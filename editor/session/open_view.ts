/**
 * A view that a front end has open.
 *
 * @module
 */

import type { Buffer, BufferHold } from "../buffers.ts";
import type { View } from "../view/view.ts";

export interface OpenView {
  readonly view: View;
  readonly hold: BufferHold;
  /** Whether the front end has been given the first update. */
  isReady: boolean;
  /** A render that waits for plugins. */
  delayed: ReturnType<typeof setTimeout> | undefined;
  /** A complete find status that is due. */
  statusDue: ReturnType<typeof setTimeout> | undefined;
}

export function bufferOf(open: OpenView): Buffer {
  return open.hold.buffer;
}

/** Ends what is due. */
export function cancelTimers(open: OpenView): void {
  clearTimeout(open.delayed);
  clearTimeout(open.statusDue);
  open.delayed = undefined;
  open.statusDue = undefined;
}
