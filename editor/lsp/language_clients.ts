/**
 * Language intelligence for the open buffers: finds and starts the servers they need, tells them of every edit, keeps what they find
 * wrong, and answers questions.
 *
 * ```ts
 * const languages = new LanguageClients(buffers, disk, clock);
 * languages.listen({ diagnosticsChanged(buffer) { … } });
 * const list = await languages.complete(buffer, offset, { signal });
 * ```
 *
 * Everything is made for servers that hang, crash and lie: an edit costs a set insertion, every question has a time-out, a server that is
 * stuck is replaced, and nothing it says is believed without a check.
 *
 * Invariants: (1) nothing here makes an edit wait; (2) every question settles; (3) a buffer is changed only by `apply…`, `format…` of a caller,
 * or by a server that a caller asked to carry out a command.
 *
 * @module
 */

import { join } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { own } from "../../core/json.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Buffer } from "../buffers.ts";
import { Asking, type AskOptions } from "./asking.ts";
import { findServer } from "./config/find_server.ts";
import { defaultLanguageSettings, type LanguageSettings } from "./config/language_settings.ts";
import { protocolLanguage } from "./config/protocol_language.ts";
import { DiagnosticPull } from "./diagnostic_pull.ts";
import { type Diagnostic, DiagnosticStore } from "./diagnostics.ts";
import { type ActionEffect, type ServerCommand } from "./features/code_actions.ts";
import { objectOf, stringIn } from "./features/answer_reading.ts";
import type { OpenWorld } from "./features/places.ts";
import { SemanticTokens } from "./features/semantic_tokens.ts";
import {
  type ApplyOptions,
  applyWorkspaceChange,
  planWorkspaceEdit,
  type WorkspaceChange,
} from "./features/workspace_edit.ts";
import { LanguageServer, type LanguageServerListener, type ServerStatus } from "./language_server.ts";
import { type Progress, ProgressBook } from "./progress.ts";
import type { SentText } from "./synced_document.ts";
import { pathOfUri, uriOfPath } from "./uri.ts";
import { type FileChange, WatchedFiles } from "./watched_files.ts";

/** What to tell a listener. Called synchronously. */
export interface LanguageListener {
  /** Diagnostics of the buffer are others than before, not only at other places. */
  diagnosticsChanged?(buffer: Buffer): void;
  serverChanged?(status: ServerStatus): void;
  progressed?(server: string, progress: readonly Progress[]): void;
  /** A server wants a person to read this. */
  messaged?(server: string, level: MessageLevel, text: string): void;
  /** Asking for `what` (`semanticTokens`, `inlayHint`, `foldingRange`, …) again would give something else. */
  refreshed?(what: string): void;
}

export type MessageLevel = "error" | "warning" | "information" | "log";
const LEVELS: readonly MessageLevel[] = ["error", "warning", "information", "log"];

export interface LanguageOptions {
  readonly settings?: LanguageSettings;
  /** A server without documents is ended after so long. */
  readonly idleMs?: number;
  /** Larger texts are not sent to servers. UTF-16 units. */
  readonly mostUnits?: number;
  /** Folders that are searched for servers: by default those of the PATH. */
  readonly path?: readonly string[];
}

interface Received {
  readonly server: LanguageServer;
  readonly buffer: Buffer;
  readonly list: unknown;
  readonly sent: SentText;
}

const RECEIVE_MS = 5;
const IDLE_MS = 60_000;
const MOST_UNITS = 16 << 20;
const MOST_SERVERS = 24;
const MOST_MESSAGE = 4_000;

export class LanguageClients {
  readonly #world: OpenWorld;
  readonly #clock: ClockPort;
  readonly #options: LanguageOptions;
  readonly #listeners = new Set<LanguageListener>();
  readonly #servers = new Map<string, LanguageServer>();
  readonly #attached = new Map<Buffer, Promise<readonly LanguageServer[]>>();
  readonly #diagnostics = new DiagnosticStore();
  readonly #pull: DiagnosticPull;
  readonly #progress: ProgressBook;
  readonly #watched: WatchedFiles;
  readonly #stopListening: () => void;
  readonly #idle = new Map<LanguageServer, () => void>();
  /** Servers that were asked to carry out a command and may change texts until it is done: in whose name. */
  readonly #licensed = new Map<LanguageServer, ApplyOptions>();
  /** Published diagnostics, the last of each server and buffer: of a flood only the end is looked at. */
  readonly #received = new Map<string, Received>();
  #stopReceiving: (() => void) | undefined;
  #settings: LanguageSettings;
  #isDisposed = false;
  readonly asking: Asking;
  readonly semanticTokens: SemanticTokens;

