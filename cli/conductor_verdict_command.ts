/** `conductor verdict RUN[:NODE] accept|edit|reject`: what a person thinks of what a run gave. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { VerdictWord } from "./conductor_desk.ts";
import { findRun } from "./prefix.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, table } from "./text.ts";
import { hopsTo, planOfRun } from "./verdict_hops.ts";

const words: readonly VerdictWord[] = ["accept", "edit", "reject"];
/** Notes stand in a log for good. */
const MOST_NOTE = 2000;

export async function conductorVerdictCommand(services: CliServices, args: Arguments): Promise<number> {
  const [place = "", given = ""] = [args.positional(0), args.positional(1)];
  const word = words.find((one) => one === given);
  if (word === undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot take verdict "${cleanLine(given)}": expected ${words.join(", ")}`,
    );
  }
  const note = args.value("note");
  if (note !== undefined && note.length > MOST_NOTE) {
    throw new SymphonyError(
      "bad-input",
      `Cannot take a note of ${note.length} characters: expected ${MOST_NOTE} at most`,
    );
  }
  const [name = "", node] = place.split(":");
  const data = services.dataFolder(args.value("data"));
  await using store = await services.openStore(data);
  const { run } = await findRun(store.pit.dag, name);
  const hops = hopsTo(await planOfRun(store, run), node);
  const credits = await services.conductor().verdict(data, {
    run,
    word,
    hops,
    ...(note === undefined ? {} : { note }),
  });
  if (args.has("json")) {
    await services.stdout.write(
      `${JSON.stringify({ run, ...(node === undefined ? {} : { node }), verdict: word, credits })}\n`,
    );
    return exitCodes.completed;
  }
  const rows = credits.map(({ node, instrument, hops, before, quality }) => [
    `  ${cleanLine(node)}`,
    cleanLine(instrument),
    hops === 0 ? "judged itself" : `${hops} before it`,
    `quality ${before === undefined ? "unknown" : before.toFixed(2)} → ${quality.toFixed(2)}`,
  ]);
  await services.stdout.write(`Noted for ${run}: ${word}\n${table(rows)}`);
  return exitCodes.completed;
}
