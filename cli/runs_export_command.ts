/** `runs export ID`: the durable events, in order. @module */

import { SymphonyError } from "../core/errors.ts";
import { eventHead, eventRow } from "../core/timeline/mod.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { durableLine } from "./event_line.ts";
import { findRun } from "./prefix.ts";
import type { CliServices } from "./services.ts";

/** One JSON event a line, which `--json` says too, or CSV. */
export async function runsExportCommand(services: CliServices, args: Arguments): Promise<number> {
  const isCsv = args.has("csv");
  if (isCsv && args.has("json")) {
    throw new SymphonyError("bad-input", "Cannot tell the form: found --csv and --json, expected one");
  }
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const { run } = await findRun(store.pit.dag, args.positional(0));
  if (isCsv) await services.stdout.write(eventHead);
  for await (const batch of store.pit.dag.replay(run)) {
    const lines = batch.map((event) => isCsv ? eventRow(event.seq, event) : durableLine(run, event));
    await services.stdout.write(lines.join(""));
  }
  return exitCodes.completed;
}
