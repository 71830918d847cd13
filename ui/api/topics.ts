/**
 * What can be subscribed to, and what each topic brings.
 *
 * Every event has a `seq` that grows within its topic:
 * - `run:ID`: the place in the run's log, so it holds for ever, also across servers. Things said meanwhile (`live`,
 *   `progress`) bear the seq of the last logged event and are not brought again.
 * - `text:BUFFER`: the revision.
 * - all others: a count that holds within one `epoch` of the server.
 *
 * A client that is too slow gets less, and is told: `skipped` says how many events before this one were folded into it.
 * What is folded: `run:ID` becomes a `snapshot` that says what all of them came to; of `runs`, `metrics`, `extensions`,
 * `files`, `failures`, `changes` only the newest for each key comes; tokens are joined; log lines are counted.
 *
 * @module
 */

import type { NodeProgress, Progress } from "../../core/orchestration/run_handle.ts";
import type { Notice } from "../../core/ports/notification.ts";
import type { LoggedEvent } from "../../core/ports/dag.ts";
import type { DecisionLine } from "./conductor.ts";
import type { ExtensionLine } from "./extensions.ts";
import type { FailureGroup } from "./failures.ts";
import type { MetricsNow } from "./metrics.ts";
import type { PermissionPrompt } from "./permissions.ts";
import type { WaitingSet } from "./reviews.ts";
import type { LogLine, RunDetail, RunLine } from "./runs.ts";
import type { TextEvent } from "./texts.ts";

export type Topic =
  | "runs"
  | "metrics"
  | "extensions"
  | "files"
  | "permissions"
  | "notices"
  | "failures"
  | "decisions"
  | "changes"
  | `run:${string}`
  | `text:${number}`;

export type RunsEvent =
  /** The newest runs; in place of what was known. */
  | { readonly kind: "snapshot"; readonly runs: readonly RunLine[] }
  | { readonly kind: "run"; readonly run: RunLine };

export type RunTopicEvent =
  | { readonly kind: "event"; readonly event: LoggedEvent }
  /** What the log says up to `seq`; in place of what was known. */
  | { readonly kind: "snapshot"; readonly run: RunDetail; readonly live: readonly LiveText[] }
  /** Said by a call while it runs. */
  | { readonly kind: "token"; readonly text: LiveText }
  | { readonly kind: "log"; readonly line: LogLine }
  | {
    readonly kind: "note";
    readonly node: string;
    readonly scope?: string;
    readonly item?: number;
    readonly done: number;
    readonly total?: number;
    readonly note?: string;
  }
  /** Once a second while the run is carried out here; `nodes` are those under way, at most 500. */
  | {
    readonly kind: "progress";
    readonly progress: Omit<Progress, "nodes">;
    readonly nodes: readonly NodeProgress[];
  }
  /** A breakpoint holds these nodes now. */
  | { readonly kind: "held"; readonly nodes: readonly string[] };

/** Streamed text of a call. `from` is where it begins in all that the call has said; what is missing before was cut. */
export interface LiveText {
  readonly node: string;
  readonly scope?: string;
  readonly item?: number;
  readonly attempt: number;
  readonly from: number;
  readonly text: string;
}

export type MetricsEvent = { readonly kind: "sample"; readonly sample: MetricsNow };

export type ExtensionsEvent = { readonly kind: "snapshot"; readonly extensions: readonly ExtensionLine[] };

export type FilesEvent =
  | {
    readonly kind: "changed";
    /** From the workspace, with `/`. */
    readonly path: string;
    readonly change: "made" | "changed" | "removed";
    /** For a workflow file: of the text now. */
    readonly hash?: string;
  }
  /** Changes were missed: look again. */
  | { readonly kind: "snapshot" };

export type PermissionsEvent =
  | { readonly kind: "snapshot"; readonly prompts: readonly PermissionPrompt[] }
  | { readonly kind: "prompt"; readonly prompt: PermissionPrompt }
  | { readonly kind: "answered"; readonly id: string; readonly verdict: "allow" | "deny" | "expired" }
  | { readonly kind: "grants" };

/** What extensions tell the person: text, under the extension's name. */
export type NoticesEvent =
  /** The newest, oldest first. */
  | { readonly kind: "snapshot"; readonly notices: readonly Notice[] }
  | { readonly kind: "notice"; readonly notice: Notice }
  /** Extensions were replaced, added or removed: what they contribute is another. */
  | { readonly kind: "extensions" };

export type FailuresEvent =
  | { readonly kind: "snapshot"; readonly groups: readonly FailureGroup[] }
  | { readonly kind: "group"; readonly group: FailureGroup };

export type DecisionsEvent =
  | { readonly kind: "snapshot"; readonly decisions: readonly DecisionLine[] }
  | { readonly kind: "decision"; readonly decision: DecisionLine };

/** All that waits of what runs propose to files; in place of what was known. */
export type ChangesEvent = { readonly kind: "snapshot"; readonly waiting: readonly WaitingSet[] };

/** The event that a topic brings. */
export type EventOf<T extends Topic> = T extends "runs" ? RunsEvent
  : T extends "metrics" ? MetricsEvent
  : T extends "extensions" ? ExtensionsEvent
  : T extends "files" ? FilesEvent
  : T extends "permissions" ? PermissionsEvent
  : T extends "notices" ? NoticesEvent
  : T extends "failures" ? FailuresEvent
  : T extends "decisions" ? DecisionsEvent
  : T extends "changes" ? ChangesEvent
  : T extends `run:${string}` ? RunTopicEvent
  : T extends `text:${number}` ? TextEvent
  : never;

export type AnyEvent =
  | RunsEvent
  | RunTopicEvent
  | MetricsEvent
  | ExtensionsEvent
  | FilesEvent
  | PermissionsEvent
  | NoticesEvent
  | FailuresEvent
  | DecisionsEvent
  | ChangesEvent
  | TextEvent;
