/**
 * Reads a manifest: every problem at once, each with its place and what would be right. Unknown keys are errors, so
 * that a misspelt permission is never silently absent.
 *
 * @module
 */

import { extensionId } from "../../core/ids.ts";
import { isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import { noUi, type UiContributions } from "../../core/motif/contributions.ts";
import type { Permission } from "../../core/policy/permission.ts";
import { toJson } from "../../core/workflow/json_node.ts";
import { schemaFault, validate } from "../../core/workflow/json_schema.ts";
import { positionsOf, readJsonc } from "../../core/workflow/jsonc.ts";
import type { Problem } from "../../core/workflow/problem.ts";
import { didYouMean } from "../../core/workflow/suggest.ts";
import { isRange } from "../versions.ts";
import { defaultResources, type Manifest } from "./manifest.ts";
import { manifestSchema, permissionSchemas } from "./manifest_schema.ts";

export interface ReadManifest {
  /** Undefined where a problem is an error. */
  readonly manifest: Manifest | undefined;
  readonly problems: readonly Problem[];
}

interface Fault {
  readonly path: readonly string[];
  readonly message: string;
  readonly hint: string;
}

/** Reads a manifest's text or bytes; `file` names it in the problems. */
export function readManifest(text: string | Uint8Array, file: string): ReadManifest {
  const read = readJsonc(text, file);
  if (read.root === undefined || read.problems.some((problem) => problem.severity === "error")) {
    return { manifest: undefined, problems: read.problems };
  }
  const value = toJson(read.root);
  const positions = positionsOf(read);
  const problems = faultsOf(value).map(({ path, message, hint }) =>
    positions.problem(path, "value", { code: "bad-manifest", message, hint })
  );
  if (problems.length > 0 || !isObject(value)) return { manifest: undefined, problems };
  return { manifest: manifestOf(value), problems };
}

function faultsOf(value: Json): Fault[] {
  const faults = [...unknownKeys(manifestSchema, value, []), ...misfits(manifestSchema, value, [])];
  for (const [list, at, permission] of askedFor(value)) {
    const kind = own(permission, "kind");
    const schema = typeof kind === "string" && Object.hasOwn(permissionSchemas, kind)
      ? permissionSchemas[kind]
      : undefined;
    if (schema === undefined) continue;
    const path = [list, String(at)];
    faults.push(...unknownKeys(schema, permission, path), ...misfits(schema, permission, path));
  }
  const config = own(value, "config");
  const fault = config === undefined ? undefined : schemaFault(config);
  if (fault !== undefined) {
    faults.push({
      path: ["config"],
      message: `Found an unusable schema: ${fault}`,
      hint: "Write a JSON Schema",
    });
  }
  faults.push(...rangeFaults(value), ...contributionFaults(value));
  return faults;
}

function rangeFaults(value: Json): Fault[] {
  const dependencies = own(value, "dependencies");
  const ranges: [readonly string[], Json | undefined][] = [[["engine"], own(value, "engine")]];
  for (const [id, range] of Object.entries(isObject(dependencies) ? dependencies : {})) {
    ranges.push([["dependencies", id], range]);
  }
  return ranges.flatMap(([path, range]) =>
    typeof range !== "string" || isRange(range) ? [] : [{
      path,
      message: `Found "${range}", which is no range of versions`,
      hint: 'Write a range as npm does: "^1.2.0", ">=1.0.0 <3", "1.x"',
    }]
  );
}

/** Assets and commands that a contribution names must be there. */
function contributionFaults(value: Json): Fault[] {
  const contributes = own(value, "contributes");
  const listed = own(value, "assets");
  const assets = new Set(Array.isArray(listed) ? listed : []);
  const listOf = (name: string) => {
    const found = own(contributes, name);
    return Array.isArray(found) ? found : [];
  };
  const faults: Fault[] = [];
  for (const [kind, member] of [["panels", "frame"], ["templates", "file"]] as const) {
    for (const [at, one] of listOf(kind).entries()) {
      const file = own(one, member);
      if (typeof file !== "string" || assets.has(file)) continue;
      const hint = 'Name it in "assets"';
      faults.push({
        path: ["contributes", kind, String(at), member],
        message: `"${file}" is no asset`,
        hint,
      });
    }
  }
  for (const [at, panel] of listOf("panels").entries()) {
    if ((own(panel, "view") === undefined) !== (own(panel, "frame") === undefined)) continue;
    const hint = 'Give either "view" or "frame"';
    faults.push({ path: ["contributes", "panels", String(at)], message: "A panel shows one thing", hint });
  }
  const commands = new Set(listOf("commands").map((one) => own(one, "command")));
  for (const [at, key] of listOf("keys").entries()) {
    const command = own(key, "command");
    if (typeof command !== "string" || commands.has(command)) continue;
    const hint = didYouMean(command, [...commands].map(String), "commands");
    faults.push({
      path: ["contributes", "keys", String(at), "command"],
      message: `Found no command "${command}"`,
      hint,
    });
  }
  if (own(value, "tier") === "light") faults.push(...tooHeavy(value));
  return faults;
}

/** Every entry of `permissions` and `optional`. */
function askedFor(value: Json): (readonly [string, number, Json])[] {
  return ["permissions", "optional"].flatMap((list) => {
    const entries = own(value, list);
    return Array.isArray(entries) ? entries.map((entry, at) => [list, at, entry] as const) : [];
  });
}

function tooHeavy(value: Json): Fault[] {
  const hint = 'Say "tier": "full", or do without';
  const [asked] = askedFor(value);
  if (asked !== undefined) {
    return [{ path: [asked[0]], message: "Found a permission of a light extension, which has none", hint }];
  }
  if (own(value, "kind") === "operator") return [];
  return [{
    path: ["tier"],
    message: "Found a light extension that is no operator",
    hint: 'Say "tier": "full"',
  }];
}

function unknownKeys(schema: JsonObject, value: Json, path: readonly string[]): Fault[] {
  const known = own(schema, "properties");
  if (!isObject(value) || !isObject(known)) return [];
  const faults: Fault[] = [];
  for (const key of Object.keys(value)) {
    const inner = own(known, key);
    if (inner !== undefined) {
      if (own(inner, "additionalProperties") === false) {
        faults.push(...unknownKeys(inner as JsonObject, value[key] as Json, [...path, key]));
      }
    } else if (schema["additionalProperties"] === false) {
      const hint = didYouMean(key, Object.keys(known), "key");
      faults.push({ path: [...path, key], message: `Found the unknown key "${key}"`, hint });
    }
  }
  return faults;
}

function misfits(schema: JsonObject, value: Json, path: readonly string[]): Fault[] {
  const open = withoutClosing(schema);
  return validate(open, value).map((fault) => {
    const below = fault.path === "" ? [] : fault.path.split(".");
    return { path: [...path, ...below], message: fault.message, hint: hintAt(schema, below, fault.message) };
  });
}

const opened = new WeakMap<JsonObject, JsonObject>();

/** The schema without `additionalProperties: false`: unknown keys are told apart, with a suggestion. */
function withoutClosing(schema: JsonObject): JsonObject {
  let result = opened.get(schema);
  if (result === undefined) {
    result = JSON.parse(
      JSON.stringify(
        schema,
        (key, value) => key === "additionalProperties" && value === false ? undefined : value,
      ),
    ) as JsonObject;
    opened.set(schema, result);
  }
  return result;
}

/** The description of the deepest known property on the way to the fault. */
function hintAt(schema: JsonObject, path: readonly string[], message: string): string {
  let at: Json | undefined = schema;
  let hint = "See schemas/manifest.schema.json";
  const missing = /"([^"]+)"/.exec(message)?.[1];
  for (const key of [...path, ...(missing === undefined ? [] : [missing])]) {
    const next: Json | undefined = own(own(at, "properties"), key) ?? own(at, "items");
    if (next === undefined) break;
    const description = own(next, "description");
    if (typeof description === "string") hint = description;
    at = next;
  }
  return hint;
}

