/** `agents add|list|remove`. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { agreed, deskOf, programText } from "./ext_text.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanLine, table } from "./text.ts";

/** Starts it once, to see that it answers. Exit code 1 where the person said no. */
export async function agentsAddCommand(services: CliServices, args: Arguments): Promise<number> {
  const [name = "", ...target] = args.positionals;
  const request = {
    name,
    target,
    env: args.values("env"),
    policy: args.value("policy") ?? "edit",
    serves: args.values("serves"),
  };
  const { agents } = await deskOf(services, args);
  const consent = agents.consent(request);
  if (!args.has("json")) {
    await services.stdout.write(programText(consent, styleFor(services, services.stdout)));
  }
  if (!await agreed(services, args, "Add it?")) {
    await services.stdout.write("Nothing was added\n");
    return exitCodes.failed;
  }
  const agent = await agents.add(request);
  await services.stdout.write(
    args.has("json") ? `${JSON.stringify(agent)}\n` : `Added ${cleanLine(agent.name)} as ${agent.type}\n`,
  );
  return exitCodes.completed;
}

export async function agentsListCommand(services: CliServices, args: Arguments): Promise<number> {
  const agents = await (await deskOf(services, args)).agents.list();
  if (args.has("json")) {
    await services.stdout.write(agents.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = agents.map(({ type, policy, target }) => [cleanLine(type), policy, cleanLine(target)]);
  await services.stdout.write(rows.length === 0 ? "No agents\n" : table(rows));
  return exitCodes.completed;
}

/** @throws SymphonyError `not-found` */
export async function agentsRemoveCommand(services: CliServices, args: Arguments): Promise<number> {
  const name = args.positional(0);
  if (await (await deskOf(services, args)).agents.remove(name)) {
    await services.stdout.write(`Removed ${cleanLine(name)}\n`);
    return exitCodes.completed;
  }
  throw new SymphonyError("not-found", `Cannot find an agent "${cleanLine(name)}"`);
}
