/**
 * The root module of a worker. It speaks frames with the core (the host process only passes bytes on), takes away what
 * could lead out, loads the extension's one module and runs its handlers.
 *
 * Invariants: (1) extension code is never the root module, so its imports get no rights of the parent; (2) the channel's
 * functions are taken before extension code runs and are out of its reach; (3) everything the extension says goes as
 * JSON.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import type { ExtensionDefinition, RunnableDefinition } from "../sdk/define.ts";
import { ExtensionFailure, type ReportableClass } from "../sdk/failure.ts";
import type { CapabilityReply, Plain } from "../sdk/runtime/client.ts";
import { createContext } from "../sdk/runtime/context.ts";
import { type Contribution, describe } from "../sdk/runtime/describe.ts";
import { type CallData, failureOf, perform, type PlainFailure, shortened } from "../sdk/runtime/perform.ts";
import { decodeBoth, decodeJson, encodeBoth, encodeJson, FrameReader, FrameWriter, Kind } from "./frames.ts";

interface WireCall extends CallData {
  readonly type: string;
  readonly attempt: number;
  readonly key: string;
}

interface Waiting {
  readonly resolve: (reply: CapabilityReply) => void;
  readonly reject: (error: unknown) => void;
}

/** A call under way. Its signal is made when the handler asks for it, which most handlers that answer at once do not. */
class RunningCall {
  #abort: AbortController | undefined;
  #reason: DOMException | undefined;

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  cancel(): void {
    this.#reason = new DOMException("The call was cancelled", "AbortError");
    this.#abort?.abort(this.#reason);
  }
}

interface Scope {
  postMessage(bytes: Uint8Array<ArrayBuffer>, transfer: Transferable[]): void;
  addEventListener(name: "message", listen: (event: MessageEvent<Uint8Array<ArrayBuffer>>) => void): void;
}

const post = (globalThis as unknown as Scope).postMessage.bind(globalThis as unknown as Scope);
const listen = (globalThis as unknown as Scope).addEventListener.bind(globalThis as unknown as Scope);
const toBase64 = btoa;

const writer = new FrameWriter((bytes) => post(bytes, [bytes.buffer]));
const reader = new FrameReader(take);
const definitions = new Map<string, RunnableDefinition>();
const running = new Map<number, RunningCall>();
const waiting = new Map<number, Waiting>();
let config: Readonly<Record<string, unknown>> = {};
let nextAsk = 1;

/** What is out of reach for an extension: what reaches out, starts workers, shares memory of others, or ends this one. */
const TAKEN = [
  ..."Deno Worker SharedWorker BroadcastChannel MessageChannel WebSocket WebSocketStream EventSource fetch caches"
    .split(" "),
  ..."CacheStorage Cache localStorage sessionStorage Storage navigator GPU importScripts close postMessage"
    .split(" "),
  ..."onmessage onmessageerror onerror onunhandledrejection onrejectionhandled process global Buffer".split(
    " ",
  ),
  ..."setImmediate clearImmediate XMLHttpRequest indexedDB alert confirm prompt location createImageBitmap"
    .split(" "),
];

function disarm(): void {
  for (const name of TAKEN) {
    for (let at: object | null = globalThis; at !== null; at = Object.getPrototypeOf(at)) {
      if (Object.hasOwn(at, name)) Reflect.deleteProperty(at, name);
    }
    if (name in globalThis) Object.defineProperty(globalThis, name, { value: undefined });
  }
  // Waiting on shared memory would stop the worker without burning CPU.
  Reflect.deleteProperty(Atomics, "wait");
  for (const name of ["addEventListener", "removeEventListener"]) {
    Object.defineProperty(globalThis, name, { value: undefined, configurable: false });
  }
  for (const name of ["setTimeout", "setInterval"] as const) refuseText(name);
  const log = (level: "debug" | "info" | "warn" | "error") => (...parts: unknown[]) =>
    writer.send(
      Kind.event,
      0,
      encodeJson({ kind: "log", level, text: parts.map(shown).join(" ").slice(0, 8192) }),
    );
  Object.defineProperty(globalThis, "console", {
    value: {
      debug: log("debug"),
      log: log("info"),
      info: log("info"),
      warn: log("warn"),
      error: log("error"),
    },
  });
}

