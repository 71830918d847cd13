/**
 * A plugin that runs as a process: lines of JSON through its standard streams.
 *
 * Nothing here waits for the plugin. What it is told queues up to a limit; beyond that it is ended, as is one that writes a line without end.
 * What it says is taken in slices, so that a flood leaves room for everything else, and unread, so that the flood is held back by
 * the pipe.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { LineSplitter } from "../rpc/line_splitter.ts";

/** How much may wait to be written to a plugin that does not read. */
const QUEUE_LIMIT_BYTES = 32 * 1024 * 1024;

/** How much a plugin may write without a line end. */
const LINE_LIMIT_BYTES = 64 * 1024 * 1024;

/** How long what a plugin says is taken before everything else has a turn, in milliseconds. */
const SLICE_MS = 3;

/** How long a plugin that is asked to end may take, in milliseconds. */
const GRACE_MS = 1_000;

/** How long what it wrote before it ended is waited for, in milliseconds. */
const LAST_WORDS_MS = 200;

/** Characters of its standard error that are logged. */
const STDERR_LIMIT = 64 * 1024;

/** What is told of a plugin process. */
export interface ProcessListener {
  /** One message: an object from JSON. */
  message(json: unknown): void;
  /** A line that is not JSON, or what it wrote to standard error. */
  complaint(text: string): void;
  /** It has gone; `code` is its exit status, or 128 and the signal. */
  ended(code: number, reason: string): void;
}

export class PluginProcess {
  readonly #child: Deno.ChildProcess;
  readonly #listener: ProcessListener;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #isWriting = false;
  #reason = "it ended";
  #isGone = false;
  readonly ended: Promise<void>;

  /** Starts a program. @throws where it cannot be started */
  constructor(command: string, folder: string, listener: ProcessListener) {
    this.#listener = listener;
    this.#child = new Deno.Command(command, { cwd: folder, stdin: "piped", stdout: "piped", stderr: "piped" })
      .spawn();
    this.#writer = this.#child.stdin.getWriter();
    void this.#drainErrors();
    this.ended = this.#follow(this.#read());
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Tells the plugin something, in order, without waiting. */
  send(json: JsonObject): void {
    if (this.#isGone) return;
    const bytes = this.#encoder.encode(`${JSON.stringify(json)}\n`);
    this.#queued += bytes.length;
    this.#queue.push(bytes);
    if (this.#queued > QUEUE_LIMIT_BYTES) {
      this.kill("it did not read what it was told");
      return;
    }
    if (!this.#isWriting) void this.#write();
  }

  /** Lets it end by itself; kills it where it takes too long. */
  async stop(): Promise<void> {
    this.#reason = "it was stopped";
    const timer = setTimeout(() => this.kill("it was stopped and did not end"), GRACE_MS);
    await this.#flushed();
    try {
      await this.#writer.close();
    } catch { /* it has gone already */ }
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  kill(reason: string): void {
    if (this.#isGone) return;
    this.#reason = reason;
    this.#isGone = true;
    this.#queue.length = 0;
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it has gone already */ }
  }

  async #follow(reading: Promise<void>): Promise<void> {
    const { code } = await this.#child.status;
    // What it said last is still taken; but a child of its own may keep the pipe open for ever.
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([reading, new Promise<void>((resolve) => timer = setTimeout(resolve, LAST_WORDS_MS))]);
    clearTimeout(timer);
    this.#isGone = true;
    this.#listener.ended(code, this.#reason);
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#queue.length > 0) {
        // What has queued up meanwhile goes out in one write.
        const batch = this.#queue.splice(0);
        const bytes = batch.length === 1 ? batch[0]! : joined(batch);
        await this.#writer.write(bytes);
        this.#queued -= bytes.length;
      }
    } catch {
      this.#queue.length = 0;
      this.#queued = 0;
    }
    this.#isWriting = false;
  }

  async #flushed(): Promise<void> {
    while (this.#isWriting && !this.#isGone) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async #read(): Promise<void> {
    const lines = new LineSplitter();
    let unended = 0;
    try {
      for await (const bytes of this.#child.stdout) {
        let sliceEnd = performance.now() + SLICE_MS;
        const feed = bytes.lastIndexOf(0x0a);
        unended = feed === -1 ? unended + bytes.length : bytes.length - feed - 1;
        if (unended > LINE_LIMIT_BYTES) this.kill("it wrote a line without end");
        for (const line of lines.push(bytes)) {
          if (this.#isGone) break;
          this.#take(line);
          if (performance.now() < sliceEnd) continue;
          await new Promise((resolve) => setTimeout(resolve, 0));
          sliceEnd = performance.now() + SLICE_MS;
        }
      }
    } catch (error) {
      this.#listener.complaint(messageOf(error));
    }
  }

  #take(line: string): void {
    if (line.trim() === "") return;
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      this.#listener.complaint(`It wrote what is not JSON: ${messageOf(error)}`);
      return;
    }
    this.#listener.message(json);
  }

  async #drainErrors(): Promise<void> {
    let logged = 0;
    try {
      for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
        if (logged < STDERR_LIMIT) this.#listener.complaint(text.slice(0, STDERR_LIMIT - logged).trimEnd());
        logged += text.length;
      }
    } catch { /* it has gone */ }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
