/**
 * The data folder's one LMDB environment, and the group commit that every durable write goes through.
 *
 * Invariants:
 * S1. A promise from `commit` resolves only after the transaction that holds its write has been synced to disk.
 * S2. A write is in the transaction wholly or not at all; one that fails does not take its neighbours with it.
 * S3. Writes reach the disk in the order in which `commit` was called.
 *
 * Why the commits are synchronous: the library's asynchronous commit ends the whole process with an unhandled
 * rejection when the disk is full, and hangs on some runtimes under thousands of writes in one turn. A synchronous
 * transaction reports the same fault as an exception, costs less time from end to end, and gives real transactions
 * over several records. What it costs is the event loop's turn for one disk sync; therefore all writes asked for in
 * one turn share it. `overlappingSync` is off because with it a commit may be visible before it is on disk.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { type Database, open, type RootDatabase } from "lmdb";
import { SymphonyError } from "../core/errors.ts";
import { checkHeader } from "./header.ts";
import { storageError, writeError } from "./storage_error.ts";

/** Parts of a key, compared one after the other; numbers by value, texts by their bytes. */
export type StoreKey = string | (string | number)[];
/** One named table of the environment: bytes by key. */
export type Table = Database<Uint8Array, StoreKey>;

/** Raised whenever the layout of the records changes in a way that older programs would misread. */
const FORMAT = 3;
/** What this program reads; older data folders are raised to its own format when they are opened. */
const OLDEST_FORMAT = 1;
const FILE = "pit.mdb";

const tableNames = [
  "runs",
  "runs-by-start",
  "runs-by-end",
  "lengths",
  "events",
  "checkpoints",
  "plans",
  "log-marks",
  "artifacts",
  "chunks",
  "blocks",
  "block-uses",
  "versions",
  "labels",
  "unindexed",
  "artifacts-by-time",
  "artifacts-by-run",
  "uses",
  "settled",
  "claims",
  "inbox",
  "pools",
  "pool-moves",
  "memo",
  "memo-places",
  "memo-codes",
  "artifact-versions",
  "makers",
  "unfiled",
  "filing",
  "keys",
  "packed",
  "tiers",
  "quarantine",
  "condemned",
  "batches",
  "readings",
  "retention",
  "queue",
  "queue-ended",
  "queue-places",
  "queue-limits",
  "queue-triggers",
  "queue-noted",
  "rate-levels",
] as const;

/** The tables that exist. */
export type TableName = (typeof tableNames)[number];

/** A shared transaction takes writes until they come to this size; the rest has the next turn, after other work. */
const SHARED_BYTES = 16 * 1024 * 1024;

interface Waiting {
  readonly write: () => void;
  readonly sizeBytes: number;
  readonly done: () => void;
  readonly fail: (error: SymphonyError) => void;
}

/** An open environment. Several processes may have the same one open at once. */
export class Store implements AsyncDisposable {
  readonly #folder: string;
  readonly #root: RootDatabase<Uint8Array, StoreKey>;
  readonly #tables: ReadonlyMap<TableName, Table>;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #closed = false;

  constructor(
    folder: string,
    root: RootDatabase<Uint8Array, StoreKey>,
    tables: ReadonlyMap<TableName, Table>,
  ) {
    this.#folder = folder;
    this.#root = root;
    this.#tables = tables;
  }

  /** The table of that name. */
  table(name: TableName): Table {
    return this.#tables.get(name) as Table;
  }

