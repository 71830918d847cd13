/**
 * What a person is asked before an extension is installed or asks for more: what, why, how risky, and what it does not
 * ask for.
 *
 * @module
 */

import { modelText, secretText, whatOf } from "../permission_desk.ts";
import { keysOf, type Permission, type PermissionKey } from "../../core/policy/permission.ts";

export type Risk = "low" | "medium" | "high" | "critical";

export interface ConsentLine {
  readonly permission: PermissionKey;
  /** In words that need no manual. */
  readonly what: string;
  readonly why: string;
  readonly risk: Risk;
  /** False where it is not given with the installation, but by itself when it is needed. */
  readonly given: boolean;
}

export interface Consent {
  readonly asks: readonly ConsentLine[];
  readonly doesNotAsk: readonly string[];
  readonly risk: Risk;
}

const RISKS: readonly Risk[] = ["low", "medium", "high", "critical"];

/** What installing means; `before` is what the version before was granted, which is not asked again. */
export function consentFor(permissions: readonly Permission[], before: readonly Permission[] = []): Consent {
  const had = new Set(before.flatMap(keysOf));
  const asks = permissions.flatMap((permission) =>
    keysOf(permission).filter((key) => !had.has(key)).map((key): ConsentLine => ({
      permission: key,
      what: whatIs(key),
      why: permission.reason,
      risk: riskOf(key),
      given: isGivenAtInstall(key) && permission.isOptional !== true,
    }))
  );
  const all = new Set(permissions.flatMap(keysOf).map((key) => key.split(":")[0]));
  const writes = permissions.some((one) => one.kind === "files" && one.access === "write");
  const doesNotAsk = [
    ...(all.has("files") ? writes ? [] : ["to change files"] : ["to see or change files"]),
    ...(all.has("net") ? [] : ["to reach the network"]),
    ...(all.has("secret") ? [] : ["to use keys"]),
    ...(all.has("git") ? [] : ["to read the history in git"]),
    ...(all.has("models") ? [] : ["to ask your models"]),
    ...(all.has("editor") ? [] : ["to see or change texts in the editor"]),
    "to start programs, which no extension can",
  ];
  const worst = asks.reduce((most, { risk }) => Math.max(most, RISKS.indexOf(risk)), 0);
  return { asks, doesNotAsk, risk: RISKS[worst] ?? "low" };
}

/** How much harm a permission can do in bad hands. */
export function riskOf(key: PermissionKey): Risk {
  if (key === "artifacts" || key === "notifications") return "low";
  if (key === "git" || key === "files:read" || key.startsWith("editor:")) return "medium";
  if (key.startsWith("models:")) return key === "models:*" ? "high" : "medium";
  if (key.startsWith("net:")) return key.startsWith("net:*") ? "high" : "medium";
  return "high";
}

/** A key, commands that write, and hosts and models that are not named, are granted by themselves: nobody says yes to "everything" in passing. */
function isGivenAtInstall(key: PermissionKey): boolean {
  return !/^(secret|command):/.test(key) && !key.startsWith("net:*") && key !== "models:*";
}

function whatIs(key: PermissionKey): string {
  const [kind, ...rest] = key.split(":");
  const name = rest.join(":");
  switch (kind) {
    case "files":
      return name === "write"
        ? "change files in the folder of a run that may write"
        : "read files in the folder of a run";
    case "git":
      return "read the history of the folder in git";
    case "artifacts":
      return "keep and read what runs make";
    case "models":
      return name === "*" ? "ask models that you grant later" : modelText(key);
    case "command":
      return `change files by its command ${name}, each time you call it and say so`;
    case "editor":
    case "notifications":
      return whatOf(key);
    case "net":
      return name === "*" ? "reach hosts that you grant later" : `reach ${name}`;
    default:
      return `have ${secretText(key)}`;
  }
}
