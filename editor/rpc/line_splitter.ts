/**
 * Bytes into lines of text.
 *
 * @module
 */

const LINE_FEED = 0x0a;

/** No message is longer; what is, is thrown away, and the next line goes on. */
export const MOST_LINE_BYTES = 256 * 1024 * 1024;

export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #onTooLong: () => void;
  #parts: Uint8Array[] = [];
  #length = 0;
  #skipping = false;

  constructor(onTooLong: () => void = () => {}) {
    this.#onTooLong = onTooLong;
  }

  /** Takes the next bytes and gives the lines they complete, without their line ends. Keeps nothing of `bytes` but copies. */
  *push(bytes: Uint8Array): Generator<string, void, undefined> {
    let start = 0;
    for (let feed = bytes.indexOf(LINE_FEED); feed >= 0; feed = bytes.indexOf(LINE_FEED, start)) {
      const line = this.#complete(bytes.subarray(start, feed));
      start = feed + 1;
      if (line !== undefined) yield line;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  #keep(part: Uint8Array): void {
    if (this.#skipping) return;
    this.#length += part.length;
    if (this.#length > MOST_LINE_BYTES) {
      this.#parts = [];
      this.#length = 0;
      this.#skipping = true;
      this.#onTooLong();
    } else this.#parts.push(part.slice());
  }

  #complete(last: Uint8Array): string | undefined {
    if (this.#skipping) {
      this.#skipping = false;
      return undefined;
    }
    if (this.#parts.length === 0) return this.#decoder.decode(last);
    const whole = new Uint8Array(this.#length + last.length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    whole.set(last, at);
    this.#parts = [];
    this.#length = 0;
    return this.#decoder.decode(whole);
  }
}
