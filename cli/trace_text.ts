/**
 * A timeline as text: a line a node with a bar where it was at work, the nodes marked that the run's length hangs on.
 *
 * @module
 */

import type { NodeTime, Overview, Timeline } from "../core/timeline/mod.ts";
import type { NodeId } from "../core/ids.ts";
import { label } from "./plain_view.ts";
import { cleanLine, duration, table } from "./text.ts";

/** Cells of the bars. */
const BAR = 40;
/** Nodes shown; the longest where there are more. */
const MOST = 200;

/** The timeline for people; `now` ends what is under way. */
export function traceText(timeline: Timeline, overview: Overview, now: number): string {
  const from = timeline.startedAt ?? now;
  const until = timeline.endedAt ?? now;
  const all = [...timeline.nodes.values()];
  const shown = all.length <= MOST ? all : longest(all, now);
  const critical = new Set(overview.criticalPath);
  const rows = shown.sort((a, b) => a.start - b.start).map((time) => [
    `${time.scope === "" && critical.has(time.node) ? "*" : " "} ${
      label(time.scope || undefined, time.node)
    }`,
    `+${duration(time.start - from)}`,
    duration((time.end ?? now) - time.start),
    slackOf(time, overview),
    bar(timeline, time, { from, until, now }),
    noteOf(time),
  ]);
  const more = all.length > shown.length ? `… and ${all.length - shown.length} nodes that took less\n` : "";
  return `${table([["  NODE", "BEGAN", "TOOK", "SLACK", "", ""], ...rows])}${more}${overviewText(overview)}`;
}

function longest(all: readonly NodeTime[], now: number): NodeTime[] {
  const took = ({ start, end }: NodeTime) => (end ?? now) - start;
  return all.toSorted((a, b) => took(b) - took(a)).slice(0, MOST);
}

function slackOf({ scope, node }: NodeTime, { slackMs }: Overview): string {
  const slack = scope === "" ? slackMs.get(node) : undefined;
  return slack === undefined ? "" : duration(slack);
}

function noteOf({ isReused, items }: NodeTime): string {
  return [...isReused ? ["taken over"] : [], ...items > 0 ? [`${items} items`] : []].join(", ");
}

function bar(
  timeline: Timeline,
  time: NodeTime,
  { from, until, now }: { readonly from: number; readonly until: number; readonly now: number },
): string {
  const cells = new Array<string>(BAR).fill(" ");
  const cellOf = (at: number) =>
    Math.min(BAR - 1, Math.floor(((at - from) / Math.max(1, until - from)) * BAR));
  for (const span of spansOf(timeline, time)) {
    const mark = span.state === "waiting"
      ? "·"
      : span.state === "failed" || span.state === "retrying"
      ? "x"
      : "█";
    for (let cell = cellOf(span.start); cell <= cellOf(span.end ?? now); cell++) {
      if (cells[cell] !== "x") cells[cell] = mark;
    }
  }
  return `|${cells.join("")}|`;
}

function spansOf(timeline: Timeline, { scope, node }: NodeTime) {
  return timeline.spans.filter((span) => span.node === node && span.scope === scope);
}

/** How far it is, how long it may take, and what it hangs on. */
export function overviewText({ done, total, elapsedMs, left, criticalPath, criticalMs }: Overview): string {
  const share = total === 0 ? 100 : Math.floor((100 * done) / total);
  const rest = left === undefined
    ? ""
    : `, about ${duration(left.ms)} left (by ${left.runs} earlier run${left.runs === 1 ? "" : "s"})`;
  const lines = [`${done} of ${total} nodes have ended (${share} %) after ${duration(elapsedMs)}${rest}`];
  if (criticalPath.length > 0) {
    lines.push(`Critical path, ${duration(criticalMs)}: ${pathText(criticalPath)}`);
  }
  return `${lines.join("\n")}\n`;
}

function pathText(path: readonly NodeId[]): string {
  const names = path.length <= 12 ? path : [...path.slice(0, 6), "…", ...path.slice(-5)];
  return cleanLine(names.join(" → "));
}
