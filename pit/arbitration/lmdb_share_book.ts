/**
 * ShareBook in a file of its own in the data folder.
 *
 * Nothing in it outlives its processes but levels of rates, so it is not synced: a change costs some ten microseconds, and
 * is seen by the others at once. A process that is killed leaves the book whole, for a transaction is there or not; a machine
 * that loses its power may not, so each start of the machine has a book of its own (where the system tells starts apart;
 * elsewhere it is synced). Levels are kept elsewhere as well, every few seconds, and a new book begins with them.
 *
 * @module
 */

import { open, type RootDatabase } from "lmdb";
import { storageError } from "../storage_error.ts";
import type { Level, Member, ShareBook, SharePage } from "./share_book.ts";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";
const bookName = /^shares(?:-[0-9a-f-]{36})?\.mdb(?:-lock)?$/;
const MEMBER = "m/";
/** After every key of a member. */
const MEMBERS_END = "m0";
const LEVEL = "l/";
const VERSION = "version";
const KEEP_EVERY_MS = 5_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Tells which process is at work and which has died. */
export interface Proof {
  readonly name: string;
  isAlive(process: string): boolean;
}

/** Where levels of rates outlive a start of the machine. */
export interface KeptLevels {
  read(): Readonly<Record<string, Level>>;
  keep(levels: Readonly<Record<string, Level>>): void;
}

export class LmdbShareBook implements ShareBook {
  readonly self: string;
  readonly #proof: Proof;
  readonly #root: RootDatabase<Uint8Array, string>;
  readonly #kept: KeptLevels | undefined;
  /** Levels that were changed and not kept yet. */
  readonly #changed: Record<string, Level> = {};
  #keptAt = 0;

  private constructor(
    proof: Proof,
    root: RootDatabase<Uint8Array, string>,
    kept: KeptLevels | undefined,
  ) {
    this.#proof = proof;
    this.self = proof.name;
    this.#root = root;
    this.#kept = kept;
    this.#begin();
  }

  /** Opens the book in `folder`, which must exist. @throws SymphonyError `io` | `permission` | `disk-full` */
  static open(folder: string, proof: Proof, kept?: KeptLevels): LmdbShareBook {
    try {
      const boot = bootId();
      const file = boot === undefined ? "shares.mdb" : `shares-${boot}.mdb`;
      removeOthers(folder, file);
      const options = { noSync: boot !== undefined, overlappingSync: false, maxReaders: 1024 };
      const path = `${folder}/${file}`;
      const root = open<Uint8Array, string>({ path, noSubdir: true, encoding: "binary", ...options });
      return new LmdbShareBook(proof, root, kept);
    } catch (error) {
      throw storageError(`open what processes share in "${folder}"`, error);
    }
  }

  change<T>(act: (page: SharePage) => T): T {
    try {
      const result = this.#root.transactionSync(() =>
        act({
          members: this.#read(),
          level: (kind) => read<Level>(this.#root.getBinary(LEVEL + kind)),
          putLevel: (kind, level) => {
            this.#root.putSync(LEVEL + kind, bytesOf(level));
            this.#changed[kind] = level;
          },
          put: (member) => void this.#root.putSync(MEMBER + member.process, bytesOf(member)),
          remove: (process) => void this.#root.removeSync(MEMBER + process),
          tell: () => void this.#root.putSync(VERSION, encoder.encode(String(this.#version() + 1))),
        })
      );
      this.#keepLevels();
      return result;
    } catch (error) {
      throw storageError("write what processes share", error);
    }
  }

  members(): readonly Member[] {
    this.#root.resetReadTxn();
    return this.#read();
  }

  version(): number {
    this.#root.resetReadTxn();
    return this.#version();
  }

  isAlive(process: string): boolean {
    return process === this.self || this.#proof.isAlive(process);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#keptAt = 0;
    this.#keepLevels();
    return this.#root.close();
  }

  /** A new book begins with what was left of the rates when the one before was last kept. */
  #begin(): void {
    this.#root.transactionSync(() => {
      if (this.#root.getBinary(VERSION) !== undefined) return;
      for (const [kind, level] of Object.entries(this.#kept?.read() ?? {})) {
        this.#root.putSync(LEVEL + kind, bytesOf(level));
      }
      this.#root.putSync(VERSION, encoder.encode("1"));
    });
  }

  #keepLevels(): void {
    const now = performance.now();
    if (this.#kept === undefined || Object.keys(this.#changed).length === 0) return;
    if (this.#keptAt > 0 && now - this.#keptAt < KEEP_EVERY_MS) return;
    this.#keptAt = now;
    this.#kept.keep({ ...this.#changed });
    for (const kind of Object.keys(this.#changed)) delete this.#changed[kind];
  }

  #read(): readonly Member[] {
    return [...this.#root.getRange({ start: MEMBER, end: MEMBERS_END })]
      .flatMap(({ value }) => read<Member>(value) ?? []);
  }

  #version(): number {
    const bytes = this.#root.getBinary(VERSION);
    return bytes === undefined ? 0 : Number(decoder.decode(bytes));
  }
}

function read<T>(bytes: Uint8Array | undefined): T | undefined {
  return bytes === undefined ? undefined : JSON.parse(decoder.decode(bytes)) as T;
}

function bytesOf(value: Level | Member): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Undefined where the system does not tell one start of the machine from the next. */
function bootId(): string | undefined {
  try {
    return Deno.readTextFileSync(BOOT_ID).trim();
  } catch {
    return undefined;
  }
}

/** Removes the books of earlier starts of the machine, of which nobody lives. */
function removeOthers(folder: string, own: string): void {
  for (const { name } of Deno.readDirSync(folder)) {
    if (!bookName.test(name) || name === own || name === `${own}-lock`) continue;
    try {
      Deno.removeSync(`${folder}/${name}`);
    } catch {
      // Another process has removed it.
    }
  }
}
