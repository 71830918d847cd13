/**
 * Reads every extension's processes twice a second while there are any, warns at soft limits and ends at hard ones. What is
 * read goes to whoever looks: in this process through the port, in others through a file (shared_readings.ts).
 *
 * @module
 */

import type { ExtensionId } from "../../core/ids.ts";
import type { HealthClass } from "../../core/policy/health.ts";
import { limitVerdict, type ResourceLimits } from "../../core/policy/resource_limits.ts";
import type { CallResult } from "../../core/ports/extension.ts";
import type { ModelAllowance } from "../../core/ports/models.ts";
import type {
  CallNeedsPort,
  ResourceEvent,
  ResourceMonitorPort,
  ResourcePoint,
  ResourceReading,
} from "../../core/ports/resource_monitor.ts";
import type { CallNeeds } from "../../core/workflow/catalog.ts";
import type { Resources } from "../manifest/manifest.ts";
import { NeedsForecast } from "./call_needs.ts";
import { Meter, type Metered } from "./meter.ts";
import { keepUsage, readUsage, SharedReadings } from "./shared_readings.ts";

const SAMPLE_MS = 500;
/** What a process without any data of an extension has resident. */
const RESIDENT_FLOOR_BYTES = 160 * 2 ** 20;

interface Account {
  readonly meter: Meter;
  limits: ResourceLimits;
  healthOf: () => HealthClass;
  readonly forecast: NeedsForecast;
  /** At the last reading. */
  toldCpuMs: number;
  toldCallMs: number;
  /** What calls used, as far as it was read. */
  callCpuMs: number;
  warning: string | undefined;
  warned: Set<string>;
  /** Why it may not be started again in this session. */
  spent: string | undefined;
}

export interface MonitorOptions {
  /** The data folder, where other processes see the readings; without it they do not. */
  readonly data?: string;
}

