/**
 * Encrypting a store that is in use, rotating its key, and decrypting it. Content is sealed anew in place, a few
 * megabytes in a transaction, each only where it is still as it was read; runs go on meanwhile. Every sealed block names
 * its key, so the pass may die anywhere and go on later; keys that nothing names go at its end.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, artifactId } from "../../core/ids.ts";
import type {
  ArtifactEncryptionPort,
  EncryptionPass,
  EncryptionStatus,
  SecretKind,
} from "../../core/ports/artifact_encryption.ts";
import type { Store, StoreKey, Table } from "../store.ts";
import type { Blocks } from "./blocks.ts";
import { decodeBlock, encodeBlock, isCompressedType, SEALED } from "./codec.ts";
import { CHUNK_BYTES, type Content, recordBytes } from "./record.ts";
import { Records } from "./records.ts";
import { KeyChanged, keyOf, type Lock, passphraseLock, type SecretSource, type Vault } from "./vault.ts";

/** Content that is changed in one transaction. */
const BATCH_BYTES = 4 * 1024 * 1024;
const PAGE = 200;

/** Where archived blocks are rewritten under another key. */
export interface ArchiveRewriter {
  /** Rewrites the archive files that hold one of these blocks, each as `change` gives it. */
  rewriteAll(change: (name: string, stored: Uint8Array) => Promise<Uint8Array>, at: number): Promise<number>;
}

export interface EncryptionParts {
  readonly store: Store;
  readonly blocks: Blocks;
  readonly source: SecretSource;
  readonly archives: ArchiveRewriter;
  /** The new passphrase, for `changeSecret`. */
  readonly newPassphrase: () => Promise<string | undefined>;
  readonly now: () => number;
  /** Called when content becomes encrypted: whatever holds plain text of it must go. */
  readonly onEncrypted: () => Promise<void>;
  /** scrypt's cost; smaller in tests. */
  readonly cost?: number;
}

interface Change {
  readonly table: Table;
  readonly key: StoreKey;
  readonly found: Uint8Array;
  readonly stored: Uint8Array;
}

export class StoreEncryption implements ArtifactEncryptionPort {
  readonly #parts: EncryptionParts;
  readonly #vault: Vault;
  readonly #records: Records;

  constructor(parts: EncryptionParts) {
    this.#parts = parts;
    this.#vault = parts.blocks.vault;
    this.#records = new Records(parts.store);
  }

  status(): Promise<EncryptionStatus | undefined> {
    const status = this.#vault.status();
    return Promise.resolve(status && { secret: status.from, key: status.key, keys: status.keys });
  }

