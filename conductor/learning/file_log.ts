/**
 * The decision log as a file, one JSON entry a line. Several processes may append: a batch is one write to a file opened
 * for appending, which the system does not tear apart. A position is a place in bytes.
 *
 * L1. What `flush` resolved for is on the disk.
 * L2. A torn line is never read and never glued to the next one: a writer that finds one ends it first.
 *
 * Ring: conductor. Implements DecisionLogPort.
 *
 * @module
 */

import { dirname } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { DecisionLogPort, LogEntry, PlacedEntry } from "../decision.ts";

const CHUNK = 1 << 20;
const NEWLINE = 10;

export class FileDecisionLog implements DecisionLogPort, AsyncDisposable {
  readonly path: string;
  #file: Deno.FsFile | undefined;
  #pending: string[] = [];
  #writing: Promise<void> | undefined;
  #failure: SymphonyError | undefined;

  /** File and folder are made when something is written. */
  constructor(path: string) {
    this.path = path;
  }

  append(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.#pending.push(`${JSON.stringify(entry)}\n`);
    // A failure is kept for `flush`; what could not be written stays and is tried again.
    this.#writing ??= this.#write().catch((error) => void (this.#failure = failureOf(this.path, error)))
      .finally(() => this.#writing = undefined);
  }

  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#pending.length > 0) this.append([]);
    while (this.#writing !== undefined) await this.#writing;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  async *read(from = 0): AsyncIterable<PlacedEntry> {
    await this.flush();
    let file: Deno.FsFile;
    try {
      file = await Deno.open(this.path, { read: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw failureOf(this.path, error);
    }
    try {
      await file.seek(from, Deno.SeekMode.Start);
      yield* linesOf(file, from);
    } finally {
      file.close();
    }
  }

  async end(): Promise<number> {
    await this.flush();
    try {
      return (await Deno.stat(this.path)).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw failureOf(this.path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#file?.close();
      this.#file = undefined;
    }
  }

  async #write(): Promise<void> {
    // One turn later, so that what is appended together is written together.
    await Promise.resolve();
    const file = this.#file ??= await openForAppend(this.path);
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      const bytes = new TextEncoder().encode(batch.join(""));
      try {
        let written = 0;
        while (written < bytes.length) written += await file.write(bytes.subarray(written));
        await file.syncData();
      } catch (error) {
        this.#pending = [...batch, ...this.#pending];
        file.close();
        this.#file = undefined;
        throw error;
      }
    }
  }
}

async function openForAppend(path: string): Promise<Deno.FsFile> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const file = await Deno.open(path, { read: true, append: true, create: true });
  const { size } = await file.stat();
  if (size > 0) {
    const last = new Uint8Array(1);
    await file.seek(size - 1, Deno.SeekMode.Start);
    await file.read(last);
    if (last[0] !== NEWLINE) await file.write(Uint8Array.of(NEWLINE));
  }
  return file;
}

async function* linesOf(file: Deno.FsFile, from: number): AsyncIterable<PlacedEntry> {
  const decoder = new TextDecoder();
  let rest = new Uint8Array(0);
  let at = from;
  const chunk = new Uint8Array(CHUNK);
  for (;;) {
    const count = await file.read(chunk);
    if (count === null) return;
    const bytes = new Uint8Array(rest.length + count);
    bytes.set(rest);
    bytes.set(chunk.subarray(0, count), rest.length);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const entry = entryOf(decoder.decode(bytes.subarray(start, end)));
      at += end + 1 - start;
      start = end + 1;
      if (entry !== undefined) yield { entry, next: at };
    }
    rest = bytes.slice(start);
  }
}

/** Undefined for a torn line. */
function entryOf(line: string): LogEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isEntry = typeof value === "object" && value !== null && "entry" in value;
    return isEntry ? value as LogEntry : undefined;
  } catch {
    return undefined;
  }
}

function failureOf(path: string, error: unknown): SymphonyError {
  const isFull = /ENOSPC|no space left|quota/i.test(messageOf(error));
  return new SymphonyError(
    isFull ? "disk-full" : "io",
    `Cannot write the decision log ${path}: ${messageOf(error)}`,
    { cause: error },
  );
}
