/**
 * A proof that a process lives, which others can test and which ends with it however it dies: an exclusive lock of
 * the operating system on a file of its own.
 *
 * The lock is taken through SQLite, which the runtime brings along: the runtime's own file lock can only wait, and
 * asking by process number is wrong once the number is used again or belongs to another container. The file stays
 * empty; no database is ever written. Names are used once, so a file whose owner is dead can be removed by anyone.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../core/errors.ts";
import { storageError } from "../storage_error.ts";

const proofName = /^\d+-[0-9a-f-]{36}$/;

/** This process's own proof. Take it and sweep in one exclusive transaction only. */
export class Liveness implements Disposable {
  readonly name: string;
  readonly #path: string;
  readonly #lock: DatabaseSync;

  private constructor(name: string, path: string, lock: DatabaseSync) {
    this.name = name;
    this.#path = path;
    this.#lock = lock;
  }

  /** Takes the lock in `folder`, making the folder where needed. @throws SymphonyError `io` | `permission` | `disk-full` */
  static take(folder: string): Liveness {
    try {
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
      const name = `${Deno.pid}-${crypto.randomUUID()}`;
      const path = `${folder}/${name}`;
      const lock = new DatabaseSync(path);
      // Without the pragma an exclusive transaction lays a journal file beside the lock.
      lock.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      return new Liveness(name, path, lock);
    } catch (error) {
      throw storageError(`take a lock in "${folder}"`, error);
    }
  }

  /** Ends the proof and removes its file. */
  [Symbol.dispose](): void {
    this.#lock.close();
    removeQuietly(this.#path);
  }
}

/** True where the process that took the proof `name` in `folder` still lives. @throws SymphonyError `io` */
export function isAlive(folder: string, name: string): boolean {
  const path = `${folder}/${name}`;
  if (!exists(path)) return false;
  let probe: DatabaseSync | undefined;
  try {
    probe = new DatabaseSync(path, { readOnly: true });
    // By exec, since on older runtimes a statement that cannot be prepared does not say why.
    probe.exec("PRAGMA busy_timeout = 0; SELECT count(*) FROM sqlite_schema");
    return false;
  } catch (error) {
    if (/locked|busy/i.test(messageOf(error))) return true;
    if (!exists(path)) return false;
    throw storageError(`see whether the owner of "${path}" lives`, error);
  } finally {
    probe?.close();
  }
}

/** Removes the files of the dead, whom nothing refers to any more. */
export function sweep(folder: string): void {
  for (const entry of Deno.readDirSync(folder)) {
    if (proofName.test(entry.name) && !isAlive(folder, entry.name)) removeQuietly(`${folder}/${entry.name}`);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw storageError(`look at "${path}"`, error);
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Another process has removed it, or holds it for a moment; the next sweep finds it.
  }
}
