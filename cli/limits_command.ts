/** `limits list|set|remove`. @module */

import { SymphonyError } from "../core/errors.ts";
import { joinedUsers } from "../core/policy/fairness.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { CliServices } from "./services.ts";
import { freeText, isAtWork, usersText, waitingCallsText } from "./sharing_text.ts";
import { cleanLine, table } from "./text.ts";

/** One line a limit, with what the living processes have left of it, and the calls that wait. */
export async function limitsListCommand(services: CliServices, args: Arguments): Promise<number> {
  const data = services.dataFolder(args.value("data"));
  const limits = await services.limits.list(data);
  const now = services.clock.now();
  await using store = await services.openStore(data);
  const living = (await store.pools.statuses()).filter((status) => isAtWork(status, now));
  const fairness = joinedUsers(living.map(({ users = [] }) => ({ users })));
  if (args.has("json")) {
    const records = limits.map((limit) => {
      const use = living.flatMap(({ pid, limits = [] }) =>
        limits.filter(({ kind }) => kind === limit.kind).map(({ free, total }) => ({ pid, free, total }))
      );
      return { ...limit, ...(use.length === 0 ? {} : { use }) };
    });
    const lines = fairness.users.length === 0 ? records : [...records, fairness];
    await services.stdout.write(lines.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = limits.map(({ kind, limit, from }) => [
    cleanLine(kind),
    cleanLine(limit),
    from === "machine" ? "what this machine has" : "set",
    ...living.map(({ pid, limits = [] }) => {
      const reading = limits.find((one) => one.kind === kind);
      return reading === undefined ? "" : `process ${pid}: ${freeText(reading)}`;
    }),
  ]);
  const waiting = living.flatMap((status) => status.waiting ?? []);
  await services.stdout.write(table(rows) + usersText(fairness) + waitingCallsText(waiting, now));
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
    const known = (await services.limits.list(data)).filter(({ from }) => from === "set")
      .map((limit) => limit.kind);
    throw new SymphonyError("not-found", `There is no limit of "${cleanLine(kind)}"`, {
      hint: didYouMean(kind, known, "limits"),
    });
  }
  const own = (await services.limits.list(data)).find((limit) => limit.kind === kind);
  await services.stdout.write(
    own === undefined
      ? `${cleanLine(kind)} is not limited any more\n`
      : `${cleanLine(kind)} is limited to what this machine has, ${cleanLine(own.limit)}\n`,
  );
  return exitCodes.completed;
}
