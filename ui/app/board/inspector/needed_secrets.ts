/**
 * Which secrets a node can make use of: those of the extension behind it, or, for a task, of every instrument that serves it.
 * Pure.
 *
 * @module
 */

import type { CatalogInfo } from "../../../api/catalog.ts";
import type { SecretLine } from "../../../api/permissions.ts";

/** The extensions that may carry the node out. */
export function extensionsBehind({ nodes, tasks }: CatalogInfo, use: string): ReadonlySet<string> {
  const own = nodes.find(({ type }) => type === use);
  if (own !== undefined) return new Set([own.extension]);
  if (!tasks.some(({ type }) => type === use)) return new Set();
  const task = use.slice(use.indexOf("/") + 1);
  const serving = nodes.filter(({ instrument }) =>
    instrument?.serves.some((name) => name === "*" || name === task || name === use) === true
  );
  return new Set(serving.map(({ extension }) => extension));
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
