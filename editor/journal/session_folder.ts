/**
 * Where journals lie: a folder for each process, which is its own as long as it lives.
 *
 *     JOURNAL/SESSION/lock                     held by the process
 *     JOURNAL/SESSION/BUFFER.KEY.GENERATION.log     and .base, a copy of the file that a long text began with
 *     JOURNAL/left/KEY.CHANCE.log              texts not saved whose buffer was closed
 *
 * KEY is made from the file's name, so that whoever opens a file finds what was left of it by reading a folder. The
 * lock is an exclusive lock of the operating system, taken through SQLite, which the runtime brings along: the
 * runtime's own lock can only wait, and a process number may be used again. It ends with the process, however that dies.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { linkSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../core/errors.ts";
import { fileError, isAbsent } from "../files/file_error.ts";

const LOCK = "lock";
const LEFT = "left";
const logName = /^(\d+)\.([0-9a-z]+)\.(\d+)\.log$/;
const leftName = /^([0-9a-z]+)\.([0-9a-f]+)\.log$/;

/** A log that was found. */
export interface FoundLog {
  readonly path: string;
  readonly buffer: number;
  readonly key: string;
  readonly generation: number;
  /** Earlier generations of it, which the death kept from being removed. */
  readonly older: readonly string[];
}

/** The part of a log's name that says which file it is of; `none` for a text without one. */
export function fileKey(path: string | undefined): string {
  return path === undefined ? "none" : createHash("sha256").update(path).digest("hex").slice(0, 24);
}

/** A session's folder, held by this process. */
export class SessionFolder implements Disposable {
  readonly name: string;
  readonly path: string;
  readonly #lock: DatabaseSync;

  private constructor(name: string, path: string, lock: DatabaseSync) {
    this.name = name;
    this.path = path;
    this.#lock = lock;
  }

  /** Makes a session of its own in the folder of all journals. @throws SymphonyError */
  static create(journals: string): SessionFolder {
    const name = `${Deno.pid}-${crypto.randomUUID()}`;
    const path = `${journals}/${name}`;
    try {
      Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
      return new SessionFolder(name, path, lockOf(path));
    } catch (error) {
      throw fileError(`make the journal in "${journals}"`, error);
    }
  }

  /** Takes over the session of a process that has died; undefined where it lives or has left nothing. */
  static claim(journals: string, name: string): SessionFolder | undefined {
    const path = `${journals}/${name}`;
    try {
      Deno.statSync(`${path}/${LOCK}`);
      return new SessionFolder(name, path, lockOf(path));
    } catch {
      return undefined;
    }
  }

  /** The newest generation of each log in it. */
  logs(): FoundLog[] {
    const newest = new Map<number, FoundLog>();
    for (const { name } of Deno.readDirSync(this.path)) {
      const [, buffer, key, generation] = logName.exec(name) ?? [];
      if (buffer === undefined || key === undefined) continue;
      const log = {
        path: `${this.path}/${name}`,
        buffer: Number(buffer),
        key,
        generation: Number(generation),
        older: [],
      };
      const other = newest.get(log.buffer);
      const [young, old] = other === undefined || other.generation < log.generation
        ? [log, other]
        : [other, log];
      const older = old === undefined ? young.older : [...young.older, ...old.older, old.path];
      newest.set(log.buffer, { ...young, older });
    }
    return [...newest.values()].sort((a, b) => a.buffer - b.buffer);
  }

  /** Ends it; what is in it stays, unless there is nothing. */
  [Symbol.dispose](): void {
    const isEmpty = this.logs().length === 0;
    this.#lock.close();
    if (isEmpty) Deno.removeSync(this.path, { recursive: true });
  }
}

/** The name of a log. */
export function logPath(folder: string, buffer: number, key: string, generation: number): string {
  return `${folder}/${buffer}.${key}.${generation}.log`;
}

/** Where the copy of the file lies that the log at `path` may begin with. */
export function basePath(path: string): string {
  return path.replace(/\.log$/, ".base");
}

/**
 * Moves a log, and its base if it has one: a log has its base beside it, whenever a death comes.
 * @throws the system's error where the log is not there
 */
export function moveLog(from: string, to: string): void {
  let hasBase = true;
  try {
    linkSync(basePath(from), basePath(to));
  } catch (error) {
    hasBase = !isAbsent(error);
    // Some file systems have no second names.
    if (hasBase) Deno.copyFileSync(basePath(from), basePath(to));
  }
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (hasBase) Deno.removeSync(basePath(to));
    throw error;
  }
  if (hasBase) Deno.removeSync(basePath(from));
}

/** Removes a log and its base. */
export function removeLog(path: string): void {
  for (const each of [path, basePath(path)]) {
    try {
      Deno.removeSync(each);
    } catch {
      // Most have no base.
    }
  }
}

/** The sessions there are, but for `own`; those of living processes among them. */
export function otherSessions(journals: string, own: string | undefined): string[] {
  return namesIn(journals).filter((name) => name !== own && name !== LEFT);
}

/** True where a session has a log of that file; looked up without taking its lock. */
export function mayHold(journals: string, session: string, key: string): boolean {
  return namesIn(`${journals}/${session}`).some((name) => logName.exec(name)?.[2] === key);
}

/** Where a log goes whose buffer closes with text that is not saved. */
export function leftPath(journals: string, key: string): string {
  Deno.mkdirSync(`${journals}/${LEFT}`, { recursive: true, mode: 0o700 });
  return `${journals}/${LEFT}/${key}.${crypto.randomUUID().replaceAll("-", "")}.log`;
}

/** The logs that were left of a file, oldest first. */
export function leftLogs(journals: string, key: string): string[] {
  const folder = `${journals}/${LEFT}`;
  const found = namesIn(folder).filter((name) => leftName.exec(name)?.[1] === key).map((name) =>
    `${folder}/${name}`
  );
  return found.sort((a, b) => modified(a) - modified(b));
}

function modified(path: string): number {
  return Deno.statSync(path).mtime?.getTime() ?? 0;
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw fileError(`read the folder "${folder}"`, error);
  }
}

/** @throws Error where another process has it */
function lockOf(folder: string): DatabaseSync {
  const lock = new DatabaseSync(`${folder}/${LOCK}`);
  try {
    // Without the pragma an exclusive transaction lays a file beside the lock.
    lock.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    throw new Error(`Cannot lock "${folder}": ${messageOf(error)}`, { cause: error });
  }
}
