/** What the navigation counts, kept in step for the whole page: runs that ask, failures, extensions that wait for leave, changes to review; and what extensions tell the person. @module */

import type { App } from "../state/app.ts";
import { followChanges } from "../editor/changes/waiting_changes.ts";
import { findEverywhere } from "../shell/page_finders.ts";
import { followFailures } from "./failures/failure_index.ts";
import { followRuns } from "./runs/run_index.ts";
import { followNotices } from "./system/notice_toasts.ts";
import { followPrompts } from "./system/prompt_index.ts";

/** The first view comes first. */
const WAIT_MS = 400;

export function followMonitor(app: App): void {
  setTimeout(() => {
    followRuns(app);
    followPrompts(app);
    followFailures(app);
    followNotices(app);
    followChanges(app);
    findEverywhere(app);
  }, WAIT_MS);
}
