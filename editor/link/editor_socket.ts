/**
 * An editor that someone else runs, at its socket: several symphony processes, or people, on the same texts.
 *
 * When the connection breaks it is made again: whoever runs the editor replaces it, and the next one listens at the same place.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import { type ByteChannel, socketChannel } from "../revision/byte_channel.ts";
import type { EditorEnd, EditorSource } from "./editor_source.ts";

/** How long the next editor may take to listen, in milliseconds. */
const PATIENCE_MS = 10_000;
const AGAIN_MS = 5;

export class EditorSocket implements EditorSource {
  readonly lastEnd = "its socket was closed";
  readonly #path: string;
  readonly #patienceMs: number;
  #current: ByteChannel | undefined;
  #closed = false;
  onSpare: ((spare: EditorEnd) => void) | undefined;

  constructor(path: string, options: { readonly patienceMs?: number } = {}) {
    this.#path = path;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
  }

  async next(): Promise<EditorEnd> {
    this.#current?.close();
    const began = performance.now();
    for (;;) {
      if (this.#closed) {
        throw new SymphonyError("closed", "Cannot reach an editor: the link to it was closed");
      }
      try {
        const channel = socketChannel(await Deno.connect({ transport: "unix", path: this.#path }));
        this.#current = channel;
        return { channel };
      } catch (cause) {
        if (performance.now() - began > this.#patienceMs) {
          const why = messageOf(cause);
          throw new SymphonyError("closed", `Cannot reach an editor at "${this.#path}": ${why}`, { cause });
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  abandon(): void {
    this.#current?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#current?.close();
    return Promise.resolve();
  }
}
