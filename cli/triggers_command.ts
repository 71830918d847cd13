/** `triggers add|list|remove|run`. @module */

import { SymphonyError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { CatchUp, Trigger, TriggerKind } from "../core/queue/entry.ts";
import { TriggerWatch } from "../core/queue/trigger_watch.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { sessionOptions } from "./flags.ts";
import { readInputs } from "./inputs.ts";
import { askedBy } from "./queue_worker.ts";
import { readCount, readPriority } from "./queue_command.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices, Session } from "./services.ts";
import { cleanLine, table } from "./text.ts";
import { checkedDefinition, readWorkflow } from "./workflow_file.ts";

const kinds = ["cron", "file", "git", "webhook", "after"] as const;

/** Adds a trigger; everything is checked now, so that it does not fail at night. */
export async function triggersAddCommand(services: CliServices, args: Arguments): Promise<number> {
  const reference = args.positional(0);
  const source = readWorkflow(services, reference);
  const kind = readKind(services, args);
  const catchUp = readCatchUp(args.value("catch-up"));
  const priority = readPriority(args.value("priority"));
  const most = readCount(args.value("attempts"), "attempts") ?? 1;
  const name = args.value("name");
  if (name !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot name a trigger "${cleanLine(name)}": expected letters, digits, - and _`,
    );
  }
  await using session = await services.openSession(sessionOptions(services, args));
  const definition = checkedDefinition(services, source, await session.extensions.describe());
  const pass = args.value("pass");
  if (pass !== undefined && !definition.inputs.has(pass)) {
    const known = didYouMean(pass, definition.inputs.keys(), "inputs");
    throw new SymphonyError("bad-input", `Cannot pass on to the input "${cleanLine(pass)}": ${known}`);
  }
  // The input that is passed on needs no value now.
  const asked = new Map([...definition.inputs].filter(([input]) => input !== pass));
  const inputs = readInputs(services, args.values("input"), asked);
  if (kind.type === "chain" && kind.of === definition.id) {
    throw new SymphonyError("bad-input", `Cannot start "${kind.of}" after itself: it would never end`);
  }
  const isFile = /[/\\.]/.test(reference);
  const trigger: Trigger = {
    id: name ?? `${definition.id}-${kind.type}`,
    kind,
    workflow: isFile ? services.absolute(reference) : reference,
    inputs,
    ...pass === undefined ? {} : { pass },
    workspace: services.absolute(args.value("workspace") ?? "."),
    mayWrite: args.has("allow-write"),
    priority,
    keys: args.values("key"),
    most,
    catchUp,
    createdAt: services.clock.now(),
  };
  await session.queue.change((book) => {
    if (book.triggers().some(({ id }) => id === trigger.id)) {
      const hint = "Give another with --name, or remove that one first";
      throw new SymphonyError("bad-input", `Cannot add trigger "${trigger.id}": there is one of that name`, {
        hint,
      });
    }
    book.putTrigger(trigger);
  });
  const next = `Watched by: ${services.program} queue work${
    kind.type === "webhook" ? " --hooks PORT" : ""
  }\n`;
  await say(services, args, trigger, `Added ${trigger.id}: ${kindText(kind)}\n${next}`);
  return exitCodes.completed;
}

/** All triggers. */
export async function triggersListCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const triggers = await store.queue.read((book) => book.triggers());
  if (args.has("json")) {
    await services.stdout.write(triggers.map((trigger) => `${JSON.stringify(trigger)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = triggers.map((trigger) => [
    trigger.id,
    kindText(trigger.kind),
    cleanLine(trigger.workflow),
    nextText(services, trigger),
    trigger.failure === undefined ? "" : `failed: ${cleanLine(trigger.failure)}`,
  ]);
  const none = "No triggers\n";
  await services.stdout.write(
    rows.length === 0 ? none : table([["ID", "WHEN", "WORKFLOW", "NEXT", ""], ...rows]),
  );
  return exitCodes.completed;
}

/** Takes a trigger away; what it has queued stays. */
export async function triggersRemoveCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const { id } = await named(store, args.positional(0));
  await store.queue.change((book) => book.removeTrigger(id));
  await say(services, args, { removed: id }, `Removed ${id}\n`);
  return exitCodes.completed;
}

/** Queues a trigger's workflow now. */
export async function triggersRunCommand(services: CliServices, args: Arguments): Promise<number> {
  const payload = readPayload(args.value("payload"));
  await using session = await services.openSession(sessionOptions(services, args));
  const trigger = await named(session, args.positional(0));
  const { clock, triggerSource: sources } = services;
  const watch = new TriggerWatch({
    queue: session.queue,
    dag: session.pit.dag,
    clock,
    sources,
    ask: async (of, given) =>
      await askedBy(services, session, of, given, await session.extensions.describe()),
    onAdded: () => {},
  });
  const entry = await watch.run(trigger, payload);
  await say(services, args, entry, `Queued ${entry?.id}\n`);
  return exitCodes.completed;
}

function readKind(services: CliServices, args: Arguments): TriggerKind {
  const given = kinds.filter((kind) => kind === "webhook" ? args.has(kind) : args.value(kind) !== undefined);
  const [kind, other] = given;
  if (kind === undefined || other !== undefined) {
    const found = given.length === 0 ? "none" : given.map((one) => `--${one}`).join(" and ");
    const expected = "--cron, --file, --git, --webhook or --after";
    throw new SymphonyError(
      "bad-input",
      `Cannot tell what to wait for: found ${found}, expected one of ${expected}`,
    );
  }
  const value = args.value(kind) ?? "";
  switch (kind) {
    case "cron": {
      const zone = args.value("zone");
      // Throws where it is none.
      services.triggerSource.nextMoment(value, zone, services.clock.now());
      return { type: "cron", expression: value, ...zone === undefined ? {} : { zone } };
    }
    case "file":
      return { type: "file", path: services.absolute(value) };
    case "git":
      return { type: "git", repository: services.absolute(value), branch: args.value("branch") ?? "main" };
    case "webhook": {
      const secretEnv = args.value("secret-env") ?? "";
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(secretEnv)) {
        const found = secretEnv === "" ? "none" : `"${cleanLine(secretEnv)}"`;
        const form = "expected --secret-env NAME, the environment variable that holds the secret";
        throw new SymphonyError("bad-input", `Cannot take calls without a secret: found ${found}, ${form}`);
      }
      return { type: "webhook", secretEnv };
    }
    case "after": {
      const on = args.value("on") ?? "completed";
      if (on !== "completed" && on !== "failed" && on !== "ended") {
        const form = "expected completed, failed or ended";
        throw new SymphonyError("bad-input", `Cannot read --on "${cleanLine(on)}": ${form}`);
      }
      return { type: "chain", of: value, on };
    }
  }
}

function readCatchUp(text: string | undefined): CatchUp {
  if (text === undefined) return "latest";
  if (text === "none" || text === "latest" || text === "all") return text;
  throw new SymphonyError(
    "bad-input",
    `Cannot read --catch-up "${cleanLine(text)}": expected none, latest or all`,
  );
}

function readPayload(text: string | undefined): Json {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new SymphonyError(
      "bad-input",
      `Cannot read --payload ${cleanLine(text.slice(0, 80))}: expected JSON`,
      { cause },
    );
  }
}

