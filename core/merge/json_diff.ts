/**
 * The difference of two JSON values: which members came, went, or became something else. Lists are aligned by their elements,
 * as lines of a text are, so one that was put in does not make all behind it new.
 *
 * @module
 */

import { canonicalJson, isObject, type Json } from "../json.ts";
import { diffSequences } from "./sequence_diff.ts";

/** A change at a JSON Pointer (RFC 6901); places in lists are those of the new value for `add`, else of the old one. */
export type JsonChange =
  | { readonly op: "add"; readonly path: string; readonly to: Json }
  | { readonly op: "remove"; readonly path: string; readonly from: Json }
  | { readonly op: "replace"; readonly path: string; readonly from: Json; readonly to: Json };

/** Values nested deeper than this are compared as a whole. */
const MOST_DEPTH = 200;

/** The changes from one value to the other, in the order of the values. */
export function diffJson(from: Json, to: Json): readonly JsonChange[] {
  const changes: JsonChange[] = [];
  compare(from, to, "", 0, changes);
  return changes;
}

function compare(from: Json, to: Json, path: string, depth: number, changes: JsonChange[]): void {
  if (depth < MOST_DEPTH) {
    if (Array.isArray(from) && Array.isArray(to)) return compareLists(from, to, path, depth, changes);
    if (isObject(from) && isObject(to)) {
      for (const name of Object.keys(from)) {
        const place = `${path}/${pointerPart(name)}`;
        if (Object.hasOwn(to, name)) compare(from[name] as Json, to[name] as Json, place, depth + 1, changes);
        else changes.push({ op: "remove", path: place, from: from[name] as Json });
      }
      for (const name of Object.keys(to)) {
        if (Object.hasOwn(from, name)) continue;
        changes.push({ op: "add", path: `${path}/${pointerPart(name)}`, to: to[name] as Json });
      }
      return;
    }
  }
  if (canonicalJson(from) !== canonicalJson(to)) changes.push({ op: "replace", path, from, to });
}

function compareLists(
  from: readonly Json[],
  to: readonly Json[],
  path: string,
  depth: number,
  changes: JsonChange[],
): void {
  const numbers = new Map<string, number>();
  const numbered = (values: readonly Json[]) =>
    values.map((value) => {
      const text = canonicalJson(value);
      const known = numbers.get(text) ?? numbers.size;
      numbers.set(text, known);
      return known;
    });
  for (const { aFrom, aTo, bFrom, bTo } of diffSequences(numbered(from), numbered(to))) {
    // Elements at the same place in the gap are taken for one that changed.
    const both = Math.min(aTo - aFrom, bTo - bFrom);
    for (let at = 0; at < both; at++) {
      compare(from[aFrom + at] as Json, to[bFrom + at] as Json, `${path}/${aFrom + at}`, depth + 1, changes);
    }
    for (let at = aFrom + both; at < aTo; at++) {
      changes.push({ op: "remove", path: `${path}/${at}`, from: from[at] as Json });
    }
    for (let at = bFrom + both; at < bTo; at++) {
      changes.push({ op: "add", path: `${path}/${at}`, to: to[at] as Json });
    }
  }
}

function pointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
