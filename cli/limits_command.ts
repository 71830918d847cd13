/** `limits list|set|remove`. @module */

import { SymphonyError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { claimedKinds } from "../core/orchestration/call_amounts.ts";
import { joinedUsers } from "../core/policy/fairness.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { sessionOptions } from "./flags.ts";
import { unknownOwner } from "./limited_names.ts";
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

/** Sets a limit, and says so where it bounds nothing. @throws SymphonyError `bad-input` */
export async function limitsSetCommand(services: CliServices, args: Arguments): Promise<number> {
  const [kind, limit] = [args.positional(0), args.positional(1)];
  const data = services.dataFolder(args.value("data"));
  await services.limits.set(data, { kind, limit });
  const of = kind.split(":")[0] as string;
  if (claimedKinds().includes(of)) {
    const catalog = kind === of ? undefined : await services.catalog(sessionOptions(services, args));
    const warning = catalog && unknownOwner(catalog, kind);
    if (warning !== undefined) await services.stderr.write(warning);
  } else if (of !== "weight" && of !== "pool") {
    const hint = didYouMean(of, claimedKinds(), "kinds");
    await services.stderr.write(
      `warning: no call takes "${cleanLine(kind)}", so this bounds nothing. ${hint}\n`,
    );
  }
  await say(services, args, data, { kind, limit }, `Limited ${cleanLine(kind)} to ${cleanLine(limit)}\n`);
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
  const text = own === undefined
    ? `${cleanLine(kind)} is not limited any more\n`
    : `${cleanLine(kind)} is limited to what this machine has, ${cleanLine(own.limit)}\n`;
  const record = { removed: kind, ...(own === undefined ? {} : { limit: own.limit }) };
  await say(services, args, data, record, text);
  return exitCodes.completed;
}

/** What was changed, and which processes at work go on by it: each looks at the limits now and then. */
async function say(
  services: CliServices,
  args: Arguments,
  data: string,
  record: JsonObject,
  text: string,
): Promise<void> {
  await using store = await services.openStore(data);
  const now = services.clock.now();
  const atWork = (await store.pools.statuses()).filter((status) => isAtWork(status, now)).map(({ pid }) =>
    pid
  );
  if (args.has("json")) {
    return await services.stdout.write(`${JSON.stringify({ ...record, takenOverBy: atWork })}\n`);
  }
  const take = atWork.length === 1 ? "1 process at work takes" : `${atWork.length} processes at work take`;
  const end = atWork.length === 0 ? "" : `${take} it over within a second: ${atWork.join(", ")}\n`;
  await services.stdout.write(text + end);
}
