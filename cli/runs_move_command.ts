/** `runs move ID --workflow FILE`: a run under way goes on by an edited workflow. @module */

import { SymphonyError } from "../core/errors.ts";
import type { MovePlan } from "../core/orchestration/plan_move.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { findRun } from "./prefix.ts";
import type { CliServices } from "./services.ts";
import { checkedDefinition, readWorkflow } from "./workflow_file.ts";

/** Moves the run, or says why it cannot be moved. Nothing is executed. */
export async function runsMoveCommand(services: CliServices, args: Arguments): Promise<number> {
  const file = args.value("workflow");
  if (file === undefined) {
    throw new SymphonyError(
      "bad-input",
      "Cannot move the run: found no --workflow, expected --workflow FILE",
      {
        hint: "The file holds the new version of the run's workflow",
      },
    );
  }
  const source = readWorkflow(services, file);
  await using session = await services.openSession(sessionOptions(services, args));
  const { run } = await findRun(session.pit.dag, args.positional(0));
  const definition = checkedDefinition(services, source, await session.extensions.describe());
  const isTrial = args.has("preview");
  const moved = await session.runner.move(run, definition, {
    mayWriteAgain: args.has("write-again"),
    isTrial,
  });
  if (!moved.ok) {
    throw new SymphonyError("bad-input", `Cannot move run ${run} to "${file}": ${moved.error.join("; ")}`);
  }
  const text = args.has("json")
    ? `${JSON.stringify({ run, version: definition.version, moved: !isTrial, ...moved.value })}\n`
    : textOf(
      run,
      moved.value,
      isTrial ? "" : `Go on with: ${services.program} runs resume ${run}${repeatedData(args)}\n`,
    );
  await services.stdout.write(text);
  return exitCodes.completed;
}

function textOf(run: string, { kept, redone, added }: MovePlan, next: string): string {
  const lines = [
    `${next === "" ? "Would move" : "Moved"} run ${run}: ${kept.length} nodes keep what they have`,
    ...redone.map(({ node, why }) => `  ${node} begins anew: ${why}`),
    ...added.map((node) => `  ${node} is new`),
  ];
  return `${lines.join("\n")}\n${next}`;
}
