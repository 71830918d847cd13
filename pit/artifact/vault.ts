/**
 * Encryption at rest, as an option: content is sealed with AES-256-GCM (Web Crypto) under a random data key, and the data
 * keys are wrapped by a key from a passphrase (scrypt) or by a secret in the system's keyring. An artifact's id stays the
 * SHA-256 of its content.
 *
 * What is sealed: the content of artifacts, in the store and in archives. What is not: ids and sizes, types, names, tags,
 * versions, and the logs of runs, which hold small values. Ids let whoever has a file and this store see that the file
 * is in it.
 *
 * Invariants:
 * V1. Every sealed block names its key, and a key is there as long as a block names it; so a rotation may end anywhere.
 * V2. A block is sealed to its name: it cannot stand for another one.
 * V3. What is written in a transaction is sealed with the key that is current in that transaction.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { scrypt } from "node:crypto";
import { SymphonyError } from "../../core/errors.ts";
import type { Store, Table } from "../store.ts";
import { SEALED } from "./codec.ts";

const NONCE_BYTES = 12;
const HEAD_BYTES = 1 + 4 + NONCE_BYTES;

/** Where the secret comes from that opens the store. */
export interface SecretSource {
  /** Undefined where nobody gives one. */
  passphrase(): Promise<string | undefined>;
  /** The secret kept under `account`; undefined where there is no keyring or no such secret. */
  fromKeyring(account: string): Promise<string | undefined>;
  /** False where there is no keyring. */
  toKeyring(account: string, secret: string): Promise<boolean>;
}

export const noSecret: SecretSource = {
  passphrase: () => Promise.resolve(undefined),
  fromKeyring: () => Promise.resolve(undefined),
  toKeyring: () => Promise.resolve(false),
};

/** How the key that wraps the data keys is made from the secret. */
export type Lock =
  | {
    readonly from: "passphrase";
    readonly salt: string;
    readonly n: number;
    readonly r: number;
    readonly p: number;
  }
  | { readonly from: "keyring"; readonly account: string };

/** OWASP's choice for scrypt (2023): 128 MB and about half a second. */
const SCRYPT = { n: 2 ** 17, r: 8, p: 1 };

/** Whether and how the store is encrypted. */
export interface VaultStatus {
  readonly from: Lock["from"];
  /** The number of the key that seals. */
  readonly key: number;
  /** Keys that blocks may still name. */
  readonly keys: number;
}

/** Thrown inside a transaction where another key has become current since the content was sealed. */
export class KeyChanged extends SymphonyError {
  constructor() {
    super("busy", "Cannot store what is sealed: another key has become current");
  }
}

export class Vault {
  readonly #table: Table;
  readonly #store: Store;
  readonly #source: SecretSource;
  readonly #keys = new Map<number, CryptoKey>();
  #wrapping: Promise<CryptoKey> | undefined;
  #wrappedBy = "";

  constructor(store: Store, source: SecretSource = noSecret) {
    this.#store = store;
    this.#source = source;
    this.#table = store.table("keys");
  }

