/** `audit list|export`. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { localTime } from "./runs_list_command.ts";
import type { AuditQuestion, AuditRecord } from "./safety_desk.ts";
import { safetyOf } from "./safety_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, table } from "./text.ts";

/** Lines that `audit list` shows without `--all`. */
const SHOWN = 50;

/** The newest decisions, the oldest first. */
export async function auditListCommand(services: CliServices, args: Arguments): Promise<number> {
  const found: AuditRecord[] = [];
  const limit = args.has("all") ? Infinity : SHOWN;
  for await (
    const line of safetyOf(services).audit(services.dataFolder(args.value("data")), questionOf(args))
  ) {
    found.push(line);
    if (found.length > limit) found.shift();
  }
  if (args.has("json")) {
    await services.stdout.write(found.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = found.map(({ at, decision, extension, permission, reason = "", count }) => [
    localTime(Date.parse(at)),
    cleanLine(decision),
    cleanLine(extension),
    cleanLine(permission),
    count === undefined ? "" : `${count} ×`,
    cleanLine(reason),
  ]);
  const width = services.stdout.isTerminal ? services.stdout.columns() : undefined;
  await services.stdout.write(rows.length === 0 ? "Nothing was decided\n" : table(rows, width));
  return exitCodes.completed;
}

/** Everything, a JSON object a line, as it passes. */
export async function auditExportCommand(services: CliServices, args: Arguments): Promise<number> {
  for await (
    const line of safetyOf(services).audit(services.dataFolder(args.value("data")), questionOf(args))
  ) {
    await services.stdout.write(`${JSON.stringify(line)}\n`);
  }
  return exitCodes.completed;
}

function questionOf(args: Arguments): AuditQuestion {
  const [extension, decision, permission, since] = ["extension", "decision", "permission", "since"].map((
    name,
  ) => args.value(name));
  const sinceMs = since === undefined ? undefined : Date.parse(since);
  if (sinceMs !== undefined && Number.isNaN(sinceMs)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot read --since "${cleanLine(since ?? "")}": expected a time as 2026-11-26 or 2026-11-26T10:00`,
    );
  }
  return {
    ...(extension === undefined ? {} : { extension }),
    ...(decision === undefined ? {} : { decision }),
    ...(permission === undefined ? {} : { permission }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}
