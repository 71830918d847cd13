/** `compose "GOAL"`: proposes workflows for a goal in words; runs none of them. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { ComposeDesk, Proposal } from "./compose_desk.ts";
import { draftingOf } from "./compose_draft.ts";
import { proposalText } from "./compose_text.ts";
import { sessionOptions } from "./flags.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanLine, count } from "./text.ts";

/** Shows proposals, writes the one that is taken, or notes that none is wanted. */
export async function composeCommand(services: CliServices, args: Arguments): Promise<number> {
  const options = sessionOptions(services, args);
  const desk = services.composition(options.data);
  const goal = args.positionals[0];
  if (args.has("reject")) return await reject(services, desk, goal);
  const out = args.value("out");
  if (out !== undefined) refuseReplacing(services, out, args.has("force"));
  const choice = args.value("choose");
  if (choice !== undefined && !/^[1-9]\d{0,5}$/.test(choice)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot take proposal "${cleanLine(choice)}": expected a whole number from 1`,
    );
  }
  if (choice !== undefined && out === undefined) {
    throw new SymphonyError(
      "bad-input",
      "Cannot choose a proposal without --out FILE: where should it be written?",
    );
  }
  const shown = goal === undefined ? await desk.last() : await propose(services, args, desk, goal);
  if (goal === undefined && shown.length === 0) {
    throw new SymphonyError(
      "bad-input",
      'Cannot compose: no goal is given and none was before, expected compose "GOAL"',
    );
  }
  if (out === undefined) return shown.length === 0 ? exitCodes.failed : exitCodes.completed;
  return await take(services, desk, {
    shown,
    out,
    choice,
  });
}

async function propose(
  services: CliServices,
  args: Arguments,
  desk: ComposeDesk,
  goal: string,
): Promise<readonly Proposal[]> {
  const { candidates, notes } = await asked(services, args, desk, goal);
  if (args.has("json")) {
    const lines = candidates.map((candidate, at) => `${JSON.stringify({ choice: at + 1, ...candidate })}\n`);
    await services.stdout.write(lines.join(""));
    return candidates;
  }
  const style = styleFor(services, services.stdout);
  const [first, ...others] = candidates;
  if (first === undefined) {
    await services.stdout.write(
      `Nothing that is installed fits this goal: ${notes.map(cleanLine).join("; ")}\n`,
    );
    return candidates;
  }
  const next = `${services.program} compose --out my.workflow.jsonc`;
  const lines = [
    proposalText(first, style),
    ...others.map((other, at) =>
      `${style("bold", `${at + 2}`)}  ${cleanLine(other.name)}: ${cleanLine(other.reason)}, ${
        count(other.nodes.length, "node")
      }`
    ),
    ...notes.map((note) => `${style("yellow", "note")} ${cleanLine(note)}`),
    "",
    `Nothing has run. Take it: ${next}${others.length > 0 ? "   (or --choose N)" : ""}`,
    `None of these: ${services.program} compose --reject`,
  ];
  await services.stdout.write(`${lines.join("\n")}\n`);
  return candidates;
}

async function asked(services: CliServices, args: Arguments, desk: ComposeDesk, goal: string) {
  const options = sessionOptions(services, args);
  const templates = services.templates();
  if (args.has("manual") && args.has("instrument")) {
    throw new SymphonyError(
      "bad-input",
      "Cannot compose with --manual and --instrument: expected one of them",
    );
  }
  if (args.has("manual")) {
    return await desk.propose({ goal, catalog: await services.catalog(options), templates });
  }
  await using session = await services.openSession(options);
  const catalog = await session.extensions.describe();
  const instrument = await draftingOf(session, catalog, services.folder, args.value("instrument"));
  if (instrument === undefined) return await desk.propose({ goal, catalog, templates });
  return await desk.propose({ goal, catalog, templates, instrument });
}

async function take(
  services: CliServices,
  desk: ComposeDesk,
  { shown, out, choice }: {
    readonly shown: readonly Proposal[];
    readonly out: string;
    readonly choice: string | undefined;
  },
): Promise<number> {
  const number = choice === undefined ? 1 : Number(choice);
  const taken = shown[number - 1];
  if (taken === undefined) {
    const range = shown.length === 0 ? "nothing was proposed" : `expected 1 to ${shown.length}`;
    throw new SymphonyError("bad-input", `Cannot take proposal "${choice ?? "1"}": ${range}`);
  }
  const path = services.absolute(out);
  await services.writeFile(path, new TextEncoder().encode(taken.text));
  const notes = await desk.took(taken, shown, { path, text: taken.text });
  for (const note of notes) await services.stderr.write(`note: ${cleanLine(note)}\n`);
  const needed = taken.inputs.filter(({ isRequired }) => isRequired).map(({ name }) => ` --input ${name}=…`);
  await services.stderr.write(
    `Wrote ${out}; run it with: ${services.program} run ${out}${needed.map(cleanLine).join("")}\n`,
  );
  return exitCodes.completed;
}

/** Before anything is asked: a proposal may cost money. */
function refuseReplacing(services: CliServices, out: string, isForced: boolean): void {
  if (isForced || !exists(services, services.absolute(out))) return;
  throw new SymphonyError("bad-input", `Cannot write "${out}": there is a file already`, {
    hint: "Name another file, or replace it with --force",
  });
}

async function reject(services: CliServices, desk: ComposeDesk, goal: string | undefined): Promise<number> {
  if (goal !== undefined) {
    throw new SymphonyError("bad-input", "Cannot reject with a goal: --reject is about what was shown last");
  }
  const shown = await desk.last();
  if (shown.length === 0) throw new SymphonyError("bad-input", "Cannot reject: nothing was proposed before");
  for (const note of await desk.rejected(shown)) await services.stderr.write(`note: ${cleanLine(note)}\n`);
  await services.stderr.write(`Noted: none of ${count(shown.length, "proposal")}\n`);
  return exitCodes.completed;
}

function exists(services: CliServices, path: string): boolean {
  try {
    services.readFile(path);
    return true;
  } catch (error) {
    if (error instanceof SymphonyError && error.code === "not-found") return false;
    throw error;
  }
}
