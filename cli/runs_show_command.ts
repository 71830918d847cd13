/** `runs show ID`: what a run did. @module */

import type { ArtifactInfo } from "../core/ports/artifact.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import type { Overview } from "../core/timeline/mod.ts";
import { artifactRow } from "./artifacts_command.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { repeatedData } from "./flags.ts";
import { partLines } from "./outcome_text.ts";
import { outputsText } from "./outputs.ts";
import { label, waitText } from "./plain_view.ts";
import { findRun } from "./prefix.ts";
import { type NodeAccount, nodeState, type RunAccount } from "../core/orchestration/run_account.ts";
import { isAtWork, waitingCallsText } from "./sharing_text.ts";
import { accountOf } from "./run_log_account.ts";
import { reviewText } from "./review_text.ts";
import { pictureOf } from "./run_overview.ts";
import { isResumable, localTime, stateText, summaryRecord } from "./runs_list_command.ts";
import type { CliServices, Store } from "./services.ts";
import { loadValue } from "./stored_values.ts";
import { type Colour, styleFor } from "./style.ts";
import { cleanLine, duration, size, table, truncate } from "./text.ts";
import { overviewText } from "./trace_text.ts";
import { troubleLines } from "./trouble_text.ts";

/** Artifacts that are named; the rest are counted. */
const NAMED = 10;
/** Cells of the last column; what is longer is told in full below. */
const NOTE_CELLS = 80;

const colours: Readonly<Record<string, Colour>> = {
  completed: "green",
  failed: "red",
  skipped: "dim",
  waiting: "yellow",
  retrying: "yellow",
  running: "cyan",
};

/** Prints the summary of a run, for people or as one JSON value. */
export async function runsShowCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const summary = await findRun(store.pit.dag, args.positional(0));
  const resumable = await isResumable(store, summary);
  const account = await accountOf(store.pit.dag, summary.run);
  const { overview } = await pictureOf(services, store, summary);
  const outputs = await outputsOf(store, account);
  const now = services.clock.now();
  const waiting = summary.endedAt !== undefined
    ? []
    : (await store.pools.statuses()).filter((status) => isAtWork(status, now))
      .flatMap((status) => status.waiting ?? []).filter(({ by }) => by.run === summary.run);
  const reviewed = await services.reviews?.(services.dataFolder(args.value("data")), summary.run);
  const artifacts: ArtifactInfo[] = [];
  for await (const info of store.pit.artifacts.list({ run: summary.run })) artifacts.push(info);
  if (args.has("json")) {
    const record = {
      ...summaryRecord(summary, resumable),
      ...accountRecord(account),
      progress: progressRecord(overview),
      ...(waiting.length === 0 ? {} : { waitingForShare: waiting }),
      outputs,
      artifacts: artifacts.map(({ id }) => id),
      ...(reviewed === undefined || reviewed.places.length === 0 ? {} : { reviews: reviewed }),
    };
    await services.stdout.write(`${JSON.stringify(record)}\n`);
    return exitCodes.completed;
  }
  const style = styleFor(services, services.stdout);
  const took = summary.endedAt === undefined ? "" : `, took ${duration(summary.endedAt - summary.startedAt)}`;
  const head = [
    `${style("bold", cleanLine(summary.workflow))} ${cleanLine(account.version)}  ${summary.run}`,
    `${stateText(summary, resumable)}, started ${localTime(summary.startedAt)}${took}`,
    `workspace ${cleanLine(account.workspace)}${
      account.user === undefined ? "" : `, for ${cleanLine(account.user)}`
    }`,
    ...Object.entries(account.inputs).map(([name, value]) =>
      `input ${cleanLine(name)} = ${cleanLine(JSON.stringify(value)).slice(0, 200)}`
    ),
  ];
  const rows = [...account.nodes.values()].map((node) => rowOf(node));
  const nodes = rows.length === 0 ? "" : table([["NODE", "STATE", "DONE", "TRIES", "TOOK", ""], ...rows])
    .replace(/^(\S+ +)(\w+)/gm, (_all, name: string, state: string) => {
      const colour = colours[state];
      return name + (colour === undefined ? state : style(colour, state));
    });
  const parts = [
    `${[...head, ...partLines(account)].join("\n")}\n`,
    nodes,
    troubleText(account),
    waitingText(account),
  ];
  parts.push(waitingCallsText(waiting, now));
  if (args.has("explain")) parts.push(explainText(account));
  if (overview.criticalPath.length > 0 || resumable) parts.push(overviewText(overview));
  const printed = outputsText(outputs);
  if (printed !== "") parts.push(printed);
  if (artifacts.length > 0) parts.push(artifactText(artifacts));
  if (reviewed !== undefined) parts.push(reviewText(reviewed));
  if (resumable) {
    parts.push(`Go on with: ${services.program} runs resume ${summary.run}${repeatedData(args)}\n`);
  }
  await services.stdout.write(parts.filter((part) => part !== "").join("\n"));
  return exitCodes.completed;
}

async function outputsOf(store: Store, account: RunAccount): Promise<JsonObject> {
  if (account.outputs === undefined) return {};
  const value = await loadValue(store.pit.artifacts, account.outputs);
  return isObject(value) ? value : {};
}