function manifestOf(value: JsonObject): Manifest {
  const permissions = askedFor(value).map(([list, , entry]) => ({
    ...entry as unknown as Permission,
    ...(list === "optional" ? { isOptional: true } : {}),
  }));
  const resources = own(value, "resources");
  const contributes = { ...noUi, ...value["contributes"] as unknown as Partial<UiContributions> };
  const writing = contributes.commands.flatMap(({ command, writes }): Permission[] =>
    writes === undefined ? [] : [{ kind: "command", command, reason: writes, isOptional: true }]
  );
  return {
    id: extensionId(value["id"] as string),
    name: value["name"] as string,
    version: value["version"] as string,
    kind: value["kind"] as Manifest["kind"],
    description: value["description"] as string,
    entry: value["entry"] as string,
    assets: (value["assets"] ?? []) as readonly string[],
    permissions: [
      ...permissions.map((permission) =>
        permission.kind === "secret" ? { ...permission, prefix: permission.prefix ?? "" } : permission
      ),
      ...writing,
    ],
    tier: value["tier"] === "light" ? "light" : "full",
    resources: { ...defaultResources, ...(isObject(resources) ? resources : {}) },
    config: (value["config"] ?? { type: "object", properties: {} }) as JsonObject,
    dependencies: (value["dependencies"] ?? {}) as Manifest["dependencies"],
    activation: (value["activation"] ?? []) as readonly string[],
    contributes,
    ...textsOf(value, ["engine", "license", "author", "homepage"]),
  };
}

function textsOf<K extends string>(
  value: JsonObject,
  names: readonly K[],
): { readonly [name in K]?: string } {
  return Object.fromEntries(
    names.filter((name) => typeof value[name] === "string").map((name) => [name, value[name]]),
  ) as { readonly [name in K]?: string };
}
