/** `memo list|forget`: results kept for other runs. @module */

import { SymphonyError } from "../core/errors.ts";
import { parseDuration } from "../core/workflow/duration.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, count, duration, table } from "./text.ts";

const SHOWN = 200;

/** What is kept, and who made it. */
export async function memoListCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const rows: string[][] = [["KEY", "NODE", "RUN", "MADE", "TOOK", "COST", "BY"]];
  let found = 0;
  for await (const entry of store.memo.list()) {
    found++;
    if (args.has("json")) await services.stdout.write(`${JSON.stringify(entry)}\n`);
    else if (found <= SHOWN) {
      rows.push([
        entry.key.slice(0, 12),
        cleanLine(entry.node),
        entry.run,
        localTime(entry.at),
        duration(entry.durationMs),
        entry.costUsd === undefined ? "" : `$${entry.costUsd.toFixed(4)}`,
        cleanLine(entry.instrument ?? ""),
      ]);
    }
  }
  if (args.has("json")) return exitCodes.completed;
  const more = found > SHOWN ? `… and ${found - SHOWN} more\n` : "";
  await services.stdout.write(found === 0 ? "No results are kept\n" : `${table(rows)}${more}`);
  return exitCodes.completed;
}

/** Forgets what is older than a span, or everything. */
export async function memoForgetCommand(services: CliServices, args: Arguments): Promise<number> {
  const older = args.value("older");
  if ((older === undefined) !== args.has("all")) {
    const found = older === undefined ? "neither" : "both";
    throw new SymphonyError(
      "bad-input",
      `Cannot tell what to forget: found ${found}, expected --older SPAN or --all`,
    );
  }
  const spanMs = older === undefined ? 0 : parseDuration(older);
  if (spanMs === undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot read --older "${cleanLine(older ?? "")}": expected a span such as 30d`,
    );
  }
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const before = older === undefined ? Number.POSITIVE_INFINITY : services.clock.now() - spanMs;
  const forgotten = await store.memo.forget(before);
  const text = args.has("json") ? JSON.stringify({ forgotten }) : `Forgot ${count(forgotten, "result")}`;
  await services.stdout.write(`${text}\n`);
  return exitCodes.completed;
}
