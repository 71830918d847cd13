/**
 * Takes out of texts what looks like a secret, before they are kept to learn from. Rather too much than too little: what is
 * learned from are numbers and names of instruments, and these stay.
 *
 * @module
 */

import { isObject, type Json } from "../../core/json.ts";
import { isMixed, keyPatterns, longRun } from "../../core/policy/secret_shape.ts";

/** What is looked for; the name stands in the place of what was found. */
const patterns: readonly (readonly [string, RegExp])[] = [
  ...keyPatterns,
  [
    "secret",
    /\b(?:api[-_ ]?key|secret|token|passwd|password|passphrase|pwd)\b["']?\s*[:=]\s*["']?[^\s"',;]{4,}/gi,
  ],
  ["address", /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g],
];

/** The value with secrets taken out of its texts and member names; `found` counts them. */
export function redacted(value: Json, found: { count: number }): Json {
  if (typeof value === "string") return redactedText(value, found);
  if (Array.isArray(value)) return value.map((one) => redacted(one, found));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [redactedText(name, found), redacted(member, found)]),
  );
}

function redactedText(text: string, found: { count: number }): string {
  let clean = text;
  for (const [name, pattern] of patterns) {
    clean = clean.replace(pattern, (all, scheme: unknown) => {
      if (all.startsWith("[redacted:")) return all;
      found.count++;
      return name === "credentials" && typeof scheme === "string"
        ? `${scheme}[redacted:${name}]@`
        : `[redacted:${name}]`;
    });
  }
  return clean.replace(longRun, (all) => {
    if (!isMixed(all)) return all;
    found.count++;
    return "[redacted:key]";
  });
}
