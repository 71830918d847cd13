/** `grants list|add|remove`. @module */

import { SymphonyError } from "../core/errors.ts";
import { extensionId } from "../core/ids.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { CliServices } from "./services.ts";
import { localTime } from "./runs_list_command.ts";
import { cleanLine, table } from "./text.ts";

/** One line a grant. */
export async function grantsListCommand(services: CliServices, args: Arguments): Promise<number> {
  const grants = await services.grants.list(services.dataFolder(args.value("data")));
  if (args.has("json")) {
    await services.stdout.write(grants.map((grant) => `${JSON.stringify(grant)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = grants.map(({ extension, permission, env, until, verdict }) => [
    cleanLine(extension),
    cleanLine(permission),
    env === undefined ? "" : `from ${cleanLine(env)}`,
    `${verdict === "deny" ? "refused " : ""}${until === undefined ? "always" : `until ${localTime(until)}`}`,
  ]);
  await services.stdout.write(rows.length === 0 ? "No grants\n" : table(rows));
  return exitCodes.completed;
}

/** Adds a grant. @throws SymphonyError `bad-id` | `bad-input` */
export async function grantsAddCommand(services: CliServices, args: Arguments): Promise<number> {
  const extension = extensionId(args.positional(0));
  const permission = args.positional(1);
  const env = args.value("from-env");
  const isSecret = permission.startsWith("secret:");
  if (isSecret && env !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(env)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot read --from-env "${
        cleanLine(env)
      }": expected the name of an environment variable, not its value`,
    );
  }
  if (!isSecret && env !== undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot use --from-env for ${cleanLine(permission)}: expected it with secret:NAME only`,
    );
  }
  const until = untilOf(args.value("until"), services.clock.now());
  const isDenied = args.has("deny");
  const kept = await services.grants.add(services.dataFolder(args.value("data")), {
    extension,
    permission,
    ...env === undefined ? {} : { env },
    ...until === undefined ? {} : { until },
    ...isDenied ? { verdict: "deny" as const } : {},
  });
  const unset = env !== undefined && services.env(env) === undefined
    ? ` (${env} is not set at the moment)`
    : "";
  const said = isDenied ? "Refused" : "Granted";
  const time = until === undefined ? "" : ` until ${localTime(until)}`;
  await services.stdout.write(`${said} ${cleanLine(kept ?? permission)} to ${extension}${time}${unset}\n`);
  return exitCodes.completed;
}

/** A time, or a duration from now as `30m`, `2h`, `7d`. @throws SymphonyError `bad-input` */
function untilOf(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const minutes = { m: 1, h: 60, d: 1440 }[unit];
  const atMs = minutes === undefined ? Date.parse(text) : nowMs + Number(count) * minutes * 60_000;
  if (atMs > nowMs) return atMs;
  throw new SymphonyError(
    "bad-input",
    `Cannot read --until "${cleanLine(text)}": expected a time to come, as 2026-12-24T18:00, or 30m, 2h, 7d`,
  );
}

/** Takes a grant back. @throws SymphonyError `not-found` */
export async function grantsRemoveCommand(services: CliServices, args: Arguments): Promise<number> {
  const extension = extensionId(args.positional(0));
  const permission = args.positional(1);
  const data = services.dataFolder(args.value("data"));
  if (!await services.grants.remove(data, extension, permission)) {
    const known = (await services.grants.list(data)).filter((grant) => grant.extension === extension);
    const near = didYouMean(permission, known.map((grant) => grant.permission), "grants of this extension");
    throw new SymphonyError(
      "not-found",
      `Cannot find grant "${cleanLine(permission)}" of ${extension}: ${near}`,
    );
  }
  await services.stdout.write(`Took ${cleanLine(permission)} back from ${extension}\n`);
  return exitCodes.completed;
}
