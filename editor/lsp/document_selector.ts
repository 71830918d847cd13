/**
 * Document selectors and globs of the protocol.
 *
 * @module
 */

import { RE2JS } from "re2js";
import { isObject, type Json, own } from "../../core/json.ts";
import type { SelectedDocument } from "./server_features.ts";
import { pathOfUri } from "./uri.ts";

/** Patterns longer than this are not compiled: they match nothing. */
const LONGEST_PATTERN = 1000;

/** Whether one of the selector's filters is for `document`. */
export function documentMatches(selector: Json, document: SelectedDocument): boolean {
  const filters = Array.isArray(selector) ? selector : [selector];
  return filters.some((filter: Json) => {
    if (typeof filter === "string") return filter === "*" || filter === document.languageId;
    if (!isObject(filter)) return false;
    const language = own(filter, "language");
    const scheme = own(filter, "scheme");
    const pattern = own(filter, "pattern");
    if (typeof language === "string" && language !== "*" && language !== document.languageId) return false;
    if (typeof scheme === "string" && scheme !== "*" && !document.uri.startsWith(`${scheme}:`)) return false;
    if (pattern === undefined || pattern === null) return true;
    return document.path !== undefined && (globOf(pattern)?.(document.path) ?? false);
  });
}

/** A test of absolute paths for a glob or relative pattern; undefined where it is neither. */
export function globOf(pattern: Json): ((path: string) => boolean) | undefined {
  if (typeof pattern === "string") return compiled(pattern);
  if (!isObject(pattern)) return undefined;
  const base = own(pattern, "baseUri");
  const uri = isObject(base) ? own(base, "uri") : base;
  const folder = pathOfUri(uri)?.replace(/\/$/, "");
  const glob = own(pattern, "pattern");
  const inner = typeof glob === "string" ? compiled(glob) : undefined;
  if (folder === undefined || inner === undefined) return undefined;
  return (path) => path.startsWith(`${folder}/`) && inner(path.slice(folder.length + 1));
}

function compiled(pattern: string): ((path: string) => boolean) | undefined {
  if (pattern.length > LONGEST_PATTERN) return undefined;
  try {
    const expression = RE2JS.compile(globExpression(pattern), RE2JS.DOTALL);
    return (path) => expression.matches(path);
  } catch {
    return undefined;
  }
}

/**
 * A glob of the protocol (`*`, `?`, `**`, `{a,b}`, `[a-z]`, `[!a-z]`) as a regular expression. It is run by an engine whose
 * time is linear: a server's pattern must not be able to stop the editor.
 */
function globExpression(pattern: string): string {
  let expression = "";
  let depth = 0;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    const set = character === "[" ? /^\[(!|\^)?((?:\]|[^\]/])[^\]/]*)\]/.exec(pattern.slice(at)) : null;
    if (pattern.startsWith("**", at)) {
      const whole = pattern[at + 2] === "/" && (at === 0 || "/{,".includes(pattern[at - 1] as string));
      expression += whole ? "(?:.*/)?" : ".*";
      at += whole ? 2 : 1;
    } else if (character === "*") expression += "[^/]*";
    else if (character === "?") expression += "[^/]";
    else if (character === "{") {
      expression += "(?:";
      depth++;
    } else if (character === "}" && depth > 0) {
      expression += ")";
      depth--;
    } else if (character === "," && depth > 0) expression += "|";
    else if (set !== null) {
      expression += `[${set[1] === undefined ? "" : "^"}${(set[2] as string).replace(/[\\[\]^]/g, "\\$&")}]`;
      at += set[0].length - 1;
    } else expression += character.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  }
  return expression;
}
