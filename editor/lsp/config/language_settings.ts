/**
 * The user's say about language servers: which are used, how they are started, what they are told.
 *
 * ```jsonc
 * {
 *   "servers": {
 *     "python": { "settings": { "python": { "analysis": { "typeCheckingMode": "strict" } } } }, // over the default's
 *     "my-server": { "command": ["my-server", "--stdio"], "languages": ["mylang"], "rootMarkers": [".my"] },
 *     "ruff": false
 *   },
 *   "useNodeModules": true
 * }
 * ```
 *
 * @module
 */

import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";
import { DEFAULT_SERVERS } from "./default_servers.ts";
import type { ServerDefinition } from "./server_definition.ts";

export interface LanguageSettings {
  /** In the order in which they are asked. */
  readonly servers: readonly ServerDefinition[];
  /** Whether servers in a project's own `node_modules` may be run. */
  readonly useNodeModules: boolean;
}

export const defaultLanguageSettings: LanguageSettings = { servers: DEFAULT_SERVERS, useNodeModules: true };

/** A fault in the settings: where, what is there, what would be right. */
export interface SettingsProblem {
  readonly path: string;
  readonly message: string;
}

const SERVER_MEMBERS = [
  "command",
  "languages",
  "rootMarkers",
  "env",
  "initializationOptions",
  "settings",
  "startTimeoutMs",
];

/** Reads settings over `base`. What is wrong is left out and reported. */
export function parseLanguageSettings(
  value: Json,
  base: LanguageSettings = defaultLanguageSettings,
): { readonly settings: LanguageSettings; readonly problems: readonly SettingsProblem[] } {
  const problems: SettingsProblem[] = [];
  const bad = (path: string, found: Json | undefined, wanted: string) => {
    problems.push({ path, message: `Expected ${wanted}, found ${JSON.stringify(found) ?? "nothing"}` });
  };
  if (!isObject(value)) {
    bad("", value, "an object");
    return { settings: base, problems };
  }
  for (const name of Object.keys(value)) {
    if (name !== "servers" && name !== "useNodeModules") {
      problems.push({ path: name, message: `Unknown setting; known are "servers" and "useNodeModules"` });
    }
  }
  let useNodeModules = base.useNodeModules;
  const given = own(value, "useNodeModules");
  if (typeof given === "boolean") useNodeModules = given;
  else if (given !== undefined) bad("useNodeModules", given, "true or false");
  const servers = new Map(base.servers.map((server) => [server.name, server]));
  const changed = own(value, "servers") ?? {};
  if (!isObject(changed)) bad("servers", changed, "an object");
  else {
    for (const [name, told] of Object.entries(changed)) {
      if (told === false) servers.delete(name);
      else if (!isObject(told)) bad(`servers.${name}`, told, "an object or false");
      else {
        const server = parseServer(name, told, servers.get(name), bad);
        if (server !== undefined) servers.set(name, server);
      }
    }
  }
  return { settings: { servers: [...servers.values()], useNodeModules }, problems };
}

function parseServer(
  name: string,
  told: JsonObject,
  base: ServerDefinition | undefined,
  bad: (path: string, found: Json | undefined, wanted: string) => void,
): ServerDefinition | undefined {
  const at = (member: string) => `servers.${name}.${member}`;
  const read = <T>(member: string, wanted: string, check: (value: Json) => T | undefined): T | undefined => {
    const value = own(told, member);
    const read = value === undefined ? undefined : check(value);
    if (value !== undefined && read === undefined) bad(at(member), value, wanted);
    return read;
  };
  for (const member of Object.keys(told)) {
    if (!SERVER_MEMBERS.includes(member)) {
      bad(at(member), told[member], `one of ${SERVER_MEMBERS.join(", ")}`);
    }
  }
  const command = read("command", "a list of strings, the program first", strings);
  const languages = read("languages", "a list of language identifiers", strings) ?? base?.languages;
  const rootMarkers = read("rootMarkers", "a list of file names", strings) ?? base?.rootMarkers ?? [".git"];
  const env = read("env", "an object of strings", stringTable) ?? base?.env;
  const initializationOptions = merged(
    base?.initializationOptions,
    read("initializationOptions", "an object", object),
  );
  const settings = merged(base?.settings, read("settings", "an object", object));
  const startTimeoutMs = read("startTimeoutMs", "milliseconds above 0", positive) ?? base?.startTimeoutMs;
  const [program, ...args] = command ?? [];
  const launches = program === undefined ? base?.launches : [{ command: program, args }];
  if (launches === undefined || languages === undefined) {
    bad(`servers.${name}`, told, `"command" and "languages", because no server of this name is known`);
    return undefined;
  }
  return {
    ...(base ?? {}),
    name,
    languages,
    launches,
    rootMarkers,
    ...(env === undefined ? {} : { env }),
    ...(initializationOptions === undefined ? {} : { initializationOptions }),
    ...(settings === undefined ? {} : { settings }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
  };
}

function strings(value: Json): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const read = value.filter((item): item is string => typeof item === "string" && item !== "");
  return read.length === value.length ? read : undefined;
}

function stringTable(value: Json): Record<string, string> | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
}

function object(value: Json): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function positive(value: Json): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

/** `over` laid over `base`, objects within objects too. */
function merged(base: JsonObject | undefined, over: JsonObject | undefined): JsonObject | undefined {
  if (base === undefined || over === undefined) return over ?? base;
  const result: Record<string, Json> = Object.assign(Object.create(null), base);
  for (const [name, value] of Object.entries(over)) {
    const under = result[name];
    result[name] = isObject(under) && isObject(value) ? merged(under, value) as JsonObject : value;
  }
  return { ...result };
}

/** The part of `settings` at a dotted path, as `workspace/configuration` asks for it; null where there is none. */
export function settingAt(settings: JsonObject | undefined, section: string | undefined): Json {
  let value: Json | undefined = settings ?? {};
  for (const name of section === undefined || section === "" ? [] : section.split(".")) {
    value = own(value, name);
  }
  return value ?? null;
}
