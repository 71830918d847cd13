/**
 * The closing words about a run: how it ended, what was skipped and failed and why, where the outputs are, how to look
 * again or go on.
 *
 * @module
 */

import type { RunOutcome } from "../core/orchestration/run_handle.ts";
import type { WrittenOutput } from "./outputs.ts";
import { label, waitText } from "./plain_view.ts";
import type { RunAccount, WaitingNode } from "../core/orchestration/run_account.ts";
import type { Colour, Style } from "./style.ts";
import { cleanLine, count, duration } from "./text.ts";
import { troubleLines } from "./trouble_text.ts";

/** Questions to a person, and nodes, that are named. */
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
  const lines = [headline(outcome, closing), ...troubleLines(closing.account, outcome.failure)];
  lines.push(...partLines(closing.account));
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

/** What was left out of a run that goes only as far as some node. */
export function partLines({ part }: Pick<RunAccount, "part">): string[] {
  if (part === undefined) return [];
  const { to, nodes, outputs } = part;
  const lines = [
    `Only as far as ${named(to)}: ${
      nodes.length === 0 ? "nothing was left out" : `left out ${named(nodes)}`
    }`,
  ];
  if (outputs.length > 0) lines.push(`Not made, as they hang on what was left out: ${named(outputs)}`);
  return lines;
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).map(cleanLine).join(", ");
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown;
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

function waysOn(outcome: RunOutcome, { account, program, dataFlag }: Closing): string[] {
  const resume = `${program} runs resume ${outcome.run}${dataFlag}`;
  if (outcome.state === "paused") {
    const isSpent = account.reason.startsWith("The run's budget");
    const more = isSpent ? " --budget USD (or --budget-tokens N, --budget-time SPAN)" : "";
    return [...isSpent ? [cleanLine(account.reason)] : [], `Paused; resume with: ${resume}${more}`];
  }
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
