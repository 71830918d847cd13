/** Names of the users whose work runs are. @module */

import { SymphonyError } from "../errors.ts";

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}$/;

/** True for up to 64 letters, digits and `._@+-`. */
export function isUserName(text: string): boolean {
  return NAME.test(text);
}

/** The name. `where` says where it was found. @throws SymphonyError `bad-input` */
export function readUserName(text: string, where: string): string {
  if (isUserName(text)) return text;
  throw new SymphonyError(
    "bad-input",
    `Cannot read ${where} "${text.slice(0, 80)}": expected up to 64 letters, digits and . _ @ + -`,
  );
}
