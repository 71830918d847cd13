/**
 * A front end in the test's own process: a real session behind a real peer, and a line cache as front ends have one.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { BufferFiles } from "../../../editor/buffer_files.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { Outbox } from "../../../editor/rpc/outbox.ts";
import { Peer } from "../../../editor/rpc/peer.ts";
import { bareLooks, barePlugins } from "../../../editor/session/bare.ts";
import { PLAIN_TEXT, Session } from "../../../editor/session/session.ts";
import type { PluginSide } from "../../../editor/session/sides.ts";
import type { UpdateForm } from "../../../editor/view/render.ts";

/** A message as the session sent it. */
export type Message = JsonObject;

export interface CachedLine {
  readonly text: string;
  readonly cursor: readonly number[];
  readonly styles: readonly number[];
  readonly ln: number | undefined;
}

export interface FrontEndOptions {
  readonly buffers?: Buffers;
  readonly files?: BufferFiles;
  readonly plugins?: PluginSide;
  readonly form?: UpdateForm;
  /** The width of a code point, for a front end that answers `measure_width`; undefined for one that does not. */
  readonly unitWidth?: number | undefined;
}

export class TestFrontEnd implements Disposable {
  readonly buffers: Buffers;
  readonly session: Session;
  readonly log: string[] = [];
  readonly #files: BufferFiles;
  readonly #peer: Peer;
  readonly #outbox: Outbox;
  readonly #answers = new Map<Json, (message: Message) => void>();
  readonly #onMessage: (message: Message) => void;
  readonly #unitWidth: number | undefined;
  #lastId = 0;

  constructor(options: FrontEndOptions = {}, onMessage: (message: Message) => void = () => {}) {
    this.#onMessage = onMessage;
    this.#unitWidth = options.unitWidth;
    this.buffers = options.buffers ?? new Buffers((error) => this.log.push(String(error)));
    this.#files = options.files ?? new BufferFiles(this.buffers);
    const decoder = new TextDecoder();
    this.#outbox = new Outbox((bytes) => {
      for (const line of decoder.decode(bytes).split("\n")) {
        if (line !== "") this.#received(JSON.parse(line) as Message);
      }
      return Promise.resolve();
    }, () => this.buffers.durable());
    this.#peer = new Peer(this.#outbox, (text) => this.log.push(text));
    this.session = new Session({
      buffers: this.buffers,
      files: this.#files,
      plugins: options.plugins ?? barePlugins,
      looks: () => bareLooks(["InspiredGitHub", "base16-ocean.dark"]),
      languageOf: () => PLAIN_TEXT,
      send: (message) => this.#peer.send(message),
      ask: (method, params) => this.#peer.ask(method, params),
      log: (text) => this.log.push(text),
      form: options.form ?? { insOnly: false, parts: false },
    });
    this.#peer.attach(this.session);
  }

  /** Sends lines that arrive together. */
  receive(lines: Iterable<string>): void {
    for (const line of lines) this.#peer.receive(line);
    this.#peer.pump();
  }

  /** Sends a line as it is. */
  raw(line: string): void {
    this.receive([line]);
  }

  notify(method: string, params: Json): void {
    this.raw(JSON.stringify({ method, params }));
  }

  edit(viewId: string, method: string, params?: Json): void {
    this.notify("edit", { view_id: viewId, method, ...(params === undefined ? {} : { params }) });
  }

  request(method: string, params: Json): Promise<Message> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.raw(JSON.stringify({ id, method, params }));
    });
  }

  /** Opens a view, of a file or of nothing; with everything the session has to say of it. */
  async open(path?: string): Promise<string> {
    const { result } = await this.request("new_view", path === undefined ? {} : { file_path: path });
    await this.settled();
    return String(result);
  }

  /** The text of a view, as the session tells it. */
  async contents(viewId: string): Promise<string> {
    const { result } = await this.request("debug_get_contents", { view_id: viewId });
    return String(result);
  }

  /** Resolves once everything sent was handled, everything put off done and everything answered. */
  async settled(): Promise<void> {
    await this.#peer.drained();
    await this.#outbox.drained();
    await this.#peer.drained();
    await this.#outbox.drained();
  }

  [Symbol.dispose](): void {
    this.session[Symbol.dispose]();
    this.#peer[Symbol.dispose]();
    this.#files[Symbol.dispose]();
  }

  #received(message: Message): void {
    if (message.method === "measure_width" && this.#unitWidth !== undefined) this.#measure(message);
    const answer = message.method === undefined ? this.#answers.get(message.id ?? null) : undefined;
    if (answer !== undefined) {
      this.#answers.delete(message.id ?? null);
      answer(message);
    }
    this.#onMessage(message);
  }

  #measure({ id, params }: Message): void {
    const result = (Array.isArray(params) ? params : []).map((request: Json) => {
      const strings = isObject(request) && Array.isArray(request.strings) ? request.strings : [];
      return strings.map((text: Json) => [...String(text)].length * (this.#unitWidth ?? 0));
    });
    queueMicrotask(() => this.raw(JSON.stringify({ id, result } as Message)));
  }
}

/** Applies `update` as a front end does; `undefined` stands for a line it does not know. */
export class LineCache {
  lines: (CachedLine | undefined)[] = [];

  apply(update: JsonObject): void {
    const before = this.lines;
    const after: (CachedLine | undefined)[] = [];
    let at = 0;
    for (const op of list(update.ops)) {
      const n = Number(op.n);
      const lines = list(op.lines);
      if (op.op === "invalidate") { for (let i = 0; i < n; i++) after.push(undefined); }
      else if (op.op === "ins") { for (const line of lines) after.push(lineOf(line)); }
      else if (op.op === "copy" || op.op === "update") {
        let ln = op.op === "copy" && op.ln !== undefined ? Number(op.ln) : undefined;
        for (let i = 0; i < n; i++) {
          const old = before[at + i];
          const line = lines[i];
          if (old === undefined) {
            // What comes behind a line that is not known cannot be counted; it keeps its number.
            after.push(undefined);
            ln = undefined;
          } else if (line !== undefined) {
            after.push({ ...old, cursor: numbers(line.cursor), ln: numberOf(line.ln) ?? old.ln });
          } else {
            after.push({ ...old, ln: old.ln === undefined ? undefined : ln ?? old.ln });
            if (ln !== undefined && (old.ln !== undefined || i === 0)) ln++;
          }
        }
        at += n;
      } else if (op.op === "skip") at += n;
      else throw new Error(`Unknown operation ${JSON.stringify(op.op)}`);
    }
    this.lines = after;
  }
}

function lineOf(line: JsonObject): CachedLine {
  return {
    text: String(line.text),
    cursor: numbers(line.cursor),
    styles: numbers(line.styles),
    ln: numberOf(line.ln),
  };
}

function list(value: Json | undefined): JsonObject[] {
  return (Array.isArray(value) ? value : []).filter(isObject);
}

function numbers(value: Json | undefined): number[] {
  return (Array.isArray(value) ? value : []).map(Number);
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
