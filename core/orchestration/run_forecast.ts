/**
 * What a run will spend, told from earlier ones of the same workflow before it starts: the median, and what nine of ten kept
 * within. The quantiles are those of the runs as they were, so that nothing is assumed about how costs are spread.
 *
 * @module
 */

import type { DagPort, RunSummary } from "../ports/dag.ts";
import type { Budget, WorkflowDefinition } from "../workflow/definition.ts";

/** Runs that are looked at, and runs that are taken. */
const MOST_LOOKED_AT = 500;
const MOST_TAKEN = 50;

export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
}

export interface RunForecast {
  /** Completed runs it rests on. */
  readonly runs: number;
  readonly usd: Quantiles;
  readonly tokens: Quantiles;
  readonly activeMs: Quantiles;
}

/** A forecast, and where the workflow's budget may not do. */
export interface BudgetForecast extends RunForecast {
  readonly short: readonly Shortfall[];
}

/** What earlier runs tell of the next run of a workflow; undefined where there are none. */
export async function forecastFor(
  dag: Pick<DagPort, "list">,
  { id, budget = {} }: Pick<WorkflowDefinition, "id" | "budget">,
): Promise<BudgetForecast | undefined> {
  const forecast = await forecastOf(dag.list(), id);
  return forecast && { ...forecast, short: shortfalls(forecast, budget) };
}

/** Undefined where no run of the workflow has completed; mock runs and runs of a part do not count. `newestFirst` is read no further than needed. */
export async function forecastOf(
  newestFirst: AsyncIterable<RunSummary>,
  workflow: string,
): Promise<RunForecast | undefined> {
  const taken: NonNullable<RunSummary["spent"]>[] = [];
  let seen = 0;
  for await (const { workflow: of, state, spent, isMock, isPart } of newestFirst) {
    const isWhole = of === workflow && state === "completed" && isMock !== true && isPart !== true;
    if (isWhole && spent !== undefined) taken.push(spent);
    if (++seen >= MOST_LOOKED_AT || taken.length >= MOST_TAKEN) break;
  }
  if (taken.length === 0) return undefined;
  const quantiles = (of: "usd" | "tokens" | "activeMs"): Quantiles => {
    const sorted = taken.map((spent) => spent[of]).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;
    return { p50: at(0.5), p90: at(0.9) };
  };
  return {
    runs: taken.length,
    usd: quantiles("usd"),
    tokens: quantiles("tokens"),
    activeMs: quantiles("activeMs"),
  };
}

/** Where a budget may not do: one of ten runs took `expected` or more. US dollars, tokens, milliseconds. */
export interface Shortfall {
  readonly of: "usd" | "tokens" | "time";
  readonly expected: number;
  readonly budget: number;
}

/** What the forecast says the budget may not be enough for. */
export function shortfalls(forecast: RunForecast, { usd, tokens, timeMs }: Budget): readonly Shortfall[] {
  const pairs = [
    { of: "usd", expected: forecast.usd.p90, budget: usd },
    { of: "tokens", expected: forecast.tokens.p90, budget: tokens },
    { of: "time", expected: forecast.activeMs.p90, budget: timeMs },
  ] as const;
  return pairs.flatMap(({ of, expected, budget }) =>
    budget !== undefined && expected > budget ? [{ of, expected, budget }] : []
  );
}
