/**
 * The command line: from words to a command, from its end to an exit code. Start reading at `runCli`; the commands are in
 * commands.ts, what they take from outside is in services.ts. Imports core and itself.
 *
 * @module
 */

import { type ErrorCode, messageOf, SymphonyError } from "../core/errors.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { parseArguments } from "./arguments.ts";
import { type Command, exitCodes } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, groupHelp } from "./help.ts";
import { ReaderGone } from "./reader_gone.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanText } from "./text.ts";

const shown = commands.filter(({ isHidden }) => isHidden !== true);

/** Failures that the person's words, files or answers brought about; all others are the world's. */
const wrongInput: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "bad-id",
  "bad-input",
  "bad-workflow",
  "bad-manifest",
  "not-found",
]);

/** Runs the command that `services.args` names and gives the exit code. Does not throw for what can go wrong outside. */
export async function runCli(services: CliServices): Promise<number> {
  try {
    return await dispatch(services);
  } catch (error) {
    if (error instanceof ReaderGone) return exitCodes.readerGone;
    await printError(services, error).catch(() => undefined);
    return error instanceof SymphonyError && wrongInput.has(error.code)
      ? exitCodes.wrongInput
      : exitCodes.failed;
  }
}

async function dispatch(services: CliServices): Promise<number> {
  const [first, ...rest] = services.args;
  if (first === "--version" || first === "-V") return await print(services, `symphony ${services.version}\n`);
  if (first === "--help" || first === "-h") {
    return await print(services, groupHelp(shown, services.program));
  }
  if (first === "help") return await help(services, rest);
  if (first === undefined) return await dispatch({ ...services, args: ["serve"] });
  if (isGroup(first) && (rest.length === 0 || rest.every(isHelp))) {
    const text = groupHelp(shown, services.program, first);
    if (rest.length > 0) return await print(services, text);
    await services.stderr.write(text);
    return exitCodes.wrongInput;
  }
  const { command, words } = find(services.args);
  const end = words.indexOf("--");
  if (words.slice(0, end < 0 ? words.length : end).some(isHelp)) {
    return await print(services, commandHelp(command, services.program));
  }
  const args = parseArguments(command, words);
  const action = await command.load();
  return await action(services, args);
}

async function help(services: CliServices, words: readonly string[]): Promise<number> {
  const [first] = words;
  if (first === undefined) return await print(services, groupHelp(shown, services.program));
  if (isGroup(first) && words.length === 1) {
    return await print(services, groupHelp(shown, services.program, first));
  }
  return await print(services, commandHelp(find(words).command, services.program));
}

/** @throws SymphonyError `bad-input` where no command is meant by the words. */
function find(words: readonly string[]): { readonly command: Command; readonly words: readonly string[] } {
  const [first = "", second = ""] = words;
  const one = commands.find(({ path }) => path === first);
  if (one !== undefined) return { command: one, words: words.slice(1) };
  const two = commands.find(({ path }) => path === `${first} ${second}`);
  if (two !== undefined) return { command: two, words: words.slice(2) };
  const hint = "See --help for all commands";
  if (first.startsWith("-")) {
    throw new SymphonyError("bad-input", `Unknown flag "${first}": expected a command first`, { hint });
  }
  if (isGroup(first)) {
    const known = shown.filter(({ path }) => path.startsWith(`${first} `)).map(({ path }) =>
      path.split(" ")[1] ?? ""
    );
    const found = second === "" ? `Missing command after "${first}"` : `Unknown command "${first} ${second}"`;
    throw new SymphonyError("bad-input", `${found}: ${didYouMean(second, known, `${first} commands`)}`, {
      hint,
    });
  }
  const known = new Set(commands.map(({ path }) => path.split(" ")[0] ?? ""));
  throw new SymphonyError(
    "bad-input",
    `Unknown command "${first}": ${didYouMean(first, known, "commands")}`,
    { hint },
  );
}

function isGroup(word: string): boolean {
  return commands.some(({ path }) => path.startsWith(`${word} `));
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

async function print(services: CliServices, text: string): Promise<number> {
  await services.stdout.write(text);
  return exitCodes.completed;
}

async function printError(services: CliServices, error: unknown): Promise<void> {
  const style = styleFor(services, services.stderr);
  const hint = error instanceof SymphonyError && error.hint !== undefined
    ? `  ${cleanText(error.hint)}\n`
    : "";
  // What is no SymphonyError is a bug of ours; its stack is what a report of it needs.
  const isBug = !(error instanceof SymphonyError) && error instanceof Error;
  const text = isBug ? error.stack ?? error.message : messageOf(error);
  await services.stderr.write(`${style("red", "error:")} ${cleanText(text)}\n${hint}`);
}
