/**
 * The other end of the plugin in `tests/fixtures/plugins/relay`: what the core tells the plugin comes here, what is sent here the plugin says.
 *
 * @module
 */

import type { JsonObject } from "../../../core/json.ts";
import { LineSplitter } from "../../../editor/rpc/line_splitter.ts";
import { Inbox } from "./editor_process.ts";

export class Relay implements AsyncDisposable {
  readonly path: string;
  readonly inbox = new Inbox();
  readonly #listener: Deno.UnixListener;
  readonly #connection: Promise<Deno.UnixConn>;
  readonly #reading: Promise<void>;

  constructor(path: string) {
    this.path = path;
    this.#listener = Deno.listen({ transport: "unix", path });
    this.#connection = this.#listener.accept();
    this.#reading = this.#read();
  }

  async say(message: JsonObject | string): Promise<void> {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    const bytes = new TextEncoder().encode(`${text}\n`);
    const connection = await this.#connection;
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#connection).close();
    this.#listener.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const lines = new LineSplitter();
    const connection = await this.#connection;
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
        for (const line of lines.push(buffer.subarray(0, size))) {
          this.inbox.push(JSON.parse(line) as JsonObject);
        }
      }
    } catch { /* closed here */ }
    this.inbox.end();
  }
}
