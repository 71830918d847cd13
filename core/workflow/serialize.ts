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
  return JSON.stringify(plain(value));
}

/** The value without maps; itself where it holds none, as nearly all parts of a definition do. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map) return { [MARK]: plain([...value]) };
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const part = plain(value[i]);
      if (part !== value[i]) (copy ??= [...value])[i] = part;
    }
    return copy ?? value;
  }
  const object = value as Record<string, unknown>;
  let copy: [string, unknown][] | undefined;
  const names = Object.keys(object);
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const part = plain(object[name]);
    const isOurs = name.charCodeAt(0) === 36 && markLike.test(name);
    if (!isOurs && part === object[name]) continue;
    copy ??= Object.entries(object);
    copy[i] = [isOurs ? `$${name}` : name, part];
  }
  return copy === undefined ? value : Object.fromEntries(copy);
}

/** Reads `serialize`'s text. The caller says what it is. @throws SymphonyError `corrupt` */
export function deserialize<T>(text: string): T {
  try {
    return mapped(JSON.parse(text)) as T;
  } catch (cause) {
    throw new SymphonyError("corrupt", "Cannot read the definition kept with the run: it is not JSON", {
      cause,
    });
  }
}

/** The value with its maps again, changed in place: a reviver of JSON.parse takes over ten times as long. */
function mapped(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const part: unknown = value[i];
      if (typeof part === "object" && part !== null) value[i] = mapped(part);
    }
    return value;
  }
  const object = value as Record<string, unknown>;
  const names = Object.keys(object);
  if (names.length === 1 && names[0] === MARK && Array.isArray(object[MARK])) {
    return new Map(mapped(object[MARK]) as [unknown, unknown][]);
  }
  let isMarkLike = false;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (name.charCodeAt(0) === 36 && markLike.test(name)) isMarkLike = true;
    const part = object[name];
    if (typeof part === "object" && part !== null) object[name] = mapped(part);
  }
  return isMarkLike ? unmarked(object) : object;
}

/** The object with the names of those members shortened that could have been taken for the mark. */
function unmarked(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [markLike.test(name) ? name.slice(1) : name, value]),
  );
}
