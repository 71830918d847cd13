/**
 * The core as a plugin process sees it: a copy of each buffer's text, kept up to date by what the core tells, and what the plugin says put into
 * bytes.
 *
 * Revisions of the core are opaque: xi's are larger than a JavaScript number can hold. Here they are counted anew, and sent back as they
 * came.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { BufferInfo, CoreMessage, PluginMessage } from "../plugins/messages.ts";
import { Delta, type DeltaElement } from "../text/delta.ts";
import { Rope } from "../text/rope.ts";
import type { EditKind } from "../undo_groups.ts";

/** A copy of one buffer. */
interface Copy {
  text: Rope;
  /** Our number of the revision, and the core's. */
  revision: number;
  wireRevision: string;
  info: JsonObject;
  /** What came while the text was being read. */
  waiting: JsonObject[] | undefined;
}

/** How much of the text one request asks for, in bytes. */
const PIECE_BYTES = 1024 * 1024;

/** Marks a number that is written as it came. */
const RAW = "\u0001";

const KINDS: readonly EditKind[] = [
  "insert",
  "newline",
  "indent",
  "delete",
  "undo",
  "redo",
  "transpose",
  "surround",
  "other",
];

/** Reads a line; revisions stay text. */
export function parseLine(line: string): JsonObject {
  const json: unknown = JSON.parse(line.replaceAll(/"rev":\s*(\d+)/g, `"rev":"$1"`));
  return isObject(json) ? json : {};
}

export class Mirror {
  readonly #write: (line: string) => void;
  readonly #receive: (message: CoreMessage) => void;
  readonly #copies = new Map<string, Copy>();
  readonly #answers = new Map<number, (result: Json) => void>();
  #pluginId = 0;
  #nextRequest = 0;
  #lastRevision = 0;

  /** @param write puts a line out @param receive takes what the core says, with texts */
  constructor(write: (line: string) => void, receive: (message: CoreMessage) => void) {
    this.#write = write;
    this.#receive = receive;
  }

