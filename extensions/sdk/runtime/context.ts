/**
 * Builds the context that a handler is given, over a CapabilityClient. Runs where the extension's code runs: in its
 * worker, or in process for tests.
 *
 * @module
 */

import type { EditorText, FileEntry, GitCommit, InstrumentContext, ModelReply } from "../context.ts";
import { ExtensionFailure } from "../failure.ts";
import type { CapabilityClient, Plain, RuntimeEvent } from "./client.ts";
import { fetchThrough } from "./fetch.ts";
import { throttled } from "./throttle.ts";

export interface ContextSetup {
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly config: Readonly<Record<string, unknown>>;
  emit(event: RuntimeEvent): void;
}

/** The context of one call. Its parts are made when they are first asked for: most handlers use few of them. */
export function createContext(direct: CapabilityClient, setup: ContextSetup): InstrumentContext {
  return new Context(direct, setup);
}

class Context implements InstrumentContext {
  readonly #direct: CapabilityClient;
  readonly #setup: ContextSetup;
  #client: CapabilityClient | undefined;
  #files: InstrumentContext["files"] | undefined;
  #git: InstrumentContext["git"] | undefined;
  #fetch: typeof fetch | undefined;

  constructor(direct: CapabilityClient, setup: ContextSetup) {
    this.#direct = direct;
    this.#setup = setup;
  }

  get signal(): AbortSignal {
    return this.#setup.signal;
  }

  get attempt(): number {
    return this.#setup.attempt;
  }

  get idempotencyKey(): string {
    return this.#setup.idempotencyKey;
  }

  get config(): Readonly<Record<string, unknown>> {
    return this.#setup.config;
  }

  get files(): InstrumentContext["files"] {
    return this.#files ??= filesOf(this.#asked());
  }

  get git(): InstrumentContext["git"] {
    return this.#git ??= gitOf(this.#asked());
  }

  get assets(): InstrumentContext["assets"] {
    const client = this.#asked();
    return { bytes: async (name) => bytesOf(await client.call("assets.bytes", { name })) };
  }

  get artifacts(): InstrumentContext["artifacts"] {
    return artifactsOf(this.#asked());
  }

  get models(): InstrumentContext["models"] {
    const client = this.#asked();
    return {
      ask: async (use, input) =>
        (await client.call("models.ask", { use }, jsonBytes(input))).value as unknown as ModelReply,
    };
  }

  get editor(): InstrumentContext["editor"] {
    return editorOf(this.#asked());
  }

  get notifications(): InstrumentContext["notifications"] {
    const client = this.#asked();
    return {
      show: async (text, level = "info") => void (await client.call("notifications.show", { text, level })),
    };
  }

  get fetch(): typeof fetch {
    return this.#fetch ??= fetchThrough(this.#asked(), this.signal);
  }

  // These are functions that stand alone, since a handler may take them out of its context.

  get progress(): InstrumentContext["progress"] {
    const setup = this.#setup;
    return (done, total, note) =>
      setup.emit({
        kind: "progress",
        done,
        ...(total === undefined ? {} : { total }),
        ...(note === undefined ? {} : { note }),
      });
  }

  get log(): InstrumentContext["log"] {
    const setup = this.#setup;
    return (level, text) => setup.emit({ kind: "log", level, text: String(text) });
  }

  get token(): InstrumentContext["token"] {
    const setup = this.#setup;
    return (text) => setup.emit({ kind: "token", text: String(text) });
  }

  #asked(): CapabilityClient {
    return this.#client ??= throttled(this.#direct);
  }
}

function artifactsOf(client: CapabilityClient): InstrumentContext["artifacts"] {
  return {
    put: async (bytes, options) => {
      const { type = null, name = null } = options ?? {};
      return (await client.call("artifacts.put", { type, name }, owned(bytes))).value as string;
    },
    get: async (id) => bytesOf(await client.call("artifacts.get", { id })),
  };
}

function editorOf(client: CapabilityClient): InstrumentContext["editor"] {
  return {
    read: async (path) => (await client.call("editor.read", { path })).value as unknown as EditorText,
    propose: async (path, { base, text, note }) =>
      (await client.call("editor.propose", { path, note: note ?? null }, jsonBytes({ base, text })))
        .value as { changes: number; waiting: number },
  };
}

/** What may be long travels as bytes. */
function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function filesOf(client: CapabilityClient): InstrumentContext["files"] {
  const read = async (path: string) => bytesOf(await client.call("files.read", { path }));
  return {
    read,
    readText: async (path) => textOf(await read(path), path),
    list: async (path) => (await client.call("files.list", { path })).value as unknown as FileEntry[],
    stat: async (path) => {
      const found = (await client.call("files.stat", { path })).value;
      return found === null ? undefined : found as unknown as FileEntry;
    },
    write: async (path, content) => {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : owned(content);
      await client.call("files.write", { path }, bytes);
    },
    remove: async (path) => void (await client.call("files.remove", { path })),
  };
}

function gitOf(client: CapabilityClient): InstrumentContext["git"] {
  return {
    log: async (options = {}) =>
      (await client.call("git.log", options as Record<string, Plain>)).value as unknown as GitCommit[],
    diff: async (options = {}) => {
      const reply = await client.call("git.diff", options as Record<string, Plain>);
      return new TextDecoder().decode(bytesOf(reply));
    },
    tags: async () =>
      (await client.call("git.tags", {})).value as unknown as {
        name: string;
        commit: string;
        atMs: number;
      }[],
    isRepository: async () => (await client.call("git.isRepository", {})).value as boolean,
  };
}

function bytesOf(reply: { readonly bytes?: Uint8Array<ArrayBuffer> }): Uint8Array<ArrayBuffer> {
  return reply.bytes ?? new Uint8Array(0);
}

function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? bytes as Uint8Array<ArrayBuffer> : new Uint8Array(bytes);
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ExtensionFailure("input", `Cannot read "${path}" as text: its bytes are not UTF-8`, { cause });
  }
}
