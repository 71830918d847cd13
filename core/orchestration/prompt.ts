/**
 * Putting a node's input into a task's prompt.
 *
 * @module
 */

import { own } from "../json.ts";
import type { JsonObject } from "../json.ts";

const PLACE = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;

/**
 * Replaces each `{{name}}` by the input of that name: text as it is, anything else as JSON, nothing where it is not
 * given. What is put in is not looked at again, so an input cannot name another.
 */
export function renderPrompt(template: string, input: JsonObject): string {
  return template.replace(PLACE, (_whole, name: string) => {
    const value = own(input, name);
    if (value === undefined || value === null) return "";
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}
