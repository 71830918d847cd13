/** `conductor evaluate`: the Conductor against the field's baselines on a folder of data. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { FigureTable } from "./conductor_desk.ts";
import { figureText } from "./figure_text.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";

/** Prints each table as soon as it is there; progress goes to standard error. */
export async function conductorEvaluateCommand(services: CliServices, args: Arguments): Promise<number> {
  const given = args.value("data");
  if (given === undefined) {
    throw new SymphonyError("bad-input", "Missing --data: expected --data DIR, the folder to evaluate on");
  }
  const folder = services.absolute(given);
  if (!services.isFolder(folder)) {
    throw new SymphonyError("not-found", `Cannot evaluate ${folder}: there is no such folder`);
  }
  const isJson = args.has("json");
  const style = styleFor(services, services.stdout);
  let written = Promise.resolve();
  const write = (table: FigureTable) => {
    const text = isJson ? `${JSON.stringify(table)}\n` : `${figureText(table, style)}\n`;
    written = written.then(() => services.stdout.write(text));
  };
  const only = args.value("only");
  const summary = await services.conductor().evaluate({
    folder,
    seeds: wholeNumber(args, "seeds", 10, 1000),
    rounds: wholeNumber(args, "rounds", 4000, 1_000_000),
    ...(only === undefined ? {} : { only }),
    onProgress: (line) => void services.stderr.write(`${line}\n`).catch(() => undefined),
    onTable: write,
  });
  await written;
  for (const { path, reason } of summary.ignored) {
    await services.stderr.write(`not read: ${path}: ${reason}\n`);
  }
  return exitCodes.completed;
}

/** A flag's whole number from 1 to `most`. @throws SymphonyError `bad-input` */
export function wholeNumber(args: Arguments, flag: string, fallback: number, most: number): number {
  const text = args.value(flag);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new SymphonyError(
    "bad-input",
    `Cannot read --${flag} "${text}": expected a whole number from 1 to ${most}`,
  );
}
