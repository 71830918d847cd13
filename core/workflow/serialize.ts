/**
 * A resolved definition as JSON text and back, so that a run keeps what it was started with. Maps become marked arrays
 * of pairs; everything else in a definition is JSON already. A member that bears the mark's name itself gets a `$` more.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";

const MARK = "$map";
const markLike = /^\$+map$/;

/** JSON text of a value that may hold maps. */
export function serialize(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part) => part instanceof Map ? { [MARK]: [...part] } : renamed(part, (name) => `$${name}`),
  );
}

/** Reads `serialize`'s text. The caller says what it is. @throws SymphonyError `corrupt` */
export function deserialize<T>(text: string): T {
  try {
    return JSON.parse(text, (_key, part) => {
      return isMarked(part) ? new Map(part[MARK]) : renamed(part, (name) => name.slice(1));
    }) as T;
  } catch (cause) {
    throw new SymphonyError("corrupt", "Cannot read the definition kept with the run: it is not JSON", {
      cause,
    });
  }
}

/** The object with the names of those members changed that could be taken for the mark. */
function renamed(part: unknown, change: (name: string) => string): unknown {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
  if (!Object.keys(part).some((name) => markLike.test(name))) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [markLike.test(name) ? change(name) : name, value]),
  );
}

function isMarked(part: unknown): part is { readonly [MARK]: [unknown, unknown][] } {
  if (typeof part !== "object" || part === null) return false;
  const keys = Object.keys(part);
  return keys.length === 1 && keys[0] === MARK && Array.isArray((part as Record<string, unknown>)[MARK]);
}
