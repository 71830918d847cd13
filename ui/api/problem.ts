/**
 * What a refused request gets back: `application/problem+json` (RFC 9457), naming the place, what was found and what would
 * be right.
 *
 * @module
 */

import type { UserCommandType } from "../../core/orchestration/command.ts";
import type { ErrorCode } from "../../core/errors.ts";
import type { Problem } from "../../core/workflow/problem.ts";
import type { WorkflowConflict } from "./workflows.ts";

export interface ApiProblem {
  /** `about:blank`; `code` tells problems apart. */
  readonly type: "about:blank";
  /** HTTP's own words for the status. */
  readonly title: string;
  readonly status: number;
  /** One sentence for the person: the action, then the state. */
  readonly detail: string;
  readonly code: ErrorCode | "unauthorized" | "forbidden" | "changed" | "refused" | "bug";
  /** What the person can do about it. */
  readonly hint?: string;
  /** Every fault of the request, where it is the request's. */
  readonly faults?: readonly RequestFault[];
  /** Every problem of the workflow, where it is the workflow's. */
  readonly problems?: readonly Problem[];
  /** For a refused command: what would be legal now. */
  readonly legal?: readonly UserCommandType[];
  /** For a save that contradicts what someone else has saved (412). */
  readonly conflict?: WorkflowConflict;
}

export interface RequestFault {
  /** `body.nodes.review`, `query.limit`, `header.If-Match`. */
  readonly place: string;
  readonly found: string;
  readonly right: string;
}
