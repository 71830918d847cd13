/**
 * The wire between the core and a worker: `u32 length LE | u8 kind | u32 id | payload`. A value over one frame goes on
 * in frames of the same kind and id with the high bit of the kind set on all but the last.
 *
 * Invariants: (1) a frame over 1 MiB or a value over 64 MiB is a protocol error, told before it is stored; (2) what one
 * side sends in one turn leaves in one piece.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";

/** Kinds below 16 go to the worker, the others come from it. */
export const Kind = {
  boot: 1,
  load: 2,
  call: 3,
  cancel: 4,
  ping: 5,
  reply: 6,
  refuse: 7,
  probe: 8,
  engine: 9,
  unload: 10,
  token: 16,
  ready: 17,
  loaded: 18,
  unloadable: 19,
  result: 20,
  failure: 21,
  event: 22,
  pong: 23,
  ask: 24,
  died: 25,
  spent: 26,
} as const;

export const MOST_FRAME_BYTES = 1 << 20;
export const MOST_VALUE_BYTES = 64 << 20;
const MORE = 0x80;
const HEADER = 9;
const MOST_PARTIAL_BYTES = 128 << 20;

export type OnMessage = (kind: number, id: number, body: Uint8Array<ArrayBuffer>) => void;

interface Partial {
  readonly pieces: Uint8Array<ArrayBuffer>[];
  length: number;
}

/** Takes bytes as they come and gives whole values. */
export class FrameReader {
  readonly #onMessage: OnMessage;
  readonly #partial = new Map<number, Partial>();
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #partialBytes = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  /** Reads on. A body is a view of the chunk and good only during `onMessage`; the chunk may then be used again. @throws SymphonyError `protocol` */
  push(chunk: Uint8Array<ArrayBuffer>): void {
    const bytes = this.#rest.length === 0 ? chunk : concat([this.#rest, chunk]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = view.getUint32(at, true);
      if (length < HEADER - 4 || length > MOST_FRAME_BYTES) {
        throw new SymphonyError(
          "protocol",
          `A frame announces ${length} bytes; allowed are 5 to ${MOST_FRAME_BYTES}`,
        );
      }
      if (bytes.length - at < 4 + length) break;
      const body = bytes.subarray(at + HEADER, at + 4 + length);
      this.#take(view.getUint8(at + 4), view.getUint32(at + 5, true), body);
      at += 4 + length;
    }
    this.#rest = at === bytes.length ? new Uint8Array(0) : bytes.slice(at);
  }

  #take(kind: number, id: number, body: Uint8Array<ArrayBuffer>): void {
    if (kind < MORE && this.#partial.size === 0) return this.#onMessage(kind, id, body);
    const key = (kind & 0x7f) * 2 ** 32 + id;
    let partial = this.#partial.get(key);
    if (kind < MORE && partial === undefined) return this.#onMessage(kind, id, body);
    partial ??= { pieces: [], length: 0 };
    this.#partial.set(key, partial);
    partial.length += body.length;
    this.#partialBytes += body.length;
    if (partial.length > MOST_VALUE_BYTES || this.#partialBytes > MOST_PARTIAL_BYTES) {
      throw new SymphonyError("protocol", `A value is over ${MOST_VALUE_BYTES} bytes`);
    }
    // A view would keep its whole chunk in memory until the value is complete.
    partial.pieces.push(body.slice());
    if (kind >= MORE) return;
    this.#partial.delete(key);
    this.#partialBytes -= partial.length;
    this.#onMessage(kind, id, concat(partial.pieces));
  }
}

/** Collects the frames of a turn and hands them to `write` in one piece. */
export class FrameWriter {
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void;
  #buffer = new Uint8Array(4096);
  #length = 0;
  #sent = 0;
  #written = 0;
  #waiting: { readonly upTo: number; readonly resolve: () => void }[] = [];
  #scheduled = false;

  constructor(write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void) {
    this.#write = write;
  }

