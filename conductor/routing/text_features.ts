/**
 * Features of a prompt: ten numbers about its shape, then its words hashed into 24 signed buckets. The recipe is that of
 * the routing sets, so that what is measured there holds here. O(length), a few microseconds a kilobyte.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

/** How many features `textFeatures` gives. */
export const TEXT_FEATURES = 34;
const BUCKETS = 24;
const NUMBERS = TEXT_FEATURES - BUCKETS;
/** A longer prompt is judged by its beginning and its length. */
const MOST = 20_000;

/** Names of the features, for `explain`. */
export const textFeatureNames: readonly string[] = [
  "log_chars",
  "log_words",
  "digit_ratio",
  "punct_ratio",
  "upper_ratio",
  "newline_log",
  "qmark",
  "codeish",
  "avg_word",
  "nonascii",
  ...Array.from({ length: BUCKETS }, (_, at) => `hash${at}`),
];

const token = /[a-z]+|[0-9]+|[^\sa-z0-9]/g;
const encoder = new TextEncoder();

/** The features of `text`, each about -1 to 2. */
export function textFeatures(text: string): Float64Array {
  const features = new Float64Array(TEXT_FEATURES);
  const read = text.length > MOST ? text.slice(0, MOST) : text;
  const characters = Math.max(1, read.length);
  const words = (read.match(/\S+/g) ?? []).length;
  const share = (pattern: RegExp) => (read.match(pattern) ?? []).length / characters;
  const scale = text.length / characters;
  features[0] = Math.log(1 + text.length) / 10;
  features[1] = Math.log(1 + words * scale) / 8;
  features[2] = share(/[0-9]/g);
  features[3] = share(/[^\p{L}\p{N}\s]/gu);
  features[4] = share(/\p{Lu}/gu);
  features[5] = Math.log(1 + (read.match(/\n/g) ?? []).length * scale) / 5;
  features[6] = Math.min(3, (read.match(/\?/g) ?? []).length) / 3;
  features[7] = 5 * share(/[{}[\]();=<>_$\\]/g);
  features[8] = Math.min(12, characters / Math.max(1, words)) / 12;
  // deno-lint-ignore no-control-regex -- the range is that of ASCII
  features[9] = share(/[^\x00-\x7f]/g);
  let squares = 0;
  for (const [word] of read.toLowerCase().matchAll(token)) {
    const hash = fnv1a(word);
    const place = NUMBERS + hash % BUCKETS;
    features[place] = (features[place] as number) + ((hash >>> 16) & 1 ? 1 : -1);
  }
  for (let at = NUMBERS; at < TEXT_FEATURES; at++) squares += (features[at] as number) ** 2;
  const length = Math.sqrt(squares);
  if (length > 0) {
    for (let at = NUMBERS; at < TEXT_FEATURES; at++) features[at] = (features[at] as number) / length;
  }
  return features;
}

/** Fowler, Noll and Vo's hash, 32 bits, of the UTF-8 bytes. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  const isAscii = text.charCodeAt(0) < 128;
  if (isAscii) {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  } else for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
