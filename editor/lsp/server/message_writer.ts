/**
 * Writes messages to a peer that may not read them: everything of one turn goes out in one write, and what waits is
 * counted, so that others can hold back before memory is lost to a server that hangs.
 *
 * @module
 */

import type { Event, Message, MessageWriter } from "vscode-jsonrpc";
import { concat, encodeFrame } from "./framing.ts";

/** A peer that has so much to read gets no more. One message may be larger: a document that is sent whole. */
const MOST_BACKLOG_BYTES = 32 << 20;

export interface WriterEvents {
  /** Everything has gone out. */
  readonly drained: () => void;
  /** The peer does not read; nothing more will be written. */
  readonly overflowed: () => void;
}

export class QueuedMessageWriter implements MessageWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writingBytes = 0;
  #flushing = false;
  #ended = false;
  readonly #events: WriterEvents;

  constructor(stream: WritableStream<Uint8Array>, events: WriterEvents) {
    this.#writer = stream.getWriter();
    this.#events = events;
  }

  /** Bytes that the peer has not taken yet. */
  get backlogBytes(): number {
    return this.#queuedBytes + this.#writingBytes;
  }

  // Neither happens: the end of a process is told by the process itself.
  readonly onError: Event<[Error, Message | undefined, number | undefined]> = () => ({ dispose: () => {} });
  readonly onClose: Event<void> = () => ({ dispose: () => {} });

  write(message: Message): Promise<void> {
    if (this.#ended) return Promise.resolve();
    const waiting = this.backlogBytes;
    const frame = encodeFrame(JSON.stringify(message));
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
    if (waiting > MOST_BACKLOG_BYTES) {
      this.#ended = true;
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#events.overflowed();
    } else if (!this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => this.#flush());
    }
    return Promise.resolve();
  }

  end(): void {
    this.#ended = true;
    if (!this.#flushing) this.#writer.close().catch(() => {});
  }

  dispose(): void {
    this.#ended = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#writer.abort().catch(() => {});
  }

  async #flush(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const parts = this.#queue;
        this.#writingBytes = this.#queuedBytes;
        this.#queue = [];
        this.#queuedBytes = 0;
        await this.#writer.write(concat(parts, this.#writingBytes));
        this.#writingBytes = 0;
      }
      if (this.#ended) await this.#writer.close();
    } catch {
      // The process no longer reads: broken pipe, or disposed.
      this.#ended = true;
    } finally {
      this.#flushing = false;
      this.#writingBytes = 0;
    }
    this.#events.drained();
  }
}
