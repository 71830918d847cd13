/** `runs versions WORKFLOW`: the versions that runs of a workflow went by. @module */

import { SymphonyError } from "../core/errors.ts";
import { versionsOf } from "../core/orchestration/versions.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, count, table } from "./text.ts";

/** Prints them, the last used first. */
export async function runsVersionsCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const workflow = args.positional(0);
  const versions = await versionsOf(store.pit.dag, workflow);
  if (versions.length === 0) {
    const known = new Set<string>();
    for await (const summary of store.pit.dag.list()) known.add(summary.workflow);
    const instead = didYouMean(workflow, known, "workflows");
    throw new SymphonyError("not-found", `Cannot find a run of "${cleanLine(workflow)}": ${instead}`);
  }
  if (args.has("json")) {
    await services.stdout.write(versions.map((version) => `${JSON.stringify(version)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = versions.map(({ definition, version, runs, lastAt }) => [
    definition.slice(0, 12),
    cleanLine(version),
    count(runs.length, "run"),
    localTime(lastAt),
    runs[0] as string,
  ]);
  await services.stdout.write(table([["DEFINITION", "VERSION", "RUNS", "LAST USED", "BY"], ...rows]));
  return exitCodes.completed;
}
