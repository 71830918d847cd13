/**
 * Diagnostics of servers that want to be asked for them: some time after each edit, and again where one file's faults depend on others.
 *
 * Invariants: (1) at most one question a server and buffer is in flight; (2) an answer for a text that has been edited since is kept,
 * moved, until the next one comes.
 *
 * @module
 */

import { own } from "../../core/json.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Buffer } from "../buffers.ts";
import { type Asking, selected } from "./asking.ts";
import type { DiagnosticStore } from "./diagnostics.ts";
import { objectOf, optional, stringIn } from "./features/answer_reading.ts";
import type { LanguageServer } from "./language_server.ts";

const METHOD = "textDocument/diagnostic";
/** After the last edit of the buffer, and of any other. */
const QUIET_MS = 150;
const OTHERS_QUIET_MS = 600;

interface Pulled {
  inFlight: boolean;
  again: boolean;
  stopTimer: (() => void) | undefined;
  resultId: string | undefined;
}

export class DiagnosticPull {
  readonly #asking: Asking;
  readonly #store: DiagnosticStore;
  readonly #clock: ClockPort;
  readonly #onChange: (buffer: Buffer) => void;
  readonly #pulled = new Map<LanguageServer, Map<Buffer, Pulled>>();
  #isDisposed = false;

  constructor(asking: Asking, store: DiagnosticStore, clock: ClockPort, onChange: (buffer: Buffer) => void) {
    this.#asking = asking;
    this.#store = store;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** The server has new text of `buffer`. */
  flushed(server: LanguageServer, buffer: Buffer): void {
    this.#schedule(server, buffer, QUIET_MS);
    const options = server.session?.features.options(METHOD);
    if (own(options, "interFileDependencies") !== true) return;
    for (const other of server.buffers) if (other !== buffer) this.#schedule(server, other, OTHERS_QUIET_MS);
  }

  /** What the server would answer has changed. */
  refresh(server: LanguageServer): void {
    for (const buffer of server.buffers) this.#schedule(server, buffer, 0);
  }

  close(buffer: Buffer): void {
    for (const buffers of this.#pulled.values()) {
      buffers.get(buffer)?.stopTimer?.();
      buffers.delete(buffer);
    }
  }

  /** The server is gone. */
  forget(server: LanguageServer): void {
    for (const one of this.#pulled.get(server)?.values() ?? []) one.stopTimer?.();
    this.#pulled.delete(server);
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const server of [...this.#pulled.keys()]) this.forget(server);
  }

  #schedule(server: LanguageServer, buffer: Buffer, delayMs: number): void {
    const document = server.document(buffer);
    if (this.#isDisposed || document === undefined) return;
    if (server.session?.features.options(METHOD, selected(document)) === undefined) return;
    const buffers = this.#pulled.get(server) ?? new Map<Buffer, Pulled>();
    this.#pulled.set(server, buffers);
    const one = buffers.get(buffer) ??
      { inFlight: false, again: false, stopTimer: undefined, resultId: undefined };
    buffers.set(buffer, one);
    if (one.inFlight) {
      one.again = true;
      return;
    }
    one.stopTimer?.();
    one.stopTimer = this.#clock.schedule(delayMs, () => this.#pull(server, buffer, one));
  }

  async #pull(server: LanguageServer, buffer: Buffer, one: Pulled): Promise<void> {
    one.stopTimer = undefined;
    one.inFlight = true;
    one.again = false;
    try {
      const identifier = stringIn(server.session?.features.options(METHOD) ?? {}, "identifier");
      const answer = await this.#asking.one(server, buffer, METHOD, (question) => ({
        textDocument: question.textDocument,
        ...optional("identifier", identifier),
        ...optional("previousResultId", one.resultId),
      }));
      const told = objectOf(answer.value);
      if (this.#pulled.get(server)?.get(buffer) !== one || told === undefined) return;
      one.resultId = stringIn(told, "resultId");
      if (own(told, "kind") !== "unchanged") {
        const key = `${server.name}\0${server.found.root}\0pulled`;
        this.#store.set(buffer, key, server.name, own(told, "items"), answer.question.sent);
        this.#onChange(buffer);
      }
    } catch {
      // Asked again after the next edit.
    } finally {
      one.inFlight = false;
      if (one.again && this.#pulled.get(server)?.get(buffer) === one) {
        this.#schedule(server, buffer, QUIET_MS);
      }
    }
  }
}
