/**
 * A timeline in the Trace Event Format, which chrome://tracing and ui.perfetto.dev read ("Trace Event Format", Google,
 * 2016; complete events `X`, times in microseconds).
 *
 * A lane (`tid`) holds one span at a time: viewers draw what overlaps in one lane as nested, which would be wrong.
 *
 * @module
 */

import type { NodeId, RunId } from "../ids.ts";
import type { Json } from "../json.ts";
import { spentOf } from "../policy/spent.ts";
import type { Span, Timeline } from "./timeline.ts";

/** The whole trace as one JSON value. */
export function chromeTrace(
  timeline: Timeline,
  of: { readonly run: RunId; readonly workflow: string; readonly critical: ReadonlySet<NodeId> },
): Json {
  const from = timeline.startedAt ?? 0;
  const lanes = lanesOf(timeline.spans, timeline.lastAt);
  const events: Json[] = [
    { ph: "M", name: "process_name", pid: 1, tid: 0, args: { name: `${of.workflow} ${of.run}` } },
  ];
  const count = lanes.reduce((most, lane) => Math.max(most, lane + 1), 0);
  for (let lane = 0; lane < count; lane++) {
    events.push({ ph: "M", name: "thread_name", pid: 1, tid: lane + 1, args: { name: `lane ${lane + 1}` } });
  }
  timeline.spans.forEach((span, at) => {
    const end = span.end ?? timeline.lastAt;
    const isCritical = span.scope === "" && of.critical.has(span.node);
    events.push({
      ph: "X",
      name: nameOf(span),
      cat: isCritical ? `${span.state},critical` : span.state,
      pid: 1,
      tid: lanes[at]! + 1,
      ts: Math.round((span.start - from) * 1000),
      dur: Math.round(Math.max(0, end - span.start) * 1000),
      ...(colours[span.state] === undefined ? {} : { cname: colours[span.state] as string }),
      args: argsOf(span),
    });
  });
  return {
    displayTimeUnit: "ms",
    otherData: { run: of.run, workflow: of.workflow, startedAt: new Date(from).toISOString() },
    traceEvents: events,
  };
}

const colours: Readonly<Record<string, string>> = {
  failed: "terrible",
  retrying: "bad",
  waiting: "grey",
  interrupted: "black",
};

/** `scope/node[item]`. */
export function nameOf({ scope, node, item }: Span): string {
  return `${scope === "" ? "" : `${scope}/`}${node}${item < 0 ? "" : `[${item}]`}`;
}

function argsOf(span: Span): Json {
  return {
    state: span.state,
    attempt: span.attempt,
    ...(span.instrument === undefined ? {} : { instrument: span.instrument }),
    ...spentOf(span),
    ...(span.reused === undefined ? {} : { reused: span.reused.how, why: span.reused.why }),
    ...(span.note === undefined ? {} : { note: span.note }),
  };
}

/** For each span a lane in which nothing else is at that time; the lowest that is free. */
export function lanesOf(spans: readonly Span[], now: number): Int32Array {
  const order = spans.map((_, at) => at).sort((a, b) => spans[a]!.start - spans[b]!.start || a - b);
  const freeAt: number[] = [];
  const lanes = new Int32Array(spans.length);
  for (const at of order) {
    const { start, end } = spans[at]!;
    let lane = freeAt.findIndex((free) => free <= start);
    if (lane < 0) lane = freeAt.length;
    freeAt[lane] = Math.max(end ?? now, start);
    lanes[at] = lane;
  }
  return lanes;
}