  /** Undefined where the store is not encrypted. */
  status(): VaultStatus | undefined {
    this.#store.refresh();
    const lock = this.#lock();
    const key = this.currentKey();
    if (lock === undefined) return undefined;
    const keys = [...this.#table.getKeys({ start: ["key"], end: ["key", Infinity] })].length;
    return { from: lock.from, key, keys };
  }

  /** The number of the key that seals; 0 where new content is stored as it is. */
  currentKey(): number {
    const bytes = this.#table.getBinary("current");
    return bytes === undefined ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  }

  /** Inside a transaction (V3). @throws KeyChanged */
  demandCurrent(key: number): void {
    if (this.currentKey() !== key) throw new KeyChanged();
  }

  /** Seals `stored` as the block `name`. @throws SymphonyError `permission` without the secret */
  async seal(name: string, stored: Uint8Array, key: number): Promise<Uint8Array> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(name) },
      await this.#key(key),
      new Uint8Array(stored),
    );
    const bytes = new Uint8Array(HEAD_BYTES + sealed.byteLength);
    bytes[0] = SEALED;
    new DataView(bytes.buffer).setUint32(1, key);
    bytes.set(nonce, 5);
    bytes.set(new Uint8Array(sealed), HEAD_BYTES);
    return bytes;
  }

  /** The stored form that was sealed. @throws SymphonyError `permission` without the secret, `corrupt` */
  async open(name: string, sealed: Uint8Array): Promise<Uint8Array> {
    if (sealed.length < HEAD_BYTES) throw damaged();
    const key = await this.#key(keyOf(sealed));
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt(
          {
            name: "AES-GCM",
            iv: sealed.slice(5, HEAD_BYTES),
            additionalData: new TextEncoder().encode(name),
          },
          key,
          sealed.slice(HEAD_BYTES),
        ),
      );
    } catch (cause) {
      throw damaged(cause);
    }
  }

  /**
   * Sets the lock up, or changes it, with `secret`; data keys are wrapped anew in one transaction, content stays as it is.
   * @throws SymphonyError `permission` where there is a lock that cannot be opened
   */
  async setLock(lock: Lock, secret: string): Promise<void> {
    const before = this.#lock();
    const keys = before === undefined ? [] : await this.#exportKeys();
    const wrapping = await wrappingKey(lock, secret);
    const records = await Promise.all(
      keys.map(async ([id, raw]) => [id, await wrap(wrapping, id, raw)] as const),
    );
    const check = await wrap(wrapping, 0, new Uint8Array(32));
    await this.#store.commit(() => {
      this.#table.put("lock", jsonBytes(lock));
      this.#table.put("check", check);
      for (const [id, record] of records) this.#table.put(["key", id], record);
    });
    this.#wrapping = Promise.resolve(wrapping);
    this.#wrappedBy = JSON.stringify(lock);
  }

  /** Makes a new data key and makes it current. @throws SymphonyError `permission` */
  async newKey(): Promise<number> {
    const wrapping = await this.#wrap();
    const raw = crypto.getRandomValues(new Uint8Array(32));
    for (;;) {
      this.#store.refresh();
      const known = [...this.#table.getKeys({ start: ["key"], end: ["key", Infinity] })].map((key) =>
        Number(key[1])
      );
      const id = Math.max(0, ...known) + 1;
      const record = await wrap(wrapping, id, raw);
      let isOurs = false;
      await this.#store.commit(() => {
        isOurs = !this.#table.doesExist(["key", id]);
        if (!isOurs) return;
        this.#table.put(["key", id], record);
        this.#table.put("current", numberBytes(id));
      });
      if (isOurs) return id;
    }
  }

  /** New content is stored as it is from now on. */
  async stopSealing(): Promise<void> {
    await this.#store.commit(() => void this.#table.removeSync("current"));
  }

  /** Inside a transaction: forgets keys that no block names any more, and the lock with the last. */
  forget(keys: readonly number[]): void {
    for (const id of keys) this.#table.removeSync(["key", id]);
    const left = [...this.#table.getKeys({ start: ["key"], end: ["key", Infinity], limit: 1 })];
    if (left.length > 0 || this.currentKey() !== 0) return;
    this.#table.removeSync("lock");
    this.#table.removeSync("check");
  }

  /** Numbers of all keys. */
  keyNumbers(): readonly number[] {
    this.#store.refresh();
    return [...this.#table.getKeys({ start: ["key"], end: ["key", Infinity] })].map((key) => Number(key[1]));
  }

  /** Asks for the secret now. @throws SymphonyError `permission` where it is missing or wrong */
  async unlock(): Promise<void> {
    if (this.#lock() !== undefined) await this.#wrap();
  }

  async #key(id: number): Promise<CryptoKey> {
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const key = await crypto.subtle.importKey("raw", await this.#rawKey(id), "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]);
    this.#keys.set(id, key);
    return key;
  }

  async #rawKey(id: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#store.refresh();
    const record = this.#table.getBinary(["key", id]);
    if (record === undefined) {
      throw new SymphonyError("corrupt", `Cannot read encrypted content: the store has no key ${id}`);
    }
    return await unwrap(await this.#wrap(), id, record);
  }

  async #exportKeys(): Promise<(readonly [number, Uint8Array<ArrayBuffer>])[]> {
    return await Promise.all(this.keyNumbers().map(async (id) => [id, await this.#rawKey(id)] as const));
  }

  /** The key that wraps, asked for once. Another lock (set by another process) is asked for anew. */
  #wrap(): Promise<CryptoKey> {
    const lock = this.#lock();
    const text = JSON.stringify(lock);
    if (this.#wrapping !== undefined && this.#wrappedBy === text) return this.#wrapping;
    const wrapping = this.#ask(lock);
    this.#wrapping = wrapping;
    this.#wrappedBy = text;
    wrapping.catch(() => {
      if (this.#wrapping === wrapping) this.#wrapping = undefined;
    });
    return wrapping;
  }

  async #ask(lock: Lock | undefined): Promise<CryptoKey> {
    if (lock === undefined) {
      throw new SymphonyError("corrupt", "Cannot read encrypted content: the store has no lock");
    }
    const secret = lock.from === "passphrase"
      ? await this.#source.passphrase()
      : await this.#source.fromKeyring(lock.account);
    if (secret === undefined) throw locked(lock);
    const wrapping = await wrappingKey(lock, secret);
    const check = this.#table.getBinary("check");
    try {
      if (check !== undefined) await unwrap(wrapping, 0, check);
    } catch (cause) {
      throw new SymphonyError(
        "permission",
        `Cannot open the encrypted store: the ${lock.from} is not the right one`,
        {
          cause,
          hint: lock.from === "passphrase"
            ? "Look for a typing error in SYMPHONY_PASSPHRASE"
            : "Restore the keyring's entry",
        },
      );
    }
    return wrapping;
  }

  #lock(): Lock | undefined {
    const bytes = this.#table.getBinary("lock");
    return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes)) as Lock;
  }
}

/** The number of the key that sealed a block; 0 for one that is not sealed. */
export function keyOf(stored: Uint8Array): number {
  if (stored[0] !== SEALED || stored.length < HEAD_BYTES) return 0;
  return new DataView(stored.buffer, stored.byteOffset).getUint32(1);
}

/** A lock for a passphrase, with a fresh salt. `n` is scrypt's cost; tests take a small one. */
export function passphraseLock(n: number = SCRYPT.n): Lock {
  return {
    from: "passphrase",
    salt: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex"),
    ...SCRYPT,
    n,
  };
}

async function wrappingKey(lock: Lock, secret: string): Promise<CryptoKey> {
  const bytes = lock.from === "keyring" ? hexBytes(secret) : await new Promise<Uint8Array>((done, fail) => {
    const { n: N, r, p } = lock;
    const options = { N, r, p, maxmem: 256 * N * r };
    scrypt(secret.normalize("NFKC"), hexBytes(lock.salt), 32, options, (error, key) => {
      if (error === null) done(new Uint8Array(key));
      else fail(error);
    });
  });
  return await crypto.subtle.importKey("raw", new Uint8Array(bytes), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
}

async function wrap(wrapping: CryptoKey, id: number, raw: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const additionalData = new TextEncoder().encode(`key ${id}`);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, wrapping, raw);
  const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(sealed), NONCE_BYTES);
  return bytes;
}

async function unwrap(wrapping: CryptoKey, id: number, record: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const additionalData = new TextEncoder().encode(`key ${id}`);
  const parameters = { name: "AES-GCM", iv: record.slice(0, NONCE_BYTES), additionalData };
  return new Uint8Array(await crypto.subtle.decrypt(parameters, wrapping, record.slice(NONCE_BYTES)));
}

function locked(lock: Lock): SymphonyError {
  const missing = lock.from === "passphrase"
    ? "no passphrase was given"
    : "the keyring does not give its secret";
  return new SymphonyError("permission", `Cannot open the encrypted store: ${missing}`, {
    hint: lock.from === "passphrase"
      ? "Set SYMPHONY_PASSPHRASE, or SYMPHONY_PASSPHRASE_FILE to a file that holds it"
      : "Unlock the keyring, then try again",
  });
}

function damaged(cause?: unknown): SymphonyError {
  return new SymphonyError("corrupt", "Cannot read a block: its encrypted form is damaged", { cause });
}

function hexBytes(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function numberBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
