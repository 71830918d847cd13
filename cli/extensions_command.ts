/** `extensions list`. @module */

import { type Arguments, exitCodes } from "./command.ts";
import { sessionOptions } from "./flags.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanLine, table } from "./text.ts";

/** Each extension with what it asks for and whether that is granted. */
export async function extensionsListCommand(services: CliServices, args: Arguments): Promise<number> {
  const installed = await services.installed(sessionOptions(services, args));
  if (args.has("json")) {
    await services.stdout.write(installed.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return exitCodes.completed;
  }
  const style = styleFor(services, services.stdout);
  const blocks = installed.map((one) => {
    const head =
      `${style("bold", cleanLine(one.id))} ${cleanLine(one.version)}  ${one.origin} ${
        cleanLine(one.kind)
      }  ` +
      `${cleanLine(one.name)}\n`;
    const health = one.health === undefined
      ? ""
      : `  ${style(one.health.class === "quarantined" ? "red" : "yellow", one.health.class)}: ${
        cleanLine(one.health.reason)
      }\n`;
    const rows = one.permissions.map(({ permission, reason, granted }) => [
      `  ${granted ? "granted" : "asks for"}`,
      cleanLine(permission),
      cleanLine(reason),
    ]);
    return head + health + table(rows, services.stdout.isTerminal ? services.stdout.columns() : undefined);
  });
  await services.stdout.write(blocks.length === 0 ? "No extensions\n" : blocks.join(""));
  return exitCodes.completed;
}
