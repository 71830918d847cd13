/**
 * Events and spans as CSV (RFC 4180), times in ISO 8601.
 *
 * @module
 */

import type { RunEvent } from "../orchestration/event.ts";
import type { Span } from "./timeline.ts";

/** The header and then a line a span. */
export function spansCsv(spans: readonly Span[], now: number): string {
  const head =
    "scope,node,item,attempt,state,start,end,duration_ms,instrument,tokens_in,tokens_out,cost_usd,reused,note\r\n";
  const lines = spans.map((span) =>
    row([
      span.scope,
      span.node,
      span.item < 0 ? "" : span.item,
      span.attempt,
      span.state,
      new Date(span.start).toISOString(),
      span.end === undefined ? "" : new Date(span.end).toISOString(),
      (span.end ?? now) - span.start,
      span.instrument ?? "",
      span.tokensIn ?? "",
      span.tokensOut ?? "",
      span.costUsd ?? "",
      span.reused === undefined ? "" : `${span.reused.how}: ${span.reused.why}`,
      span.note ?? "",
    ])
  );
  return head + lines.join("");
}

/** Names of the columns of `eventRow`. */
export const eventHead = "seq,at,type,scope,node,item,attempt,rest\r\n";

/** One event: what all have in columns, the rest as JSON. */
export function eventRow(seq: number, event: RunEvent): string {
  const { type, at, scope, ...others } = event;
  const { node, item, attempt, seq: _, ...rest } = others as Record<string, unknown>;
  const json = Object.keys(rest).length === 0 ? "" : JSON.stringify(rest);
  return row([
    seq,
    new Date(at).toISOString(),
    type,
    scope ?? "",
    String(node ?? ""),
    String(item ?? ""),
    String(attempt ?? ""),
    json,
  ]);
}

function row(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
