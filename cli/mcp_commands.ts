/** `mcp add|list|tools|remove`. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { ServerFacts } from "./ext_desk.ts";
import { agreed, deskOf, programText } from "./ext_text.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanLine, count, table, truncate } from "./text.ts";

/** Starts it once, to see that it answers. Exit code 1 where the person said no. */
export async function mcpAddCommand(services: CliServices, args: Arguments): Promise<number> {
  const [name = "", ...target] = args.positionals;
  const effect = args.value("effect");
  const request = {
    name,
    target,
    env: args.values("env"),
    headers: args.values("header"),
    cwd: services.folder,
    ...(effect === undefined ? {} : { effect }),
  };
  const { mcp } = await deskOf(services, args);
  const consent = mcp.consent(request);
  const style = styleFor(services, services.stdout);
  if (!args.has("json")) await services.stdout.write(programText(consent, style));
  if (!await agreed(services, args, "Add it?")) {
    await services.stdout.write("Nothing was added\n");
    return exitCodes.failed;
  }
  return await tell(services, args, await mcp.add(request));
}

export async function mcpListCommand(services: CliServices, args: Arguments): Promise<number> {
  const servers = await (await deskOf(services, args)).mcp.list();
  if (args.has("json")) {
    await services.stdout.write(servers.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = servers.map((
    { name, target, tools },
  ) => [cleanLine(name), count(tools.length, "tool"), cleanLine(target)]);
  await services.stdout.write(rows.length === 0 ? "No MCP servers\n" : table(rows));
  return exitCodes.completed;
}

/** @throws SymphonyError `not-found` */
export async function mcpToolsCommand(services: CliServices, args: Arguments): Promise<number> {
  return await tell(services, args, await (await deskOf(services, args)).mcp.refresh(args.positional(0)));
}

/** @throws SymphonyError `not-found` */
export async function mcpRemoveCommand(services: CliServices, args: Arguments): Promise<number> {
  const name = args.positional(0);
  if (await (await deskOf(services, args)).mcp.remove(name)) {
    await services.stdout.write(`Removed ${cleanLine(name)}\n`);
    return exitCodes.completed;
  }
  throw new SymphonyError("not-found", `Cannot find an MCP server "${cleanLine(name)}"`);
}

async function tell(services: CliServices, args: Arguments, server: ServerFacts): Promise<number> {
  if (args.has("json")) {
    await services.stdout.write(`${JSON.stringify(server)}\n`);
    return exitCodes.completed;
  }
  const rows = server.tools.map(({ type, effect, description }) => [
    `  ${type}`,
    effect,
    truncate(cleanLine(description), 80),
  ]);
  await services.stdout.write(
    `${cleanLine(server.name)}: ${count(server.tools.length, "tool")}\n${table(rows)}`,
  );
  return exitCodes.completed;
}
