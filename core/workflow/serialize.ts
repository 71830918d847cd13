/**
 * A resolved definition as JSON text and back, so that a run keeps what it was started with. Maps become marked arrays
 * of pairs; everything else in a definition is JSON already.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";

const MARK = "$map";

/** JSON text of a value that may hold maps. */
export function serialize(value: unknown): string {
  return JSON.stringify(value, (_key, part) => part instanceof Map ? { [MARK]: [...part] } : part);
}

/** Reads `serialize`'s text. The caller says what it is. @throws SymphonyError `corrupt` */
export function deserialize<T>(text: string): T {
  try {
    return JSON.parse(text, (_key, part) => isMarked(part) ? new Map(part[MARK]) : part) as T;
  } catch (cause) {
    throw new SymphonyError("corrupt", "Cannot read the definition kept with the run: it is not JSON", {
      cause,
    });
  }
}

function isMarked(part: unknown): part is { readonly [MARK]: [unknown, unknown][] } {
  if (typeof part !== "object" || part === null) return false;
  const keys = Object.keys(part);
  return keys.length === 1 && keys[0] === MARK && Array.isArray((part as Record<string, unknown>)[MARK]);
}