function rowOf(node: NodeAccount): string[] {
  const { counts, count } = node;
  const done = counts.completed + counts.failed + counts.skipped;
  const took = node.startedAt === undefined || node.endedAt === undefined
    ? ""
    : duration(node.endedAt - node.startedAt);
  const notes = [
    ...node.instrument === undefined ? [] : [`on ${node.instrument}`],
    ...reuseNote(node),
    ...node.costUsd > 0 ? [`$${node.costUsd.toFixed(4)}`] : [],
    ...tokensOf(node) > 0 ? [`${tokensOf(node)} tokens`] : [],
    ...counts.failed > 0 && node.isFan ? [`${counts.failed} failed`] : [],
    ...counts.skipped > 0 && node.isFan ? [`${counts.skipped} skipped`] : [],
    ...nodeState(node) === "skipped" && node.skipReason !== undefined ? [node.skipReason] : [],
  ];
  return [
    label(node.scope, node.node),
    nodeState(node),
    node.isFan ? `${done}/${count ?? node.items.size}` : "",
    String(node.attempts),
    took,
    truncate(cleanLine(notes.join(", ")), NOTE_CELLS),
  ];
}

/** A result that was not made here is never mistaken for one that was. */
function reuseNote({ reused, reusedItems, isFan }: NodeAccount): string[] {
  if (reused === undefined) return [];
  const how = reused.how === "pinned"
    ? "pinned"
    : reused.how === "passed"
    ? "disabled"
    : reused.run === undefined
    ? reused.how
    : `from ${reused.run}`;
  return [isFan ? `${reusedItems} ${how}` : how];
}

function explainText(account: RunAccount): string {
  const lines = [...account.nodes.values()].flatMap((node) => {
    const name = label(node.scope, node.node);
    const { reused, reusedItems, missed } = node;
    const items = node.isFan && reusedItems > 0
      ? ` (${reusedItems} of ${node.count ?? node.items.size})`
      : "";
    return [
      ...reused === undefined
        ? []
        : [`  ${name}: ${reused.how}${items}, ${reused.why}${savedText(reused)}\n`],
      ...missed === undefined ? [] : [`  ${name}: done, ${missed}\n`],
    ];
  });
  if (lines.length > 0) return `Why\n${lines.map((line) => cleanLine(line.trimEnd()) + "\n").join("")}`;
  return "Why\n  every node was done; no kept result was asked for\n";
}

function savedText({ savedMs, savedUsd }: NonNullable<NodeAccount["reused"]>): string {
  const saved = [
    ...savedMs === undefined || savedMs === 0 ? [] : [duration(savedMs)],
    ...savedUsd === undefined ? [] : [`$${savedUsd.toFixed(4)}`],
  ];
  return saved.length === 0 ? "" : ` (saved ${saved.join(", ")})`;
}

function tokensOf({ tokensIn, tokensOut }: NodeAccount): number {
  return tokensIn + tokensOut;
}

function troubleText(account: RunAccount): string {
  return troubleLines(account, account.failure).map((line) => `${line}\n`).join("");
}

function waitingText(account: RunAccount): string {
  const lines = account.waiting.map((waiting) =>
    `  ${label(waiting.scope, waiting.node, waiting.item)}: waits for ${cleanLine(waitText(waiting.for))}\n`
  );
  return lines.length === 0 ? "" : `Waiting\n${lines.join("")}`;
}

function artifactText(artifacts: readonly ArtifactInfo[]): string {
  const total = artifacts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const rows = artifacts.slice(0, NAMED).map((info) =>
    artifactRow(info).map((cell, at) => at === 0 ? `  ${cell}` : cell)
  );
  const more = artifacts.length > NAMED ? `  … and ${artifacts.length - NAMED} more\n` : "";
  return `Artifacts: ${artifacts.length}, ${size(total)}\n${table(rows)}${more}`;
}

function progressRecord({ done, total, elapsedMs, left, criticalPath, criticalMs }: Overview) {
  return { done, total, elapsedMs, ...left === undefined ? {} : { left }, criticalPath, criticalMs };
}

function accountRecord(account: RunAccount): Record<string, unknown> {
  const nodes = [...account.nodes.values()].map((node) => ({
    node: node.node,
    ...node.scope === undefined ? {} : { scope: node.scope },
    state: nodeState(node),
    ...node.count === undefined ? {} : { count: node.count },
    counts: node.counts,
    attempts: node.attempts,
    ...node.costUsd > 0 ? { costUsd: node.costUsd } : {},
    ...tokensOf(node) > 0 ? { tokens: tokensOf(node) } : {},
    ...node.startedAt === undefined ? {} : { startedAt: new Date(node.startedAt).toISOString() },
    ...node.endedAt === undefined ? {} : { endedAt: new Date(node.endedAt).toISOString() },
    ...node.instrument === undefined ? {} : { instrument: node.instrument },
    ...node.reused === undefined ? {} : { reused: node.reused, reusedItems: node.reusedItems },
    ...node.missed === undefined ? {} : { missed: node.missed },
    ...node.skipReason === undefined ? {} : { reason: node.skipReason },
    ...node.failures.length === 0 ? {} : { failures: node.failures },
  }));
  return {
    version: account.version,
    workspace: account.workspace,
    ...account.user === undefined ? {} : { user: account.user },
    inputs: account.inputs,
    events: account.lastSeq + 1,
    nodes,
    waiting: account.waiting,
    degraded: account.degraded,
    ...account.failure === undefined ? {} : { failure: account.failure },
  };
}
