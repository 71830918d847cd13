/**
 * One life of one language server: from the start of its process to its end.
 *
 * Invariants: (1) nothing but `initialize` is sent before it is answered; (2) `ended` settles exactly once, and then the
 * whole process group is gone; (3) whatever the server asks is answered, at once.
 *
 * @module
 */

import { basename } from "node:path";
import type { InitializeParams } from "vscode-languageserver-protocol";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { isObject, type Json, own } from "../../core/json.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { VERSION } from "../../core/version.ts";
import { CLIENT_CAPABILITIES } from "./client_capabilities.ts";
import type { FoundServer } from "./config/find_server.ts";
import { settingAt } from "./config/language_settings.ts";
import type { PositionEncoding } from "./position.ts";
import { Channel, type RequestOptions } from "./server/channel.ts";
import type { Misconduct } from "./server/message_reader.ts";
import { ServerProcess } from "./server/server_process.ts";
import { ServerFeatures, type SyncKind } from "./server_features.ts";
import type { DocumentSink } from "./synced_document.ts";
import { uriOfPath } from "./uri.ts";

/** What a server tells, once it runs. */
export interface SessionListener {
  notified(method: string, params: unknown): void;
  /** Registrations changed: these methods. */
  registered(methods: readonly string[]): void;
  /** `workspace/applyEdit`; what it gives is the answer. */
  applyEdit(params: unknown): Promise<{ applied: boolean; failureReason?: string }>;
  /** The server wants to be asked anew for what it said before (`workspace/…/refresh`). */
  refresh(method: string): void;
  /** Everything written has gone out. */
  drained(): void;
}

export interface SessionOptions {
  readonly clock: ClockPort;
  readonly listener: SessionListener;
}

const START_TIMEOUT_MS = 30_000;
const SHUTDOWN_TIMEOUT_MS = 2_000;
const EXIT_TIMEOUT_MS = 1_000;
/** While more than this has not been read, documents are not sent on. */
const CONGESTED_BYTES = 1 << 20;
/** A server that reads nothing for so long, or answers none of so many requests, is ended. */
const STUCK_MS = 30_000;
const MOST_SILENT_TIMEOUTS = 4;
const MOST_ABANDONED = 400;
const MOST_ITEMS = 1000;

/** How long a process that closed its output may take to say how it ended. */
const LAST_WORD_MS = 300;

export class Session implements DocumentSink {
  readonly found: FoundServer;
  /** Settles, never rejects, when the server is gone: undefined where that was wanted, else why. */
  readonly ended: Promise<string | undefined>;
  readonly #process: ServerProcess;
  readonly #options: SessionOptions;
  #channel: Channel | undefined;
  #features = new ServerFeatures(undefined);
  #settle: (reason: string | undefined) => void = () => {};
  #ready = false;
  #isOver = false;
  #stopping = false;
  #stopBacklogWatch: (() => void) | undefined;

  /** Starts the process. @throws SymphonyError `not-found`, `io` */
  constructor(found: FoundServer, options: SessionOptions) {
    this.found = found;
    this.#options = options;
    this.ended = new Promise((settle) => this.#settle = settle);
    const { definition, executable, args, root } = found;
    const env = definition.env === undefined ? {} : { env: definition.env };
    this.#process = new ServerProcess({ executable, args, cwd: root, ...env });
    this.#process.ended.then((how) => this.#finish(this.#stopping ? undefined : how));
  }

  get features(): ServerFeatures {
    return this.#features;
  }

  get encoding(): PositionEncoding {
    return this.#features.positionEncoding ?? "utf-16";
  }

  get syncKind(): SyncKind {
    return this.#features.syncKind;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get misconduct(): Misconduct | undefined {
    return this.#channel?.misconduct;
  }

  /** True where the server is behind with reading, so that nothing but requests should be sent. */
  get congested(): boolean {
    return (this.#channel?.backlogBytes ?? 0) > CONGESTED_BYTES;
  }

  /** Speaks to the process until it is ready. @throws SymphonyError; then the server is gone or going */
  async start(): Promise<void> {
    const { clock, listener } = this.#options;
    const { definition } = this.found;
    try {
      this.#channel = await Channel.open(this.#process, {
        request: (method, params) => this.#asked(method, params),
        notification: (method, params) => listener.notified(method, params),
        drained: () => this.#drained(),
        closed: (reason) => this.#closed(reason),
      }, { clock, name: definition.name });
      const timeoutMs = definition.startTimeoutMs ?? START_TIMEOUT_MS;
      const result = await this.#channel.request("initialize", this.#initializeParams(), { timeoutMs });
      this.#features = new ServerFeatures(result);
      if (this.#features.positionEncoding === undefined) {
        throw new SymphonyError(
          "protocol",
          `Language server "${definition.name}" chose an encoding that was not offered`,
        );
      }
      this.#ready = true;
      this.notify("initialized", {});
      if (definition.settings !== undefined) {
        this.notify("workspace/didChangeConfiguration", { settings: definition.settings });
      }
    } catch (error) {
      this.#finish(this.#stopping ? undefined : messageOf(error));
      throw error;
    }
  }

