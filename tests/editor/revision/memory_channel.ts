/**
 * Two ends of a connection inside one process.
 *
 * @module
 */

import type { ByteChannel } from "../../../editor/revision/byte_channel.ts";

/** One direction: bytes in, bytes out, an end. */
class Pipe {
  readonly #pieces: Uint8Array[] = [];
  #wake = () => {};
  #ended = false;

  write(bytes: Uint8Array): void {
    this.#pieces.push(bytes.slice());
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#pieces.length === 0) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const piece = this.#pieces[0] as Uint8Array;
    const count = Math.min(buffer.length, piece.length);
    buffer.set(piece.subarray(0, count));
    if (count === piece.length) this.#pieces.shift();
    else this.#pieces[0] = piece.subarray(count);
    return count;
  }
}

/** Both ends; closing one ends both. */
export function memoryChannels(): readonly [ByteChannel, ByteChannel] {
  const [there, back] = [new Pipe(), new Pipe()];
  const close = () => [there, back].forEach((pipe) => pipe.end());
  return [
    { read: (buffer) => back.read(buffer), write: (bytes) => there.write(bytes), close },
    { read: (buffer) => there.read(buffer), write: (bytes) => back.write(bytes), close },
  ];
}
