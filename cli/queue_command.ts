/** `queue add|list|remove|dead|retry|limit|work`. @module */

import { SymphonyError } from "../core/errors.ts";
import { parseDuration } from "../core/workflow/duration.ts";
import { heldBy } from "../core/queue/choose.ts";
import type { Limit, QueueEntry } from "../core/queue/entry.ts";
import { addEntry, removeEntry, retryEntry } from "../core/queue/rules.ts";
import { shortText } from "./budget_flags.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { readInputs } from "./inputs.ts";
import { unknownInstrument } from "./limited_names.ts";
import { newEntry, startWorker } from "./queue_worker.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, table } from "./text.ts";
import { userOf } from "./user.ts";
import { checkedDefinition, readWorkflow } from "./workflow_file.ts";
import { workspaceOf } from "./workspace.ts";

const priorities: Readonly<Record<string, number>> = {
  critical: 1000,
  high: 100,
  normal: 0,
  low: -100,
  background: -1000,
};
const SHOWN = 200;

/** Adds a run to the queue. */
export async function queueAddCommand(services: CliServices, args: Arguments): Promise<number> {
  const source = readWorkflow(services, args.positional(0));
  const asked = readAsked(services, args);
  const user = userOf(services, args);
  await using session = await services.openSession(sessionOptions(services, args));
  const catalog = await session.extensions.describe();
  const definition = checkedDefinition(services, source, catalog);
  const given = readInputs(services, args.values("input"), definition.inputs);
  const { folder, inputs } = workspaceOf(services, args.value("workspace"), given, definition.inputs);
  const entry = await newEntry(session, definition, catalog, {
    inputs,
    workspace: folder,
    mayWrite: args.has("allow-write"),
    keys: args.values("key"),
    ...user === undefined ? {} : { user },
  });
  const once = args.value("once");
  const added = await session.queue.change((book) =>
    addEntry(book, { ...entry, ...asked, ...once === undefined ? {} : { once } }, services.clock.now())
  );
  if (added === undefined) {
    await say(
      services,
      args,
      { added: false, once },
      `The same was added before: ${cleanLine(once ?? "")}\n`,
    );
  } else {
    const next = `Carried out by: ${services.program} queue work${repeatedData(args)}\n`;
    const short = shortOf(added).map((text) => `${text}\n`).join("");
    const text = `Queued ${added.id}: ${cleanLine(added.workflow)}\n${short}${next}`;
    await say(services, args, recordOf(added), text);
  }
  return exitCodes.completed;
}

/** What waits, runs and, with --all, has ended. */
export async function queueListCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const { open, ended, limits } = await store.queue.read((book) => ({
    open: book.open(),
    ended: args.has("all") ? book.ended(SHOWN) : [],
    limits: book.limits(),
  }));
  const now = services.clock.now();
  const held = (entry: QueueEntry) => entry.state === "queued" ? heldBy(entry, open, limits, now) : undefined;
  await list(services, args, [...open, ...ended], held, "Nothing is queued\n");
  if (!args.has("json") && limits.length > 0) {
    await services.stdout.write(
      `\nLimits\n${table(limits.map((limit) => [`  ${limit.lane}`, limitText(limit)]))}`,
    );
  }
  return exitCodes.completed;
}

/** What failed as often as it may. */
export async function queueDeadCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const dead = await store.queue.read((book) => book.ended(10_000).filter(({ state }) => state === "dead"));
  await list(services, args, dead, () => undefined, "Nothing has failed for good\n");
  return exitCodes.completed;
}

/** Takes an entry out. */
export async function queueRemoveCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const entry = await store.queue.change((book) => removeEntry(book, args.positional(0)));
  await say(services, args, { removed: entry.id }, `Removed ${entry.id}\n`);
  return exitCodes.completed;
}

/** Puts a dead entry back. */
export async function queueRetryCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const entry = await store.queue.change((book) =>
    retryEntry(book, args.positional(0), services.clock.now())
  );
  await say(services, args, recordOf(entry), `Queued ${entry.id} again\n`);
  return exitCodes.completed;
}