  /**
   * Runs `write` inside the next shared transaction and resolves when that is on disk. `write` may only read and put;
   * it may be run twice (once more alone, where the shared transaction failed), so it must give the same both times.
   * `sizeBytes`, where it is much, keeps a shared transaction from growing without bound.
   * @throws SymphonyError what `write` threw, `disk-full` | `io` | `closed`; then nothing of it was stored.
   */
  commit(write: () => void, sizeBytes = 0): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((done, fail) => {
      this.#waiting.push({ write, sizeBytes, done, fail });
      this.#schedule();
    });
  }

  /**
   * Runs `act` alone in a transaction at once, excluding every other process, and gives its result once it is on disk.
   * @throws SymphonyError what `act` threw, `disk-full` | `io` | `closed`; then nothing of it was stored.
   */
  exclusively<T>(act: () => T): T {
    if (this.#closed) throw closedError();
    try {
      return this.#root.transactionSync(act);
    } catch (error) {
      throw writeError("write to the data folder", error, this.#folder, FILE);
    }
  }

  /** Lets the next read see what other processes have committed. @throws SymphonyError `closed` */
  refresh(): void {
    if (this.#closed) throw closedError();
    this.#root.resetReadTxn();
  }

  /** Commits what waits, then closes the environment. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    while (this.#waiting.length > 0) this.#flush();
    this.#closed = true;
    await this.#root.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#closed) return;
      this.#flush();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  /** The next writes that share a transaction, at least one where any waits. */
  #takeGroup(): readonly Waiting[] {
    let sizeBytes = 0;
    const end = this.#waiting.findIndex((waiting) => {
      const isFull = sizeBytes > 0 && sizeBytes + waiting.sizeBytes > SHARED_BYTES;
      sizeBytes += waiting.sizeBytes;
      return isFull;
    });
    if (end >= 0) return this.#waiting.splice(0, end);
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }

  #flush(): void {
    const group = this.#takeGroup();
    if (group.length === 0) return;
    try {
      this.exclusively(() => {
        for (const waiting of group) waiting.write();
      });
    } catch (error) {
      if (group.length === 1) group[0]?.fail(storageError("write to the data folder", error));
      else this.#flushOneByOne(group);
      return;
    }
    for (const waiting of group) waiting.done();
  }

  /** Finds who spoils the group: each write gets a transaction of its own, still in order (S2, S3). */
  #flushOneByOne(group: readonly Waiting[]): void {
    for (const waiting of group) {
      try {
        this.exclusively(waiting.write);
      } catch (error) {
        waiting.fail(storageError("write to the data folder", error));
        continue;
      }
      waiting.done();
    }
  }
}

/**
 * Opens the environment in `folder`, which must exist, making it where there is none.
 * @throws SymphonyError `unsupported` where a newer program wrote it, `corrupt` | `disk-full` | `io` | `permission`
 */
export async function openStore(folder: string): Promise<Store> {
  let root: RootDatabase<Uint8Array, StoreKey> | undefined;
  try {
    checkHeader(`${folder}/${FILE}`);
    root = open<Uint8Array, StoreKey>({
      path: `${folder}/${FILE}`,
      noSubdir: true,
      encoding: "binary",
      overlappingSync: false,
      maxDbs: tableNames.length + 3,
      maxReaders: 1024,
    });
    checkFormat(root, folder);
    const tables = new Map<TableName, Table>();
    for (const name of tableNames) {
      tables.set(name, root.openDB<Uint8Array, StoreKey>({ name, encoding: "binary" }));
    }
    return new Store(folder, root, tables);
  } catch (error) {
    await root?.close();
    throw storageError(`open the data folder "${folder}"`, error);
  }
}

function checkFormat(root: RootDatabase<Uint8Array, StoreKey>, folder: string): void {
  root.transactionSync(() => {
    const found = root.get("format");
    const format = found === undefined ? undefined : Number(new TextDecoder().decode(found));
    if (format === FORMAT) return;
    if (format === undefined || (format >= OLDEST_FORMAT && format < FORMAT)) {
      root.put("format", new TextEncoder().encode(String(FORMAT)));
      return;
    }
    throw new SymphonyError(
      "unsupported",
      `Cannot open the data folder "${folder}": its format is ${format}, this program reads ${FORMAT}`,
      { hint: "Use the newer version of Symphony that wrote it, or give another folder with --data" },
    );
  });
}

function closedError(): SymphonyError {
  return new SymphonyError("closed", "Cannot use the data folder: it has been closed");
}
