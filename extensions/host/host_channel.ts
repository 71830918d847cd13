/**
 * The core's side of one worker: loads the extension, sends calls, carries out their capabilities, and gives every call
 * exactly one result, whatever the worker does.
 *
 * Invariants: (1) a call is settled once: by its answer, its cancellation, its deadline or the worker's death; (2) its
 * capabilities are closed in the same step; (3) at most `concurrency` calls are with the worker, the others wait in a
 * bounded mailbox; (4) messages for a call that is over are dropped.
 *
 * @module
 */

import { defaultLiveness, lifeless, type LivenessLimits } from "../../core/actor/liveness.ts";
import { Mailbox } from "../../core/actor/mailbox.ts";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { FailureClass } from "../../core/policy/failure.ts";
import type { CallOptions, CallResult } from "../../core/ports/extension.ts";
import { AbortFanout } from "../abort_fanout.ts";
import type { Capabilities } from "../capabilities/broker.ts";
import { readContributions } from "../contributions.ts";
import { failureOf } from "../sdk/runtime/perform.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";
import { acceptFailure, failed } from "../value_check.ts";
import { eventOf } from "./call_event.ts";
import type { BootKind, LightEngine } from "./boot.ts";
import {
  type Asked,
  readAsk,
  readEmpty,
  readEvent,
  readFailure,
  readResult,
  readSpent,
} from "./frame_shapes.ts";
import { decodeJson, encodeBoth, encodeJson, jsonBytesOf, Kind, MOST_VALUE_BYTES } from "./frames.ts";
import type { Death, HostProcess, HostTraffic } from "./host_process.ts";
import type { Hosts } from "./hosts.ts";
import { cpuOf, memoryByProgram, memoryOf } from "./process_reading.ts";

export interface ChannelOptions {
  readonly hosts: Hosts;
  readonly kind: BootKind;
  /** For kind `light`. */
  readonly engine?: LightEngine;
  readonly memoryMb: number;
  readonly concurrency: number;
  readonly liveness?: LivenessLimits;
  /** The longest that a module may take to load. */
  readonly loadingMs?: number;
  readonly onDeath: (death: Death) => void;
  readonly onLog: (line: string) => void;
  /** Cleans text of secrets. */
  readonly redact: (text: string) => string;
  readonly signal?: AbortSignal;
}

/** What a call brings along. */
export interface ChannelCall {
  /** Type, input, task, attempt and key, as the worker takes them. */
  readonly data: Json;
  readonly kind: typeof Kind.call | typeof Kind.probe;
  /** The module of a light process that is called. */
  readonly unit?: number;
  /** Opens the call's capabilities, at the first use. */
  readonly open: (signal: AbortSignal) => Capabilities;
  /** Makes a result of what the handler gave. */
  readonly accept: (performed: Json) => CallResult;
  readonly options: CallOptions;
}

/** A module that is loaded in the worker. A process of kind `light` holds many, any other one at a time. */
export interface Unit {
  readonly number: number;
  readonly contributes: readonly Contribution[];
}

export interface UnitUse {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly messages: number;
  readonly messageBytes: number;
}

/** How a call fared whose process died under it. */
export interface Casualty {
  /** True where it had changed or reached something outside, so that it must not be done again unasked. */
  readonly hadEffects: boolean;
  /** True where it was the only one that the process was at, so that it is the likely cause. */
  readonly wasAlone: boolean;
  /** True where the process neither ended by itself nor was ended by the core for what it did. */
  readonly isInnocent: boolean;
}

const casualties = new WeakMap<CallResult, Casualty>();

/** Undefined for a result that is not the failure of a process that died under the call. */
export function casualtyOf(result: CallResult): Casualty | undefined {
  return casualties.get(result);
}

interface Loading {
  resolve(loaded: readonly Contribution[]): void;
  reject(error: unknown): void;
}