/** A timer given text would run it as code; where that is forbidden it ends the worker instead of failing the call. */
function refuseText(name: "setTimeout" | "setInterval"): void {
  const schedule = globalThis[name] as unknown as (
    act: unknown,
    delay?: number,
    ...args: unknown[]
  ) => unknown;
  const value = (act: unknown, delay?: number, ...args: unknown[]) => {
    if (typeof act === "function") return schedule(act, delay, ...args);
    throw new TypeError(`${name} takes a function here, found ${typeof act}`);
  };
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack ?? value.message;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function take(kind: number, id: number, body: Uint8Array<ArrayBuffer>): void {
  switch (kind) {
    case Kind.ping:
      return writer.send(Kind.pong, id, new Uint8Array(0));
    case Kind.call:
      return begin(id, decodeJson(body) as WireCall);
    case Kind.cancel:
      return running.get(id)?.cancel();
    case Kind.reply:
      return answer(id, body);
    case Kind.refuse:
      return refuse(id, decodeJson(body) as PlainFailure);
    case Kind.load:
      return void load(body);
    case Kind.probe:
      return void probe(id, decodeJson(body) as { readonly type: string });
  }
}

async function load(body: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    const { value, bytes } = decodeBoth(body);
    config = (value as { config: Record<string, unknown> }).config;
    const module = await import(`data:text/javascript;base64,${base64(bytes ?? new Uint8Array(0))}`) as {
      default: ExtensionDefinition;
    };
    const contributions = describe(module.default);
    for (const [at, { type }] of contributions.entries()) {
      const definition = module.default.contributes[at];
      if (definition !== undefined && definition.kind !== "task") definitions.set(type, definition);
    }
    writer.send(Kind.loaded, 0, encodeJson(contributions satisfies readonly Contribution[]));
  } catch (error) {
    const detail = error instanceof Error ? shortened(error.stack ?? "").slice(0, 4000) : undefined;
    const message = shortened(messageOf(error)).slice(0, 2000);
    writer.send(Kind.unloadable, 0, encodeJson({ class: "thrown", message, detail }));
  }
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_766) {
    text += toBase64(String.fromCharCode(...bytes.subarray(at, at + 32_766)));
  }
  return text;
}

function contextOf(id: number, present: RunningCall, call: { attempt: number; key: string }) {
  const client = {
    call: (operation: string, args: { readonly [key: string]: Plain }, bytes?: Uint8Array<ArrayBuffer>) =>
      ask(id, operation, args, bytes),
  };
  return createContext(client, {
    get signal() {
      return present.signal;
    },
    attempt: call.attempt,
    idempotencyKey: call.key,
    config,
    emit: (event) => {
      if (running.get(id) === present) writer.send(Kind.event, id, encodeJson(event));
    },
  });
}

function begin(id: number, call: WireCall): void {
  const present = new RunningCall();
  running.set(id, present);
  const definition = definitions.get(call.type);
  const end = (kind: number, body: Uint8Array) => {
    running.delete(id);
    writer.send(kind, id, body);
  };
  const fail = (error: unknown) => end(Kind.failure, encodeJson(failureOf(error, present.signal)));
  const succeed = (output: unknown) => {
    try {
      end(Kind.result, encodeJson(output));
    } catch (error) {
      fail(error instanceof TypeError ? new ExtensionFailure("output", `Not JSON: ${error.message}`) : error);
    }
  };
  if (definition === undefined) {
    return fail(new ExtensionFailure("unavailable", `This extension contributes no "${call.type}"`));
  }
  try {
    const performed = perform(definition, call, contextOf(id, present, call));
    if (performed instanceof Promise) performed.then(succeed, fail);
    else succeed(performed);
  } catch (error) {
    fail(error);
  }
}

/** Asks an instrument whether it can be used. */
async function probe(id: number, { type }: { readonly type: string }): Promise<void> {
  const present = new RunningCall();
  running.set(id, present);
  const definition = definitions.get(type);
  let reason: string | undefined;
  try {
    const context = contextOf(id, present, { attempt: 1, key: "probe" });
    reason = definition?.kind === "instrument" ? await definition.unavailable?.(context) : undefined;
  } catch (error) {
    reason = messageOf(error);
  }
  running.delete(id);
  writer.send(Kind.result, id, encodeJson({ output: { reason: reason ?? null } }));
}

function ask(
  call: number,
  operation: string,
  args: { readonly [key: string]: Plain },
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<CapabilityReply> {
  return new Promise((resolve, reject) => {
    const id = nextAsk;
    nextAsk = nextAsk === 0xffff_ffff ? 1 : nextAsk + 1;
    const body = encodeBoth({ call, operation, args }, bytes);
    waiting.set(id, { resolve, reject });
    writer.send(Kind.ask, id, body);
  });
}

function answer(id: number, body: Uint8Array<ArrayBuffer>): void {
  const { value, bytes } = decodeBoth(body);
  waiting.get(id)?.resolve({ value: value as Plain, ...(bytes === undefined ? {} : { bytes }) });
  waiting.delete(id);
}

function refuse(id: number, failure: PlainFailure): void {
  const options = failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs };
  waiting.get(id)?.reject(new ExtensionFailure(failure.class as ReportableClass, failure.message, options));
  waiting.delete(id);
}

disarm();
listen("message", (event) => reader.push(event.data));
writer.send(Kind.ready, 0, new Uint8Array(0));
