/** `limits list|set|remove`. @module */

import { SymphonyError } from "../core/errors.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, table } from "./text.ts";

/** One line a limit. */
export async function limitsListCommand(services: CliServices, args: Arguments): Promise<number> {
  const limits = await services.limits.list(services.dataFolder(args.value("data")));
  if (args.has("json")) {
    await services.stdout.write(limits.map((limit) => `${JSON.stringify(limit)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = limits.map(({ kind, limit }) => [cleanLine(kind), cleanLine(limit)]);
  await services.stdout.write(rows.length === 0 ? "No limits\n" : table(rows));
  return exitCodes.completed;
}

/** Sets a limit. @throws SymphonyError `bad-input` */
export async function limitsSetCommand(services: CliServices, args: Arguments): Promise<number> {
  const [kind, limit] = [args.positional(0), args.positional(1)];
  await services.limits.set(services.dataFolder(args.value("data")), { kind, limit });
  await services.stdout.write(`Limited ${cleanLine(kind)} to ${cleanLine(limit)}\n`);
  return exitCodes.completed;
}

/** Takes a limit away. @throws SymphonyError `not-found` */
export async function limitsRemoveCommand(services: CliServices, args: Arguments): Promise<number> {
  const data = services.dataFolder(args.value("data"));
  const kind = args.positional(0);
  if (!await services.limits.remove(data, kind)) {
    const known = (await services.limits.list(data)).map((limit) => limit.kind);
    throw new SymphonyError("not-found", `There is no limit of "${cleanLine(kind)}"`, {
      hint: didYouMean(kind, known, "limits"),
    });
  }
  await services.stdout.write(`${cleanLine(kind)} is not limited any more\n`);
  return exitCodes.completed;
}