/** Sets or removes a limit; of what is not installed, too, which is said. @throws SymphonyError `bad-input` */
export async function queueLimitCommand(services: CliServices, args: Arguments): Promise<number> {
  const lane = args.positional(0);
  // The type of an instrument, and of a task, is never without its extension; what is kept under another name can be removed.
  const isType = args.has("remove") || /^instrument:[^\s:/]{1,100}\/[^\s:/]{1,100}$/.test(lane);
  if (
    !/^(all|(workflow|instrument|key):[^\s:]{1,200})$/.test(lane) ||
    (lane.startsWith("instrument:") && !isType)
  ) {
    const form =
      "expected all, workflow:ID, instrument:TYPE (such as openai/gpt or instrument/review) or key:NAME";
    throw new SymphonyError("bad-input", `Cannot read the limit "${cleanLine(lane)}": ${form}`);
  }
  const atOnce = readCount(args.value("at-once"), "at-once");
  const rate = readRate(args.value("rate"));
  const isNothing = atOnce === undefined && rate === undefined;
  if (isNothing !== args.has("remove")) {
    throw new SymphonyError(
      "bad-input",
      "Cannot set the limit: expected --at-once or --rate, or --remove alone",
    );
  }
  const instrument = isNothing ? undefined : /^instrument:(.*)$/.exec(lane)?.[1];
  if (instrument !== undefined) {
    const warning = unknownInstrument(await services.catalog(sessionOptions(services, args)), instrument);
    if (warning !== undefined) await services.stderr.write(warning);
  }
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const limit: Limit = {
    lane,
    begun: [],
    ...atOnce === undefined ? {} : { atOnce },
    ...rate === undefined ? {} : { rate },
  };
  await store.queue.change((book) => isNothing ? book.removeLimit(lane) : book.putLimit(limit));
  const text = isNothing ? `${lane} has no limit\n` : `${lane}: ${limitText(limit)}\n`;
  await say(services, args, isNothing ? { removed: lane } : { lane, atOnce, rate }, text);
  return exitCodes.completed;
}

/** Carries out what is queued until it is stopped, or until nothing is left. */
export async function queueWorkCommand(services: CliServices, args: Arguments): Promise<number> {
  const places = readCount(args.value("at-once"), "at-once") ?? 4;
  const port = readPort(args.value("hooks"));
  await using session = await services.openSession(sessionOptions(services, args));
  const told = async (entry: QueueEntry) => {
    const run = entry.run === undefined ? "" : ` ${entry.run}`;
    const failure = entry.failure === undefined ? "" : `: ${cleanLine(entry.failure)}`;
    const text = `${entry.id} ${cleanLine(entry.workflow)}${run} ${entry.state}${failure}\n`;
    await say(services, args, recordOf(entry), text);
  };
  let writing: Promise<void> = Promise.resolve();
  await using worker = startWorker(services, session, {
    places,
    onChange: (entry) => writing = writing.then(() => told(entry)).catch(() => {}),
  });
  await using hooks = port === undefined ? undefined : await services.triggerSource.listen(port, {
    secretOf: async (id) => {
      const triggers = await session.queue.read((book) => book.triggers());
      const kind = triggers.find((trigger) => trigger.id === id)?.kind;
      const secret = kind?.type === "webhook" ? services.env(kind.secretEnv) : undefined;
      return secret === "" ? undefined : secret;
    },
    received: (hook) => worker.watch.received(hook),
  });
  if (hooks !== undefined) {
    await services.stderr.write(`Webhooks at http://127.0.0.1:${hooks.port}/hooks/TRIGGER\n`);
  }
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => stop = services.onInterrupt(resolve));
  await Promise.race([stopped, ...args.has("until-idle") ? [worker.queue.whenIdle()] : []]);
  stop();
  await writing;
  return exitCodes.completed;
}

function readAsked(services: CliServices, args: Arguments) {
  const priority = readPriority(args.value("priority"));
  const most = readCount(args.value("attempts"), "attempts") ?? 1;
  const notBefore = readMoment(services, args.value("at"));
  return { priority, most, ...notBefore === undefined ? {} : { notBefore } };
}

