/**
 * Built-in checks of text.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, own } from "../json.ts";
import { bad, type BuiltInCheck, type CheckContext, type CheckResult, good, share } from "./quality_check.ts";

/** A longer text is looked at up to here by the checks that search. */
const MOST_SEARCHED = 200_000;

const refusals = [
  /\bI(?:'m| am) (?:sorry|afraid),? (?:but )?I (?:can(?:no|')t|am (?:not able|unable))/i,
  /\bI (?:can(?:no|')t|am (?:not able|unable) to) (?:help|assist|comply|provide|do that|fulfil)/i,
  /\bas an? (?:AI|artificial intelligence)(?: language)? model\b/i,
  /\bI (?:do not|don't) have (?:access|the ability)\b/i,
];

/** The text of a value: itself where it is one, else its JSON. */
export function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export const textChecks: readonly BuiltInCheck[] = [
  {
    name: "not-empty",
    summary: "there is something: text that is not blank, a list or object with members",
    settings: settings({}),
    check: (value) => isEmpty(value) ? bad("it is empty") : good,
  },
  {
    name: "length",
    summary: "as many characters, items or members as asked, `min` to `max`",
    settings: settings({ min: { type: "number", minimum: 0 }, max: { type: "number", minimum: 0 } }),
    check: lengthCheck,
  },
  {
    name: "matches",
    summary: "the text fits a regular expression, `pattern`",
    settings: settings({ pattern: { type: "string" }, flags: { type: "string", pattern: "^[imsu]*$" } }, [
      "pattern",
    ]),
    check: matchesCheck,
  },
  {
    name: "contains",
    summary: "each of `texts` occurs; the quality is the share that does",
    settings: settings({ texts: { type: "array", items: { type: "string" }, minItems: 1 } }, ["texts"]),
    check: (value, given) => occurrences(value, given, true),
  },
  {
    name: "lacks",
    summary: "none of `texts` occurs",
    settings: settings({ texts: { type: "array", items: { type: "string" }, minItems: 1 } }, ["texts"]),
    check: (value, given) => occurrences(value, given, false),
  },
  {
    name: "no-refusal",
    summary: "the beginning does not decline, apologise or speak of being a model",
    settings: settings({}),
    check: (value) => {
      const start = textOf(value).slice(0, 400);
      const found = refusals.map((pattern) => pattern.exec(start)?.[0]).find((match) => match !== undefined);
      return found === undefined ? good : bad(`it declines: "${found}"`);
    },
  },
  {
    name: "balanced",
    summary: "brackets and code fences that open also close",
    settings: settings({}),
    check: (value) => balancedCheck(textOf(value).slice(0, MOST_SEARCHED)),
  },
  {
    name: "headings",
    summary: "Markdown with each of `headings`, at any level; the quality is the share that is there",
    settings: settings({ headings: { type: "array", items: { type: "string" }, minItems: 1 } }, ["headings"]),
    check: headingsCheck,
  },
  {
    name: "grounded",
    summary: "what stands in back quotes occurs in the input; the quality is the share that does",
    settings: settings({}),
    check: groundedCheck,
  },
];

/** An object schema of settings. */
export function settings(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}

function isEmpty(value: Json): boolean {
  if (value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function lengthCheck(value: Json, given: JsonObject): CheckResult {
  const length = typeof value === "string"
    ? value.length
    : Array.isArray(value)
    ? value.length
    : isObject(value)
    ? Object.keys(value).length
    : textOf(value).length;
  const min = own(given, "min");
  const max = own(given, "max");
  if (typeof min === "number" && length < min) {
    return share(length, min, `it has ${length}, at least ${min} are asked`);
  }
  if (typeof max === "number" && length > max) {
    return share(max, length, `it has ${length}, at most ${max} are asked`);
  }
  return good;
}

function matchesCheck(value: Json, given: JsonObject): CheckResult {
  const pattern = String(own(given, "pattern") ?? "");
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, String(own(given, "flags") ?? ""));
  } catch {
    return bad(`"${pattern}" is no regular expression`);
  }
  return expression.test(textOf(value).slice(0, MOST_SEARCHED)) ? good : bad(`it does not match ${pattern}`);
}

function occurrences(value: Json, given: JsonObject, isWanted: boolean): CheckResult {
  const text = textOf(value);
  const asked = own(given, "texts");
  const texts = Array.isArray(asked) ? asked.map(String) : [];
  const wrong = texts.filter((part) => text.includes(part) !== isWanted);
  if (wrong.length === 0) return good;
  const shown = wrong.slice(0, 3).map((part) => `"${part.slice(0, 40)}"`).join(", ");
  return isWanted
    ? share(texts.length - wrong.length, texts.length, `it lacks ${shown}`)
    : bad(`it contains ${shown}`);
}

function balancedCheck(text: string): CheckResult {
  const fences = text.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return bad("a code fence is not closed");
  const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
  const open: string[] = [];
  for (const sign of text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`/g, "")) {
    if (sign in closing) open.push(closing[sign] as string);
    else if (sign === ")" || sign === "]" || sign === "}") {
      if (open.pop() !== sign) return bad(`"${sign}" closes nothing`);
    }
  }
  return open.length === 0 ? good : bad(`"${open.at(-1)}" is missing`);
}

function headingsCheck(value: Json, given: JsonObject): CheckResult {
  const asked = own(given, "headings");
  const wanted = Array.isArray(asked) ? asked.map((text) => String(text).trim().toLowerCase()) : [];
  const found = new Set(
    [...textOf(value).matchAll(/^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/gm)].map(([, text]) => text?.toLowerCase()),
  );
  const missing = wanted.filter((text) => !found.has(text));
  return share(wanted.length - missing.length, wanted.length, `no heading "${missing[0] ?? ""}"`);
}

function groundedCheck(value: Json, _given: JsonObject, { input }: CheckContext): CheckResult {
  const source = JSON.stringify(input);
  const quoted = [...textOf(value).slice(0, MOST_SEARCHED).matchAll(/`([^`\n]{3,80})`/g)]
    .map(([, text]) => text as string);
  if (quoted.length === 0) return good;
  const strange = quoted.filter((text) => !source.includes(JSON.stringify(text).slice(1, -1)));
  const problem = `\`${strange[0] ?? ""}\` does not occur in the input`;
  return share(quoted.length - strange.length, quoted.length, problem);
}
