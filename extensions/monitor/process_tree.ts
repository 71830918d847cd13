/**
 * What a program and the programs that it started use up, on Linux: a server that `npx` starts is a grandchild. Elsewhere nothing is known.
 *
 * @module
 */

import { readdirSync } from "node:fs";
import { cpuWithEndedOf, memoryOf } from "../host/process_reading.ts";
import { ProcessMark } from "./process_mark.ts";

/** Nobody starts more for an honest reason; beyond, the rest is left out. */
const MOST_PROCESSES = 200;
/** All processes of the machine are looked through this often. */
const LOOK_MS = 1_000;
/** One reading serves for all that is asked at one moment. */
const FRESH_MS = 50;

export interface TreeUse {
  /** Of all that live, and of those that ended and were waited for. */
  readonly cpuMs: number | undefined;
  readonly memoryBytes: number | undefined;
}

export class ProcessTree {
  readonly #pid: number;
  /** What it was started with, so that what left the family is known as well. */
  #mark: ProcessMark | undefined;
  #marked: readonly number[] = [];
  #markedAt = -Infinity;
  #use: TreeUse = { cpuMs: undefined, memoryBytes: undefined };
  #readAt = -Infinity;

  constructor(pid: number) {
    this.#pid = pid;
  }

  get cpuMs(): number | undefined {
    return this.#read().cpuMs;
  }

  get memoryBytes(): number | undefined {
    return this.#read().memoryBytes;
  }

  #read(): TreeUse {
    const now = performance.now();
    if (now - this.#readAt < FRESH_MS) return this.#use;
    this.#readAt = now;
    let [cpuMs, memoryBytes]: [number | undefined, number | undefined] = [undefined, undefined];
    for (const pid of this.#all(now)) {
      const [cpu, memory] = [cpuWithEndedOf(pid), memoryOf(pid)];
      if (cpu !== undefined) cpuMs = (cpuMs ?? 0) + cpu;
      if (memory !== undefined) memoryBytes = (memoryBytes ?? 0) + memory;
    }
    return this.#use = { cpuMs, memoryBytes };
  }

  #all(now: number): ReadonlySet<number> {
    if (now - this.#markedAt >= LOOK_MS) {
      this.#markedAt = now;
      this.#mark ??= ProcessMark.of(this.#pid);
      this.#marked = this.#mark?.pids() ?? [];
    }
    return new Set([...treeOf(this.#pid), ...this.#marked].slice(0, MOST_PROCESSES));
  }
}

/** The process and its descendants that live. */
function treeOf(root: number): readonly number[] {
  if (Deno.build.os !== "linux") return [];
  const found = [root];
  for (let at = 0; at < found.length && found.length < MOST_PROCESSES; at++) {
    found.push(...childrenOf(found[at] as number));
  }
  return found;
}

/** Each thread has the children that it started. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      Deno.readTextFileSync(`/proc/${pid}/task/${thread}/children`).split(" ").filter((text) =>
        text.trim() !== ""
      )
        .map(Number)
    );
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
