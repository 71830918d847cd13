/**
 * What an operator says of its effect, held against what it does. Results of an operator without effect are taken over from
 * other runs, and those of one that reads are not; so what it says has to be true.
 *
 * @module
 */

import type { Permission } from "../../core/policy/permission.ts";
import type { Effect } from "../../core/workflow/catalog.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";

const order: readonly Effect[] = ["none", "read", "network", "write"];
const words: Readonly<Record<Effect, string>> = {
  none: "nothing outside",
  read: "what is outside the run",
  network: "the network",
  write: "what it writes",
};

/** The effect of operators that do not say theirs: what their extension's permissions let them read. */
export function effectBy(permissions: readonly Permission[]): Effect {
  if (permissions.some((one) => isOutside(one))) return "network";
  return permissions.some(({ kind }) => ["files", "git", "editor"].includes(kind)) ? "read" : "none";
}

function isOutside(permission: Permission): boolean {
  if (permission.kind === "editor") return permission.access === "propose";
  return permission.kind === "net" || permission.kind === "models";
}

/** What a contribution says of its effect, as far as it says anything. */
export function saidEffect(one: Contribution | undefined): { readonly effect?: Effect } {
  return one?.kind === "operator" && one.effect !== undefined ? { effect: one.effect } : {};
}

/** The least effect that an operator has which uses this capability. */
export function effectOfUse(operation: string): Effect {
  if (operation === "files.write" || operation === "files.remove") return "write";
  // A model answers otherwise the next time, and a result that was taken over would propose nothing.
  if (/^fetch\.|^models\.|^editor\.propose$/.test(operation)) return "network";
  return /^(files|git|editor)\./.test(operation) ? "read" : "none";
}

/**
 * Refuses what goes beyond the effect that an operator says it has; one that says nothing may do what it is granted.
 *
 * @throws ExtensionFailure of class `permission`
 */
export function holdToEffect(said: Effect | undefined, operation: string): void {
  if (said === undefined) return;
  const needed = effectOfUse(operation);
  if (order.indexOf(needed) <= order.indexOf(said)) return;
  throw new ExtensionFailure(
    "permission",
    `The operator says effect "${said}", but ${operation} is of effect "${needed}": its result follows from ` +
      `${words[needed]}. Say effect: "${needed}" in its definition`,
  );
}
