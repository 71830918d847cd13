/**
 * Archives as npm and `ext pack` write them: POSIX ustar. What is read is refused as soon as anything is odd: a link, a
 * path that leads out, a name twice, a wrong checksum, too much. Nothing touches the disk here.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";

export interface PackedFile {
  /** With slashes, below the archive's root. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface TarLimits {
  readonly files: number;
  readonly bytes: number;
}

const BLOCK = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Writes plain files, owned by nobody, of 1 January 1980. @throws SymphonyError `bad-input` for a path over 255 bytes */
export function writeTar(files: readonly PackedFile[]): Uint8Array<ArrayBuffer> {
  const size = files.reduce((sum, { bytes }) => sum + BLOCK + padded(bytes.length), 2 * BLOCK);
  const tar = new Uint8Array(size);
  let at = 0;
  for (const { path, bytes } of files) {
    tar.set(headerOf(path, bytes.length), at);
    tar.set(bytes, at + BLOCK);
    at += BLOCK + padded(bytes.length);
  }
  return tar;
}

function headerOf(path: string, size: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => header.set(encoder.encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  const [prefix, name] = splitPath(path);
  put(name, 0);
  put(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0`, 100);
  put(`${octal(Date.UTC(1980, 0, 1) / 1000, 11)}\0        0`, 136);
  put("ustar\x0000", 257);
  put(prefix, 345);
  put(`${octal(checksumOf(header), 6)}\0 `, 148);
  return header;
}

function splitPath(path: string): readonly [prefix: string, name: string] {
  const length = (text: string) => encoder.encode(text).length;
  if (length(path) <= 100) return ["", path];
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (length(prefix) <= 155 && length(name) <= 100) return [prefix, name];
  }
  throw new SymphonyError("bad-input", `Cannot pack "${path}": its path is too long for an archive`);
}

/** Reads the plain files of an archive, in its order. @throws SymphonyError `bad-input` for anything else in it */
export function readTar(tar: Uint8Array<ArrayBuffer>, limits: TarLimits): readonly PackedFile[] {
  const files: PackedFile[] = [];
  const seen = new Set<string>();
  let total = 0;
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (checksumOf(header) !== numberAt(header, 148, 8)) throw odd(`its entry at byte ${at} is damaged`);
    const size = numberAt(header, 124, 12);
    const bytes = tar.slice(at + BLOCK, at + BLOCK + size);
    if (bytes.length < size) throw odd("it breaks off");
    at += BLOCK + padded(size);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "x") longPath = paxPath(bytes);
    if (type === "x" || type === "g") continue;
    const told = longPath ?? pathOf(header);
    longPath = undefined;
    // `tar -C folder .` names the folder itself first.
    if (type === "5" && /^(\.\/)*\.\/?$/.test(told)) continue;
    const path = cleanPath(told);
    if (type === "5") continue;
    if (type !== "0" && type !== "\0") throw odd(`"${path}" is no plain file, but a link or a device`);
    const folded = path.toLowerCase().normalize("NFC");
    if (seen.has(folded)) throw odd(`it holds "${path}" twice`);
    seen.add(folded);
    total += size;
    if (seen.size > limits.files) throw odd(`it holds more than ${limits.files} files`);
    if (total > limits.bytes) throw odd(`it holds more than ${limits.bytes >> 20} MB`);
    files.push({ path, bytes });
  }
  return files;
}

/** Unpacks gzip, up to `most` bytes. @throws SymphonyError `bad-input` */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))) {
      size += part.length;
      if (size > most) break;
      parts.push(part);
    }
  } catch (cause) {
    throw new SymphonyError("bad-input", "Cannot read the archive: it is no gzip file, or damaged", {
      cause,
    });
  }
  if (size > most) throw odd(`it unpacks to more than ${most >> 20} MB`);
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function pathOf(header: Uint8Array): string {
  const name = textAt(header, 0, 100);
  const prefix = textAt(header, 257, 5) === "ustar" ? textAt(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** The `path` of an extended header; its other members do not matter. */
function paxPath(bytes: Uint8Array): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(text(bytes.subarray(at, space)));
    if (space < 0 || !Number.isSafeInteger(length) || length <= 0) throw odd("an extended header is damaged");
    const record = text(bytes.subarray(space + 1, at + length - 1));
    if (record.startsWith("path=")) found = record.slice(5);
    at += length;
  }
  return found;
}

/** @throws SymphonyError `bad-input` for a path that could leave the folder it is unpacked in */
function cleanPath(path: string): string {
  const steps = path.replace(/\/$/, "").split("/").filter((step) => step !== ".");
  const bad = path.startsWith("/") || path.includes("\\") || path.includes("\0") || /^[a-z]:/i.test(path) ||
    steps.length === 0 || steps.some((step) => step === "" || step === "..") || /\p{Control}/u.test(path);
  if (bad) throw odd(`the path ${JSON.stringify(path.slice(0, 100))} leads out of it`);
  return steps.join("/");
}

function checksumOf(header: Uint8Array): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}

function numberAt(header: Uint8Array, at: number, length: number): number {
  const digits = textAt(header, at, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw odd("a number in it is damaged");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function textAt(header: Uint8Array, at: number, length: number): string {
  const part = header.subarray(at, at + length);
  const end = part.indexOf(0);
  return text(end < 0 ? part : part.subarray(0, end));
}

function text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw odd("a name in it is not UTF-8");
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function odd(why: string): SymphonyError {
  return new SymphonyError("bad-input", `Cannot use the archive: ${why}`);
}
