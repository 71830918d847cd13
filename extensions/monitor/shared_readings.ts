/**
 * Readings for other processes: each process that runs extensions keeps a file of its own below `monitor/` of the data
 * folder, and takes it away when it ends; a file whose process is gone counts for nothing. Sums of past sessions are lines
 * of `usage.jsonl`.
 *
 * @module
 */

import { join } from "node:path";
import { isObject, type Json } from "../../core/json.ts";
import type { ResourceReading } from "../../core/ports/resource_monitor.ts";

/** The readings of one process. */
export interface ProcessReadings {
  readonly pid: number;
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly readings: readonly ResourceReading[];
}

/** The sums of one extension over a session. */
export interface UsageLine {
  readonly fromMs: number;
  readonly toMs: number;
  readonly extension: string;
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  readonly messages: number;
  readonly networkBytes: number;
  readonly tokens: number;
  readonly usd: number;
  readonly calls: number;
  readonly failures: number;
  /** The calls' time, summed up; absent in lines of before. */
  readonly callMs?: number;
  /** What calls used of the processor; starting up is not in it. */
  readonly callCpuMs?: number;
  /** The most memory that one of its processes had. */
  readonly processPeakBytes?: number;
}

const WRITE_MS = 1_000;
const STALE_MS = 30_000;

export class SharedReadings {
  readonly #folder: string;
  readonly #path: string;
  #writtenAt = 0;
  #writing: Promise<void> | undefined;
  #removed = false;

  constructor(data: string) {
    this.#folder = join(data, "monitor");
    this.#path = join(this.#folder, `${Deno.pid}.json`);
  }

  /** Writes at most once a second, and never two at once. A failure is no harm: only nobody sees the readings. */
  write(readings: readonly ResourceReading[]): void {
    const now = performance.now();
    if (this.#removed || this.#writing !== undefined || now - this.#writtenAt < WRITE_MS - 100) return;
    this.#writtenAt = now;
    const text = JSON.stringify({ pid: Deno.pid, atMs: Date.now(), readings } satisfies ProcessReadings);
    this.#writing = this.#replace(text).catch(() => {}).finally(() => this.#writing = undefined);
  }

  async remove(): Promise<void> {
    this.#removed = true;
    await this.#writing;
    await Deno.remove(this.#path).catch(() => {});
  }

  async #replace(text: string): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true });
    await Deno.writeTextFile(`${this.#path}.new`, text, { mode: 0o600 });
    await Deno.rename(`${this.#path}.new`, this.#path);
  }
}

/** What every process of the data folder reads at this moment. */
export async function readShared(data: string): Promise<readonly ProcessReadings[]> {
  const folder = join(data, "monitor");
  const found: ProcessReadings[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!/^\d+\.json$/.test(name)) continue;
      const value = await Deno.readTextFile(join(folder, name)).then((text) => JSON.parse(text) as Json)
        .catch(() => null);
      if (!isObject(value) || !Array.isArray(value["readings"])) continue;
      const one = value as unknown as ProcessReadings;
      if (Date.now() - one.atMs < STALE_MS && isRunning(one.pid)) found.push(one);
      else await Deno.remove(join(folder, name)).catch(() => {});
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

function isRunning(pid: number): boolean {
  if (Deno.build.os !== "linux") return true;
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

/** Appends the sums of a session. */
export async function keepUsage(
  data: string,
  fromMs: number,
  readings: readonly (ResourceReading & Pick<UsageLine, "callMs" | "callCpuMs" | "processPeakBytes">)[],
): Promise<void> {
  const toMs = Date.now();
  const lines = readings.map((reading): UsageLine => {
    const { extension, cpuMs, peakMemoryBytes, messages, networkBytes, tokens, usd, calls, failures } =
      reading;
    const { callMs = 0, callCpuMs = 0, processPeakBytes = 0 } = reading;
    return {
      fromMs,
      toMs,
      extension,
      cpuMs,
      peakMemoryBytes,
      messages,
      networkBytes,
      tokens,
      usd,
      calls,
      failures,
      callMs,
      callCpuMs,
      processPeakBytes,
    };
  });
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const path = join(data, "usage.jsonl");
  await Deno.writeTextFile(path, text, { append: true, mode: 0o600 }).catch(() => {});
}

/** The sums of every extension over all sessions since `sinceMs`. */
export async function readUsage(data: string, sinceMs = 0): Promise<readonly UsageLine[]> {
  const text = await Deno.readTextFile(join(data, "usage.jsonl")).catch(() => "");
  const sums = new Map<string, UsageLine>();
  for (const line of text.split("\n")) {
    const one = usageOf(line);
    if (one === undefined || one.toMs < sinceMs) continue;
    const sum = sums.get(one.extension);
    sums.set(one.extension, sum === undefined ? one : added(sum, one));
  }
  return [...sums.values()];
}

function usageOf(line: string): UsageLine | undefined {
  try {
    const value = JSON.parse(line) as Json;
    return isObject(value) && typeof value["extension"] === "string"
      ? value as unknown as UsageLine
      : undefined;
  } catch {
    return undefined;
  }
}

function added(a: UsageLine, b: UsageLine): UsageLine {
  return {
    extension: a.extension,
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
    cpuMs: a.cpuMs + b.cpuMs,
    peakMemoryBytes: Math.max(a.peakMemoryBytes, b.peakMemoryBytes),
    messages: a.messages + b.messages,
    networkBytes: a.networkBytes + b.networkBytes,
    tokens: a.tokens + b.tokens,
    usd: a.usd + b.usd,
    calls: a.calls + b.calls,
    failures: a.failures + b.failures,
    callMs: (a.callMs ?? 0) + (b.callMs ?? 0),
    callCpuMs: (a.callCpuMs ?? 0) + (b.callCpuMs ?? 0),
    processPeakBytes: Math.max(a.processPeakBytes ?? 0, b.processPeakBytes ?? 0),
  };
}