  async encrypt(secret: SecretKind): Promise<EncryptionPass> {
    if (this.#vault.status() === undefined) {
      const { lock, text } = await this.#newLock(secret, this.#parts.source);
      await this.#vault.setLock(lock, text);
    }
    await this.#vault.unlock();
    if (this.#vault.currentKey() === 0) await this.#vault.newKey();
    await this.#parts.onEncrypted();
    return await this.#pass();
  }

  async rotate(): Promise<EncryptionPass> {
    this.#demandLock();
    await this.#vault.unlock();
    await this.#vault.newKey();
    return await this.#pass();
  }

  async changeSecret(secret: SecretKind): Promise<void> {
    this.#demandLock();
    await this.#vault.unlock();
    const { newPassphrase, source } = this.#parts;
    const { lock, text } = await this.#newLock(secret, { ...source, passphrase: newPassphrase });
    await this.#vault.setLock(lock, text);
  }

  async decrypt(): Promise<EncryptionPass> {
    this.#demandLock();
    await this.#vault.unlock();
    await this.#vault.stopSealing();
    return await this.#pass();
  }

  #demandLock(): void {
    if (this.#vault.status() !== undefined) return;
    throw new SymphonyError("not-found", "Cannot change the encryption: the store is not encrypted", {
      hint: "artifacts encrypt begins it",
    });
  }

  async #newLock(
    secret: SecretKind,
    source: Pick<SecretSource, "passphrase" | "toKeyring">,
  ): Promise<{ readonly lock: Lock; readonly text: string }> {
    if (secret === "passphrase") {
      const text = await source.passphrase();
      if (text !== undefined && [...text].length >= 8) {
        return { lock: passphraseLock(this.#parts.cost), text };
      }
      const found = text === undefined ? "none was given" : "it has less than 8 characters";
      throw new SymphonyError("permission", `Cannot encrypt with a passphrase: ${found}`, {
        hint: "Set SYMPHONY_PASSPHRASE, or SYMPHONY_PASSPHRASE_FILE to a file that holds it",
      });
    }
    const account = `store-${crypto.randomUUID()}`;
    const text = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
    if (await source.toKeyring(account, text)) return { lock: { from: "keyring", account }, text };
    throw new SymphonyError("permission", "Cannot use the system's keyring: there is none, or it is locked", {
      hint: "On Linux install secret-tool (libsecret-tools); or use a passphrase",
    });
  }

  /** Brings all content under the current key, and forgets the others. */
  async #pass(): Promise<EncryptionPass> {
    const key = this.#vault.currentKey();
    const { blocks, archives, now } = this.#parts;
    try {
      let changed = await this.#sealRecords(key);
      changed += await this.#all(blocks.table, (name, stored) => this.#block(String(name), stored, key));
      changed += await archives.rewriteAll(
        async (name, stored) => (await this.#block(name, stored, key)) ?? stored,
        now(),
      );
      await this.#forget(key);
      return { changed };
    } catch (cause) {
      if (!(cause instanceof KeyChanged)) throw cause;
      throw new SymphonyError(
        "busy",
        "Cannot go on with the encryption: another process has changed the key",
        {
          cause,
          hint: "It goes on with all of it; nothing is left to do here",
        },
      );
    }
  }

  /** The stored form under `key`; undefined where it is so already, or lies in an archive. */
  async #block(name: string, stored: Uint8Array, key: number): Promise<Uint8Array | undefined> {
    if (keyOf(stored) === key && (key !== 0 || stored[0] !== SEALED)) return undefined;
    if (this.#parts.blocks.isElsewhere(stored)) return undefined;
    const plain = stored[0] === SEALED ? await this.#vault.open(name, stored) : stored;
    return key === 0 ? plain : await this.#vault.seal(name, plain, key);
  }

  async #sealRecords(key: number): Promise<number> {
    return await this.#all(this.#records.table, async (name) => {
      const id = artifactId(String(name));
      const found = this.#records.read(id);
      if (found === undefined) return undefined;
      const { info, content } = found;
      if (content.kind === "chunks") return await this.#fromChunks(id, key);
      const now = await this.#content(id, content, !isCompressedType(info.type), key);
      return now && recordBytes(info, now);
    });
  }

  async #content(
    id: ArtifactId,
    content: Exclude<Content, { kind: "chunks" }>,
    mayCompress: boolean,
    key: number,
  ): Promise<Exclude<Content, { kind: "chunks" }> | undefined> {
    if (content.kind === "blocks") return undefined;
    if (content.kind === "inline") {
      if (key === 0) return undefined;
      const coded = encodeBlock(new Uint8Array(content.bytes), mayCompress);
      return { kind: "sealed", bytes: await this.#vault.seal(id, coded, key) };
    }
    if (keyOf(content.bytes) === key) return undefined;
    const coded = await this.#vault.open(id, new Uint8Array(content.bytes));
    return key === 0
      ? { kind: "inline", bytes: decodeBlock(coded) }
      : { kind: "sealed", bytes: await this.#vault.seal(id, coded, key) };
  }

  /** Content of format 1 becomes one block of today, sealed. */
  async #fromChunks(id: ArtifactId, key: number): Promise<undefined> {
    const { store, blocks } = this.#parts;
    const found = this.#records.read(id);
    if (found === undefined || key === 0) return undefined;
    const chunks = store.table("chunks");
    const pieces: Uint8Array[] = [];
    for (let at = 0; at * CHUNK_BYTES < found.info.sizeBytes; at++) {
      const chunk = chunks.getBinary([id, at]);
      if (chunk === undefined) return undefined;
      pieces.push(new Uint8Array(chunk));
    }
    const sealed = await this.#vault.seal(id, encodeBlock(Buffer.concat(pieces), true), key);
    await store.commit(() => {
      this.#vault.demandCurrent(key);
      this.#records.table.put(id, recordBytes(found.info, { kind: "blocks", names: [id] }));
      blocks.put({ name: id, stored: () => sealed }, id);
      pieces.forEach((_, at) => chunks.removeSync([id, at]));
    }, sealed.length);
    return undefined;
  }

  /** Goes through a table and puts what `change` gives, where the value is still as it was. */
  async #all(
    table: Table,
    change: (key: StoreKey, found: Uint8Array) => Promise<Uint8Array | undefined>,
  ): Promise<number> {
    const { store } = this.#parts;
    const key = this.#vault.currentKey();
    let count = 0;
    let changes: Change[] = [];
    let size = 0;
    const flush = async () => {
      const batch = changes;
      [changes, size] = [[], 0];
      if (batch.length === 0) return;
      await store.commit(() => {
        this.#vault.demandCurrent(key);
        for (const one of batch) {
          const now = one.table.getBinary(one.key);
          if (now !== undefined && Buffer.compare(now, one.found) === 0) one.table.put(one.key, one.stored);
        }
      }, BATCH_BYTES);
      count += batch.length;
    };
    let after: StoreKey | undefined;
    for (;;) {
      store.refresh();
      const start = after === undefined ? {} : { start: after, exclusiveStart: true };
      const page = [...table.getKeys({ ...start, limit: PAGE })];
      for (const one of page) {
        const found = table.getBinary(one);
        if (found === undefined) continue;
        const stored = await change(one, found);
        if (stored === undefined) continue;
        changes.push({ table, key: one, found: new Uint8Array(found), stored });
        size += stored.length;
        if (size >= BATCH_BYTES) await flush();
      }
      if (page.length < PAGE) break;
      after = page.at(-1);
    }
    await flush();
    return count;
  }

  /** Forgets the keys that nothing names any more. */
  async #forget(current: number): Promise<void> {
    const { store, blocks } = this.#parts;
    store.refresh();
    const used = new Set<number>([current]);
    for (const key of this.#records.table.getKeys({})) {
      const content = this.#records.read(artifactId(String(key)))?.content;
      if (content?.kind === "sealed") used.add(keyOf(content.bytes));
    }
    for (const key of blocks.table.getKeys({})) {
      const stored = blocks.table.getBinary(key);
      if (stored === undefined) continue;
      if (blocks.isElsewhere(stored)) {
        const archived = await blocks.stored(String(key)).catch(() => undefined);
        // What cannot be read now may name any key.
        if (archived === undefined) return;
        used.add(keyOf(archived));
      } else used.add(keyOf(stored));
    }
    const idle = this.#vault.keyNumbers().filter((key) => !used.has(key));
    await store.commit(() => {
      this.#vault.demandCurrent(current);
      this.#vault.forget(idle);
    });
  }
}
