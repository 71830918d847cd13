/**
 * Timelines: when what was at work, what a run hangs on and how long it may still take. Pure, in `core`; start reading at
 * `timeline.ts`.
 *
 * @module
 */

export { chromeTrace } from "./chrome_trace.ts";
export { criticalPath } from "./critical_path.ts";
export type { CriticalPath } from "./critical_path.ts";
export { eventHead, eventRow, spansCsv } from "./csv.ts";
export { DurationHistory, readHistory, remaining } from "./history.ts";
export type { Remaining } from "./history.ts";
export { overviewOf } from "./overview.ts";
export type { Overview } from "./overview.ts";
export { Timeline } from "./timeline.ts";
export type { NodeTime, Span, SpanState } from "./timeline.ts";
