/**
 * An append-only file of records: what `append` has returned is in the hands of the operating system, so that no death
 * of this process can take it; how long until it is on the disk, where a power cut cannot take it either, is the caller's choice.
 *
 * Invariants: (1) records lie in the file in the order of `append`; (2) where a write fails, nothing of it stays in the
 * file, the records wait in memory, and every later one waits behind them; (3) `settled` answers only when all that were
 * appended before are as safe as was asked for.
 *
 * @module
 */

import { clearTimeout, setTimeout } from "node:timers";
import type { Json } from "../../core/json.ts";
import { SymphonyError } from "../../core/errors.ts";
import { fileError } from "../files/file_error.ts";
import { decodeFrames, encodeFrame, type Frames } from "./frame.ts";

/** When a record counts as safe: `process` when this process may die, `disk` when the machine may. */
export type Durability = "process" | "disk";

export interface LogOptions {
  readonly durability?: Durability;
  /** Told when writing begins to fail, and with undefined when all that waited has been written. */
  readonly onTrouble?: (error: Error | undefined) => void;
}

/** Under `process`, the disk has a record at most this long after the system has it. */
const SYNC_MS = 1_000;
const RETRY_MS = 200;

export class LogFile implements Disposable {
  readonly path: string;
  readonly #file: Deno.FsFile;
  readonly #durability: Durability;
  readonly #onTrouble: (error: Error | undefined) => void;
  /** Where the next record goes. */
  #sizeBytes: number;
  #waiting: Uint8Array[] = [];
  #retry: NodeJS.Timeout | undefined;
  #written = Promise.withResolvers<void>();
  #syncing: Promise<void> | undefined;
  #syncLater: NodeJS.Timeout | undefined;
  /** How many pieces have been written, and how many of them are on the disk. */
  #appended = 0;
  #synced = 0;
  #closed = false;

  private constructor(path: string, file: Deno.FsFile, sizeBytes: number, options: LogOptions) {
    this.path = path;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#durability = options.durability ?? "process";
    this.#onTrouble = options.onTrouble ?? (() => {});
  }

  /** Makes an empty log, readable by its owner only. @throws SymphonyError */
  static create(path: string, options: LogOptions = {}): LogFile {
    try {
      return new LogFile(
        path,
        Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }),
        0,
        options,
      );
    } catch (error) {
      throw fileError(`make the journal "${path}"`, error);
    }
  }

  /** Goes on with a log after the good part of it; a torn end is cut off. @throws SymphonyError */
  static resume(path: string, goodBytes: number, options: LogOptions = {}): LogFile {
    try {
      const file = Deno.openSync(path, { write: true });
      file.truncateSync(goodBytes);
      file.seekSync(goodBytes, Deno.SeekMode.Start);
      return new LogFile(path, file, goodBytes, options);
    } catch (error) {
      throw fileError(`go on with the journal "${path}"`, error);
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** True while records wait because writing fails. */
  get isFailing(): boolean {
    return this.#waiting.length > 0;
  }

  /** Adds a record. */
  append(record: Json): void {
    this.appendBytes(encodeFrame(record));
  }

  /** Adds lines that `encodeFrame` has made; `bytes` may change afterwards. */
  appendBytes(bytes: Uint8Array): void {
    if (this.#closed) throw new Error(`Cannot append to "${this.path}": it is closed`);
    if (this.isFailing) {
      this.#waiting.push(bytes.slice());
      return;
    }
    this.#attempt(bytes);
  }

  /** Undefined where everything appended is safe already, else when it is. */
  settled(): Promise<void> | undefined {
    if (this.isFailing) return this.#written.promise.then(() => this.settled());
    if (this.#durability === "process" || this.#synced === this.#appended) return undefined;
    return this.sync();
  }

  /** Forces what has been written so far to the disk; calls that overlap share what they can. */
  async sync(): Promise<void> {
    if (this.isFailing) await this.#written.promise;
    const target = this.#appended;
    while (this.#synced < target && !this.#closed) {
      this.#syncing ??= this.#syncNow();
      await this.#syncing;
    }
  }

  /** Ends it because another log has everything that is in it or waits for it. */
  supersede(): void {
    this.#waiting = [];
    this.#written.resolve();
    this[Symbol.dispose]();
  }

  /** Ends it; whoever waits for what could not be written is told so. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.isFailing) {
      this.#written.promise.catch(() => undefined);
      this.#written.reject(
        new SymphonyError("disk-full", `The journal "${this.path}" ended before it could be written`),
      );
    }
    clearTimeout(this.#retry);
    clearTimeout(this.#syncLater);
    this.#file.close();
  }

  #attempt(bytes: Uint8Array): boolean {
    try {
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
      this.#sizeBytes += bytes.length;
    } catch (error) {
      this.#fail(bytes, error);
      return false;
    }
    this.#appended++;
    if (this.#durability === "process") {
      this.#syncLater ??= setTimeout(() => {
        this.#syncLater = undefined;
        this.sync().catch(() => undefined);
      }, SYNC_MS).unref();
    }
    return true;
  }

  #fail(bytes: Uint8Array, error: unknown): void {
    this.#waiting.unshift(bytes.slice());
    try {
      this.#file.truncateSync(this.#sizeBytes);
      this.#file.seekSync(this.#sizeBytes, Deno.SeekMode.Start);
    } catch {
      // Then the torn line is cut off when the log is read.
    }
    if (this.#retry !== undefined) return;
    this.#onTrouble(fileError(`write the journal "${this.path}"`, error));
    this.#retry = setTimeout(() => this.#writeWaiting(), RETRY_MS);
  }

  /** Writes what waits, if there is room again. */
  #writeWaiting(): void {
    while (this.#waiting.length > 0) {
      const next = this.#waiting.shift() as Uint8Array;
      if (this.#attempt(next)) continue;
      this.#retry = setTimeout(() => this.#writeWaiting(), RETRY_MS);
      return;
    }
    this.#retry = undefined;
    this.#onTrouble(undefined);
    this.#written.resolve();
    this.#written = Promise.withResolvers();
  }

  async #syncNow(): Promise<void> {
    const upTo = this.#appended;
    try {
      await this.#file.syncData();
      this.#synced = upTo;
    } catch (error) {
      if (!this.#closed) throw fileError(`write the journal "${this.path}" to the disk`, error);
    } finally {
      this.#syncing = undefined;
    }
  }
}

/** Reads the log at `path`. @throws SymphonyError where it cannot be read */
export function readLog(path: string): Frames {
  try {
    return decodeFrames(Deno.readFileSync(path));
  } catch (error) {
    throw fileError(`read the journal "${path}"`, error);
  }
}
