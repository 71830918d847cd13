/** The help texts, made from the table of commands. @module */

import { usage } from "./arguments.ts";
import type { Command } from "./command.ts";
import { table } from "./text.ts";

/** Help of the whole program, or of the commands that begin with `group`. */
export function groupHelp(commands: readonly Command[], program: string, group = ""): string {
  const shown = commands.filter(({ path }) => group === "" || path.startsWith(`${group} `));
  const head = group === ""
    ? `Symphony runs workflows of people, programs and models: visible, resumable, on your machine.\n\n`
    : "";
  const rows = shown.map((command) => [`  ${usage(command)}`, command.summary]);
  const first = shown[0]?.examples[0];
  const example = first === undefined ? "" : `\nExample:\n  ${program} ${first.args}\n`;
  const version = group === "" ? "  --version, --help\n" : "";
  return `${head}Usage: ${program} ${group === "" ? "" : `${group} `}COMMAND …\n\n${
    table(rows)
  }${version}${example}
${program} COMMAND --help says more about each.\n`;
}

/** Help of one command, with an example. */
export function commandHelp(command: Command, program: string): string {
  const flags = [
    ...command.flags.map(({ name, value, summary }) => [
      `  --${name}${value === undefined ? "" : ` ${value}`}`,
      summary,
    ]),
    ["  --help", "this text"],
  ];
  const examples = command.examples.map(({ args, does }) => `  ${program} ${args}\n      ${does}\n`).join("");
  const details = command.details === undefined ? "" : `\n${command.details}\n`;
  return `${program} ${usage(command)}\n  ${command.summary}\n${details}\nFlags:\n${table(flags)}\n${
    command.examples.length === 1 ? "Example" : "Examples"
  }:\n${examples}`;
}
