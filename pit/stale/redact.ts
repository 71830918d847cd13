/**
 * Takes out of texts what looks like a secret, before they are kept to learn from. Rather too much than too little: what is
 * learned from are numbers and names of instruments, and these stay.
 *
 * @module
 */

import { isObject, type Json } from "../../core/json.ts";

/** What is looked for; the name stands in the place of what was found. */
const patterns: readonly (readonly [string, RegExp])[] = [
  ["private-key", /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g],
  ["jwt", /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g],
  ["key", /\b(?:sk|pk|rk)[-_](?:[\w]+[-_])*[A-Za-z0-9]{16,}/g],
  [
    "key",
    /\b(?:ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|hf|npm|pypi|dop_v1|shpat|sq0)[-_][\w-]{16,}/g,
  ],
  ["key", /\b(?:AKIA|ASIA|AIza|ya29\.)[\w-]{12,}/g],
  ["authorization", /\b(?:Bearer|Basic|Token)\s+[\w+/.=~-]{12,}/gi],
  ["credentials", /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/:@]+:[^\s/@]+@/gi],
  [
    "secret",
    /\b(?:api[-_ ]?key|secret|token|passwd|password|passphrase|pwd)\b["']?\s*[:=]\s*["']?[^\s"',;]{4,}/gi,
  ],
  ["address", /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g],
];

/** Letters and digits in a run this long that no word is. */
const blob = /[A-Za-z0-9+/_=-]{32,}/g;

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
  return clean.replace(blob, (all) => {
    if (!isRandom(all)) return all;
    found.count++;
    return "[redacted:key]";
  });
}

/** True for what is as mixed as a key: upper and lower case and digits, few repetitions. Hashes in hexadecimal stay. */
function isRandom(text: string): boolean {
  if (/^[0-9a-f-]+$/.test(text) || !/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/[0-9]/.test(text)) {
    return false;
  }
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= n / text.length * Math.log2(n / text.length);
  return bits > 3.5;
}
