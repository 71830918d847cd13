/**
 * Where two JSON values differ, as lines that a person reads.
 *
 * @module
 */

import { isObject, type Json } from "../../core/json.ts";

/** At most `most` lines `path: expected …, found …`. With `partly`, members that are not expected do not count. */
export function differences(expected: Json, found: Json, partly = false, most = 10): readonly string[] {
  const lines: string[] = [];
  compare(expected, found, "", partly, lines, most);
  return lines;
}

function compare(
  expected: Json | undefined,
  found: Json | undefined,
  path: string,
  partly: boolean,
  lines: string[],
  most: number,
): void {
  if (lines.length >= most) return;
  if (Array.isArray(expected) && Array.isArray(found)) {
    for (let at = 0; at < Math.max(expected.length, found.length); at++) {
      compare(expected[at], found[at], join(path, String(at)), partly, lines, most);
    }
    return;
  }
  if (isObject(expected) && isObject(found)) {
    const names = partly
      ? Object.keys(expected)
      : [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    for (const name of names.sort()) {
      const inner = (value: Json) => isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      compare(inner(expected), inner(found), join(path, name), partly, lines, most);
    }
    return;
  }
  if (expected === found) return;
  lines.push(`${path === "" ? "output" : path}: expected ${shown(expected)}, found ${shown(found)}`);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
