/** Names for new nodes, notes and groups: of what they are, and not taken. @module */

import { isNodeId } from "../../../../core/ids.ts";
import { reservedNames } from "../../../../core/workflow/fields.ts";

/**
 * A free name made from `wish`: `scan`, then `scan2`. Who asks for many passes `next`: it remembers, by what names begin with, the
 * number up to which all are taken.
 */
export function freeName(
  wish: string,
  isTaken: (name: string) => boolean,
  next?: Map<string, number>,
): string {
  const words = wish.replaceAll(
    /[^A-Za-z0-9_]+(\w)?/g,
    (_all, next: string | undefined) => (next ?? "").toUpperCase(),
  );
  const plain = /^[A-Za-z_]/.test(words) ? words.slice(0, 48) : `node${words.slice(0, 44)}`;
  const base = reservedNames.has(plain) || plain === "" ? `${plain}Node` : plain;
  if (!isTaken(base)) return base;
  for (let number = next?.get(base) ?? 2;; number++) {
    const name = `${base}${number}`;
    if (isTaken(name)) continue;
    next?.set(base, number + 1);
    return name;
  }
}

/** The name a node of this type begins with: `files/scan` gives `scan`. */
export function nameForUse(use: string): string {
  return use.split("/").at(-1) ?? "node";
}

/** Why `name` cannot be a node's name; undefined where it can. */
export function nameFault(name: string, isTaken: (name: string) => boolean): string | undefined {
  if (!isNodeId(name)) return "Expected letters, digits and _, a letter first, at most 64";
  if (reservedNames.has(name)) return `"${name}" means something in expressions; choose another name`;
  if (isTaken(name)) return `There is a node "${name}" already`;
  return undefined;
}
