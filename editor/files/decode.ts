/**
 * Bytes of a file to text, in an encoding that is found out.
 *
 * The order: a byte order mark; UTF-8, which other text hardly ever is by chance; UTF-16 by where its zero bytes stand;
 * an eight-bit or East Asian encoding by the frequencies of its characters (chardet); Latin-1, which takes any bytes.
 * A guess only counts where writing it back gives the same bytes.
 *
 * All but UTF-8 and marked UTF-16 needs the libraries of `encodings.ts`: call it inside `withEncodings`.
 *
 * @module
 */

import { Breath } from "./breath.ts";
import { SymphonyError } from "../../core/errors.ts";
import { encodeIn } from "./encode.ts";
import { encodings } from "./encodings.ts";
import type { TextForm } from "./text_form.ts";

/** Text in pieces, none of which ends between the halves of a surrogate pair. */
export interface Decoded {
  readonly chunks: readonly string[];
  readonly form: TextForm;
}

// The platform decodes a large array in pieces several times quicker than at once, and each piece that is ASCII or
// Latin-1 then takes a byte a character.
const PIECE_BYTES = 1 << 18;
const SAMPLE_BYTES = 1 << 16;
/** Below this chardet's guess is no better than the assumption that the file is Western. */
const LEAST_CONFIDENCE = 50;

const marks: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe, 0, 0], "utf-32le"],
  [[0, 0, 0xfe, 0xff], "utf-32be"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/**
 * The text of `bytes`; `encoding` where the caller knows it.
 * @throws SymphonyError `unsupported` where the bytes are no text, `bad-input` where `encoding` is unknown or does not fit
 */
export function decode(bytes: Uint8Array, encoding?: string): Decoded {
  const marked = marks.find(([mark]) => mark.every((byte, at) => bytes[at] === byte));
  if (encoding !== undefined) return decodeAs(bytes, encoding, marked);
  if (marked !== undefined) {
    const [mark, name] = marked;
    const chunks = decodeIn(bytes.subarray(mark.length), name);
    // A file that says what it is and is not that is damaged; a guess would only hide it.
    if (chunks === undefined) throw binary();
    return { chunks, form: { encoding: name, mark: true } };
  }
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (sample.includes(0)) {
    const wide = wideEncoding(sample);
    const chunks = wide === undefined ? undefined : decodeIn(bytes, wide);
    if (wide !== undefined && chunks !== undefined) return { chunks, form: { encoding: wide, mark: false } };
    throw binary();
  }
  const utf8 = decodeIn(bytes, "utf-8");
  if (utf8 !== undefined) return { chunks: utf8, form: { encoding: "utf-8", mark: false } };
  if (bytes.includes(0) || controlShare(sample) > 0.02) throw binary();
  for (const name of [...guesses(bytes), "windows-1252", "iso-8859-1"]) {
    const chunks = decodeIn(bytes, name);
    if (chunks !== undefined) return { chunks, form: { encoding: name, mark: false } };
  }
  throw binary();
}

/**
 * The same for a large file, with turns for others in between: undefined where it is not plainly UTF-8, which `decode` then
 * has to say more of.
 */
export async function decodeUtf8(bytes: Uint8Array): Promise<Decoded | undefined> {
  const mark = [0xef, 0xbb, 0xbf].every((byte, at) => bytes[at] === byte);
  if (bytes.subarray(0, SAMPLE_BYTES).includes(0)) return undefined;
  const breath = new Breath();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const chunks: string[] = [];
  try {
    for (let at = mark ? 3 : 0; at < bytes.length; at += PIECE_BYTES) {
      chunks.push(decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true }));
      const pause = breath.take();
      if (pause !== undefined) await pause;
    }
    chunks.push(decoder.decode());
  } catch {
    return undefined;
  }
  return { chunks: chunks.filter((chunk) => chunk !== ""), form: { encoding: "utf-8", mark } };
}

function decodeAs(bytes: Uint8Array, encoding: string, marked: (typeof marks)[number] | undefined): Decoded {
  const name = knownEncoding(encoding);
  const mark = marked?.[1] === name ? marked[0].length : 0;
  const chunks = decodeIn(bytes.subarray(mark), name);
  if (chunks === undefined) {
    throw new SymphonyError("bad-input", `Cannot read the file as ${name}: its bytes are not valid there`);
  }
  return { chunks, form: { encoding: name, mark: mark > 0 } };
}

/** The name that this module uses for an encoding. @throws SymphonyError `bad-input` where it is unknown */
export function knownEncoding(name: string): string {
  const plain = name.toLowerCase().replaceAll("_", "-");
  const found = plain === "utf8" ? "utf-8" : plain === "latin1" ? "iso-8859-1" : name.toLowerCase();
  if (found === "utf-8" || encodings().iconv.encodingExists(found)) return found;
  throw new SymphonyError("bad-input", `Cannot use the encoding "${name}": it is not known`, {
    hint: 'Names are for example "utf-8", "utf-16le", "windows-1252", "shift_jis", "gb18030"',
  });
}

/** The text, or undefined where the bytes are not valid in the encoding. */
function decodeIn(bytes: Uint8Array, encoding: string): string[] | undefined {
  if (encoding === "utf-8" || encoding === "utf-16le" || encoding === "utf-16be") {
    return decodeByPlatform(bytes, encoding);
  }
  const text = encodings().iconv.decode(bytes, encoding, { stripBOM: false });
  return text.isWellFormed() && sameBytes(encodeIn([text], encoding), bytes) ? pieces(text) : undefined;
}

function decodeByPlatform(bytes: Uint8Array, encoding: string): string[] | undefined {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const chunks: string[] = [];
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      chunks.push(decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true }));
    }
    chunks.push(decoder.decode());
  } catch {
    return undefined;
  }
  return chunks.filter((chunk) => chunk !== "");
}

function pieces(text: string): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + PIECE_BYTES);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end++;
    chunks.push(text.slice(at, end));
    at = end;
  }
  return chunks;
}

function sameBytes(chunks: Iterable<Uint8Array>, bytes: Uint8Array): boolean {
  let at = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) if (chunk[i] !== bytes[at + i]) return false;
    at += chunk.length;
  }
  return at === bytes.length;
}

/** UTF-16 without a mark: in most scripts that programs are written in, every second byte is zero. */
function wideEncoding(sample: Uint8Array): string | undefined {
  let [even, odd] = [0, 0];
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) at % 2 === 0 ? even++ : odd++;
  const half = sample.length / 2;
  if (odd > half * 0.4 && even < half * 0.02) return "utf-16le";
  if (even > half * 0.4 && odd < half * 0.02) return "utf-16be";
  return undefined;
}

/** The share of control characters that text does not hold: all but tab, line ends, form feed and escape. */
function controlShare(sample: Uint8Array): number {
  let count = 0;
  for (const byte of sample) if (byte < 32 && !(byte >= 8 && byte <= 13) && byte !== 27) count++;
  return sample.length === 0 ? 0 : count / sample.length;
}

function guesses(bytes: Uint8Array): string[] {
  return encodings().analyse(bytes.subarray(0, SAMPLE_BYTES))
    .filter(({ confidence }) => confidence >= LEAST_CONFIDENCE)
    .map(({ name }) => name.toLowerCase())
    .filter((name) => !/^(utf|ascii)/.test(name) && encodings().iconv.encodingExists(name));
}

function binary(): SymphonyError {
  return new SymphonyError("unsupported", "Cannot open the file: it is binary, expected text", {
    hint: "If it is text, name its encoding",
  });
}