export class ResourceMonitor implements ResourceMonitorPort, CallNeedsPort {
  readonly #accounts = new Map<ExtensionId, Account>();
  readonly #forecasts = new Map<ExtensionId, NeedsForecast>();
  readonly #listeners = new Set<(event: ResourceEvent) => void>();
  readonly #data: string | undefined;
  readonly #shared: SharedReadings | undefined;
  readonly #beganMs = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: MonitorOptions = {}) {
    this.#data = options.data;
    this.#shared = options.data === undefined ? undefined : new SharedReadings(options.data);
  }

  /**
   * Begins to account for an extension, without limits where it has no manifest. Repeating keeps what was counted, and takes
   * the new limits.
   */
  register(extension: ExtensionId, resources: Resources | undefined, healthOf: () => HealthClass): void {
    const limits = resources === undefined ? {} : limitsOf(resources);
    const known = this.#accounts.get(extension);
    if (known !== undefined) return void Object.assign(known, { limits, healthOf });
    const meter = new Meter();
    this.#accounts.set(extension, {
      meter,
      limits,
      healthOf,
      forecast: this.#forecastOf(extension),
      toldCpuMs: 0,
      toldCallMs: 0,
      callCpuMs: 0,
      warning: undefined,
      warned: new Set(),
      spent: undefined,
    });
  }

  /** Takes earlier sessions of this data folder into what calls are expected to take. */
  async recall(): Promise<void> {
    if (this.#data === undefined) return;
    for (
      const { extension, callCpuMs = 0, callMs = 0, processPeakBytes = 0 } of await readUsage(this.#data)
    ) {
      const measured = { cpuMs: callCpuMs, callMs, memoryBytes: processPeakBytes };
      this.#forecastOf(extension as ExtensionId).measured(measured);
    }
  }

  needs(extension: ExtensionId, declared: CallNeeds): CallNeeds {
    return this.#forecasts.get(extension)?.needs(declared) ?? declared;
  }

  /** The most memory that one process of the extension had, in bytes; undefined before one was read. */
  processMemory(extension: ExtensionId): number | undefined {
    return this.#accounts.get(extension)?.meter.processPeakBytes || undefined;
  }

  #forecastOf(extension: ExtensionId): NeedsForecast {
    let forecast = this.#forecasts.get(extension);
    if (forecast === undefined) this.#forecasts.set(extension, forecast = new NeedsForecast());
    return forecast;
  }

  /** Why the extension may not be started again in this session. */
  spent(extension: ExtensionId): string | undefined {
    return this.#accounts.get(extension)?.spent;
  }

  watchProcess(extension: ExtensionId, source: Metered): void {
    this.#accounts.get(extension)?.meter.watch(source);
    this.#timer ??= setInterval(() => this.sample(), SAMPLE_MS);
  }

  unwatchProcess(extension: ExtensionId, source: Metered): void {
    this.#accounts.get(extension)?.meter.unwatch(source);
  }

  /** Resident bytes of a process that is watched, as it was read last; undefined where they are not known. */
  memoryOf(extension: ExtensionId, source: Metered): number | undefined {
    return this.#accounts.get(extension)?.meter.memoryOf(source);
  }

  /** A call begins; `called` tells its end. */
  began(extension: ExtensionId): void {
    this.#accounts.get(extension)?.meter.began();
  }

  called(extension: ExtensionId, result: CallResult): void {
    const account = this.#accounts.get(extension);
    account?.meter.called(result);
    if (account !== undefined && result.ok && result.usage !== undefined) this.#judge(extension, account);
  }

  /** Counts bytes over the network, as they pass. */
  network(extension: ExtensionId, bytes: number): void {
    const account = this.#accounts.get(extension);
    if (account === undefined) return;
    account.meter.networkBytes += bytes;
    const { networkBytes } = account.limits;
    if (networkBytes !== undefined && account.meter.networkBytes > networkBytes) {
      this.#judge(extension, account);
    }
  }

  /** What the extension may spend on models that it asks; counted by whoever asks them for it. */
  allowanceOf(extension: ExtensionId): ModelAllowance {
    const account = this.#accounts.get(extension);
    if (account === undefined) return { left: () => ({}), hold: () => () => {} };
    const { meter } = account;
    return {
      left: () => {
        const { usd, tokens } = account.limits;
        return {
          ...(usd === undefined ? {} : { usd: usd - meter.usd - meter.held.usd }),
          ...(tokens === undefined ? {} : { tokens: tokens - meter.tokens - meter.held.tokens }),
        };
      },
      hold: ({ usd = 0, tokens = 0 }) => {
        meter.held.usd += usd;
        meter.held.tokens += tokens;
        return (taken) => {
          meter.held.usd -= usd;
          meter.held.tokens -= tokens;
          meter.usd += taken.usd;
          meter.tokens += taken.tokens;
          this.#judge(extension, account);
        };
      },
    };
  }

  /** Takes a reading of everything now. */
  sample(): void {
    const now = Date.now();
    for (const [extension, account] of this.#accounts) {
      if (account.meter.isRunning) {
        account.meter.sample(now);
        learn(account);
        this.#judge(extension, account);
      }
    }
    this.#shared?.write(this.readings());
  }

  readings(): readonly ResourceReading[] {
    return [...this.#accounts].filter(([, { meter }]) => meter.isRunning || meter.calls > 0)
      .map(([extension, { meter, healthOf, warning }]) => {
        const { calls, failures, networkBytes, tokens, usd } = meter;
        return {
          extension,
          ...meter.sums(),
          cpuMsPerSec: meter.rate(),
          networkBytes,
          tokens,
          usd,
          calls,
          failures,
          health: healthOf(),
          ...(warning === undefined ? {} : { warning }),
        };
      });
  }

  history(extension: ExtensionId): readonly ResourcePoint[] {
    return [...this.#accounts.get(extension)?.meter.points ?? []];
  }

  watch(listener: (event: ResourceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Ends the readings and keeps the session's sums. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#shared?.remove();
    if (this.#data === undefined) return;
    const sums = this.readings().filter(({ calls }) => calls > 0).map((reading) => {
      const account = this.#accounts.get(reading.extension) as Account;
      learn(account);
      const { callCpuMs, meter: { callMs, processPeakBytes } } = account;
      return { ...reading, callMs: Math.round(callMs), callCpuMs: Math.round(callCpuMs), processPeakBytes };
    });
    if (sums.length > 0) await keepUsage(this.#data, this.#beganMs, sums);
  }

  #judge(extension: ExtensionId, account: Account): void {
    const verdict = limitVerdict(account.meter.use(), account.limits);
    account.warning = verdict?.reason;
    if (verdict === undefined) {
      account.warned.clear();
      return;
    }
    const key = `${verdict.level} ${verdict.resource}`;
    if (verdict.level === "end") {
      if (verdict.isFinal) account.spent = verdict.reason;
      if (!account.meter.isRunning) return;
      account.meter.end(verdict.reason);
    } else if (account.warned.has(key)) return;
    account.warned.add(key);
    for (const listener of this.#listeners) listener({ extension, ...verdict });
  }
}

/** What was used since the last reading, and by how much of calls. */
function learn(account: Account): void {
  const { meter, forecast, toldCpuMs, toldCallMs } = account;
  const { cpuMs } = meter.sums();
  const { callMs, processPeakBytes } = meter;
  account.toldCpuMs = cpuMs;
  account.toldCallMs = callMs;
  const passedMs = callMs - toldCallMs;
  // A call runs in one thread: what was used beyond that, or without any call, was starting up.
  const used = Math.min(cpuMs - toldCpuMs, passedMs);
  account.callCpuMs += used;
  forecast.measured({ cpuMs: used, callMs: passedMs, memoryBytes: processPeakBytes });
}

function limitsOf({ memoryMb, instances, cpuMsPerSec, networkMb, tokens, usd }: Resources): ResourceLimits {
  return {
    // Each process has its own fence; this is for where the system has none, and for what the fence does not see.
    memoryBytes: instances * (RESIDENT_FLOOR_BYTES + memoryMb * 2 ** 20),
    ...(cpuMsPerSec === undefined ? {} : { cpuMsPerSec }),
    ...(networkMb === undefined ? {} : { networkBytes: networkMb * 1e6 }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(usd === undefined ? {} : { usd }),
  };
}
