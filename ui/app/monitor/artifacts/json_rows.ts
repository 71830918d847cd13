/** A JSON value as rows of a tree: only what is open, each with its depth. Pure. @module */

import { isObject, type Json } from "../../../../core/json.ts";

export interface JsonRow {
  readonly path: string;
  readonly depth: number;
  readonly name: string;
  /** What stands behind the name. */
  readonly text: string;
  readonly kind: "object" | "array" | "string" | "number" | "boolean" | "null";
  readonly isOpen?: boolean;
}

const MAX_TEXT = 2000;

/** Rows of what is open; `isOpen` says which paths are. */
export function jsonRows(value: Json, isOpen: (path: string, depth: number) => boolean): JsonRow[] {
  const rows: JsonRow[] = [];
  const walk = (name: string, one: Json, path: string, depth: number) => {
    if (Array.isArray(one) || isObject(one)) {
      const entries: [string, Json][] = Array.isArray(one)
        ? one.map((entry, index) => [String(index), entry as Json])
        : Object.entries(one) as [string, Json][];
      const open = entries.length > 0 && isOpen(path, depth);
      const kind = Array.isArray(one) ? "array" as const : "object" as const;
      const count = kind === "array" ? `[${entries.length}]` : `{${entries.length}}`;
      rows.push({ path, depth, name, kind, text: count, isOpen: open });
      if (open) {
        for (const [key, entry] of entries) {
          walk(key, entry, `${path}/${key.replaceAll("/", "~1")}`, depth + 1);
        }
      }
      return;
    }
    const kind = one === null ? "null" as const : typeof one as "string" | "number" | "boolean";
    const text = JSON.stringify(one);
    rows.push({
      path,
      depth,
      name,
      kind,
      text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text,
    });
  };
  walk("", value, "", 0);
  return rows;
}
