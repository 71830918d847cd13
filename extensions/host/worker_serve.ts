/**
 * A worker's work: speaks frames with the core (the host process only passes bytes on), loads one extension and runs its
 * handlers.
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
import { type CallData, failureOf, perform, type PlainFailure } from "../sdk/runtime/perform.ts";
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

/** Gives the default export of a module's text. */
export type Evaluate = (code: Uint8Array) => Promise<ExtensionDefinition>;

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

export type LogLevel = "debug" | "info" | "warn" | "error";

/** The worker's end of the channel. Made before anything is taken away. */
export class WorkerDoor {
  readonly writer: FrameWriter;
  readonly #listen: Scope["addEventListener"];

  constructor() {
    const scope = globalThis as unknown as Scope;
    const post = scope.postMessage.bind(scope);
    this.#listen = scope.addEventListener.bind(scope);
    this.writer = new FrameWriter((bytes) => post(bytes, [bytes.buffer]));
  }

  readonly log = (level: LogLevel, text: string): void =>
    this.writer.send(Kind.event, 0, encodeJson({ kind: "log", level, text }));

  /** Begins to take frames, and tells the host process that the worker is ready. */
  open(take: (kind: number, id: number, body: Uint8Array<ArrayBuffer>) => void): void {
    const reader = new FrameReader(take);
    this.#listen("message", (event) => reader.push(event.data));
    this.writer.send(Kind.ready, 0, new Uint8Array(0));
  }
}

/** Serves one extension, whose module `evaluate` runs. */
export class WorkerService {
  readonly #writer: FrameWriter;
  readonly #evaluate: Evaluate;
  readonly #places: (text: string) => string;
  readonly #definitions = new Map<string, RunnableDefinition>();
  readonly #running = new Map<number, RunningCall>();
  readonly #waiting = new Map<number, Waiting>();
  #config: Readonly<Record<string, unknown>> = {};
  #nextAsk = 1;

  /** `places` turns places of what is evaluated into places of the module, in stacks and messages. */
  constructor(writer: FrameWriter, evaluate: Evaluate, places = (text: string) => text) {
    this.#writer = writer;
    this.#evaluate = evaluate;
    this.#places = places;
  }

  readonly take = (kind: number, id: number, body: Uint8Array<ArrayBuffer>): void => {
    switch (kind) {
      case Kind.ping:
        return this.#writer.send(Kind.pong, id, new Uint8Array(0));
      case Kind.call:
        return this.#begin(id, decodeJson(body) as WireCall);
      case Kind.cancel:
        return this.#running.get(id)?.cancel();
      case Kind.reply:
        return this.#answer(id, body);
      case Kind.refuse:
        return this.#refuse(id, decodeJson(body) as PlainFailure);
      case Kind.load:
        return void this.#load(id, body);
      case Kind.probe:
        return void this.#probe(id, decodeJson(body) as { readonly type: string });
    }
  };

  async #load(id: number, body: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      const { value, bytes } = decodeBoth(body);
      this.#config = (value as { config: Record<string, unknown> }).config;
      const definition = await this.#evaluate(bytes ?? new Uint8Array(0));
      const contributions = describe(definition);
      for (const [at, { type }] of contributions.entries()) {
        const one = definition.contributes[at];
        if (one !== undefined && one.kind !== "task") this.#definitions.set(type, one);
      }
      this.#writer.send(Kind.loaded, id, encodeJson(contributions satisfies readonly Contribution[]));
    } catch (error) {
      const { detail } = this.#failureOf(error, never);
      const message = this.#places(messageOf(error)).slice(0, 2000);
      const failure = { class: "thrown", message, ...(detail === undefined ? {} : { detail }) };
      this.#writer.send(Kind.unloadable, id, encodeJson(failure));
    }
  }

  #failureOf(error: unknown, signal: AbortSignal): PlainFailure {
    const { detail, ...failure } = failureOf(error, signal);
    return detail === undefined ? failure : { ...failure, detail: this.#places(detail) };
  }

  #contextOf(id: number, present: RunningCall, call: { attempt: number; key: string }) {
    const client = {
      call: (operation: string, args: { readonly [key: string]: Plain }, bytes?: Uint8Array<ArrayBuffer>) =>
        this.#ask(id, { operation, args }, bytes),
    };
    return createContext(client, {
      get signal() {
        return present.signal;
      },
      attempt: call.attempt,
      idempotencyKey: call.key,
      config: this.#config,
      emit: (event) => {
        if (this.#running.get(id) === present) this.#writer.send(Kind.event, id, encodeJson(event));
      },
    });
  }

  #begin(id: number, call: WireCall): void {
    const present = new RunningCall();
    this.#running.set(id, present);
    const definition = this.#definitions.get(call.type);
    const end = (kind: number, body: Uint8Array) => {
      this.#running.delete(id);
      this.#writer.send(kind, id, body);
    };
    const fail = (error: unknown) => end(Kind.failure, encodeJson(this.#failureOf(error, present.signal)));
    const succeed = (output: unknown) => {
      try {
        end(Kind.result, encodeJson(output));
      } catch (error) {
        fail(
          error instanceof TypeError ? new ExtensionFailure("output", `Not JSON: ${error.message}`) : error,
        );
      }
    };
    if (definition === undefined) {
      return fail(new ExtensionFailure("unavailable", `This extension contributes no "${call.type}"`));
    }
    try {
      const performed = perform(definition, call, this.#contextOf(id, present, call));
      if (performed instanceof Promise) performed.then(succeed, fail);
      else succeed(performed);
    } catch (error) {
      fail(error);
    }
  }

  /** Asks an instrument whether it can be used. */
  async #probe(id: number, { type }: { readonly type: string }): Promise<void> {
    const present = new RunningCall();
    this.#running.set(id, present);
    const definition = this.#definitions.get(type);
    let reason: string | undefined;
    try {
      const context = this.#contextOf(id, present, { attempt: 1, key: "probe" });
      reason = definition?.kind === "instrument" ? await definition.unavailable?.(context) : undefined;
    } catch (error) {
      reason = messageOf(error);
    }
    this.#running.delete(id);
    this.#writer.send(Kind.result, id, encodeJson({ output: { reason: reason ?? null } }));
  }

  #ask(
    call: number,
    { operation, args }: { readonly operation: string; readonly args: { readonly [key: string]: Plain } },
    bytes: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<CapabilityReply> {
    return new Promise((resolve, reject) => {
      const id = this.#nextAsk;
      this.#nextAsk = id === 0xffff_ffff ? 1 : id + 1;
      const body = encodeBoth({ call, operation, args }, bytes);
      this.#waiting.set(id, { resolve, reject });
      this.#writer.send(Kind.ask, id, body);
    });
  }

  #answer(id: number, body: Uint8Array<ArrayBuffer>): void {
    const { value, bytes } = decodeBoth(body);
    this.#waiting.get(id)?.resolve({ value: value as Plain, ...(bytes === undefined ? {} : { bytes }) });
    this.#waiting.delete(id);
  }

  #refuse(id: number, failure: PlainFailure): void {
    const options = failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs };
    const error = new ExtensionFailure(failure.class as ReportableClass, failure.message, options);
    this.#waiting.get(id)?.reject(error);
    this.#waiting.delete(id);
  }
}

const never = new AbortController().signal;
