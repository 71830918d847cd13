/**
 * A plugin that is running as a process: the conversation with it. What it says is checked here and handed to the core as values.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Buffer, BufferChange } from "../buffers.ts";
import type { Rope } from "../text/rope.ts";
import { BufferSync } from "./buffer_sync.ts";
import type { FoundPlugin } from "./discover.ts";
import type { Region } from "./front_end.ts";
import { dataOf } from "./get_data.ts";
import type { BufferInfo, CoreMessage, PluginMessage, UpdateMessage } from "./messages.ts";
import { PluginProcess } from "./plugin_process.ts";
import { MessageRefused, parsePluginNotification } from "./wire_in.ts";
import { notificationJson, updateJson } from "./wire_out.ts";

/** How long a plugin may take to hand over its trace, in milliseconds. */
const TRACE_MS = 1_000;

/** Complaints about one plugin that are logged. */
const COMPLAINT_LIMIT = 200;

/** What a running plugin needs of the core. */
export interface RunCore {
  /** A plugin said something about a buffer. @throws MessageRefused, RangeError */
  take(run: PluginRun, buffer: Buffer, message: PluginMessage): void;
  infoOf(buffer: Buffer): BufferInfo | undefined;
  selectionsOf(viewId: string): readonly Region[];
  report(problem: string): void;
  ended(run: PluginRun, code: number, reason: string): void;
  now(): number;
}

export class PluginRun {
  readonly id: number;
  readonly plugin: FoundPlugin;
  readonly #core: RunCore;
  readonly #process: PluginProcess;
  readonly #syncs = new Map<Buffer, BufferSync>();
  readonly #traces = new Map<number, (trace: Json) => void>();
  #nextRequest = 0;
  #complaints = 0;

  /** Starts the process and tells it of the buffers there are. @throws where it cannot be started */
  constructor(
    id: number,
    plugin: FoundPlugin,
    core: RunCore,
    buffers: readonly BufferInfo[],
    open: readonly Buffer[],
  ) {
    this.id = id;
    this.plugin = plugin;
    this.#core = core;
    this.#process = new PluginProcess(plugin.command, plugin.folder, {
      message: (json) => this.#heard(json),
      complaint: (text) => this.#complain(text),
      ended: (code, reason) => {
        for (const sync of this.#syncs.values()) sync.dispose();
        this.#syncs.clear();
        for (const resolve of this.#traces.values()) resolve([]);
        this.#core.ended(this, code, reason);
      },
    });
    this.tell({ type: "ping" });
    this.tell({ type: "initialize", pluginId: id, buffers });
    for (const [at, buffer] of open.entries()) this.#follow(buffer, buffers[at]!);
  }

  get name(): string {
    return this.plugin.manifest.name;
  }

  /** The process has gone, and everything it said has been taken. */
  get ended(): Promise<void> {
    return this.#process.ended;
  }

  /** Tells the plugin something that needs no answer. */
  tell(message: Exclude<CoreMessage, UpdateMessage>): void {
    this.#process.send(notificationJson(message));
  }

  /** Whether it has been told of a buffer. */
  knows(buffer: Buffer): boolean {
    return this.#syncs.has(buffer);
  }

  /** How the plugin calls a buffer it knows. */
  viewIdOf(buffer: Buffer): string | undefined {
    return this.#syncs.get(buffer)?.viewId;
  }

