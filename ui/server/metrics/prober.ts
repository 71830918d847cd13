/** Processor and memory of this process and of the processes that it started. @module */

import process from "node:process";
import type { InstanceHealth } from "../../../core/ports/extension.ts";

/** Of one process: seconds of processor time so far, resident bytes. */
interface Reading {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Of one extension: processor use (1 is one processor) and resident memory of its hosts. */
export interface ExtensionUse {
  readonly cpu: number;
  readonly memoryBytes: number;
}

export interface CallCount {
  readonly calls: number;
  readonly failures: number;
}

interface Seen extends CallCount {
  readonly at: number;
  readonly cpuMs: number;
  readonly extension: string;
}

export class Prober {
  readonly #instances = new Map<string, Seen>();
  /** Calls on instances that have ended. */
  readonly #ended = new Map<string, CallCount>();
  #uses: ReadonlyMap<string, ExtensionUse> = new Map();
  #before = { at: performance.now(), own: ownCpuSeconds(), hosts: 0 };

  /** Processor use since the last call (1 is one processor) and memory now. */
  probe(): {
    readonly cpu: number;
    readonly rss: number;
    readonly heap: number;
    readonly hostsCpu: number;
    readonly hostsRss: number;
  } {
    const at = performance.now();
    const own = ownCpuSeconds();
    const children = childrenOf(Deno.pid).flatMap((pid) => readingOf(pid) ?? []);
    const hosts = children.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    const seconds = Math.max(0.001, (at - this.#before.at) / 1000);
    const { rss, heapUsed } = Deno.memoryUsage();
    const result = {
      cpu: (own - this.#before.own) / seconds,
      rss,
      heap: heapUsed,
      // A host that has ended takes its time with it.
      hostsCpu: Math.max(0, hosts - this.#before.hosts) / seconds,
      hostsRss: children.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    };
    this.#before = { at, own, hosts };
    return result;
  }

  /** What extensions used since the last call. */
  probeExtensions(health: readonly InstanceHealth[]): ReadonlyMap<string, ExtensionUse> {
    const at = performance.now();
    const uses = new Map<string, ExtensionUse>();
    for (const { instance, extension, cpuMs = 0, memoryBytes = 0, calls, failures } of health) {
      const before = this.#instances.get(instance);
      this.#instances.set(instance, { at, cpuMs, extension, calls, failures });
      const cpu = before === undefined ? 0 : Math.max(0, cpuMs - before.cpuMs) / Math.max(1, at - before.at);
      const sum = uses.get(extension) ?? { cpu: 0, memoryBytes: 0 };
      uses.set(extension, { cpu: sum.cpu + cpu, memoryBytes: sum.memoryBytes + memoryBytes });
    }
    const alive = new Set<string>(health.map(({ instance }) => instance));
    for (const [instance, { extension, calls, failures }] of this.#instances) {
      if (alive.has(instance)) continue;
      this.#instances.delete(instance);
      const sum = this.endedOf(extension);
      this.#ended.set(extension, { calls: sum.calls + calls, failures: sum.failures + failures });
    }
    return this.#uses = uses;
  }

  /** Calls on instances of an extension that have ended since the server began, as of when they were seen last. */
  endedOf(extension: string): CallCount {
    return this.#ended.get(extension) ?? { calls: 0, failures: 0 };
  }

  /** As it was probed last. */
  get extensions(): ReadonlyMap<string, ExtensionUse> {
    return this.#uses;
  }
}

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function childrenOf(pid: number): number[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).split(" ").filter((word) => word !== "")
      .map(Number);
  } catch {
    return [];
  }
}

function readingOf(pid: number): Reading | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name in parentheses may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
    return {
      cpuSeconds: ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS_PER_SECOND,
      rssBytes: (fields[21] ?? 0) * PAGE_BYTES,
    };
  } catch {
    return undefined;
  }
}
