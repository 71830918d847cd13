/**
 * What a key looks like in a text: by the marks that services give their keys, and by being as mixed as no word is. Rather a
 * key overlooked here than an innocent word accused; who would take out too much has more patterns of its own.
 *
 * @module
 */

/** Shapes that are keys beyond doubt, by name. The patterns are global, for replacing. */
export const keyPatterns: readonly (readonly [string, RegExp])[] = [
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
];

/** Letters and digits in a run this long that no word is. */
export const longRun = /[A-Za-z0-9+/_=-]{32,}/g;

/** No key is shorter. */
const LEAST_KEY = 16;
/** A name of a port or field that asks for one. */
const askingName =
  /(?:^|[^a-z])(?:api[-_ ]?key|key|secret|token|password|passwd|passphrase|auth|authorization)$/i;

/** True where `text`, given under `name`, looks like a key somebody typed or pasted. */
export function looksLikeKey(text: string, name = ""): boolean {
  if (text.length < LEAST_KEY) return false;
  // A long text is a prompt or a document; a line in it may speak of keys.
  if (text.length > 4096) return false;
  if (keyPatterns.some(([, pattern]) => text.search(pattern) >= 0)) return true;
  const isAsked = askingName.test(name.replaceAll(/([a-z])([A-Z])/g, "$1-$2"));
  return isAsked && !/\s/.test(text) && (text.match(longRun) ?? []).some(isMixed);
}

/** True for what is as mixed as a key: upper and lower case and digits, few repetitions. Hashes in hexadecimal are not. */
export function isMixed(text: string): boolean {
  if (/^[0-9a-f-]+$/.test(text) || !/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/[0-9]/.test(text)) {
    return false;
  }
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= n / text.length * Math.log2(n / text.length);
  return bits > 3.5;
}