interface OpenCall extends ChannelCall {
  readonly id: number;
  /** Made with the capabilities, which most calls of a trivial kind never open. */
  abort: AbortController | undefined;
  readonly settle: (result: CallResult) => void;
  capabilities: Capabilities | undefined;
  sent: boolean;
}

const MOST_WAITING = 65_536;
/** What a capability's arguments may have, bytes aside: reading them holds the core up. */
const MOST_ASK_JSON = 1 << 20;
const TOO_MUCH_JSON =
  `A capability's arguments have over ${MOST_ASK_JSON} bytes: large things travel as bytes`;
const PING_MS = 500;
const WEIGH_MS = 1_000;
/** What a process without any data of an extension has resident. */
const RESIDENT_FLOOR_MB = 128;
/** A handler that ignores its signal holds a place; after this long its process is ended where that place is needed. */
const MOST_DEAF_MS = 10_000;
const MOST_LOADING_MS = 60_000;

export class HostChannel {
  readonly #options: ChannelOptions;
  readonly #calls = new Map<number, OpenCall>();
  readonly #aborts = new AbortFanout();
  readonly #waiting = new Mailbox<OpenCall>(MOST_WAITING);
  /** Calls that are settled here while the worker has not said that it stopped. */
  readonly #abandoned = new Map<number, number>();
  #host!: HostProcess;
  readonly #loading = new Map<number, Loading>();
  readonly #uses = new Map<number, { -readonly [key in keyof UnitUse]: number }>();
  #nextUnit = 1;
  #isClosing = false;
  #nextId = 1;
  #atWorker = 0;
  #answeredAt = performance.now();
  #cpuAtAnswer: number | undefined;
  #askedAt = 0;
  #lostMs = 0;
  #tickedAt = performance.now();
  #timer: ReturnType<typeof setInterval> | undefined;
  #memoryTimer: ReturnType<typeof setInterval> | undefined;

