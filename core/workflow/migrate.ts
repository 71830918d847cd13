/**
 * Versions of the workflow format. A migration edits the tree of a file of its version into that of the next, and keeps
 * the places of what it keeps, so that problems still point into the file as written. Version 1 is the first, so the
 * chain is empty; a second version adds its step under 1.
 *
 * @module
 */

import type { JsonNode, ObjectNode } from "./json_node.ts";
import { nameOf } from "./json_node.ts";
import type { Fault } from "./source.ts";

/** What this program writes and reads without migrating. */
export const CURRENT_SCHEMA = 1;

export type Migration = (root: ObjectNode) => ObjectNode;
/** From version to the step that makes it the next. */
export type Migrations = ReadonlyMap<number, Migration>;

/** The steps to `CURRENT_SCHEMA`. */
export const migrations: Migrations = new Map();

export type Migrated = { readonly root: ObjectNode } | {
  readonly fault: Fault;
  /** Where the fault is: the version's value, or the file. */
  readonly at: "schema" | "file";
};

/** The tree in the current version, or why it cannot be had. */
export function migrate(
  root: ObjectNode,
  chain: Migrations = migrations,
  current = CURRENT_SCHEMA,
): Migrated {
  const node = root.members.get("schema")?.node;
  const readable = versions(chain, current);
  if (node === undefined) {
    const hint = `Add "schema": ${current}`;
    return {
      at: "file",
      fault: { code: "missing-field", message: 'Found no "schema" in the workflow', hint },
    };
  }
  const version = versionOf(node);
  if (version === undefined) {
    const message = `Found ${nameOf(node)} as "schema"`;
    return { at: "schema", fault: { code: "bad-value", message, hint: `Expected the number ${current}` } };
  }
  if (version > current || !readable.includes(version)) {
    const message = version > current
      ? `Found schema ${version}, which is newer than this program`
      : `Found schema ${version}, which this program no longer reads`;
    const hint = `This program reads schema ${readable.join(", ")}${version > current ? "; update it" : ""}`;
    return { at: "schema", fault: { code: "schema-version", message, hint } };
  }
  let tree = root;
  for (let at = version; at < current; at++) tree = (chain.get(at) as Migration)(tree);
  return { root: tree };
}

function versionOf(node: JsonNode): number | undefined {
  if (node.kind !== "number" || !Number.isInteger(node.value) || (node.value as number) < 0) return undefined;
  return node.value as number;
}

/** Versions from which an unbroken chain leads to `current`. */
function versions(chain: Migrations, current: number): number[] {
  const readable = [current];
  for (let at = current - 1; chain.has(at); at--) readable.unshift(at);
  return readable;
}
