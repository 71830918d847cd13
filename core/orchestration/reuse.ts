/**
 * What a run may take over from earlier ones instead of doing it again, and how the log tells.
 *
 * @module
 */

import type { ArtifactId, NodeId, RunId } from "../ids.ts";

/** A node's output, given by hand. */
export interface Pin {
  readonly node: NodeId;
  readonly artifact: ArtifactId;
  readonly sizeBytes: number;
  /** What was named: a file or an artifact. */
  readonly from: string;
}

/** Kept in the run's first event, so that a resumed run goes by the same. */
export interface ReuseRequest {
  /** The earlier run that this one repeats. */
  readonly of?: RunId;
  /** Do these and what hangs on them again; keep everything else of `of`. */
  readonly from?: readonly NodeId[];
  /** Do only that again whose code, prompt or inputs changed, or that looks outside. */
  readonly changed?: boolean;
  /** For all nodes, whatever they say: take kept results, or take none. `apart`, in older logs, marks a mock run. */
  readonly memo?: "on" | "off" | "apart";
  readonly pins?: readonly Pin[];
}

/** How a result was come by that was not made in this run. */
export interface Reused {
  /** `memo`: an equal key; `kept`: the earlier run's own; `pinned`: given by hand; `passed`: the node is disabled and handed it on. */
  readonly how: "memo" | "kept" | "pinned" | "passed";
  readonly why: string;
  /** The run that made it. */
  readonly run?: RunId;
  /** What making it took, and cost in US dollars. */
  readonly savedMs?: number;
  readonly savedUsd?: number;
}

/** Beside an attempt that was made in this run. */
export interface MemoNote {
  /** What its result is kept under; absent where that is known only when it has been made. */
  readonly key?: string;
  /** Why no kept result was taken; absent where one was. */
  readonly why?: string;
}
