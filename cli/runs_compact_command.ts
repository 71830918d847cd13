/** `runs compact [ID]`: logs in less space, every event kept. @module */

import type { RunId } from "../core/ids.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { findRun } from "./prefix.ts";
import type { CliServices, Store } from "./services.ts";
import { count, size } from "./text.ts";

/** Makes the logs of one run, or of all that have ended, smaller. */
export async function runsCompactCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const runs = await chosen(store, args.positionals[0]);
  let before = 0;
  let after = 0;
  for (const run of runs) {
    const compaction = await store.compaction.compact(run);
    before += compaction.beforeBytes;
    after += compaction.afterBytes;
    if (args.has("json")) await services.stdout.write(`${JSON.stringify({ run, ...compaction })}\n`);
  }
  if (!args.has("json")) {
    await services.stdout.write(
      `${count(runs.length, "log")}: ${size(before)} → ${size(after)}, every event kept\n`,
    );
  }
  return exitCodes.completed;
}

async function chosen(store: Store, name: string | undefined): Promise<readonly RunId[]> {
  if (name !== undefined) return [(await findRun(store.pit.dag, name)).run];
  const runs: RunId[] = [];
  for await (const { run, endedAt } of store.pit.dag.list()) if (endedAt !== undefined) runs.push(run);
  return runs;
}
