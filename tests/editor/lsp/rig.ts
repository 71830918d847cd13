/**
 * Buffers, language clients and a server for tests: the fake one of `tests/fixtures/lsp/fake_server.js`, in a real process.
 *
 * @module
 */

import { dirname, join } from "node:path";
import type { ClockPort } from "../../../core/ports/clock.ts";
import { type Buffer, Buffers } from "../../../editor/buffers.ts";
import { SystemDisk } from "../../../editor/files/disk.ts";
import type { ServerDefinition } from "../../../editor/lsp/config/server_definition.ts";
import { LanguageClients, type LanguageOptions } from "../../../editor/lsp/language_clients.ts";
import type { LanguageServer } from "../../../editor/lsp/language_server.ts";
import { Delta } from "../../../editor/text/delta.ts";
import { SystemClock } from "../../../system/clock.ts";

const FAKE = new URL("../../fixtures/lsp/fake_server.js", import.meta.url).pathname;

/** A clock whose delays are shorter, so that what takes half a minute is seen in a second. Readings are not scaled. */
export class HurriedClock implements ClockPort {
  readonly #clock = new SystemClock();
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  schedule(delayMs: number, wake: () => void): () => void {
    return this.#clock.schedule(delayMs / this.#factor, wake);
  }
}

/** The fake server in one of its modes, for files ending in `.fake`. */
export function fakeServer(
  mode: string,
  more: Partial<ServerDefinition> & { encoding?: string; sync?: number } = {},
): ServerDefinition {
  const { encoding = "utf-16", sync = 2, ...rest } = more;
  return {
    name: mode,
    languages: ["fake"],
    launches: [{
      command: Deno.execPath(),
      args: ["run", "-A", "-q", "--no-config", "--no-lock", FAKE, mode, encoding, String(sync)],
    }],
    rootMarkers: [".fake-root"],
    ...rest,
  };
}

export class Rig implements AsyncDisposable {
  readonly folder: string;
  readonly buffers: Buffers;
  readonly languages: LanguageClients;
  readonly faults: unknown[] = [];

  private constructor(
    folder: string,
    servers: readonly ServerDefinition[],
    clock: ClockPort,
    options: LanguageOptions,
  ) {
    this.folder = folder;
    this.buffers = new Buffers((error) => this.faults.push(error));
    const world = { buffers: this.buffers, disk: new SystemDisk({ watch: false }) };
    this.languages = new LanguageClients(world, clock, {
      settings: { servers, useNodeModules: true },
      ...options,
    });
  }

  static async with(
    servers: readonly ServerDefinition[],
    options: LanguageOptions & { readonly clock?: ClockPort } = {},
  ): Promise<Rig> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "lsp-" }));
    await Deno.writeTextFile(join(folder, ".fake-root"), "");
    const { clock = new SystemClock(), ...rest } = options;
    return new Rig(folder, servers, clock, rest);
  }

  /** Writes a file and opens it. Its language is that of its extension, `fake` for `.fake`. */
  async open(name: string, text: string): Promise<Buffer> {
    const path = join(this.folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
    return this.buffers.open({ text, path, ...(name.endsWith(".fake") ? { language: "Fake" } : {}) }).buffer;
  }

  /** The first server of a buffer, once it runs. */
  async server(buffer: Buffer): Promise<LanguageServer> {
    const [server] = await this.languages.serversOf(buffer);
    if (server === undefined) throw new Error("The buffer has no language server");
    await server.ready(20_000);
    return server;
  }

  /** What the fake server is asked for its own sake. */
  async ask(buffer: Buffer, method: string, more: object = {}): Promise<unknown> {
    const server = await this.server(buffer);
    const answer = await this.languages.asking.one(
      server,
      buffer,
      method,
      (question) => ({ textDocument: question.textDocument, ...more }),
    );
    return answer.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.languages[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
    if (this.faults.length > 0) throw this.faults[0];
  }
}

/** Replaces a part of a buffer, as a person does. */
export function edit(buffer: Buffer, from: number, to: number, insert: string): void {
  buffer.edit({ delta: Delta.replace(buffer.text.length, from, to, insert), author: "test" });
}

/** Waits until `holds`; fails after a time that only a fault can take. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const patience = 30_000;
  const began = performance.now();
  while (!await holds()) {
    if (performance.now() - began > patience) throw new Error(`It did not come to this: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