/** A priority by name or number. @throws SymphonyError `bad-input` */
export function readPriority(text: string | undefined): number {
  if (text === undefined) return 0;
  const named = Object.hasOwn(priorities, text) ? priorities[text] : undefined;
  const value = named ?? (/^-?\d{1,6}$/.test(text) ? Number(text) : undefined);
  if (value !== undefined) return value;
  const names = Object.keys(priorities).join(", ");
  throw new SymphonyError(
    "bad-input",
    `Cannot read --priority "${cleanLine(text)}": expected ${names} or a whole number`,
  );
}

/** A count from 1. @throws SymphonyError `bad-input` */
export function readCount(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new SymphonyError(
    "bad-input",
    `Cannot read --${flag} "${cleanLine(text)}": expected a whole number from 1`,
  );
}

function readRate(text: string | undefined): Limit["rate"] {
  if (text === undefined) return undefined;
  const [count, span] = text.split("/");
  const perMs = span === undefined ? undefined : parseDuration(span);
  if (perMs !== undefined && perMs > 0 && /^[1-9]\d{0,5}$/.test(count ?? "")) {
    return { count: Number(count), perMs };
  }
  throw new SymphonyError(
    "bad-input",
    `Cannot read --rate "${cleanLine(text)}": expected COUNT/SPAN, for example 10/1m`,
  );
}

function readMoment(services: CliServices, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const span = text.startsWith("+") ? parseDuration(text.slice(1)) : undefined;
  const at = span === undefined ? Date.parse(text) : services.clock.now() + span;
  if (!Number.isNaN(at)) return at;
  const form = "expected a moment such as 2026-12-01T09:00:00Z, or a span from now such as +30m";
  throw new SymphonyError("bad-input", `Cannot read --at "${cleanLine(text)}": ${form}`);
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new SymphonyError(
    "bad-input",
    `Cannot read --hooks "${cleanLine(text)}": expected a port from 0 to 65535`,
  );
}

async function list(
  services: CliServices,
  args: Arguments,
  entries: readonly QueueEntry[],
  held: (entry: QueueEntry) => string | undefined,
  none: string,
): Promise<void> {
  if (args.has("json")) {
    const lines = entries.map((entry) => {
      const why = held(entry);
      return `${JSON.stringify({ ...recordOf(entry), ...why === undefined ? {} : { heldBy: why } })}\n`;
    });
    return await services.stdout.write(lines.join(""));
  }
  if (entries.length === 0) return await services.stdout.write(none);
  const rows = entries.map((entry) => [
    entry.id,
    entry.state,
    String(entry.priority),
    cleanLine(entry.workflow),
    entry.run ?? "",
    localTime(entry.endedAt ?? entry.addedAt),
    cleanLine(
      [entry.failure ?? held(entry) ?? "", ...shortOf(entry)].filter((text) => text !== "").join("; "),
    ),
  ]);
  await services.stdout.write(table([["ID", "STATE", "PRIORITY", "WORKFLOW", "RUN", "SINCE", ""], ...rows]));
}

/** While it waits: why its budget may not do. */
function shortOf({ state, forecast }: QueueEntry): readonly string[] {
  return state === "queued" ? forecast?.short.map(shortText) ?? [] : [];
}

function limitText({ atOnce, rate }: Limit): string {
  return [
    ...atOnce === undefined ? [] : [`${atOnce} at once`],
    ...rate === undefined ? [] : [`${rate.count} in ${rate.perMs / 1000} s`],
  ].join(", ");
}

function recordOf({ addedAt, notBefore, endedAt, ...entry }: QueueEntry): Record<string, unknown> {
  return {
    ...entry,
    addedAt: new Date(addedAt).toISOString(),
    notBefore: new Date(notBefore).toISOString(),
    ...endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() },
  };
}

async function say(services: CliServices, args: Arguments, record: unknown, text: string): Promise<void> {
  await services.stdout.write(args.has("json") ? `${JSON.stringify(record)}\n` : text);
}
