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
import type {
  ResourceEvent,
  ResourceMonitorPort,
  ResourcePoint,
  ResourceReading,
} from "../../core/ports/resource_monitor.ts";
import type { Resources } from "../manifest/manifest.ts";
import { Meter, type Metered } from "./meter.ts";
import { keepUsage, SharedReadings } from "./shared_readings.ts";

const SAMPLE_MS = 500;
/** What a process without any data of an extension has resident. */
const RESIDENT_FLOOR_BYTES = 160 * 2 ** 20;

interface Account {
  readonly meter: Meter;
  readonly limits: ResourceLimits;
  readonly healthOf: () => HealthClass;
  warning: string | undefined;
  warned: Set<string>;
  /** Why it may not be started again in this session. */
  spent: string | undefined;
}

export interface MonitorOptions {
  /** The data folder, where other processes see the readings; without it they do not. */
  readonly data?: string;
}

export class ResourceMonitor implements ResourceMonitorPort {
  readonly #accounts = new Map<ExtensionId, Account>();
  readonly #listeners = new Set<(event: ResourceEvent) => void>();
  readonly #data: string | undefined;
  readonly #shared: SharedReadings | undefined;
  readonly #beganMs = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: MonitorOptions = {}) {
    this.#data = options.data;
    this.#shared = options.data === undefined ? undefined : new SharedReadings(options.data);
  }

  /** Begins to account for an extension. Repeating changes nothing. */
  register(extension: ExtensionId, resources: Resources, healthOf: () => HealthClass): void {
    if (this.#accounts.has(extension)) return;
    const limits = limitsOf(resources);
    const meter = new Meter();
    this.#accounts.set(extension, {
      meter,
      limits,
      healthOf,
      warning: undefined,
      warned: new Set(),
      spent: undefined,
    });
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

  /** Takes a reading of everything now. */
  sample(): void {
    const now = Date.now();
    for (const [extension, account] of this.#accounts) {
      if (account.meter.isRunning) {
        account.meter.sample(now);
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
    const sums = this.readings().filter(({ calls }) => calls > 0);
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
