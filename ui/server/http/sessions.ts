/**
 * Keys and sessions. A key is the secret of a one-time address; it opens one session. A session's token is the cookie of a
 * browser. Only hashes of tokens are kept, in a file that its owner alone can read, so that pages go on after the server
 * was started again.
 *
 * Invariants: a key works once and for KEY_MS; more than MAX_TRIES wrong keys in a minute are not looked at; comparisons
 * are of hashes, so that time tells nothing.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import { isObject, type Json, own } from "../../../core/json.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";

const KEY_MS = 60 * 60_000;
const SESSION_MS = 7 * 24 * 3_600_000;
const MAX_SESSIONS = 64;
const MAX_TRIES = 20;

export interface OpenedSession {
  readonly token: string;
  readonly expiresAt: number;
}

/** Where the hashes are kept. */
export interface SessionFile {
  read(): Json | undefined;
  write(value: Json): void;
}

export class Sessions {
  readonly #clock: ClockPort;
  readonly #file: SessionFile;
  /** Hash of the key to when it ends. */
  readonly #keys = new Map<string, number>();
  readonly #sessions: Map<string, number>;
  #tries: number[] = [];

  constructor(clock: ClockPort, file: SessionFile) {
    this.#clock = clock;
    this.#file = file;
    this.#sessions = readSessions(file.read());
  }

  /** A new key for one address. */
  newKey(): string {
    const key = secret();
    this.#keys.set(hash(key), this.#clock.now() + KEY_MS);
    return key;
  }

  /** Opens a session for a key; undefined where it is wrong, used or old, `wait` where there were too many wrong ones. */
  open(key: string): OpenedSession | "wait" | undefined {
    const now = this.#clock.now();
    this.#tries = this.#tries.filter((at) => at > now - 60_000);
    if (this.#tries.length >= MAX_TRIES) return "wait";
    const hashed = hash(key);
    const until = this.#keys.get(hashed);
    this.#keys.delete(hashed);
    if (until === undefined || until < now) {
      this.#tries.push(now);
      return undefined;
    }
    const token = secret();
    const expiresAt = now + SESSION_MS;
    this.#sessions.set(hash(token), expiresAt);
    while (this.#sessions.size > MAX_SESSIONS) this.#sessions.delete([...this.#sessions.keys()][0] as string);
    this.#keep();
    return { token, expiresAt };
  }

  /** When the token's session ends; undefined where there is none. */
  expiryOf(token: string | undefined): number | undefined {
    if (token === undefined) return undefined;
    const until = this.#sessions.get(hash(token));
    return until !== undefined && until > this.#clock.now() ? until : undefined;
  }

  /** Ends a session; repeating is harmless. */
  end(token: string | undefined): void {
    if (token !== undefined && this.#sessions.delete(hash(token))) this.#keep();
  }

  #keep(): void {
    this.#file.write({ sessions: Object.fromEntries(this.#sessions) });
  }
}

/** 256 bits as text for addresses and cookies. */
export function secret(): string {
  return randomBytes(32).toString("base64url");
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function readSessions(value: Json | undefined): Map<string, number> {
  const kept = own(value, "sessions");
  const entries = isObject(kept) ? Object.entries(kept) : [];
  return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}
