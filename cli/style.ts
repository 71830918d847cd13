/** Colours, where the terminal and the person want them. @module */

import type { CliServices, Output } from "./services.ts";

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
export type Colour = keyof typeof codes;
/** Puts `text` into a colour, or leaves it as it is. */
export type Style = (colour: Colour, text: string) => string;

/** True where `output` is a terminal that can move its cursor. */
export function isCapable(services: Pick<CliServices, "env">, output: Output): boolean {
  return output.isTerminal && (services.env("TERM") ?? "") !== "dumb";
}

/** The style for an output: none where it is no capable terminal or NO_COLOR is set. */
export function styleFor(services: Pick<CliServices, "env">, output: Output): Style {
  const isPlain = !isCapable(services, output) || (services.env("NO_COLOR") ?? "") !== "";
  return isPlain ? (_colour, text) => text : (colour, text) => `\x1b[${codes[colour]}m${text}\x1b[0m`;
}
