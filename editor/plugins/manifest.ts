/**
 * The description of a plugin on disk: `manifest.toml`, as xi has it.
 *
 * @module
 */

import { parse } from "smol-toml";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";

/** When a plugin is started: at once, with the first buffer in a language, or with the first command to it. */
export type Activation = "autorun" | "on_command" | { readonly onSyntax: string };

/** A language that a plugin brings. */
export interface ManifestLanguage {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly firstLine: RegExp | undefined;
  readonly scope: string;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** As written: `./x` is beside the manifest. */
  readonly execPath: string;
  readonly activations: readonly Activation[];
  /** What the front end can offer, passed on as it is. */
  readonly commands: readonly JsonObject[];
  readonly languages: readonly ManifestLanguage[];
}

/** Reads a manifest. @throws SymphonyError `bad-manifest` naming what is wrong */
export function parseManifest(text: string): Manifest {
  let root: unknown;
  try {
    // Through JSON, so that dates become text.
    root = JSON.parse(JSON.stringify(parse(text)));
  } catch (error) {
    throw new SymphonyError("bad-manifest", `Cannot read manifest: ${messageOf(error)}`, { cause: error });
  }
  if (!isObject(root)) throw refused("root", "a table", root);
  return {
    name: text1(root, "name"),
    version: typeof root["version"] === "string" ? root["version"] : "0.0.0",
    execPath: text1(root, "exec_path"),
    activations: list(root, "activations").map(activationOf),
    commands: list(root, "commands").filter(isObject),
    languages: list(root, "languages").map(languageOf),
  };
}

function activationOf(value: Json): Activation {
  if (value === "autorun" || value === "on_command") return value;
  if (isObject(value) && typeof value["on_syntax"] === "string") return { onSyntax: value["on_syntax"] };
  throw refused("activations", `"autorun", "on_command" or { on_syntax = "…" }`, value);
}

function languageOf(value: Json): ManifestLanguage {
  if (!isObject(value)) throw refused("languages", "a table", value);
  const pattern = value["first_line_match"];
  return {
    name: text1(value, "name"),
    extensions: list(value, "extensions").filter((item) => typeof item === "string"),
    firstLine: typeof pattern === "string" ? regularExpression(pattern) : undefined,
    scope: typeof value["scope"] === "string"
      ? value["scope"]
      : `source.${text1(value, "name").toLowerCase()}`,
  };
}

/** First lines are matched by Oniguruma's expressions; those that JavaScript does not read never match. */
function regularExpression(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern.replace(/^\(\?x\)/, ""));
  } catch {
    return undefined;
  }
}

function text1(table: JsonObject, key: string): string {
  const value = table[key];
  if (typeof value !== "string" || value === "") throw refused(key, "text", value);
  return value;
}

function list(table: JsonObject, key: string): readonly Json[] {
  const value = table[key];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw refused(key, "a list", value);
  return value;
}

function refused(key: string, expected: string, found: unknown): SymphonyError {
  return new SymphonyError(
    "bad-manifest",
    `Cannot read manifest: "${key}" must be ${expected}, found ${JSON.stringify(found) ?? "nothing"}`,
  );
}
