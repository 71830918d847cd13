/**
 * What one extension uses up: its processes are read now and then, everything else is counted as it passes.
 *
 * @module
 */

import type { ResourcePoint } from "../../core/ports/resource_monitor.ts";
import { CPU_WINDOW_MS, type ResourceUse } from "../../core/policy/resource_limits.ts";
import { spentInCall, tokensOf } from "../../core/policy/spent.ts";
import type { CallResult } from "../../core/ports/extension.ts";

/** A process of the extension, or its share of one; every value is a sum since it began but memory. */
export interface Metered {
  readonly cpuMs: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly messages: number;
  readonly messageBytes: number;
  /** Ends it. */
  end(reason: string): void;
}

interface Watched {
  readonly source: Metered;
  cpuMs: number;
  memoryBytes: number;
  messages: number;
  messageBytes: number;
}

/** Ten minutes of a point a second. */
const MOST_POINTS = 600;
const RATE_MS = 3_000;

export class Meter {
  readonly #watched = new Map<Metered, Watched>();
  readonly #points: ResourcePoint[] = [];
  /** Of processes that have ended. */
  #past = { cpuMs: 0, messages: 0, messageBytes: 0 };
  #peak = 0;
  /** Of one process. */
  #processPeak = 0;
  #watchedSinceMs = 0;
  #inFlight = 0;
  #callsAt = 0;
  #callMs = 0;
  calls = 0;
  failures = 0;
  networkBytes = 0;
  tokens = 0;
  usd = 0;
  /** Of models that are being asked for it. */
  held = { tokens: 0, usd: 0 };

  /** Begins to read a process. */
  watch(source: Metered): void {
    if (this.#watched.size === 0) this.#watchedSinceMs = performance.now();
    this.#watched.set(source, { source, cpuMs: 0, memoryBytes: 0, messages: 0, messageBytes: 0 });
  }

  /** Reads a process for the last time, as far as it can still be read. */
  unwatch(source: Metered): void {
    const watched = this.#watched.get(source);
    if (watched === undefined) return;
    read(watched);
    this.#past.cpuMs += watched.cpuMs;
    this.#past.messages += watched.messages;
    this.#past.messageBytes += watched.messageBytes;
    this.#watched.delete(source);
  }

  /** Resident bytes as they were read last, and read now where they never were; undefined where they are not known. */
  memoryOf(source: Metered): number | undefined {
    const watched = this.#watched.get(source);
    if (watched?.memoryBytes === 0) watched.memoryBytes = source.memoryBytes ?? 0;
    return watched?.memoryBytes || undefined;
  }

  /** A call begins. */
  began(): void {
    this.#passCalls();
    this.#inFlight++;
  }

  /** The calls' time summed up, those under way included. */
  get callMs(): number {
    this.#passCalls();
    return this.#callMs;
  }

  /** The most memory that one of its processes had. */
  get processPeakBytes(): number {
    return this.#processPeak;
  }

  /** Counts a call. */
  called(result: CallResult): void {
    this.calls++;
    this.#passCalls();
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    if (!result.ok) this.failures++;
    const spent = spentInCall(result);
    this.tokens += tokensOf(spent) ?? 0;
    this.usd += spent.costUsd ?? 0;
  }

  /** Reads every process and keeps a point of the course. */
  sample(nowMs: number): void {
    for (const watched of this.#watched.values()) {
      read(watched);
      this.#processPeak = Math.max(this.#processPeak, watched.memoryBytes);
    }
    const { cpuMs, memoryBytes, messages } = this.sums();
    this.#peak = Math.max(this.#peak, memoryBytes);
    const { networkBytes, tokens, usd } = this;
    this.#points.push({ atMs: nowMs, cpuMs, memoryBytes, messages, networkBytes, tokens, usd });
    if (this.#points.length > MOST_POINTS) this.#points.shift();
  }

  sums() {
    const sum = { ...this.#past, memoryBytes: 0, processes: this.#watched.size, peakMemoryBytes: this.#peak };
    for (const { cpuMs, memoryBytes, messages, messageBytes } of this.#watched.values()) {
      sum.cpuMs += cpuMs;
      sum.memoryBytes += memoryBytes;
      sum.messages += messages;
      sum.messageBytes += messageBytes;
    }
    return sum;
  }

  /** What limits are held against. */
  use(): ResourceUse {
    const isLong = performance.now() - this.#watchedSinceMs >= CPU_WINDOW_MS;
    const { networkBytes, tokens, usd } = this;
    return {
      memoryBytes: this.sums().memoryBytes,
      cpuMsPerSec: isLong ? this.rate(CPU_WINDOW_MS) : undefined,
      networkBytes,
      tokens,
      usd,
    };
  }

  /** Milliseconds of CPU a second over the last `windowMs`. */
  rate(windowMs = RATE_MS): number {
    const last = this.#points.at(-1);
    if (last === undefined) return 0;
    const first = this.#points.find(({ atMs }) => atMs >= last.atMs - windowMs) ?? last;
    const spanMs = last.atMs - first.atMs;
    return spanMs <= 0 ? 0 : (last.cpuMs - first.cpuMs) / spanMs * 1000;
  }

  get points(): readonly ResourcePoint[] {
    return this.#points;
  }

  get isRunning(): boolean {
    return this.#watched.size > 0;
  }

  #passCalls(): void {
    const now = performance.now();
    this.#callMs += this.#inFlight * (now - this.#callsAt);
    this.#callsAt = now;
  }

  /** Ends every process. */
  end(reason: string): void {
    for (const { source } of this.#watched.values()) source.end(reason);
  }
}

/** Takes a new reading; what cannot be read any more stays as it was. */
function read(watched: Watched): void {
  const { cpuMs, memoryBytes, messages, messageBytes } = watched.source;
  watched.cpuMs = Math.max(watched.cpuMs, cpuMs ?? 0);
  watched.memoryBytes = memoryBytes ?? watched.memoryBytes;
  watched.messages = messages;
  watched.messageBytes = messageBytes;
}
