/**
 * What a command of the command line is: its place in the help, its flags, and what carries it out. The code of a
 * command is loaded when it is called, so that `--version` and `--help` cost next to nothing.
 *
 * @module
 */

import type { CliServices } from "./services.ts";

export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** The name of its value in the help; a flag without one is on or off. */
  readonly value?: string;
  /** May be given more than once. */
  readonly isList?: boolean;
  readonly summary: string;
}

export interface Positional {
  /** In capitals, as the help shows it. */
  readonly name: string;
  readonly isOptional?: boolean;
  /** Takes all words from here on, at least one; only the last. */
  readonly isRest?: boolean;
}

export interface Command {
  /** One or two words, for example `runs show`. */
  readonly path: string;
  readonly summary: string;
  /** True for what the program says to itself only. */
  readonly isHidden?: boolean;
  readonly positionals: readonly Positional[];
  readonly flags: readonly Flag[];
  /** Further paragraphs of its help. */
  readonly details?: string;
  /** Arguments after the program's name, and what they do. */
  readonly examples: readonly { readonly args: string; readonly does: string }[];
  load(): Promise<CommandAction>;
}

/** Carries a command out and gives the exit code. @throws SymphonyError for what the person can put right. */
export type CommandAction = (services: CliServices, args: Arguments) => Promise<number>;

/** A command's arguments, checked against its flags and positionals. */
export interface Arguments {
  /** The positional at `index`; the parser has made sure of the ones that are not optional. */
  positional(index: number): string;
  readonly positionals: readonly string[];
  has(flag: string): boolean;
  value(flag: string): string | undefined;
  values(flag: string): readonly string[];
}

/** The exit codes that scripts can rely on. */
export const exitCodes = {
  completed: 0,
  failed: 1,
  wrongInput: 2,
  waiting: 3,
  interrupted: 130,
  readerGone: 141,
} as const;