  /** The views there is text of. */
  get views(): readonly string[] {
    return [...this.#copies].filter(([, { waiting }]) => waiting === undefined).map(([viewId]) => viewId);
  }

  /** Takes a message of the core. True for the one that asks to end. */
  take(message: JsonObject): boolean {
    const { id, method } = message;
    const params = isObject(message["params"]) ? message["params"] : {};
    if (method === undefined) {
      if (typeof id === "number") this.#answers.get(id)?.(message["result"] ?? null);
      return false;
    }
    if (method === "initialize" || method === "new_buffer") {
      if (typeof params["plugin_id"] === "number") this.#pluginId = params["plugin_id"];
      const infos = params["buffer_info"];
      for (const info of Array.isArray(infos) ? infos : []) if (isObject(info)) void this.#open(info);
      return false;
    }
    if (method === "shutdown") return true;
    if (method === "collect_trace") this.#say({ id: id ?? null, result: [] });
    const viewId = String(params["view_id"] ?? "");
    const copy = this.#copies.get(viewId);
    if (copy?.waiting !== undefined && method !== "did_close") copy.waiting.push(message);
    else if (copy !== undefined) this.#about(copy, viewId, message, params);
    else if (id !== undefined) this.#say({ id, result: 0 });
    return false;
  }

  /** Says what the plugin says, in bytes. */
  say(message: PluginMessage): void {
    const copy = this.#copies.get(message.viewId);
    if (copy === undefined) return;
    const { text } = copy;
    const bytes = (offset: number) => text.bytesAt(offset);
    switch (message.type) {
      case "add_scopes":
        return this.#notify(message.type, message.viewId, { scopes: message.scopes });
      case "update_spans": {
        const start = bytes(message.from);
        const spans = message.spans.map(({ from, to, scope }) => ({
          start: bytes(from) - start,
          end: bytes(to) - start,
          scope_id: scope,
        }));
        const rev = this.#wire(copy, message.revision);
        if (rev === undefined) return;
        return this.#notify(message.type, message.viewId, {
          start,
          len: bytes(message.to) - start,
          rev,
          spans,
        });
      }
      case "edit": {
        const rev = this.#wire(copy, message.revision);
        if (rev === undefined) return;
        const { baseLength, elements } = message.delta.toUtf8(text);
        return this.#notify(message.type, message.viewId, {
          edit: {
            rev,
            delta: { base_len: baseLength, els: elements.map((element): JsonObject => ({ ...element })) },
            priority: message.priority,
            after_cursor: false,
            undo_group: message.group ?? null,
            author: message.author,
          },
        });
      }
    }
  }

  #about(copy: Copy, viewId: string, message: JsonObject, params: JsonObject): void {
    switch (message["method"]) {
      case "update":
        return this.#update(copy, viewId, message, params);
      case "did_close":
        this.#copies.delete(viewId);
        return this.#receive({ type: "did_close", viewId });
      case "config_changed": {
        const { changes } = params;
        if (isObject(changes)) this.#receive({ type: "config_changed", viewId, changes });
        return;
      }
      case "language_changed":
        return this.#receive({
          type: "language_changed",
          viewId,
          language: String(params["new_lang"] ?? ""),
        });
      case "custom_command":
        return this.#receive({
          type: "custom_command",
          viewId,
          method: String(params["method"]),
          params: params["params"] ?? null,
        });
    }
  }

  #update(copy: Copy, viewId: string, message: JsonObject, params: JsonObject): void {
    const before = copy.text;
    const { delta: wire } = params;
    copy.wireRevision = String(params["rev"]);
    copy.revision = ++this.#lastRevision;
    if (!isObject(wire)) {
      // Too large to be told: the text is read anew.
      this.#receive({ type: "did_close", viewId });
      void this.#open({ ...copy.info, rev: copy.wireRevision, buf_size: params["new_len"] ?? 0 });
      this.#say({ id: message["id"] ?? null, result: 0 });
      return;
    }
    const delta = Delta.fromUtf8(
      before,
      Number(wire["base_len"]),
      wire["els"] as unknown as readonly DeltaElement[],
    );
    copy.text = delta.apply(before);
    this.#receive({
      type: "update",
      viewId,
      delta,
      before,
      after: copy.text,
      revision: copy.revision,
      group: Number(params["undo_group"]),
      kind: KINDS.find((kind) => kind === params["edit_type"]) ?? "other",
      author: String(params["author"]),
    });
    this.#say({ id: message["id"] ?? null, result: 0 });
  }

  /** Reads the text of a buffer, piece by piece, then takes what came meanwhile. */
  async #open(info: JsonObject): Promise<void> {
    const views = Array.isArray(info["views"]) ? info["views"].map(String) : [];
    const viewId = views[0];
    if (viewId === undefined) return;
    const wireRevision = String(info["rev"]);
    const copy: Copy = { text: Rope.empty, revision: ++this.#lastRevision, wireRevision, info, waiting: [] };
    this.#copies.set(viewId, copy);
    let text = "";
    for (let at = 0; at < Number(info["buf_size"]);) {
      const piece = await this.#ask("get_data", viewId, {
        start: at,
        unit: "utf8",
        max_size: PIECE_BYTES,
        rev: RAW + wireRevision,
      });
      if (!isObject(piece) || typeof piece["chunk"] !== "string" || piece["chunk"] === "") break;
      text += piece["chunk"];
      at += new TextEncoder().encode(piece["chunk"]).length;
    }
    if (this.#copies.get(viewId) !== copy) return;
    copy.text = Rope.of(text);
    const buffer: BufferInfo = {
      bufferId: Number(info["buffer_id"]),
      views,
      revision: copy.revision,
      text: copy.text,
      path: typeof info["path"] === "string" ? info["path"] : undefined,
      language: String(info["syntax"] ?? ""),
      config: isObject(info["config"]) ? info["config"] : {},
    };
    this.#receive({ type: "new_buffer", buffers: [buffer] });
    const waiting = copy.waiting ?? [];
    copy.waiting = undefined;
    for (const message of waiting) this.take(message);
  }

  /** The core's name of a revision; undefined where it is not the newest: what is said of an older one is said again soon. */
  #wire(copy: Copy, revision: number): string | undefined {
    return revision === copy.revision ? RAW + copy.wireRevision : undefined;
  }

  #ask(method: string, viewId: string, params: JsonObject): Promise<Json> {
    const id = this.#nextRequest++;
    return new Promise((resolve) => {
      this.#answers.set(id, (result) => {
        this.#answers.delete(id);
        resolve(result);
      });
      this.#say({ id, method, params: { plugin_id: this.#pluginId, view_id: viewId, ...params } });
    });
  }

  #notify(method: string, viewId: string, params: JsonObject): void {
    this.#say({ method, params: { plugin_id: this.#pluginId, view_id: viewId, ...params } });
  }

  #say(message: JsonObject): void {
    this.#write(JSON.stringify(message).replaceAll(/"\\u0001(\d+)"/g, "$1"));
  }
}