async function named({ queue }: Pick<Session, "queue">, id: string): Promise<Trigger> {
  const triggers = await queue.read((book) => book.triggers());
  const found = triggers.find((trigger) => trigger.id === id);
  if (found !== undefined) return found;
  const known = didYouMean(id, triggers.map((trigger) => trigger.id), "triggers");
  throw new SymphonyError("not-found", `Cannot find the trigger "${cleanLine(id)}": ${known}`);
}

function kindText(kind: TriggerKind): string {
  switch (kind.type) {
    case "cron":
      return cleanLine(`${kind.expression}${kind.zone === undefined ? "" : ` ${kind.zone}`}`);
    case "file":
      return cleanLine(`changes of ${kind.path}`);
    case "git":
      return cleanLine(`commits on ${kind.branch} of ${kind.repository}`);
    case "webhook":
      return `calls with the secret in ${kind.secretEnv}`;
    case "chain":
      return cleanLine(`after ${kind.of} has ${kind.on}`);
  }
}

function nextText(services: CliServices, { kind }: Trigger): string {
  if (kind.type !== "cron") return "";
  const at = services.triggerSource.nextMoment(kind.expression, kind.zone, services.clock.now());
  return at === undefined ? "never" : localTime(at);
}

async function say(services: CliServices, args: Arguments, record: unknown, text: string): Promise<void> {
  await services.stdout.write(args.has("json") ? `${JSON.stringify(record)}\n` : text);
}
