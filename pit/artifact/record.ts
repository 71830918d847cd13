/**
 * How an artifact lies in the store. A record is four bytes that give the length of the header with the highest bit set,
 * four bytes of checksum over header and names, the header as JSON, and then the content where that is small, or the names of its blocks, 32 bytes each, in order. Older records have no checksum and no
 * such bit. Content that was stored before there were blocks (format 1) lies in chunks of its own.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, artifactId, nodeId, runId } from "../../core/ids.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import type { ArtifactInfo, ArtifactMeta } from "../../core/ports/artifact.ts";
import { crc32 } from "./checked.ts";

/** Content up to this size lies in the record itself. */
export const INLINE_BYTES = 64 * 1024;
/** Size of the chunks of format 1. */
export const CHUNK_BYTES = 256 * 1024;

const HEAD_BYTES = 8;
const CHECKED = 0x8000_0000 | 0;

/** SHA-256 of `bytes` as an id. Synchronous: measured quicker than WebCrypto at every size up to 1 MB. */
export function hashOf(bytes: Uint8Array): ArtifactId {
  return createHash("sha256").update(bytes).digest("hex") as ArtifactId;
}

/** What is known of content that is stored for the first time. */
export function infoOf(
  id: ArtifactId,
  sizeBytes: number,
  createdAt: number,
  meta: ArtifactMeta,
): ArtifactInfo {
  const { type = "application/json", name, origin } = meta;
  return {
    id,
    sizeBytes,
    type,
    createdAt,
    ...(name === undefined ? {} : { name }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Where the content of an artifact is. */
export type Content =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  /** Small and encrypted; the sealed form of its coded form (codec.ts), under the artifact's id. */
  | { readonly kind: "sealed"; readonly bytes: Uint8Array }
  | { readonly kind: "blocks"; readonly names: readonly string[] }
  | { readonly kind: "chunks" };

/** The record of `info` and, where it is small, of the content, else of its blocks' names. */
export function recordBytes(info: ArtifactInfo, content: Exclude<Content, { kind: "chunks" }>): Uint8Array {
  const { id: _, ...rest } = info;
  const { kind } = content;
  const header = new TextEncoder().encode(
    JSON.stringify(kind === "inline" ? rest : { ...rest, layout: kind }),
  );
  const tail = kind === "blocks" ? namesBytes(content.names) : content.bytes;
  const bytes = new Uint8Array(HEAD_BYTES + header.length + tail.length);
  bytes.set(header, HEAD_BYTES);
  bytes.set(tail, HEAD_BYTES + header.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (header.length | CHECKED) >>> 0);
  // Content is covered by its id; names of blocks are not.
  view.setUint32(4, crc32(kind === "blocks" ? bytes.subarray(HEAD_BYTES) : header));
  return bytes;
}

function namesBytes(names: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(names.length * 32);
  names.forEach((name, at) => bytes.set(Buffer.from(name, "hex"), at * 32));
  return bytes;
}

function namesOf(bytes: Uint8Array): readonly string[] {
  return Array.from(
    { length: bytes.length / 32 },
    (_, at) => Buffer.from(bytes.subarray(at * 32, at * 32 + 32)).toString("hex"),
  );
}

/** The parts of a record; inline content is a view into `bytes`. @throws SymphonyError `corrupt` */
export function readRecord(id: ArtifactId, bytes: Uint8Array): { info: ArtifactInfo; content: Content } {
  const { from, end, sum } = headOf(bytes);
  if (end < from || end > bytes.length) throw unreadable(id);
  const header = parsedHeader(bytes.subarray(from, end));
  if (header === undefined) throw unreadable(id);
  if (sum !== undefined) {
    const covered = header["layout"] === "blocks" ? bytes.subarray(from) : bytes.subarray(from, end);
    if (crc32(covered) !== sum) throw unreadable(id);
  }
  const { sizeBytes, type, createdAt, name } = header;
  if (typeof sizeBytes !== "number" || typeof type !== "string" || typeof createdAt !== "number") {
    throw unreadable(id);
  }
  const origin = originOf(header);
  const info: ArtifactInfo = {
    id,
    sizeBytes,
    type,
    createdAt,
    ...(typeof name === "string" ? { name } : {}),
    ...(origin === undefined ? {} : { origin }),
  };
  return { info, content: contentOf(header, sizeBytes, bytes.subarray(end)) };
}

/** Where the header begins and ends, and its checksum. */
function headOf(bytes: Uint8Array): { readonly from: number; readonly end: number; readonly sum?: number } {
  const nothing = { from: 0, end: -1 };
  if (bytes.length < 4) return nothing;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0);
  if ((length & CHECKED) === 0) return { from: 4, end: 4 + length };
  if (bytes.length < HEAD_BYTES) return nothing;
  return { from: HEAD_BYTES, end: HEAD_BYTES + (length & ~CHECKED), sum: view.getUint32(4) };
}

function contentOf(header: JsonObject, sizeBytes: number, tail: Uint8Array): Content {
  if (header["layout"] === "sealed") return { kind: "sealed", bytes: tail };
  if (header["layout"] === "blocks") return { kind: "blocks", names: namesOf(tail) };
  return sizeBytes <= INLINE_BYTES ? { kind: "inline", bytes: tail } : { kind: "chunks" };
}

/** The error of an artifact whose content is not what its id says. */
export function corruptArtifact(id: ArtifactId, found: string): SymphonyError {
  return new SymphonyError("corrupt", `Cannot read artifact ${id}: ${found}`, {
    hint: "Run `symphony artifacts verify` to see what else is damaged, then run the workflow again",
  });
}

/** An id that came out of the store. @throws SymphonyError `bad-id` */
export function storedId(key: unknown): ArtifactId {
  return artifactId(String(key));
}

function unreadable(id: ArtifactId): SymphonyError {
  return corruptArtifact(id, "its record is damaged");
}

function parsedHeader(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function originOf(header: JsonObject): ArtifactInfo["origin"] {
  const origin = header.origin;
  if (!isObject(origin) || typeof origin.run !== "string" || typeof origin.node !== "string") {
    return undefined;
  }
  return {
    run: runId(origin.run),
    node: nodeId(origin.node),
    ...(typeof origin.item === "number" ? { item: origin.item } : {}),
  };
}
