/** `runs list`. @module */

import type { RunSummary } from "../core/ports/dag.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { CliServices, Store } from "./services.ts";
import { cleanLine, duration, table } from "./text.ts";

/** One line a run, newest first. A run without an owner that has not ended is marked resumable. */
export async function runsListCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const rows: string[][] = [];
  for await (const summary of store.pit.dag.list()) {
    const resumable = await isResumable(store, summary);
    if (args.has("json")) {
      await services.stdout.write(`${JSON.stringify(summaryRecord(summary, resumable))}\n`);
    } else rows.push(rowOf(services, summary, resumable));
  }
  if (args.has("json")) return exitCodes.completed;
  const text = rows.length === 0
    ? `No runs yet; begin with: ${services.program} run code-review\n`
    : table([["RUN", "STATE", "STARTED", "TOOK", "SPENT", "WORKFLOW"], ...rows]);
  await services.stdout.write(text);
  return exitCodes.completed;
}

/** True where the run has not ended and no living process carries it out. */
export async function isResumable(
  store: Pick<Store, "control">,
  { run, state }: RunSummary,
): Promise<boolean> {
  if (state === "completed" || state === "failed" || state === "cancelled") return false;
  return !await store.control.isClaimed(run);
}

/** A summary as `--json` shows it. */
export function summaryRecord(summary: RunSummary, resumable: boolean): Record<string, unknown> {
  return {
    run: summary.run,
    workflow: summary.workflow,
    state: summary.state,
    startedAt: new Date(summary.startedAt).toISOString(),
    ...summary.endedAt === undefined ? {} : { endedAt: new Date(summary.endedAt).toISOString() },
    ...summary.spent === undefined ? {} : { spent: summary.spent },
    resumable,
    ...summary.isMock === true ? { mock: true } : {},
  };
}

/** The state in words: a run whose process died is still `running` in the store; one on made-up values says so. */
export function stateText({ state, isMock }: RunSummary, resumable: boolean): string {
  const word = state === "running" && resumable ? "interrupted" : state;
  return isMock === true ? `${word} (mock)` : word;
}

function rowOf(services: CliServices, summary: RunSummary, resumable: boolean): string[] {
  const { startedAt, endedAt } = summary;
  const took = endedAt ?? (resumable ? undefined : services.clock.now());
  return [
    summary.run,
    stateText(summary, resumable),
    localTime(startedAt),
    took === undefined ? "" : duration(took - startedAt),
    summary.spent === undefined || summary.spent.usd === 0 ? "" : `$${summary.spent.usd.toFixed(4)}`,
    cleanLine(summary.workflow),
  ];
}

/** `2026-03-01 14:05:09` in the person's own time zone. */
export function localTime(unixMs: number): string {
  const date = new Date(unixMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
