/**
 * Who may drive a run, and how another process asks the driver for something. A second small port beside DagPort,
 * because several symphony processes may share one data folder.
 *
 * @module
 */

import type { RunId } from "../ids.ts";
import type { UserCommand } from "../orchestration/command.ts";

/** Exclusive right to drive one run; ends with release or with the process, however that dies. */
export interface RunClaim {
  release(): Promise<void>;
}

export interface RunControlPort {
  /** Takes the run, or gives undefined where a living process has it. */
  claim(run: RunId): Promise<RunClaim | undefined>;
  /** True where a living process (this one too) drives the run. */
  isClaimed(run: RunId): Promise<boolean>;
  /** Leaves a command for whoever drives the run. Durable. */
  send(run: RunId, command: UserCommand): Promise<void>;
  /** Takes the commands that were left, oldest first; each is handed out once. */
  receive(run: RunId): Promise<readonly UserCommand[]>;
}
