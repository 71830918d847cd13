/** `runs export ID`: the durable events, in order. @module */

import { type Arguments, exitCodes } from "./command.ts";
import { durableLine } from "./event_line.ts";
import { findRun } from "./prefix.ts";
import type { CliServices } from "./services.ts";

/** One JSON event a line. `--json` is the only form and may be said. */
export async function runsExportCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const { run } = await findRun(store.pit.dag, args.positional(0));
  for await (const batch of store.pit.dag.replay(run)) {
    await services.stdout.write(batch.map((event) => durableLine(run, event)).join(""));
  }
  return exitCodes.completed;
}