  /** Puts one value into the next piece. @throws SymphonyError `protocol` over 64 MiB */
  send(kind: number, id: number, body: Uint8Array): void {
    if (body.length > MOST_VALUE_BYTES) {
      throw new SymphonyError(
        "protocol",
        `A value of ${body.length} bytes is over the limit of ${MOST_VALUE_BYTES}`,
      );
    }
    const most = MOST_FRAME_BYTES - HEADER;
    let at = 0;
    while (body.length - at > most) {
      this.#frame(kind | MORE, id, body.subarray(at, at + most));
      at += most;
    }
    this.#frame(kind, id, at === 0 ? body : body.subarray(at));
    this.#schedule();
  }

  /** Resolves once everything that was sent so far is written, or cannot be any more. */
  drained(): Promise<void> {
    const upTo = this.#sent;
    if (this.#written >= upTo) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push({ upTo, resolve }));
  }

  #took(bytes: number): void {
    this.#written += bytes;
    while (this.#waiting[0] !== undefined && this.#waiting[0].upTo <= this.#written) {
      this.#waiting.shift()?.resolve();
    }
  }

  #frame(kind: number, id: number, body: Uint8Array): void {
    const size = HEADER + body.length;
    this.#reserve(size);
    const buffer = this.#buffer;
    let at = this.#length;
    const length = size - 4;
    buffer[at++] = length & 255;
    buffer[at++] = length >>> 8 & 255;
    buffer[at++] = length >>> 16 & 255;
    buffer[at++] = length >>> 24;
    buffer[at++] = kind;
    buffer[at++] = id & 255;
    buffer[at++] = id >>> 8 & 255;
    buffer[at++] = id >>> 16 & 255;
    buffer[at++] = id >>> 24;
    buffer.set(body, at);
    this.#length += size;
    this.#sent += size;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + size));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const bytes = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    if (this.#buffer.length > 4 * MOST_FRAME_BYTES) this.#buffer = new Uint8Array(4096);
    const written = this.#write(bytes);
    if (written === undefined) {
      this.#took(bytes.length);
      this.#scheduled = false;
      return;
    }
    // What is sent while a write is under way leaves with the next one.
    const next = () => {
      this.#took(bytes.length);
      this.#scheduled = false;
      if (this.#length > 0) this.#schedule();
    };
    written.then(next, next);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A value as the body of a frame. */
export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(value));
}

/** The value of a body. @throws SymphonyError `protocol` */
export function decodeJson(body: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(body);
    // The reviver costs, so it only runs where the key can be.
    return text.includes("__proto__") ? JSON.parse(text, withoutProto) : JSON.parse(text);
  } catch (cause) {
    throw new SymphonyError("protocol", "A frame's payload is not JSON", { cause });
  }
}

function withoutProto(this: unknown, key: string, value: unknown): unknown {
  return key === "__proto__" ? undefined : value;
}

/** A value and bytes as one body: `u32 length of the JSON | JSON | bytes`; undefined bytes leave a mark. */
export function encodeBoth(value: unknown, bytes: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  const json = encodeJson(value);
  const body = new Uint8Array(5 + json.length + (bytes?.length ?? 0));
  new DataView(body.buffer).setUint32(0, json.length, true);
  body[4] = bytes === undefined ? 0 : 1;
  body.set(json, 5);
  if (bytes !== undefined) body.set(bytes, 5 + json.length);
  return body;
}

/** The parts of such a body; the bytes are a copy. @throws SymphonyError `protocol` */
export function decodeBoth(body: Uint8Array<ArrayBuffer>): {
  value: unknown;
  bytes: Uint8Array<ArrayBuffer> | undefined;
} {
  if (body.length < 5) throw new SymphonyError("protocol", "A frame's payload is too short");
  const length = new DataView(body.buffer, body.byteOffset, body.length).getUint32(0, true);
  if (5 + length > body.length) throw new SymphonyError("protocol", "A frame's payload breaks off");
  const value = decodeJson(body.subarray(5, 5 + length));
  return { value, bytes: body[4] === 1 ? body.slice(5 + length) : undefined };
}

/** How long the JSON of such a body says it is; 0 where it is too short to say. */
export function jsonBytesOf(body: Uint8Array): number {
  return body.length < 5 ? 0 : new DataView(body.buffer, body.byteOffset, body.length).getUint32(0, true);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
