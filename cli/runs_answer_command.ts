/**
 * `runs cancel`, `runs input` and `runs signal`: what a person tells a run. Where a living process carries the run out, the
 * command is left for it; else it goes straight into the log.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { isNodeId, nodeId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { UserCommand } from "../core/orchestration/command.ts";
import type { RunStateName, RunSummary } from "../core/ports/dag.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { say } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { findRun } from "./prefix.ts";
import type { RunAccount } from "../core/orchestration/run_account.ts";
import { accountOf } from "./run_log_account.ts";
import type { CliServices, Session } from "./services.ts";
import { cleanLine } from "./text.ts";

const CANCEL_WAIT_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** Ends a run for good and waits until it has. */
export async function runsCancelCommand(services: CliServices, args: Arguments): Promise<number> {
  await using session = await services.openSession(sessionOptions(services, args));
  const summary = await findRun(session.pit.dag, args.positional(0));
  if (isEnd(summary.state)) {
    throw new SymphonyError("bad-input", `Cannot cancel run ${summary.run}: it is ${summary.state} already`);
  }
  const reason = args.value("reason") ?? "cancelled from the command line";
  const isLeft = await tell(session, summary, { type: "cancel", reason });
  if (isLeft) await untilEnded(services, session, summary);
  const record = { run: summary.run, done: "cancelled", taken: takenBy(isLeft) };
  await say(services, args, record, () => `Cancelled run ${summary.run}\n`);
  return exitCodes.completed;
}

/** Answers a gate. */
export async function runsInputCommand(services: CliServices, args: Arguments): Promise<number> {
  if (args.has("approve") === args.has("reject")) {
    const found = args.has("approve") ? "both" : "neither";
    throw new SymphonyError(
      "bad-input",
      `Cannot tell the answer: found ${found}, expected --approve or --reject`,
    );
  }
  const value = readJson(args.value("value"));
  const item = readItem(args.value("item"));
  const comment = args.value("comment");
  await using session = await services.openSession(sessionOptions(services, args));
  const summary = await findRun(session.pit.dag, args.positional(0));
  const node = waitingNode(await accountOf(session.pit.dag, summary.run), summary, args.positional(1));
  const by = services.env("USER") ?? services.env("USERNAME") ?? "command line";
  const isLeft = await tell(session, summary, {
    type: "provide-input",
    node,
    ...item === undefined ? {} : { item },
    input: { approved: args.has("approve"), value, by, ...comment === undefined ? {} : { comment } },
  });
  return await answered(services, args, {
    summary,
    isLeft,
    what: `the answer for ${node}`,
    record: { node, ...item === undefined ? {} : { item }, done: "answered", approved: args.has("approve") },
  });
}

/** Sends a signal. */
export async function runsSignalCommand(services: CliServices, args: Arguments): Promise<number> {
  const value = readJson(args.value("value"));
  const signal = args.positional(1);
  await using session = await services.openSession(sessionOptions(services, args));
  const summary = await findRun(session.pit.dag, args.positional(0));
  const isLeft = await tell(session, summary, { type: "signal", signal, value });
  return await answered(services, args, {
    summary,
    isLeft,
    what: `the signal ${cleanLine(signal)}`,
    record: { signal, done: "sent" },
  });
}

/** Gives the command to whoever may apply it; true where it was left for another process. */
export async function tell(session: Session, { run }: RunSummary, command: UserCommand): Promise<boolean> {
  if (await session.control.isClaimed(run)) {
    await session.control.send(run, command);
    return true;
  }
  try {
    const applied = await session.runner.command(run, command);
    if (applied.ok) return false;
    const { reason, legal } = applied.error;
    const instead = legal.length === 0 ? "" : `; possible now: ${legal.join(", ")}`;
    throw new SymphonyError("bad-input", `Cannot ${command.type} in run ${run}: ${reason}${instead}`);
  } catch (error) {
    // A process took the run between our two looks.
    if (!(error instanceof SymphonyError) || error.code !== "busy") throw error;
    await session.control.send(run, command);
    return true;
  }
}

async function untilEnded(services: CliServices, session: Session, { run }: RunSummary): Promise<void> {
  const until = services.clock.monotonic() + CANCEL_WAIT_MS;
  for (;;) {
    const { state } = await findRun(session.pit.dag, run);
    if (isEnd(state)) return;
    if (services.clock.monotonic() > until) {
      throw new SymphonyError(
        "busy",
        `Cannot see run ${run} end: the process that carries it out has not answered yet`,
        {
          hint: "The command is kept; the run takes it as soon as its process looks, or when it is resumed",
        },
      );
    }
    await new Promise<void>((resolve) => services.clock.schedule(LOOK_EVERY_MS, resolve));
  }
}

function isEnd(state: RunStateName): boolean {
  return state === "completed" || state === "failed" || state === "cancelled";
}

function waitingNode(account: RunAccount, { run }: RunSummary, name: string) {
  if (isNodeId(name) && account.waiting.some(({ node }) => node === name)) return nodeId(name);
  const asked = account.waiting.filter(({ for: what }) => what.kind === "approval" || what.kind === "failure")
    .map(({ node }) => node);
  const known = asked.length === 0 ? "no node waits for an answer" : didYouMean(name, asked, "waiting nodes");
  throw new SymphonyError("not-found", `Cannot answer "${cleanLine(name)}" in run ${run}: ${known}`);
}

async function answered(
  services: CliServices,
  args: Arguments,
  { summary, isLeft, what, record }: {
    readonly summary: RunSummary;
    readonly isLeft: boolean;
    readonly what: string;
    readonly record: object;
  },
): Promise<number> {
  const next = isLeft
    ? "the process that carries the run out takes it now"
    : `go on with: ${services.program} runs resume ${summary.run}${repeatedData(args)}`;
  const said = { run: summary.run, ...record, taken: takenBy(isLeft) };
  await say(services, args, said, () => `Kept ${what} in run ${summary.run}; ${next}\n`);
  return exitCodes.completed;
}

/** Whether a command is in the log already, or left for the process that carries the run out, as `--json` shows it. */
export function takenBy(isLeft: boolean): string {
  return isLeft ? "by its process" : "kept";
}

function readJson(text: string | undefined): Json {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const form = `expected JSON, for example --value '{"a":1}' or --value '"text"'`;
    throw new SymphonyError("bad-input", `Cannot read --value ${cleanLine(text.slice(0, 80))}: ${form}`, {
      cause,
    });
  }
}

/** The number of an item. @throws SymphonyError `bad-input` */
export function readItem(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SymphonyError("bad-input", `Cannot read --item "${text}": expected a whole number from 0`);
}
