/**
 * From words to a command's arguments: every word is either understood or refused with what would be right.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { SymphonyError } from "../core/errors.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import type { Arguments, Command, Flag } from "./command.ts";

/** Reads the words after the command's name. @throws SymphonyError `bad-input` naming the word and what would be right. */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokensOf(command, words)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind === "option") {
      const value = flagValue(command, token.rawName, token.value, token.inlineValue ?? false);
      const before = given.get(value.flag.name);
      if (before !== undefined && value.flag.isList !== true && value.flag.value !== undefined) {
        throw wrong(command, `Flag --${value.flag.name} is given twice: expected it once`);
      }
      given.set(value.flag.name, [...before ?? [], value.text]);
    }
  }
  checkPositionals(command, positionals);
  return {
    positionals,
    positional: (index) => positionals[index] ?? "",
    has: (flag) => given.has(flag),
    value: (flag) => given.get(flag)?.[0],
    values: (flag) => given.get(flag) ?? [],
  };
}

function tokensOf(command: Command, words: readonly string[]) {
  const options: Record<string, { type: "string" | "boolean"; multiple: boolean }> = {};
  for (const flag of command.flags) {
    options[flag.name] = { type: flag.value === undefined ? "boolean" : "string", multiple: true };
  }
  return parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function flagValue(
  command: Command,
  rawName: string,
  value: string | boolean | undefined,
  isInline: boolean,
): { readonly flag: Flag; readonly text: string } {
  const flag = command.flags.find((known) => `--${known.name}` === rawName);
  if (flag === undefined) {
    const known = command.flags.map((known) => `--${known.name}`);
    throw wrong(
      command,
      `Unknown flag "${rawName}" for ${command.path}: ${didYouMean(rawName, known, "flags")}`,
    );
  }
  if (flag.value === undefined) {
    if (value !== undefined) {
      throw wrong(command, `Flag ${rawName} takes no value: found "${String(value)}"`);
    }
    return { flag, text: "" };
  }
  if (typeof value !== "string") {
    throw wrong(command, `Flag ${rawName} needs a value: expected ${rawName} ${flag.value}`);
  }
  if (!isInline && value.startsWith("-") && value !== "-") {
    throw wrong(
      command,
      `Flag ${rawName} needs a value: found the flag "${value}", expected ${rawName} ${flag.value} or ${rawName}=${value}`,
    );
  }
  return { flag, text: value };
}

function checkPositionals(command: Command, found: readonly string[]): void {
  const needed = command.positionals.filter((positional) => positional.isOptional !== true);
  const missing = needed[found.length];
  if (missing !== undefined) {
    throw wrong(command, `Missing ${missing.name} for ${command.path}: expected ${usage(command)}`);
  }
  if (command.positionals.at(-1)?.isRest === true) return;
  const extra = found[command.positionals.length];
  if (extra !== undefined) {
    throw wrong(command, `Unexpected word "${extra}" for ${command.path}: expected ${usage(command)}`);
  }
}

/** `runs show ID`. */
export function usage(command: Command): string {
  const words = command.positionals.map((one) =>
    one.isOptional === true ? `[${one.name}]` : one.isRest === true ? `-- ${one.name}…` : one.name
  );
  return [command.path, ...words].join(" ");
}

function wrong(command: Command, message: string): SymphonyError {
  return new SymphonyError("bad-input", message, { hint: `See ${command.path} --help` });
}
