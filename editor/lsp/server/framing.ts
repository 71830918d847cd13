/**
 * The framing of the Language Server Protocol: `Content-Length: N`, an empty line, N bytes of JSON.
 *
 * A server is not trusted to keep to it. What stands outside a frame (a stray `console.log`) is skipped and counted; a
 * body over the limit is skipped without being kept, and only its first bytes are looked at, for the id of the request
 * that it answers. Neither ends the connection.
 *
 * @module
 */

/** What came out of the stream: a whole body, or the note that one was too large to be kept. */
export type Frame =
  | { readonly kind: "body"; readonly body: Uint8Array }
  | { readonly kind: "oversize"; readonly sizeBytes: number; readonly head: Uint8Array };

/** A header block longer than this holds no frame: what stands before its last `Content-Length` is junk. */
const LONGEST_HEADER = 8 << 10;
/** How much of an oversize body is kept, to find out what it was. */
const HEAD_BYTES = 1 << 10;

const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** Cuts a stream of bytes into frames. */
export class FrameDecoder {
  readonly #mostBytes: number;
  /** Bytes not yet used, oldest first; `#size` is their sum. */
  #chunks: Uint8Array[] = [];
  #size = 0;
  /** Bytes of the body that is awaited; undefined while a header is. */
  #awaited: number | undefined;
  /** Bytes of an oversize body still to be thrown away. */
  #skipping = 0;
  #junk = 0;

  /** Bodies of more than `mostBytes` bytes, at least a kilobyte, are skipped. */
  constructor(mostBytes: number) {
    this.#mostBytes = Math.max(mostBytes, HEAD_BYTES);
  }

  /** Bytes that belonged to no frame, so far. */
  get junkBytes(): number {
    return this.#junk;
  }

  /** Takes the next bytes of the stream and gives every frame that they complete. `chunk` is kept, not copied. */
  *feed(chunk: Uint8Array): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (true) {
      if (this.#skipping > 0) {
        this.#skip();
        if (this.#skipping > 0) return;
      }
      if (this.#awaited === undefined) {
        const header = this.#header();
        if (header === undefined) return;
        this.#awaited = header.sizeBytes;
      }
      if (this.#awaited > this.#mostBytes) {
        if (this.#size < HEAD_BYTES) return;
        const sizeBytes = this.#awaited;
        const head = this.#take(HEAD_BYTES);
        this.#awaited = undefined;
        this.#skipping = sizeBytes - head.length;
        yield { kind: "oversize", sizeBytes, head };
        continue;
      }
      if (this.#size < this.#awaited) return;
      const body = this.#take(this.#awaited);
      this.#awaited = undefined;
      yield { kind: "body", body };
    }
  }

  /** Undefined where no header is complete. What is not a header is dropped. */
  #header(): { readonly sizeBytes: number } | undefined {
    while (true) {
      const bytes = this.#joined();
      const end = headerEnd(bytes);
      if (end === undefined) {
        if (bytes.length > LONGEST_HEADER) this.#dropJunk(bytes);
        return undefined;
      }
      const text = latin1.decode(bytes.subarray(0, end));
      this.#take(end);
      const found = [...text.matchAll(/Content-Length:[ \t]*(\d{1,15})[ \t]*\r?\n/gi)].at(-1);
      if (found !== undefined) {
        this.#junk += found.index;
        return { sizeBytes: Number(found[1]) };
      }
      this.#junk += end;
    }
  }

  /** Keeps what may be the beginning of a header and drops what stands before it. */
  #dropJunk(bytes: Uint8Array): void {
    const text = latin1.decode(bytes);
    const at = Math.max(text.toLowerCase().lastIndexOf("content-length"), text.length - 32);
    this.#junk += at;
    this.#take(at);
  }

  #skip(): void {
    const now = Math.min(this.#skipping, this.#size);
    this.#take(now);
    this.#skipping -= now;
  }

  /** All unused bytes as one array. */
  #joined(): Uint8Array {
    if (this.#chunks.length === 1) return this.#chunks[0] as Uint8Array;
    const whole = concat(this.#chunks, this.#size);
    this.#chunks = [whole];
    return whole;
  }

  /** Removes the first `count` bytes; copies only where they span chunks. */
  #take(count: number): Uint8Array {
    this.#size -= count;
    const parts: Uint8Array[] = [];
    let left = count;
    let used = 0;
    while (left > 0) {
      const chunk = this.#chunks[used] as Uint8Array;
      if (chunk.length > left) {
        parts.push(chunk.subarray(0, left));
        this.#chunks[used] = chunk.subarray(left);
        left = 0;
      } else {
        parts.push(chunk);
        left -= chunk.length;
        used++;
      }
    }
    this.#chunks.splice(0, used);
    return concat(parts, count);
  }
}

/** Where the header block ends; servers on some platforms end its lines with a bare line feed. */
function headerEnd(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3;
  }
  return undefined;
}

/** All parts, `size` bytes together, as one array. */
export function concat(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One frame around `body`. */
export function encodeFrame(body: string): Uint8Array {
  const bytes = encoder.encode(body);
  const header = encoder.encode(`Content-Length: ${bytes.length}\r\n\r\n`);
  return concat([header, bytes], header.length + bytes.length);
}

/** The id of the answer whose first bytes are `head`; undefined where they show none or it is no answer. */
export function answeredId(head: Uint8Array): number | undefined {
  const text = latin1.decode(head);
  if (/"method"\s*:/.test(text)) return undefined;
  const found = /"id"\s*:\s*(\d{1,15})\b/.exec(text);
  return found === null ? undefined : Number(found[1]);
}
