/** Checkpoints of a run that is at work: one after so many events, made between other work. @module */

import type { ArtifactId, RunId } from "../ids.ts";
import type { DagPort } from "../ports/dag.ts";
import { checkpointOf, freezeScopes } from "./run_checkpoint.ts";
import type { RunLog } from "./run_log.ts";
import type { RunScopes } from "./run_scopes.ts";
import type { RunTimers } from "./run_timers.ts";

/** Events between checkpoints. */
const CHECKPOINT_EVENTS = 20_000;

export interface CheckpointParts {
  readonly run: RunId;
  readonly definition: ArtifactId;
  readonly dag: Pick<DagPort, "saveCheckpoint">;
  readonly scopes: RunScopes;
  readonly log: RunLog;
  readonly timers: RunTimers;
  readonly failed: (error: unknown) => void;
}

export class RunCheckpoints {
  readonly #parts: CheckpointParts;
  #at: number;
  /** One is being made; the next is left out rather than piled up. */
  #isMaking = false;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    this.#at = parts.log.nextSeq + CHECKPOINT_EVENTS;
  }

  /** Begins one where it is due. The scopes are copied now; their bytes are made between other work, and the run goes on meanwhile. */
  tend(): void {
    const { run, definition, dag, scopes, log, timers, failed } = this.#parts;
    if (log.nextSeq < this.#at) return;
    this.#at = log.nextSeq + CHECKPOINT_EVENTS;
    if (this.#isMaking) return;
    this.#isMaking = true;
    const { nextSeq } = log;
    const work = checkpointOf(freezeScopes(scopes, definition));
    const go = () => {
      const { done, value } = work.next();
      if (done !== true) return timers.set("checkpoint", 0, go);
      // A checkpoint must never be ahead of the log.
      log.flush()
        .then(() => dag.saveCheckpoint(run, { nextSeq, bytes: value }))
        .then(() => this.#isMaking = false)
        .catch(failed);
    };
    timers.set("checkpoint", 0, go);
  }
}
