/**
 * Which secrets a node can make use of: those of the extension behind it, or, for a task, of every instrument that serves it.
 * Pure.
 *
 * @module
 */

import type { NodeTypeId } from "../../../../core/ids.ts";
import { servingTask } from "../../../../core/workflow/catalog.ts";
import type { CatalogInfo } from "../../../api/catalog.ts";
import type { SecretLine } from "../../../api/permissions.ts";

/** The node types that may carry the node out: its own, or those of a task's instruments. */
function carriers({ nodes, tasks }: CatalogInfo, use: string): CatalogInfo["nodes"] {
  const own = nodes.find(({ type }) => type === use);
  if (own !== undefined) return [own];
  const task = tasks.find(({ type }) => type === use);
  return task === undefined
    ? []
    : servingTask({ nodes: new Map(nodes.map((node) => [node.type as NodeTypeId, node])) }, task);
}

/** The extensions that may carry the node out. */
export function extensionsBehind(info: CatalogInfo, use: string): ReadonlySet<string> {
  return new Set(carriers(info, use).map(({ extension }) => extension));
}

/** False where an instrument that lacks nothing can carry the node out: then a key is a choice, no need. */
export function waitsForKey(info: CatalogInfo, use: string): boolean {
  return carriers(info, use).every(({ instrument }) =>
    instrument === undefined || instrument.unavailable !== undefined
  );
}

export type SecretState = "granted" | "no-value" | "refused" | "not-granted";

/** Where a secret stands: granted and there, granted without a value, refused, or not granted. */
export function secretState({ isGranted, grant, source }: SecretLine): SecretState {
  if (grant?.verdict === "deny") return "refused";
  if (!isGranted) return "not-granted";
  return source === undefined ? "no-value" : "granted";
}

/** The state in a sentence. */
export function secretWords(secret: SecretLine): string {
  const { source, grant, title } = secret;
  switch (secretState(secret)) {
    case "granted":
      return source?.kind === "env"
        ? `Granted to ${title}, from the environment variable ${source.name}`
        : `Granted to ${title}; the key is kept outside the workflow, for you alone to read`;
    case "no-value":
      return grant?.env === undefined
        ? `Granted to ${title}, but no key is there`
        : `Granted to ${title}, but the environment variable ${grant.env} is not set where Symphony runs`;
    case "refused":
      return `Refused to ${title}`;
    case "not-granted":
      return source === undefined
        ? `Not granted to ${title}`
        : `Not granted to ${title}, though a key is there`;
  }
}
