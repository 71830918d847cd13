/**
 * One language server over all its lives: started when it is first needed, told of its documents, started again with a growing
 * delay when it ends, and left alone when it ends too often.
 *
 * Invariants: (1) at most one process at a time; (2) every open document is told to each new process before anything is asked of it;
 * (3) an edit costs a set insertion and at most one timer, whatever state the server is in.
 *
 * @module
 */

import {
  type RestartPolicy,
  supervise,
  type Supervised,
  unsupervised,
} from "../../core/actor/supervision.ts";
import { messageOf } from "../../core/errors.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Buffer } from "../buffers.ts";
import type { FoundServer } from "./config/find_server.ts";
import type { Misconduct } from "./server/message_reader.ts";
import { Session, type SessionListener } from "./session.ts";
import { type SentText, SyncedDocument } from "./synced_document.ts";

/** `waiting`: it ended and is started again after a delay. `failed`: it ended too often; only `restart` starts it again. */
export type ServerState = "stopped" | "starting" | "running" | "waiting" | "failed";

export interface ServerStatus {
  readonly name: string;
  readonly root: string;
  readonly state: ServerState;
  readonly pid: number | undefined;
  /** Why it is not running, where it is not. */
  readonly reason: string | undefined;
  readonly documents: number;
  readonly restarts: number;
  readonly misconduct: Misconduct | undefined;
}

export interface LanguageServerListener {
  stateChanged(server: LanguageServer): void;
  notified(server: LanguageServer, method: string, params: unknown): void;
  applyEdit(server: LanguageServer, params: unknown): Promise<{ applied: boolean; failureReason?: string }>;
  /** Answers of this kind are out of date: ask anew. */
  refresh(server: LanguageServer, what: string): void;
  /** The server has been sent new text of this buffer. */
  flushed(server: LanguageServer, buffer: Buffer): void;
  /** The process is gone, and with it what it said. */
  ended(server: LanguageServer): void;
}

export interface LanguageServerOptions {
  readonly clock: ClockPort;
  readonly listener: LanguageServerListener;
  readonly restartPolicy?: RestartPolicy;
}

export const languageServerRestartPolicy: RestartPolicy = {
  budget: 5,
  windowMs: 180_000,
  firstDelayMs: 250,
  longestDelayMs: 20_000,
};

/** Edits within so long are sent together. */
const FLUSH_MS = 4;
/** A large document that is sent whole is sent so rarely. */
const WHOLE_FLUSH_MS = 300;
const LARGE_UNITS = 256 << 10;

interface Wanted {
  readonly uri: string;
  readonly languageId: string;
}

export class LanguageServer {
  readonly found: FoundServer;
  readonly #clock: ClockPort;
  readonly #listener: LanguageServerListener;
  readonly #policy: RestartPolicy;
  readonly #wanted = new Map<Buffer, Wanted>();
  readonly #documents = new Map<Buffer, SyncedDocument>();
  readonly #dirty = new Set<Buffer>();
  #supervised: Supervised = unsupervised;
  #state: ServerState = "stopped";
  /** What the listener knows. */
  #told: ServerState = "stopped";
  #reason: string | undefined;
  #session: Session | undefined;
  #stopTimer: (() => void) | undefined;
  #stopFlush: (() => void) | undefined;
  #waiters: (() => void)[] = [];
  #disposed = false;

  constructor(found: FoundServer, options: LanguageServerOptions) {
    this.found = found;
    this.#clock = options.clock;
    this.#listener = options.listener;
    this.#policy = options.restartPolicy ?? languageServerRestartPolicy;
  }

  get name(): string {
    return this.found.definition.name;
  }

  get state(): ServerState {
    return this.#state;
  }

  get status(): ServerStatus {
    return {
      name: this.name,
      root: this.found.root,
      state: this.#state,
      pid: this.#session?.pid,
      reason: this.#state === "running" ? undefined : this.#supervised.quarantine ?? this.#reason,
      documents: this.#wanted.size,
      restarts: this.#supervised.restarts,
      misconduct: this.#session?.misconduct,
    };
  }

  /** The running server; undefined while there is none. */
  get session(): Session | undefined {
    return this.#state === "running" ? this.#session : undefined;
  }

  get buffers(): Iterable<Buffer> {
    return this.#wanted.keys();
  }

  get isIdle(): boolean {
    return this.#wanted.size === 0;
  }

  /** The buffer as the server knows it; undefined while it does not. */
  document(buffer: Buffer): SyncedDocument | undefined {
    return this.#documents.get(buffer);
  }