  /** Takes a host process, without any extension yet. @throws SymphonyError `extension` */
  static async open(options: ChannelOptions): Promise<HostChannel> {
    const { hosts, kind, engine, memoryMb, onLog, redact, signal } = options;
    const channel = new HostChannel(options);
    channel.#host = await hosts.take(kind, {
      memoryMb,
      onMessage: (frame, id, body) => channel.#take(frame, id, body),
      onDeath: (death) => channel.#onDeath(death),
      onLog: (line) => onLog(redact(line)),
    }, signal);
    if (engine !== undefined) {
      channel.#host.send(Kind.engine, 0, encodeBoth({ guest: engine.guest }, engine.wasm));
    }
    return channel;
  }

  private constructor(options: ChannelOptions) {
    this.#options = options;
  }

  get isAlive(): boolean {
    return this.#host.death === undefined;
  }

  get memoryBytes(): number | undefined {
    return memoryOf(this.#host.pid);
  }

  get pid(): number {
    return this.#host.pid;
  }

  get traffic(): HostTraffic {
    return this.#host.traffic;
  }

  /** Processor time of the process so far in milliseconds; undefined where unknown. */
  get cpuMs(): number | undefined {
    return cpuOf(this.#host.pid);
  }

  /** What a module of a light process has used; CPU and memory as its worker says. */
  useOf({ number }: Unit): UnitUse {
    return this.#use(number);
  }

  #use(unit: number) {
    let use = this.#uses.get(unit);
    if (use === undefined) {
      this.#uses.set(unit, use = { cpuMs: 0, memoryBytes: 0, messages: 0, messageBytes: 0 });
    }
    return use;
  }

  /** Counts a message from or to a module of a light process. */
  #count(call: OpenCall | undefined, body: Uint8Array): void {
    if (call?.unit === undefined) return;
    const use = this.#use(call.unit);
    use.messages++;
    use.messageBytes += body.length;
  }

  /** Calls that the worker has. */
  get busy(): number {
    return this.#atWorker;
  }

  /** Carries out one call. Never rejects. */
  call(call: ChannelCall): Promise<CallResult> {
    const death = this.#host.death;
    if (death !== undefined) return Promise.resolve(failed(death.class, death.reason));
    if (call.options.signal.aborted) return Promise.resolve(failed("cancelled", "The call was cancelled"));
    return new Promise((resolve) => this.#begin(call, resolve));
  }

  /** Ends the process; calls in flight fail with the death's class. */
  async close(reason: string): Promise<void> {
    this.#isClosing = true;
    this.#host.kill({ class: "crash", reason });
    await this.#host.gone();
  }

  /** Ends the process for what it did. */
  kill(reason: string): void {
    this.#host.kill({ class: "resource", reason });
  }

  /** Loads a module of the same publisher. Watching begins with the first. @throws SymphonyError `extension` */
  async load(code: Uint8Array, config: Json, memoryMb = this.#options.memoryMb): Promise<Unit> {
    const number = this.#nextUnit++;
    const { loadingMs = MOST_LOADING_MS } = this.#options;
    const late = () =>
      this.#host.kill({ class: "crash", reason: `Its module did not load within ${loadingMs} ms` });
    const timer = setTimeout(late, loadingMs);
    this.#keepWatch();
    try {
      const contributes = await new Promise<readonly Contribution[]>((resolve, reject) => {
        this.#loading.set(number, { resolve, reject });
        const death = this.#host.death;
        if (death !== undefined) reject(new SymphonyError("extension", death.reason));
        this.#host.send(Kind.load, number, encodeBoth({ config, memoryMb }, code));
      });
      return { number, contributes };
    } catch (error) {
      if (this.#options.kind !== "light") this.#host.kill({ class: "crash", reason: messageOf(error) });
      throw error;
    } finally {
      clearTimeout(timer);
      this.#loading.delete(number);
    }
  }

  /** Forgets a module of a light process. */
  unload(unit: Unit): void {
    this.#uses.delete(unit.number);
    this.#host.send(Kind.unload, unit.number, new Uint8Array(0));
  }

  #keepWatch(): void {
    if (this.#timer !== undefined || this.#host.death !== undefined) return;
    this.#answeredAt = this.#tickedAt = performance.now();
    this.#cpuAtAnswer = cpuOf(this.#host.pid);
    this.#timer = setInterval(() => this.#watch(), PING_MS);
    if (Deno.build.os !== "linux") this.#memoryTimer = setInterval(() => void this.#weigh(), WEIGH_MS);
  }

  #begin(call: ChannelCall, resolve: (result: CallResult) => void): void {
    const { signal, timeoutMs } = call.options;
    const id = this.#nextId;
    this.#nextId = id === 0xffff_ffff ? 1 : id + 1;
    const settle = (result: CallResult) => {
      if (!this.#calls.delete(id)) return;
      clearTimeout(timer);
      unwatch();
      open.abort?.abort();
      open.capabilities?.close();
      resolve(result);
    };
    const open: OpenCall = {
      ...call,
      id,
      settle,
      abort: undefined,
      capabilities: undefined,
      sent: false,
    };
    const cancel = () => this.#abandon(open, failed("cancelled", "The call was cancelled"));
    const late = () => this.#abandon(open, failed("timeout", `No answer within ${timeoutMs} ms`));
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    const unwatch = this.#aborts.add(signal, cancel);
    this.#calls.set(id, open);
    if (this.#atWorker < this.#options.concurrency) this.#send(open);
    else if (!this.#waiting.offer(open)) {
      settle(failed("resource", `Over ${MOST_WAITING} calls wait for this instance`));
    }
  }

  #send(call: OpenCall): void {
    const body = encodeJson(call.data);
    if (body.length > MOST_VALUE_BYTES) {
      return call.settle(failed("resource", `The input's ${body.length} bytes are over ${MOST_VALUE_BYTES}`));
    }
    call.sent = true;
    this.#atWorker++;
    this.#count(call, body);
    this.#host.send(call.kind, call.id, body);
  }

  /** Settles a call that the worker still has, and tells the worker to stop. */
  #abandon(call: OpenCall, result: CallResult): void {
    if (call.sent && this.#calls.has(call.id)) {
      this.#abandoned.set(call.id, performance.now());
      this.#host.send(Kind.cancel, call.id, new Uint8Array(0));
    }
    call.settle(result);
  }

  #take(kind: number, id: number, body: Uint8Array<ArrayBuffer>): void {
    if (this.#options.kind === "light") this.#count(this.#calls.get(id), body);
    switch (kind) {
      case Kind.pong:
        readEmpty(body);
        return this.#refreshed();
      case Kind.result: {
        const performed = readResult(body);
        return this.#finish(id, () => this.#calls.get(id)?.accept(performed));
      }
      case Kind.failure: {
        const failure = readFailure(body);
        return this.#finish(id, () => ({ ok: false, failure: this.#clean(failure) }));
      }
      case Kind.event:
        return this.#tell(id, readEvent(body));
      case Kind.ask:
        if (jsonBytesOf(body) > MOST_ASK_JSON) return this.#refuse(id, "input", TOO_MUCH_JSON);
        return void this.#carryOut(id, readAsk(body), body.length);
      case Kind.loaded:
        return this.#loaded(id, body);
      case Kind.spent: {
        for (const [unit, cpuMs, memoryBytes] of readSpent(body)) {
          Object.assign(this.#use(unit), { cpuMs, memoryBytes });
        }
        return;
      }
      case Kind.unloadable: {
        const { message, detail } = this.#clean(readFailure(body));
        const place = /\bbundle\.js:\d+:\d+/.exec(detail ?? "")?.[0];
        const text = place === undefined ? message : `${message} (${place})`;
        const error = new SymphonyError("extension", `Its module cannot be loaded: ${text}`);
        return this.#loading.get(id)?.reject(error);
      }
      default:
        throw new SymphonyError("protocol", `A frame is of the unknown kind ${kind}`);
    }
  }

  /** A light extension that says nonsense of itself must not end its neighbours. */
  #loaded(id: number, body: Uint8Array<ArrayBuffer>): void {
    const loading = this.#loading.get(id);
    try {
      loading?.resolve(readContributions(decodeJson(body) as Json));
    } catch (error) {
      loading?.reject(error);
      if (this.#options.kind !== "light") throw error;
    }
  }

  #clean(failure: Json) {
    const { detail, ...accepted } = acceptFailure(failure);
    const clean = this.#options.redact;
    return {
      ...accepted,
      message: clean(accepted.message),
      ...(detail === undefined ? {} : { detail: clean(detail) }),
    };
  }

  #finish(id: number, result: () => CallResult | undefined): void {
    const call = this.#calls.get(id);
    // A second answer for the same call finds neither entry and changes nothing.
    if (call?.sent !== true && !this.#abandoned.delete(id)) return;
    const settled = call === undefined ? undefined : result();
    if (call !== undefined && settled !== undefined) call.settle(settled);
    this.#atWorker--;
    for (;;) {
      const next = this.#atWorker < this.#options.concurrency ? this.#waiting.take() : undefined;
      if (next === undefined) return;
      if (this.#calls.has(next.id)) this.#send(next);
    }
  }

  #tell(id: number, value: JsonObject): void {
    const event = eventOf(value, this.#options.redact);
    if (event === undefined) return;
    const call = this.#calls.get(id);
    if (call !== undefined) call.options.onEvent?.(event);
    else if (id === 0 && event.kind === "log") this.#options.onLog(event.text);
  }

  async #carryOut(
    id: number,
    { call: number, operation, args, bytes }: Asked,
    size: number,
  ): Promise<void> {
    try {
      const call = this.#calls.get(number);
      if (call === undefined) {
        return this.#refuse(id, "permission", "The call is over: its capabilities are closed");
      }
      call.abort ??= new AbortController();
      call.capabilities ??= call.open(call.abort.signal);
      await call.capabilities.call(operation, args, bytes, {
        size,
        send: (reply) => {
          if (!this.#calls.has(call.id)) return Promise.resolve();
          this.#host.send(Kind.reply, id, encodeBoth(reply.value, reply.bytes));
          return this.#host.drained();
        },
      });
    } catch (error) {
      const failure = failureOf(error, never);
      this.#host.send(
        Kind.refuse,
        id,
        encodeJson({ ...failure, message: this.#options.redact(failure.message) }),
      );
    }
  }

  #refuse(ask: number, kind: FailureClass, message: string): void {
    this.#host.send(Kind.refuse, ask, encodeJson({ class: kind, message }));
  }

  #refreshed(): void {
    this.#answeredAt = performance.now();
    this.#cpuAtAnswer = undefined;
    this.#askedAt = 0;
    this.#lostMs = 0;
  }

  /** Asks whether the worker still turns, and kills it where it does not. */
  #watch(): void {
    const now = performance.now();
    this.#lostMs += Math.max(0, now - this.#tickedAt - PING_MS);
    this.#tickedAt = now;
    const deaf = this.#deafFor(now);
    if (deaf > MOST_DEAF_MS && (this.#calls.size === 0 || this.#atWorker >= this.#options.concurrency)) {
      const reason = `A handler went on for ${Math.round(deaf)} ms after its call was cancelled`;
      return this.#host.kill({ class: "resource", reason });
    }
    const cpu = cpuOf(this.#host.pid);
    if (this.#askedAt === 0) {
      this.#askedAt = this.#answeredAt = now;
      this.#lostMs = 0;
      this.#cpuAtAnswer = cpu;
      return this.#host.send(Kind.ping, 0, new Uint8Array(0));
    }
    const reason = lifeless({
      silentMs: now - this.#answeredAt,
      lostMs: this.#lostMs,
      cpuMs: cpu === undefined || this.#cpuAtAnswer === undefined ? undefined : cpu - this.#cpuAtAnswer,
      wanted: this.#loading.size > 0 || this.#calls.size > 0 && this.#abandoned.size === 0,
    }, this.#options.liveness ?? defaultLiveness);
    if (reason !== undefined) this.#host.kill({ class: "resource", reason });
  }

  /** Ends a process that takes more memory than granted, where no limit of the system does. */
  async #weigh(): Promise<void> {
    const resident = await memoryByProgram(this.#host.pid);
    const most = (RESIDENT_FLOOR_MB + this.#options.memoryMb) * 2 ** 20;
    if (resident === undefined || resident <= most) return;
    const reason = `Its process ran out of memory (${this.#options.memoryMb} MB granted)`;
    this.#host.kill({ class: "resource", reason });
  }

  /** How long the oldest call that nobody waits for has gone on. */
  #deafFor(now: number): number {
    for (const since of this.#abandoned.values()) return now - since;
    return 0;
  }

  #onDeath(death: Death): void {
    clearInterval(this.#timer);
    clearInterval(this.#memoryTimer);
    const clean: Death = { ...death, reason: this.#options.redact(death.reason) };
    const error = new SymphonyError("extension", clean.reason);
    for (const loading of this.#loading.values()) loading.reject(error);
    this.#waiting.drain();
    const wasAlone = this.#atWorker <= 1;
    // Ended from outside (a person, another program): none of the calls is to blame.
    const isInnocent = clean.isExternal === true && !this.#host.wasKilled;
    for (const call of [...this.#calls.values()]) {
      const result = failed(clean.class, clean.reason);
      const hadEffects = call.capabilities?.hadEffects ?? false;
      if (!this.#isClosing) {
        casualties.set(result, {
          hadEffects,
          wasAlone: wasAlone && call.sent,
          isInnocent: isInnocent || !call.sent,
        });
      }
      call.settle(result);
    }
    this.#abandoned.clear();
    this.#options.onDeath(clean);
  }
}

const never = new AbortController().signal;