  notify(method: string, params: unknown): void {
    this.#channel?.notify(method, params);
    this.#watchBacklog();
  }

  /** Asks the server. @throws as Channel.request */
  async request(method: string, params: unknown, options: RequestOptions): Promise<unknown> {
    const channel = this.#channel;
    if (channel === undefined || this.#isOver) {
      throw new SymphonyError("closed", `Language server "${this.found.definition.name}" is not running`);
    }
    this.#watchBacklog();
    try {
      return await channel.request(method, params, options);
    } finally {
      if (channel.silentTimeouts >= MOST_SILENT_TIMEOUTS) this.#finish("it no longer answers");
      else if (channel.abandoned >= MOST_ABANDONED) this.#finish("it leaves too many requests unanswered");
    }
  }

  /** Ends the server politely, and by force where it does not go. */
  async stop(): Promise<void> {
    if (this.#isOver || this.#stopping) return;
    this.#stopping = true;
    const channel = this.#channel;
    if (channel !== undefined && this.#ready) {
      await channel.request("shutdown", undefined, { timeoutMs: SHUTDOWN_TIMEOUT_MS }).catch(() => {});
      channel.notify("exit", undefined);
      await Promise.race([this.#process.ended, this.#pause(EXIT_TIMEOUT_MS)]);
    }
    this.#finish(undefined);
  }

  /** Ends the server at once. */
  kill(reason: string | undefined): void {
    this.#finish(reason);
  }

  #finish(reason: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopBacklogWatch?.();
    this.#channel?.dispose();
    this.#process.kill();
    const words = this.#process.lastWords.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
    this.#settle(reason === undefined || words === "" ? reason : `${reason}; its last words: ${words}`);
  }

  async #closed(reason: string): Promise<void> {
    const how = await Promise.race([this.#process.ended, this.#pause(LAST_WORD_MS)]);
    this.#finish(this.#stopping ? undefined : how ?? reason);
  }

  #pause(ms: number): Promise<undefined> {
    return new Promise((wake) => this.#options.clock.schedule(ms, () => wake(undefined)));
  }

  /** Ends a server that reads nothing for long. */
  #watchBacklog(): void {
    if (this.#stopBacklogWatch !== undefined || (this.#channel?.backlogBytes ?? 0) === 0) return;
    this.#stopBacklogWatch = this.#options.clock.schedule(STUCK_MS, () => {
      this.#finish(`it has read nothing for ${STUCK_MS / 1000} s`);
    });
  }

  #drained(): void {
    this.#stopBacklogWatch?.();
    this.#stopBacklogWatch = undefined;
    this.#options.listener.drained();
  }

  #initializeParams(): InitializeParams {
    const { definition, root } = this.found;
    const uri = uriOfPath(root);
    return {
      processId: Deno.pid,
      clientInfo: { name: "symphony-editor", version: VERSION },
      rootPath: root,
      rootUri: uri,
      workspaceFolders: [{ uri, name: basename(root) }],
      capabilities: CLIENT_CAPABILITIES,
      trace: "off",
      ...(definition.initializationOptions === undefined
        ? {}
        : { initializationOptions: definition.initializationOptions }),
    };
  }

  /** What the server asks. Throwing is the answer that there is no such request. */
  #asked(method: string, params: unknown): unknown {
    const { listener } = this.#options;
    // Who asks without reading the answers would have them pile up.
    this.#watchBacklog();
    switch (method) {
      case "workspace/configuration":
        return this.#configuration(params);
      case "workspace/workspaceFolders": {
        const { root } = this.found;
        return [{ uri: uriOfPath(root), name: basename(root) }];
      }
      case "client/registerCapability":
        listener.registered(this.#features.register(params));
        return null;
      case "client/unregisterCapability":
        listener.registered(this.#features.unregister(params));
        return null;
      case "workspace/applyEdit":
        return listener.applyEdit(params);
      case "window/workDoneProgress/create":
      case "window/showMessageRequest":
        if (method === "window/showMessageRequest") listener.notified("window/showMessage", params);
        return null;
      case "window/showDocument":
        return { success: false };
      default:
        if (/^workspace\/\w+\/refresh$/.test(method)) {
          listener.refresh(method);
          return null;
        }
        throw new SymphonyError("unsupported", `There is no request "${method}" of the client`);
    }
  }

  #configuration(params: unknown): Json[] {
    const items = isObject(params) ? own(params, "items") : undefined;
    return (Array.isArray(items) ? items.slice(0, MOST_ITEMS) : []).map((item: Json) => {
      const section = isObject(item) ? own(item, "section") : undefined;
      return settingAt(this.found.definition.settings, typeof section === "string" ? section : undefined);
    });
  }
}
