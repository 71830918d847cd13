/**
 * The closing words about a run: how it ended, what was skipped and failed and why, where the outputs are, how to look
 * again or go on.
 *
 * @module
 */

import type { RunOutcome } from "../core/orchestration/run_handle.ts";
import { adviceFor } from "./advice.ts";
import type { WrittenOutput } from "./outputs.ts";
import { label, waitText } from "./plain_view.ts";
import { type NodeAccount, nodeState, type RunAccount, type WaitingNode } from "./run_account.ts";
import type { Colour, Style } from "./style.ts";
import { cleanLine, count, duration } from "./text.ts";

/** Skipped or failed nodes that are named; the rest are counted. */
const NAMED = 20;

/** What the closing words need besides the outcome. */
export interface Closing {
  readonly account: RunAccount;
  readonly written: readonly WrittenOutput[];
  /** Number of artifacts of the run. */
  readonly artifacts: number;
  readonly program: string;
  /** ` --data DIR` where the person gave one, so that the hints can be copied. */
  readonly dataFlag: string;
  readonly elapsedMs: number;
  readonly style: Style;
}

/** The text, ending with a line end. */
export function closingText(outcome: RunOutcome, closing: Closing): string {
  const lines = [headline(outcome, closing), ...skippedLines(closing), ...failureLines(outcome, closing)];
  for (const output of closing.written) lines.push(`${cleanLine(output.name)}: ${output.path}`);
  const { program, dataFlag } = closing;
  if (closing.artifacts > 0) {
    lines.push(
      `${count(closing.artifacts, "artifact")}: ${program} artifacts list --run ${outcome.run}${dataFlag}`,
    );
  }
  lines.push(`Look again: ${program} runs show ${outcome.run}${dataFlag}`);
  lines.push(...waysOn(outcome, closing));
  return lines.map((line) => `${line}\n`).join("");
}

function headline(outcome: RunOutcome, { style, account, elapsedMs }: Closing): string {
  const names: Readonly<Record<string, readonly [string, Colour]>> = {
    completed: [outcome.degraded.length > 0 ? "Completed, degraded" : "Completed", "green"],
    failed: ["Failed", "red"],
    cancelled: ["Cancelled", "yellow"],
    paused: ["Paused", "yellow"],
    "waiting-for-input": ["Waiting for a person", "yellow"],
  };
  const [word, colour] = names[outcome.state] ?? [outcome.state, "dim"];
  return `${style(colour, word)} after ${duration(elapsedMs)}: ${
    cleanLine(account.workflow)
  }, run ${outcome.run}`;
}

/** Nodes that were skipped for the same reason share a line. */
function skippedLines({ account }: Closing): string[] {
  const byReason = new Map<string, string[]>();
  for (const node of account.nodes.values()) {
    if (nodeState(node) !== "skipped") continue;
    const reason = skipText(node);
    byReason.set(reason, [...byReason.get(reason) ?? [], label(node.scope, node.node)]);
  }
  const lines = [...byReason].slice(0, NAMED).map(([reason, names]) => {
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    return `${names.slice(0, NAMED).join(", ")}${more}: skipped, ${reason}`;
  });
  if (byReason.size > NAMED) lines.push(`… and more, for ${byReason.size - NAMED} other reasons`);
  return lines;
}

/** Why a node was skipped; the failure is named where the reason does not tell it already. */
function skipText({ skipReason = "no reason given", skipFailure: failure }: NodeAccount): string {
  if (failure === undefined) return cleanLine(skipReason);
  const what = skipReason.includes(failure.message) ? failure.class : `${failure.class}: ${failure.message}`;
  return cleanLine(`${skipReason} (${what})`);
}

function failureLines(outcome: RunOutcome, { account }: Closing): string[] {
  const lines: string[] = [];
  let more = 0;
  for (const node of account.nodes.values()) {
    if (node.counts.failed === 0) continue;
    for (const { item, failure } of node.failures) {
      if (lines.length >= NAMED) break;
      lines.push(
        `${label(node.scope, node.node, item)}: failed, ${failure.class}: ${cleanLine(failure.message)} — ${
          adviceFor(failure.class)
        }`,
      );
    }
    more += Math.max(0, node.counts.failed - node.failures.length);
  }
  if (more > 0) lines.push(`… and ${count(more, "more failure")}`);
  const { failure } = outcome;
  const isNamed = failure?.node !== undefined && lines.length > 0;
  if (failure !== undefined && !isNamed) {
    lines.push(`${failure.class}: ${cleanLine(failure.message)} — ${adviceFor(failure.class)}`);
  }
  return lines;
}

function waysOn(outcome: RunOutcome, { account, program, dataFlag }: Closing): string[] {
  const resume = `${program} runs resume ${outcome.run}${dataFlag}`;
  if (outcome.state === "paused") return [`Paused; resume with: ${resume}`];
  if (outcome.state !== "waiting-for-input") return [];
  const answers = account.waiting.slice(0, NAMED).flatMap((waiting) =>
    answerLines(waiting, outcome, `${program} runs`, dataFlag)
  );
  return [...answers, `Then go on with: ${resume}`];
}

function answerLines(waiting: WaitingNode, outcome: RunOutcome, runs: string, dataFlag: string): string[] {
  const name = label(waiting.scope, waiting.node, waiting.item);
  const asks = `${name}: waits for ${cleanLine(waitText(waiting.for))}`;
  if (waiting.for.kind === "signal") {
    return [asks, `Send it: ${runs} signal ${outcome.run} ${waiting.for.signal}${dataFlag}`];
  }
  if (waiting.for.kind === "time") return [asks];
  const item = waiting.item === undefined ? "" : ` --item ${waiting.item}`;
  return [
    asks,
    `Answer: ${runs} input ${outcome.run} ${waiting.node}${item} --approve${dataFlag}   (or --reject)`,
  ];
}
