/**
 * A run's summary line as bytes, checked when it comes back.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { runId } from "../../core/ids.ts";
import { isObject } from "../../core/json.ts";
import type { RunStateName, RunSummary } from "../../core/ports/dag.ts";

const states: ReadonlySet<unknown> = new Set<RunStateName>([
  "pending",
  "running",
  "paused",
  "waiting-for-input",
  "completed",
  "failed",
  "cancelled",
]);

/** The bytes that `summaryOf` reads. */
export function summaryBytes(summary: RunSummary): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(summary));
}

/** Reads a stored summary. @throws SymphonyError `corrupt` */
export function summaryOf(bytes: Uint8Array): RunSummary {
  const text = new TextDecoder().decode(bytes);
  const value = parsed(text);
  if (
    !isObject(value) || typeof value.run !== "string" || typeof value.workflow !== "string" ||
    !states.has(value.state) || typeof value.startedAt !== "number"
  ) {
    throw new SymphonyError("corrupt", `Cannot read a run's summary: found ${text.slice(0, 80)}`);
  }
  return {
    run: runId(value.run),
    workflow: value.workflow,
    state: value.state as RunStateName,
    startedAt: value.startedAt,
    ...(typeof value.endedAt === "number" ? { endedAt: value.endedAt } : {}),
    ...spentOf(value.spent),
    ...(value.isMock === true ? { isMock: true } : {}),
    ...(value.isPart === true ? { isPart: true } : {}),
  };
}

function spentOf(value: unknown): Pick<RunSummary, "spent"> {
  if (!isObject(value)) return {};
  const { usd, tokens, activeMs } = value;
  if (typeof usd !== "number" || typeof tokens !== "number" || typeof activeMs !== "number") return {};
  return { spent: { usd, tokens, activeMs } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
