/** What shows a run while it goes on; there is one view for terminals, one for plain text and one for JSON. @module */

import type { LiveEvent, RunHandle, RunOutcome } from "../core/orchestration/run_handle.ts";
import type { NodeAccount, RunAccount } from "../core/orchestration/run_account.ts";

export interface RunView {
  /** The run has its handle; events may have come before. `account` holds what a resumed run's log said before. */
  attach(handle: RunHandle, account: RunAccount): void;
  /** `node` is the account of the event's node, after the event. Does not wait for the output. */
  show(event: LiveEvent, account: RunAccount, node: NodeAccount | undefined): void;
  /** The last words while the run is watched; resolves when all is written. `outcome` is absent where it broke. */
  close(outcome: RunOutcome | undefined, account: RunAccount): Promise<void>;
  /** Puts the terminal in order at once, without waiting: the process is about to end. */
  abandon(): void;
  /** Settles with the error once the output cannot be written any more. */
  readonly broken: Promise<unknown>;
}
