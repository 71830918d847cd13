/** Plans, batches and reports of the Stale Manager as text. @module */

import type {
  LogPolicy,
  LogReport,
  RetentionBatch,
  RetentionPlan,
  StorageReport,
  StorageShare,
} from "../core/ports/retention.ts";
import { shortId } from "./artifact_store.ts";
import { localTime } from "./runs_list_command.ts";
import { cleanLine, count, size, table } from "./text.ts";

/** Items of a plan that are named; the rest are counted. */
const NAMED = 50;

/** What would be done, why, and how much it frees. */
export function planText({ items, freesBytes, spared, looked }: RetentionPlan): string {
  const rows = items.slice(0, NAMED).map((item) => [
    item.action,
    shortId(item.artifact),
    size(item.sizeBytes),
    cleanLine(item.name),
    `${cleanLine(item.policy)}: ${cleanLine(item.reason)}`,
  ]);
  const more = items.length > NAMED ? `… and ${items.length - NAMED} more\n` : "";
  const kept = Object.entries(spared).map(([why, n]) => `  spared ${n}: ${why}\n`).join("");
  return `${table(rows)}${more}${count(items.length, "artifact")} of ${looked}, frees ${
    size(freesBytes)
  } of the hot store\n${kept}`;
}

/** What was done, and how to take it back. */
export function batchText(batch: RetentionBatch, program: string): string {
  const parts = [
    ...batch.warm > 0 ? [`moved ${batch.warm} to warm`] : [],
    ...batch.cold > 0 ? [`moved ${batch.cold} to cold`] : [],
    ...batch.deleted > 0 ? [`marked ${batch.deleted} for deletion, final at ${localTime(batch.until)}`] : [],
  ];
  const failures = batch.failures.map((failure) => `  not done: ${cleanLine(failure)}\n`).join("");
  const undo = parts.length === 0 ? "" : `  take it back: ${program} stale undo ${batch.id}\n`;
  return `${batch.id}: ${parts.length === 0 ? "nothing was done" : parts.join(", ")}, freed ${
    size(batch.freedBytes)
  }\n${failures}${undo}`;
}

/** Where the space goes. */
export function reportText(report: StorageReport): string {
  const { tiers, contentBytes, storedBytes, held, waiting, files } = report;
  const share = contentBytes === 0
    ? ""
    : `, ${Math.round(100 * (1 - storedBytes / contentBytes))} % saved by sharing and compression`;
  const rows = (["hot", "warm", "cold"] as const).map((tier) => [
    `  ${tier}`,
    count(tiers[tier].artifacts, "artifact"),
    size(tiers[tier].sizeBytes),
  ]);
  const fileRows = Object.entries(files).sort((a, b) => b[1] - a[1]).map((
    [name, bytes],
  ) => [`  ${cleanLine(name)}`, size(bytes)]);
  return [
    `Content ${size(contentBytes)}, stored in ${size(storedBytes)}${share}\n`,
    table(rows),
    held === 0 ? "" : `  held: ${count(held, "artifact")}\n`,
    waiting.artifacts === 0
      ? ""
      : `  marked for deletion: ${count(waiting.artifacts, "artifact")}, ${size(waiting.sizeBytes)}\n`,
    sharesText("By type", report.byType),
    sharesText("By workflow", report.byWorkflow),
    sharesText("By name", report.byName),
    report.logs === undefined ? "" : logText(report.logs),
    fileRows.length === 0 ? "" : `Files\n${table(fileRows)}`,
  ].join("");
}

/** When logs are compacted by themselves, in words. */
export function logPolicyText({ enabled, endedForHours, growsBeyondBytes }: Required<LogPolicy>): string {
  return enabled
    ? `Logs are compacted by themselves ${
      endedForHours === 0 ? "when the run has ended" : `${endedForHours} h after the run ended`
    }, and of runs that go on beyond ${size(growsBeyondBytes)}; every event stays\n`
    : "Logs are compacted only when you say so (runs compact)\n";
}

function logText({ runs, bytes, compacted, savedBytes, due, lastAt, policy }: LogReport): string {
  const saved = compacted === 0 ? "" : `, ${size(savedBytes)} saved on ${count(compacted, "log")}`;
  const last = lastAt === undefined ? "not looked at yet" : `last looked at ${localTime(lastAt)}`;
  return `Logs of ${count(runs, "run")}: ${size(bytes)}${saved}; ${
    policy.enabled ? `${due} due, ${last}` : "not compacted by themselves"
  }\n`;
}

function sharesText(title: string, shares: readonly StorageShare[]): string {
  const rows = shares.slice(0, 10).map(({ what, artifacts, sizeBytes }) => [
    `  ${cleanLine(what)}`,
    count(artifacts, "artifact"),
    size(sizeBytes),
  ]);
  return rows.length === 0 ? "" : `${title}\n${table(rows)}`;
}
