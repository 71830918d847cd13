/**
 * Names for what one call asks of models, by which whoever answers knows a question that it was asked before: the same for the same
 * question of a later attempt, another for each of several equal ones.
 *
 * @module
 */

import { canonicalJson } from "../json.ts";
import type { JsonObject } from "../json.ts";

export class AskedKeys {
  readonly #counts = new Map<string, number>();

  /** The name of the next question, in the order in which they are asked. @throws RangeError where it is nested too deep */
  next(use: string, input: JsonObject): string {
    const name = mixed(canonicalJson([use, input]));
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return `${name}.${count}`;
  }
}

/**
 * 128 bits of a text, mixed as MurmurHash3 does. Two questions that are made to collide are the same one to whoever answers, which harms
 * only who made them.
 */
function mixed(text: string): string {
  return [1, 2, 3, 4].map((seed) => mixed32(text, seed * 0x9e3779b9).toString(16).padStart(8, "0")).join("");
}

function mixed32(text: string, seed: number): number {
  let hash = seed | 0;
  for (let at = 0; at < text.length; at++) {
    let unit = Math.imul(text.charCodeAt(at), 0xcc9e2d51);
    unit = (unit << 15) | (unit >>> 17);
    hash ^= Math.imul(unit, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
