/** `templates list|show`. @module */

import { SymphonyError } from "../core/errors.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { CliServices } from "./services.ts";
import { table } from "./text.ts";

/** Id, name and description of each. */
export async function templatesListCommand(services: CliServices, args: Arguments): Promise<number> {
  const templates = services.templates();
  const text = args.has("json")
    ? templates.map(({ id, name, description }) => `${JSON.stringify({ id, name, description })}\n`).join("")
    : table(templates.map(({ id, description }) => [id, description]));
  await services.stdout.write(text);
  return exitCodes.completed;
}

/** The text of one, as it stands. @throws SymphonyError `not-found` */
export async function templatesShowCommand(services: CliServices, args: Arguments): Promise<number> {
  const name = args.positional(0);
  const templates = services.templates();
  const found = templates.find(({ id }) => id === name);
  if (found === undefined) {
    const known = didYouMean(name, templates.map(({ id }) => id), "templates");
    throw new SymphonyError("not-found", `Cannot find template "${name}": ${known}`);
  }
  await services.stdout.write(found.text);
  return exitCodes.completed;
}
