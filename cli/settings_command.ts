/** `settings list|set|unset`. @module */

import { SymphonyError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { sessionOptions } from "./flags.ts";
import { readValue } from "./inputs.ts";
import type { CliServices, Setting } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanLine, table } from "./text.ts";

/** One line a setting, of all extensions or of one. */
export async function settingsListCommand(services: CliServices, args: Arguments): Promise<number> {
  const settings = await services.settings.list(sessionOptions(services, args), args.positionals[0]);
  if (args.has("json")) {
    const lines = settings.map(({ extension, name, value = null, isSet }) =>
      `${JSON.stringify({ extension, name, value, isSet })}\n`
    );
    await services.stdout.write(lines.join(""));
    return exitCodes.completed;
  }
  const style = styleFor(services, services.stdout);
  const rows = settings.map(({ extension, name, value, isSet, description }) => [
    cleanLine(extension),
    cleanLine(name),
    value === undefined ? "" : style(isSet ? "bold" : "dim", cleanLine(shown(value))),
    isSet ? "set" : "default",
    cleanLine(description),
  ]);
  const width = services.stdout.isTerminal ? services.stdout.columns() : undefined;
  await services.stdout.write(rows.length === 0 ? "No settings\n" : table(rows, width));
  return exitCodes.completed;
}

/** Sets a setting, checked against the extension's schema. @throws SymphonyError `not-found` | `bad-input` */
export async function settingsSetCommand(services: CliServices, args: Arguments): Promise<number> {
  const options = sessionOptions(services, args);
  const [extension, name, text] = [args.positional(0), args.positional(1), args.positional(2)];
  const settings = await services.settings.list(options, extension);
  const value = valueOf(settings, { extension, name, text });
  await services.settings.change(options, { extension, name, value });
  const isSecret = settings.find((one) => one.name === name)?.schema["format"] === "secret";
  const told = isSecret ? "a new secret, kept encrypted" : cleanLine(shown(value));
  await services.stdout.write(`Set ${cleanLine(name)} of ${cleanLine(extension)} to ${told}\n`);
  return exitCodes.completed;
}

/** Takes a setting back to its default. @throws SymphonyError `not-found` */
export async function settingsUnsetCommand(services: CliServices, args: Arguments): Promise<number> {
  const [extension, name] = [args.positional(0), args.positional(1)];
  await services.settings.change(sessionOptions(services, args), { extension, name, value: undefined });
  await services.stdout.write(`${cleanLine(name)} of ${cleanLine(extension)} has its default again\n`);
  return exitCodes.completed;
}

function valueOf(
  settings: readonly Setting[],
  { extension, name, text }: { readonly extension: string; readonly name: string; readonly text: string },
): Json {
  const setting = settings.find((one) => one.name === name);
  if (setting === undefined) {
    const near = didYouMean(name, settings.map((one) => one.name), `settings of ${extension}`);
    throw new SymphonyError("bad-input", `${extension} has no setting "${cleanLine(name)}": ${near}`);
  }
  return readValue(
    text,
    setting.schema,
    name,
    (_, sample) => `settings set ${extension} ${name} '${sample}'`,
  );
}

function shown(value: Json): string {
  return typeof value === "string" ? value === "" ? '""' : value : JSON.stringify(value);
}
