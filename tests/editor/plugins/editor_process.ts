/**
 * The real editor as a process, with a front end that is the test: lines out, lines in, a line cache for each view.
 *
 * @module
 */

import type { Json, JsonObject } from "../../../core/json.ts";
import { LineSplitter } from "../../../editor/rpc/line_splitter.ts";
import { editorProgram } from "../program.ts";

/** How long anything may take on a slow machine, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Messages of one direction, taken one by one as they come. */
export class Inbox {
  readonly #waiting: JsonObject[] = [];
  #wake: (() => void) | undefined;
  #isEnded = false;

  push(message: JsonObject): void {
    this.#waiting.push(message);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  /** The next message that fits, leaving out those before it. @throws Error naming what was left out where none comes */
  async next(what: string, fits: (message: JsonObject) => boolean = () => true): Promise<JsonObject> {
    const seen: string[] = [];
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const message = this.#waiting.shift();
      if (message !== undefined) {
        if (fits(message)) return message;
        seen.push(JSON.stringify(message).slice(0, 200));
        continue;
      }
      if (this.#isEnded || performance.now() > end) {
        throw new Error(`No ${what}; came: ${seen.slice(-10).join("\n")}`);
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, 1_000);
      });
      clearTimeout(timer);
    }
  }

  /** Everything that has come and was not taken. */
  drain(): JsonObject[] {
    return this.#waiting.splice(0);
  }
}

export interface CachedLine {
  readonly text: string;
  readonly styles: readonly number[];
  readonly cursor: readonly number[];
}

/** The lines a front end keeps, from `update` messages. */
export class LineCache {
  lines: (CachedLine | undefined)[] = [];

  apply(update: JsonObject): void {
    const result: (CachedLine | undefined)[] = [];
    let at = 0;
    for (
      const op of update["ops"] as unknown as readonly {
        op: string;
        n: number;
        lines?: readonly JsonObject[];
      }[]
    ) {
      const taken = this.lines.slice(at, at + op.n);
      if (op.op === "copy" || op.op === "update") {
        for (const [index, line] of taken.entries()) {
          const news = op.lines?.[index];
          result.push(
            line &&
              { ...line, ...(news === undefined ? {} : { cursor: (news["cursor"] ?? []) as number[] }) },
          );
        }
      }
      if (op.op === "invalidate") result.push(...new Array(op.n).fill(undefined));
      if (op.op === "ins") {
        for (const line of op.lines!) {
          result.push({
            text: line["text"] as string,
            styles: (line["styles"] ?? []) as number[],
            cursor: (line["cursor"] ?? []) as number[],
          });
        }
      }
      if (op.op !== "ins" && op.op !== "invalidate") at += op.n;
    }
    this.lines = result;
  }
}

export class EditorProcess implements AsyncDisposable {
  readonly inbox = new Inbox();
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers = new Map<number, (message: JsonObject) => void>();
  readonly #caches = new Map<string, LineCache>();
  readonly #reading: Promise<void>;
  #lastId = 999;

  constructor(env: Readonly<Record<string, string>> = {}) {
    const root = new URL("../../../", import.meta.url).pathname;
    const { program, args } = editorProgram("--no-journal");
    this.#child = new Deno.Command(program, {
      args,
      env: { ...env },
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  notify(method: string, params: Json): void {
    void this.#write({ method, params });
  }

  edit(viewId: string, method: string, params?: Json): void {
    this.notify("edit", { view_id: viewId, method, ...(params === undefined ? {} : { params }) });
  }

  request(method: string, params: Json, id = ++this.#lastId): Promise<JsonObject> {
    const answer = new Promise<JsonObject>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No answer to ${method}`)), PATIENCE_MS);
      this.#answers.set(id, (message) => {
        clearTimeout(timer);
        resolve(message);
      });
    });
    void this.#write({ id, method, params });
    return answer;
  }

  async open(path?: string): Promise<string> {
    return (await this.request("new_view", path === undefined ? {} : { file_path: path }))[
      "result"
    ] as string;
  }

  async text(viewId: string): Promise<string> {
    return (await this.request("debug_get_contents", { view_id: viewId }))["result"] as string;
  }

  /** What the front end shows of a view. */
  lines(viewId: string): readonly (CachedLine | undefined)[] {
    return this.#caches.get(viewId)?.lines ?? [];
  }

  /** Waits until something about a view holds, going by what the editor says. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`Never came true: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await Promise.all([this.#child.status, this.#reading]);
    clearTimeout(timer);
  }

  async #write(message: JsonObject): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`)).catch(() => {});
  }

  async #read(): Promise<void> {
    const lines = new LineSplitter();
    for await (const bytes of this.#child.stdout) {
      for (const line of lines.push(bytes)) this.#received(JSON.parse(line) as JsonObject);
    }
    this.inbox.end();
  }

  #received(message: JsonObject): void {
    const { id, method } = message;
    if (method === undefined && typeof id === "number") {
      this.#answers.get(id)?.(message);
      this.#answers.delete(id);
      return;
    }
    if (method === "update") {
      const { view_id: viewId, update } = message["params"] as { view_id: string; update: JsonObject };
      let cache = this.#caches.get(viewId);
      if (cache === undefined) this.#caches.set(viewId, cache = new LineCache());
      cache.apply(update);
    }
    this.inbox.push(message);
  }
}