  constructor(world: OpenWorld, clock: ClockPort, options: LanguageOptions = {}) {
    this.#world = world;
    this.#clock = clock;
    this.#options = options;
    this.#settings = options.settings ?? defaultLanguageSettings;
    this.asking = new Asking(this);
    this.semanticTokens = new SemanticTokens(this.asking);
    this.#pull = new DiagnosticPull(
      this.asking,
      this.#diagnostics,
      clock,
      (buffer) => this.#diagnosed(buffer),
    );
    this.#progress = new ProgressBook((server, all) => this.#tell((one) => one.progressed?.(server, all)));
    this.#watched = new WatchedFiles(clock);
    this.#stopListening = world.buffers.listen({
      opened: (buffer) => this.#attach(buffer),
      edited: ({ buffer }) => this.#edited(buffer),
      saved: (buffer) => this.#saved(buffer),
      moved: (buffer) => this.#reattach(buffer),
      languageChanged: (buffer) => this.#reattach(buffer),
      closed: (buffer) => this.#detach(buffer),
    });
    for (const buffer of world.buffers) this.#attach(buffer);
  }

  /** The buffers and files that servers speak of. */
  get world(): OpenWorld {
    return this.#world;
  }

  /** Tells `listener` of everything from now on; the result ends it. */
  listen(listener: LanguageListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Every server that is or was needed. */
  get status(): ServerStatus[] {
    return [...this.#servers.values()].map((server) => server.status);
  }

  /** What servers of this name are busy with. */
  progress(name: string): readonly Progress[] {
    return this.#progress.of(name);
  }

  /** The servers that run now. */
  get running(): LanguageServer[] {
    return [...this.#servers.values()].filter((server) => server.session !== undefined);
  }

  /** What is wrong with a buffer, by place in its newest text. */
  diagnostics(buffer: Buffer): readonly Diagnostic[] {
    return this.#diagnostics.of(buffer);
  }

  /** What the running servers of a buffer can be asked: names of requests of the protocol. */
  async methods(buffer: Buffer): Promise<string[]> {
    const servers = await this.serversOf(buffer);
    return [...new Set(servers.flatMap((server) => server.session?.features.methods ?? []))].sort();
  }

  /** The servers of a buffer, in the order in which they are asked. */
  async serversOf(buffer: Buffer): Promise<readonly LanguageServer[]> {
    return await (this.#attached.get(buffer) ?? []);
  }

  /** Takes new settings: servers whose definition is another one are ended and started as it says. */
  configure(settings: LanguageSettings): void {
    this.#settings = settings;
    const buffers = [...this.#attached.keys()];
    for (const buffer of buffers) this.#detach(buffer);
    for (const server of [...this.#servers.values()]) this.#drop(server);
    for (const buffer of buffers) this.#attach(buffer);
  }

  /** Starts servers of this name anew, also those that were given up. */
  restart(name: string): void {
    for (const server of this.#servers.values()) if (server.name === name) server.restart();
  }

  /** Carries a change out; @throws SymphonyError `aborted` where it cannot be, and then nothing has changed */
  async apply(change: WorkspaceChange, options: ApplyOptions): Promise<void> {
    const applied = await applyWorkspaceChange(change, this.#world, options);
    if (!applied.ok) {
      throw new SymphonyError("aborted", `Cannot apply the change of "${change.server}": ${applied.error}`);
    }
    this.#watched.changed(fileChanges(change));
  }

  /** Carries out what taking a code action comes to. @throws as `apply` and `execute` */
  async perform(effect: ActionEffect, options: ApplyOptions & AskOptions): Promise<void> {
    if (effect.change !== undefined) await this.apply(effect.change, options);
    if (effect.command !== undefined) await this.execute(effect.command, options);
  }

  /** Has a server carry out a command of its own; what it changes meanwhile, it changes in the name of `options`. */
  async execute(command: ServerCommand, options: ApplyOptions & AskOptions): Promise<unknown> {
    const { server } = command;
    const session = server.session;
    if (session === undefined) {
      throw new SymphonyError(
        "closed",
        `Cannot execute "${command.command}": language server "${server.name}" is not running`,
      );
    }
    if (this.#licensed.has(server)) {
      throw new SymphonyError(
        "busy",
        `Cannot execute "${command.command}": "${server.name}" carries out another command`,
      );
    }
    server.flushAll();
    this.#licensed.set(server, options);
    try {
      return await session.request("workspace/executeCommand", {
        command: command.command,
        arguments: command.args,
      }, {
        timeoutMs: options.timeoutMs ?? 60_000,
        signal: options.signal,
      });
    } finally {
      this.#licensed.delete(server);
    }
  }

  /** Ends every server. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#stopListening();
    this.#pull.dispose();
    this.#watched.dispose();
    this.#stopReceiving?.();
    for (const stop of this.#idle.values()) stop();
    for (const buffer of this.#attached.keys()) this.#diagnostics.close(buffer);
    await Promise.all([...this.#servers.values()].map((server) => server.dispose()));
    this.#servers.clear();
    this.#attached.clear();
  }

  #attach(buffer: Buffer): void {
    if (this.#isDisposed || this.#attached.has(buffer)) return;
    const languageId = protocolLanguage(buffer.path, buffer.language);
    if (languageId === undefined || buffer.text.length > (this.#options.mostUnits ?? MOST_UNITS)) return;
    const definitions = this.#settings.servers.filter((one) => one.languages.includes(languageId));
    if (definitions.length === 0) return;
    const path = buffer.path ?? join(Deno.cwd(), `untitled-${buffer.id}`);
    const uri = buffer.path === undefined ? `untitled:untitled-${buffer.id}` : uriOfPath(buffer.path);
    const find = { useNodeModules: this.#settings.useNodeModules, ...pathOption(this.#options.path) };
    const attaching: Promise<readonly LanguageServer[]> = Promise.all(
      definitions.map((one) => findServer(one, path, find)),
    )
      .then((found) => {
        if (this.#attached.get(buffer) !== attaching) return [];
        const servers = found.filter((one) => one !== undefined).map((one) => this.#serverFor(one));
        const known = servers.filter((one) => one !== undefined);
        for (const server of known) {
          this.#idle.get(server)?.();
          this.#idle.delete(server);
          server.open(buffer, uri, languageId);
        }
        return known;
      })
      .catch((error) => {
        this.#tell((one) =>
          one.messaged?.("", "error", `Cannot look for language servers: ${messageOf(error)}`)
        );
        return [];
      });
    this.#attached.set(buffer, attaching);
  }

  #serverFor(found: NonNullable<Awaited<ReturnType<typeof findServer>>>): LanguageServer | undefined {
    const key = JSON.stringify([found.definition.name, found.root, found.executable]);
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    if (this.#servers.size >= MOST_SERVERS) {
      const name = found.definition.name;
      this.#tell((one) =>
        one.messaged?.(name, "warning", `More than ${MOST_SERVERS} language servers are not started`)
      );
      return undefined;
    }
    const server = new LanguageServer(found, { clock: this.#clock, listener: this.#serverListener });
    this.#servers.set(key, server);
    return server;
  }

  #detach(buffer: Buffer): void {
    const attached = this.#attached.get(buffer);
    this.#attached.delete(buffer);
    this.#diagnostics.close(buffer);
    this.#pull.close(buffer);
    attached?.then((servers) => {
      for (const server of servers) {
        server.close(buffer);
        this.#stopWhenIdle(server);
      }
    });
  }

  #reattach(buffer: Buffer): void {
    this.#detach(buffer);
    this.#attach(buffer);
    this.#diagnosed(buffer);
  }

  /** Ends a server that has had no document for a while. */
  #stopWhenIdle(server: LanguageServer): void {
    if (!server.isIdle || this.#idle.has(server) || this.#isDisposed) return;
    this.#idle.set(
      server,
      this.#clock.schedule(this.#options.idleMs ?? IDLE_MS, () => {
        this.#idle.delete(server);
        if (server.isIdle) this.#drop(server);
      }),
    );
  }

  #drop(server: LanguageServer): void {
    for (const [key, other] of this.#servers) if (other === server) this.#servers.delete(key);
    this.#idle.get(server)?.();
    this.#idle.delete(server);
    server.dispose();
  }

  #edited(buffer: Buffer): void {
    if (!this.#attached.has(buffer)) return;
    for (const server of this.#servers.values()) server.edited(buffer);
  }

  #saved(buffer: Buffer): void {
    for (const server of this.#servers.values()) server.saved(buffer);
    if (buffer.path !== undefined) this.#watched.changed([{ path: buffer.path, type: "changed" }]);
  }

  readonly #serverListener: LanguageServerListener = {
    stateChanged: (server) => {
      if (server.state === "running") this.#watched.follow(server);
      this.#tell((one) => one.serverChanged?.(server.status));
    },
    notified: (server, method, params) => this.#notified(server, method, params),
    applyEdit: (server, params) => this.#applyEdit(server, params),
    refresh: (server, what) => {
      if (what.includes("iagnostic")) this.#pull.refresh(server);
      else if (what === "workspace/didChangeWatchedFiles") this.#watched.follow(server);
      else {
        const name = /^(?:workspace|textDocument)\/(\w+)/.exec(what)?.[1];
        if (name !== undefined) this.#tell((one) => one.refreshed?.(name.replace(/s$/, "")));
      }
    },
    flushed: (server, buffer) => {
      this.#diagnostics.carry(buffer);
      this.#pull.flushed(server, buffer);
    },
    ended: (server) => {
      this.#watched.forget(server);
      this.#progress.forget(server.name);
      this.#pull.forget(server);
      for (const buffer of this.#diagnostics.forget(serverKeys(server))) this.#diagnosed(buffer);
    },
  };

  #notified(server: LanguageServer, method: string, params: unknown): void {
    const told = objectOf(params) ?? {};
    switch (method) {
      case "textDocument/publishDiagnostics":
        return this.#published(server, told);
      case "window/showMessage":
      case "window/logMessage": {
        const level = method === "window/logMessage" ? "log" : LEVELS[Number(own(told, "type")) - 1] ?? "log";
        const text = (stringIn(told, "message") ?? "").slice(0, MOST_MESSAGE);
        return this.#tell((one) => one.messaged?.(server.name, level, text));
      }
      case "$/progress":
        return this.#progress.take(server.name, told);
    }
  }

  #published(server: LanguageServer, told: Parameters<typeof own>[0]): void {
    const uri = own(told, "uri");
    const path = pathOfUri(uri);
    for (const buffer of server.buffers) {
      const document = server.document(buffer);
      if (document === undefined || (document.uri !== uri && (path === undefined || buffer.path !== path))) {
        continue;
      }
      const version = own(told, "version");
      // Diagnostics of a version that is forgotten are of no use; the server will speak of a newer one.
      const sent = typeof version === "number" ? document.at(version) : document.sent;
      if (sent === undefined) return;
      this.#received.set(`${serverKey(server)}\0${buffer.id}`, {
        server,
        buffer,
        list: own(told, "diagnostics"),
        sent,
      });
      this.#stopReceiving ??= this.#clock.schedule(RECEIVE_MS, () => this.#takeReceived());
      return;
    }
  }

  #takeReceived(): void {
    this.#stopReceiving = undefined;
    const all = [...this.#received.values()];
    this.#received.clear();
    for (const { server, buffer, list, sent } of all) {
      if (server.document(buffer) === undefined) continue;
      try {
        this.#diagnostics.set(buffer, serverKey(server), server.name, list, sent);
      } catch (error) {
        // The revision they speak of is forgotten; the server will speak of a newer one.
        if (!(error instanceof RangeError)) throw error;
      }
      this.#diagnosed(buffer);
    }
  }

  async #applyEdit(
    server: LanguageServer,
    params: unknown,
  ): Promise<{ applied: boolean; failureReason?: string }> {
    const license = this.#licensed.get(server);
    const session = server.session;
    if (license === undefined || session === undefined) {
      return { applied: false, failureReason: "Nobody asked for a change" };
    }
    const edit = own(objectOf(params), "edit");
    const sent = server.flushAll();
    const planned = await planWorkspaceEdit(edit, {
      world: this.#world,
      server,
      encoding: session.encoding,
      sent,
    });
    if (!planned.ok) return { applied: false, failureReason: planned.error };
    try {
      await this.apply(planned.value, license);
      return { applied: true };
    } catch (error) {
      return { applied: false, failureReason: messageOf(error) };
    }
  }

  #diagnosed(buffer: Buffer): void {
    this.#tell((one) => one.diagnosticsChanged?.(buffer));
  }

  #tell(call: (listener: LanguageListener) => void): void {
    for (const listener of [...this.#listeners]) {
      try {
        call(listener);
      } catch {
        // One listener's fault is not another's.
      }
    }
  }
}

/** What happens to files on the disk. */
function fileChanges(change: WorkspaceChange): FileChange[] {
  return change.steps.flatMap((step): FileChange[] => {
    switch (step.kind) {
      case "file":
        return [{ path: step.path, type: step.expected === "absent" ? "created" : "changed" }];
      case "delete":
        return [{ path: step.path, type: "deleted" }];
      case "rename":
        return [{ path: step.path, type: "deleted" }, { path: step.to, type: "created" }];
      case "buffer":
        return [];
    }
  });
}

/** Under which key the diagnostics stand that a server publishes. */
export function serverKey(server: LanguageServer): string {
  return `${server.name}\0${server.found.root}`;
}

/** Whether a key is of this server: what it publishes, or what it was asked for. */
function serverKeys(server: LanguageServer): (key: string) => boolean {
  const key = serverKey(server);
  return (other) => other === key || other.startsWith(`${key}\0`);
}

function pathOption(path: readonly string[] | undefined): { readonly path?: readonly string[] } {
  return path === undefined ? {} : { path };
}