  opened(buffer: Buffer, info: BufferInfo): void {
    if (this.#syncs.has(buffer)) return;
    this.tell({ type: "new_buffer", buffers: [info] });
    this.#follow(buffer, info);
  }

  edited(change: BufferChange): void {
    this.#syncs.get(change.buffer)?.edited(change);
  }

  closed(buffer: Buffer): void {
    const sync = this.#syncs.get(buffer);
    if (sync === undefined) return;
    this.#syncs.delete(buffer);
    sync.dispose();
    this.tell({ type: "did_close", viewId: sync.viewId });
  }

  /** Its trace; nothing where it does not answer in time. */
  async collectTrace(): Promise<Json> {
    const id = this.#nextRequest++;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answer = new Promise<Json>((resolve) => {
      this.#traces.set(id, resolve);
      timer = setTimeout(() => resolve([]), TRACE_MS);
    });
    this.#process.send({ id, method: "collect_trace", params: {} });
    const trace = await answer;
    clearTimeout(timer);
    this.#traces.delete(id);
    return trace;
  }

  /** Asks it to end, and sees that it does. */
  stop(): Promise<void> {
    this.tell({ type: "shutdown" });
    return this.#process.stop();
  }

  #follow(buffer: Buffer, info: BufferInfo): void {
    const send = (message: UpdateMessage) => {
      const id = this.#nextRequest++;
      this.#process.send(updateJson(id, message));
      return id;
    };
    this.#syncs.set(buffer, new BufferSync(buffer, info.views[0]!, send, () => this.#core.now()));
  }

  #heard(json: unknown): void {
    try {
      if (!isObject(json)) throw new MessageRefused("It said what is not an object");
      this.#wake();
      const { id, method, params } = json;
      if (typeof method !== "string") this.#answered(id, json);
      else if (id === undefined) this.#notified(method, params);
      else this.#asked(id, method, params);
    } catch (error) {
      if (error instanceof MessageRefused || error instanceof RangeError) this.#complain(error.message);
      else throw error;
    }
  }

  #notified(method: string, params: Json | undefined): void {
    const message = parsePluginNotification(
      method,
      params,
      (viewId, revision) => this.#textAt(viewId, revision),
    );
    this.#core.take(this, this.#buffer(message.viewId), message);
  }

  #answered(id: Json | undefined, json: JsonObject): void {
    if (typeof id !== "number") throw new MessageRefused("It said something without a method or a number");
    const trace = this.#traces.get(id);
    if (trace !== undefined) {
      this.#traces.delete(id);
      trace(json["result"] ?? []);
      return;
    }
    for (const sync of this.#syncs.values()) if (sync.answered(id)) return;
  }

  #asked(id: Json, method: string, params: Json | undefined): void {
    const answer = this.#answer(method, params);
    this.#process.send("result" in answer ? { id, result: answer.result } : { id, error: answer.error });
  }

  #answer(
    method: string,
    params: Json | undefined,
  ): { readonly result: Json } | { readonly error: JsonObject } {
    try {
      const viewId = isObject(params) && typeof params["view_id"] === "string" ? params["view_id"] : "";
      const buffer = this.#buffer(viewId);
      switch (method) {
        case "get_data":
          return { result: dataOf(buffer.document, params) };
        case "line_count":
          return { result: buffer.text.lines };
        case "get_selections":
          return {
            result: this.#core.selectionsOf(viewId).map(({ start, end }) => [
              buffer.text.bytesAt(buffer.text.snap(start)),
              buffer.text.bytesAt(buffer.text.snap(end)),
            ]),
          };
        default:
          throw new MessageRefused(`There is no "${method}"`);
      }
    } catch (error) {
      if (!(error instanceof MessageRefused)) throw error;
      return { error: { code: -32600, message: "Invalid request", data: error.message } };
    }
  }

  #buffer(viewId: string): Buffer {
    for (const sync of this.#syncs.values()) if (sync.viewId === viewId) return sync.buffer;
    throw new MessageRefused(`There is no view "${viewId}"`);
  }

  #textAt(viewId: string, revision: number): Rope {
    const { document } = this.#buffer(viewId);
    try {
      return document.textAt(revision);
    } catch (error) {
      if (error instanceof RangeError) throw new MessageRefused(error.message);
      throw error;
    }
  }

  /** A plugin that had been given up and speaks again is told everything anew. */
  #wake(): void {
    for (const [buffer, sync] of this.#syncs) {
      if (!sync.isDeaf) continue;
      const info = this.#core.infoOf(buffer);
      this.closed(buffer);
      if (info !== undefined) {
        this.opened(buffer, {
          ...info,
          views: [sync.viewId, ...info.views.filter((id) => id !== sync.viewId)],
        });
      }
    }
  }

  #complain(text: string): void {
    this.#complaints++;
    if (this.#complaints <= COMPLAINT_LIMIT) this.#core.report(`Plugin "${this.name}": ${text}`);
    if (this.#complaints === COMPLAINT_LIMIT) {
      this.#core.report(`Plugin "${this.name}": further complaints are left out`);
    }
  }
}
