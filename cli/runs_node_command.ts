/** `runs retry ID NODE` and `runs skip ID NODE`: what a person decides about one node. @module */

import { SymphonyError } from "../core/errors.ts";
import { isNodeId, type NodeId } from "../core/ids.ts";
import type { UserCommand } from "../core/orchestration/command.ts";
import type { RunSummary } from "../core/ports/dag.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { drive } from "./drive.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { findRun } from "./prefix.ts";
import type { RunAccount } from "../core/orchestration/run_account.ts";
import { accountOf } from "./run_log_account.ts";
import { readItem, takenBy, tell } from "./runs_answer_command.ts";
import type { CliServices, Session } from "./services.ts";
import { cleanLine } from "./text.ts";

/** Does a node again that failed, and what hangs on it, then goes on with the run. */
export async function runsRetryCommand(services: CliServices, args: Arguments): Promise<number> {
  return await about(services, args, "retried", (node) => ({ type: "retry-node", node }));
}

/** Leaves a node out that has not begun, waits or failed, then goes on with the run. */
export async function runsSkipCommand(services: CliServices, args: Arguments): Promise<number> {
  const item = readItem(args.value("item"));
  const reason = args.value("reason") ?? "skipped from the command line";
  const where = item === undefined ? {} : { item };
  return await about(services, args, "skipped", (node) => ({ type: "skip-node", node, ...where, reason }));
}

async function about(
  services: CliServices,
  args: Arguments,
  done: string,
  command: (node: NodeId) => UserCommand,
): Promise<number> {
  const options = sessionOptions(services, args);
  await using session = await services.openSession(options);
  const summary = await findRun(session.pit.dag, args.positional(0));
  const account = await accountOf(session.pit.dag, summary.run);
  const node = await namedNode(session, account, summary, args.positional(1));
  const isLeft = await tell(session, summary, command(node));
  const { run } = summary;
  const after = await findRun(session.pit.dag, run);
  // A paused run stays paused: whoever paused it says when it goes on.
  const goesOn = !isLeft && !args.has("later") && after.state === "running";
  if (!goesOn) {
    await say(services, args, { run, node, done, isLeft });
    return exitCodes.completed;
  }
  const resumed = await accountOf(session.pit.dag, run);
  return await drive(services, session, (listener) => session.runner.resume(run, listener), {
    isJson: args.has("json"),
    title: summary.workflow,
    data: options.data,
    dataFlag: repeatedData(args),
    account: resumed,
  });
}

async function say(
  services: CliServices,
  args: Arguments,
  { run, node, done, isLeft }: {
    readonly run: RunSummary["run"];
    readonly node: NodeId;
    readonly done: string;
    readonly isLeft: boolean;
  },
): Promise<void> {
  if (args.has("json")) {
    await services.stdout.write(
      `${JSON.stringify({ run, node, done, taken: takenBy(isLeft) })}\n`,
    );
    return;
  }
  const next = isLeft
    ? "the process that carries the run out takes it now"
    : `go on with: ${services.program} runs resume ${run}${repeatedData(args)}`;
  await services.stdout.write(`${node} of run ${run} is ${done}; ${next}\n`);
}

/** The node of that name, of the run's own graph or of a body. @throws SymphonyError `not-found` */
async function namedNode(
  session: Session,
  account: RunAccount,
  { run }: RunSummary,
  name: string,
): Promise<NodeId> {
  const known = new Set([...account.nodes.values()].map(({ node }) => String(node)));
  for (const node of await session.runner.nodes(run)) known.add(node);
  if (isNodeId(name) && known.has(name)) return name;
  const instead = didYouMean(name, known, "nodes");
  throw new SymphonyError("not-found", `Cannot find the node "${cleanLine(name)}" in run ${run}: ${instead}`);
}