  /** Tells the server of a buffer, and starts it if it does not run. */
  open(buffer: Buffer, uri: string, languageId: string): void {
    if (this.#disposed || this.#wanted.has(buffer)) return;
    this.#wanted.set(buffer, { uri, languageId });
    if (this.session !== undefined) this.#openDocument(buffer);
    else if (this.#state === "stopped") this.#start();
  }

  close(buffer: Buffer): void {
    this.#wanted.delete(buffer);
    this.#dirty.delete(buffer);
    this.#documents.get(buffer)?.close();
    this.#documents.delete(buffer);
  }

  edited(buffer: Buffer): void {
    if (!this.#documents.has(buffer)) return;
    this.#dirty.add(buffer);
    if (this.#stopFlush !== undefined) return;
    const whole = this.#session?.syncKind === "full" && buffer.text.length > LARGE_UNITS;
    this.#stopFlush = this.#clock.schedule(whole ? WHOLE_FLUSH_MS : FLUSH_MS, () => this.#flush());
  }

  saved(buffer: Buffer): void {
    const how = this.session?.features.onSave;
    if (how === undefined) return;
    this.#flushDocument(buffer);
    this.#documents.get(buffer)?.saved(how.includeText);
  }

  /** Sends what the server does not have of `buffer`; the document, or undefined where that is not possible now. */
  flush(buffer: Buffer): SyncedDocument | undefined {
    if (!this.#flushDocument(buffer)) return undefined;
    return this.#documents.get(buffer);
  }

  /** As `flush`, but waits where the server is behind with reading; undefined where it does not come to it in time. */
  async flushed(
    buffer: Buffer,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<SyncedDocument | undefined> {
    const untilMs = this.#clock.monotonic() + timeoutMs;
    while (this.session !== undefined && this.#documents.has(buffer) && signal?.aborted !== true) {
      const document = this.flush(buffer);
      const leftMs = untilMs - this.#clock.monotonic();
      if (document !== undefined || leftMs <= 0) return document;
      await this.#woken(leftMs, signal);
    }
    return undefined;
  }

  /** Sends everything that can be sent now; what the server then has of each buffer. */
  flushAll(): Map<Buffer, SentText> {
    for (const buffer of [...this.#dirty]) this.#flushDocument(buffer);
    return new Map([...this.#documents].map(([buffer, document]) => [buffer, document.sent]));
  }

  /** Waits until the server runs. Undefined where it does not in time, or has ended and waits or failed. */
  async ready(timeoutMs: number, signal?: AbortSignal): Promise<Session | undefined> {
    if (this.#state !== "starting" || signal?.aborted === true) return this.session;
    await this.#woken(timeoutMs, signal);
    return this.session;
  }

  /** Waits until the state is another one or the server has read everything, at most so long. */
  #woken(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        stop();
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const stop = this.#clock.schedule(timeoutMs, done);
      signal?.addEventListener("abort", done);
      this.#waiters.push(done);
    });
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** Starts the server anew, forgiven. */
  restart(): void {
    this.#supervised = supervise(this.#supervised, { type: "pardoned" }, this.#policy);
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#session !== undefined) this.#session.kill(undefined);
    else this.#start();
  }

  /** Ends the server for good. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#stopTimer?.();
    this.#stopFlush?.();
    const session = this.#session;
    await session?.stop();
    await session?.ended;
    this.#forgetDocuments();
    this.#become("stopped");
  }

  async #start(): Promise<void> {
    if (this.#disposed || this.#session !== undefined) return;
    this.#become("starting");
    let session: Session;
    try {
      session = new Session(this.found, { clock: this.#clock, listener: this.#sessionListener() });
    } catch (error) {
      this.#ended(messageOf(error));
      return;
    }
    this.#session = session;
    session.ended.then((reason) => {
      if (this.#session !== session) return;
      this.#session = undefined;
      this.#ended(reason);
    });
    try {
      await session.start();
    } catch {
      return; // Its end tells why.
    }
    if (this.#session !== session) return;
    this.#supervised = supervise(this.#supervised, { type: "started" }, this.#policy);
    this.#state = "running";
    for (const buffer of this.#wanted.keys()) this.#openDocument(buffer);
    this.#become("running");
  }

  #ended(reason: string | undefined): void {
    this.#forgetDocuments();
    this.#reason = reason;
    this.#listener.ended(this);
    if (this.#disposed) return this.#become("stopped");
    if (reason === undefined) {
      this.#become("stopped");
      if (this.#wanted.size > 0) this.#start();
      return;
    }
    const atMs = this.#clock.monotonic();
    this.#supervised = supervise(this.#supervised, { type: "failed", atMs, reason }, this.#policy);
    if (this.#supervised.quarantine !== undefined) return this.#become("failed");
    this.#stopTimer = this.#clock.schedule(this.#supervised.notBeforeMs - atMs, () => {
      this.#stopTimer = undefined;
      if (this.#wanted.size > 0) this.#start();
      else this.#become("stopped");
    });
    this.#become("waiting");
  }

  #become(state: ServerState): void {
    if (this.#told === state) return;
    this.#told = this.#state = state;
    if (state !== "starting") this.#wake();
    this.#listener.stateChanged(this);
  }

  #openDocument(buffer: Buffer): void {
    const wanted = this.#wanted.get(buffer);
    const session = this.session;
    if (wanted === undefined || session === undefined || this.#documents.has(buffer)) return;
    this.#documents.set(buffer, new SyncedDocument(buffer, wanted.uri, wanted.languageId, session));
    this.#listener.flushed(this, buffer);
  }

  #forgetDocuments(): void {
    for (const document of this.#documents.values()) document.release();
    this.#documents.clear();
    this.#dirty.clear();
  }

  #flush(): void {
    this.#stopFlush = undefined;
    for (const buffer of [...this.#dirty]) this.#flushDocument(buffer);
  }

  #flushDocument(buffer: Buffer): boolean {
    const document = this.#documents.get(buffer);
    if (document === undefined) return false;
    const wasCurrent = document.isCurrent;
    if (!document.flush()) {
      this.#dirty.add(buffer);
      return false;
    }
    this.#dirty.delete(buffer);
    if (!wasCurrent) this.#listener.flushed(this, buffer);
    return true;
  }

  #sessionListener(): SessionListener {
    const listener = this.#listener;
    return {
      notified: (method, params) => listener.notified(this, method, params),
      registered: (methods) => {
        for (const method of methods) listener.refresh(this, method);
      },
      applyEdit: (params) => listener.applyEdit(this, params),
      refresh: (method) => listener.refresh(this, method),
      drained: () => {
        if (this.#dirty.size > 0) this.#flush();
        if (this.#state === "running") this.#wake();
      },
    };
  }
}
