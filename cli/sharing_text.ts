/** What the calls of a living process share and wait for, as its pool's record tells. @module */

import type { FairnessReading, LimitReading, WaitingReading } from "../core/ports/arbitration.ts";
import type { PoolStatus } from "../core/ports/pool.ts";
import { cleanLine, duration, size, table } from "./text.ts";

/** A process that has not written for so long, and has not ended, is gone. */
const GONE_MS = 60_000;
/** Waiting calls that are named; the rest are counted. */
const NAMED = 10;

/** False for a process that has ended, or died. */
export function isAtWork({ endedAt, at }: PoolStatus, now: number): boolean {
  return endedAt === undefined && now - at <= GONE_MS;
}

/** `1.5 of 2 are free`, with the unit of the kind. */
export function freeText({ kind, free, total, perMinute }: LimitReading): string {
  const amount = (value: number) => isMemory(kind) ? size(value) : String(value);
  const rate = perMinute === undefined ? "" : `, ${perMinute} a minute`;
  return `${amount(free)} of ${amount(total)} free${rate}`;
}

/** The calls that wait, each with the reason and for how long; empty where none does. */
export function waitingCallsText(waiting: readonly WaitingReading[], now: number): string {
  if (waiting.length === 0) return "";
  const rows = waiting.slice(0, NAMED).map(({ by: { run, node, item }, reason, since }) => [
    `  ${cleanLine(node)}${item === undefined ? "" : `[${item}]`}`,
    cleanLine(run),
    duration(now - since),
    cleanLine(reason),
  ]);
  const more = waiting.length > NAMED ? `  and ${waiting.length - NAMED} more\n` : "";
  return `Calls that wait for their share\n${table(rows)}${more}`;
}

/** How users were served by the processes that are at work; empty where nobody is known. */
export function usersText({ users, gini }: Pick<FairnessReading, "users" | "gini">): string {
  if (users.length === 0) return "";
  const rows = users.map(({ of, weight, dominantShare, grants, waiting, meanWaitMs, longestWaitMs }) => [
    `  ${of === "" ? "(nobody named)" : cleanLine(of)}`,
    `weight ${weight}`,
    `${Math.round(dominantShare * 100)} % now`,
    `${grants} granted`,
    `${waiting} waiting`,
    `waited ${duration(meanWaitMs)}, at most ${duration(longestWaitMs)}`,
  ]);
  return `Users (Gini coefficient ${gini.toFixed(2)}; 0 is even)\n${table(rows)}`;
}

function isMemory(kind: string): boolean {
  return kind === "memory" || kind.startsWith("memory:");
}
