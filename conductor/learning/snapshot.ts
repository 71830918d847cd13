/**
 * A policy as one file: a magic word, the length of a JSON header, the header (format, facts, where each part's numbers
 * lie), the numbers as little-endian 64-bit floats, and the SHA-256 of all before it. Reading verifies everything; equal
 * states give equal bytes.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { SymphonyError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { SnapshotPart } from "../snapshot_part.ts";

const MAGIC = "SYMPOL01";
const HEAD = MAGIC.length + 4;
const DIGEST = 32;

export interface PolicySnapshot {
  /** The policy's name, when it was made, the log's position it has learned up to. */
  readonly facts: JsonObject;
  readonly parts: readonly SnapshotPart[];
}

interface Header {
  readonly facts: JsonObject;
  readonly parts: readonly { readonly name: string; readonly facts: JsonObject; readonly count: number }[];
}

export function encodeSnapshot({ facts, parts }: PolicySnapshot): Uint8Array {
  const header: Header = {
    facts,
    parts: parts.map(({ name, facts, numbers }) => ({ name, facts, count: numbers.length })),
  };
  const head = new TextEncoder().encode(JSON.stringify(header));
  const total = parts.reduce((sum, { numbers }) => sum + numbers.length, 0);
  const bytes = new Uint8Array(HEAD + head.length + total * 8 + DIGEST);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(MAGIC.length, head.length, true);
  bytes.set(head, HEAD);
  let at = HEAD + head.length;
  for (const { numbers } of parts) {
    for (const number of numbers) {
      view.setFloat64(at, number, true);
      at += 8;
    }
  }
  bytes.set(digest(bytes.subarray(0, at)), at);
  return bytes;
}

/** @throws SymphonyError `unsupported` for another format; `corrupt` where a byte is wrong or missing. */
export function decodeSnapshot(bytes: Uint8Array): PolicySnapshot {
  const word = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (word !== MAGIC) {
    const isOther = word.startsWith("SYMPOL");
    throw new SymphonyError(
      isOther ? "unsupported" : "corrupt",
      `Cannot read the policy: it begins with ${JSON.stringify(word)}, expected "${MAGIC}"`,
    );
  }
  const end = bytes.length - DIGEST;
  if (end < HEAD || !equal(digest(bytes.subarray(0, end)), bytes.subarray(end))) {
    throw new SymphonyError("corrupt", "Cannot read the policy: its SHA-256 does not fit its bytes");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(MAGIC.length, true);
  // The digest has vouched for the header.
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD, HEAD + length))) as Header;
  let at = HEAD + length;
  const parts = header.parts.map(({ name, facts, count }) => {
    const numbers = new Float64Array(count);
    for (let place = 0; place < count; place++, at += 8) numbers[place] = view.getFloat64(at, true);
    return { name, facts, numbers };
  });
  return { facts: header.facts, parts };
}

function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
