/** What a run may spend: the flags, and the forecast in words. @module */

import { SymphonyError } from "../core/errors.ts";
import type { BudgetForecast, RunForecast, Shortfall } from "../core/orchestration/run_forecast.ts";
import type { Budget } from "../core/workflow/definition.ts";
import { parseDuration } from "../core/workflow/duration.ts";
import type { Arguments, Flag } from "./command.ts";
import { cleanLine, duration } from "./text.ts";

export const budgetFlags: readonly Flag[] = [
  {
    name: "budget",
    value: "USD",
    summary: "US dollars that the run may spend in all, instead of the workflow's",
  },
  { name: "budget-tokens", value: "N", summary: "tokens that it may use in all" },
  { name: "budget-time", value: "SPAN", summary: "how long it may be carried out, for example 10m" },
];

/** The budget that the flags give; undefined where there is none of them. @throws SymphonyError `bad-input` */
export function readBudgetFlags(args: Arguments): Budget | undefined {
  const usd = amount(args, "budget", "a number of US dollars such as 0.5", (text) => Number(text));
  const tokens = amount(
    args,
    "budget-tokens",
    "a whole number of tokens",
    (text) => /^\d+$/.test(text) ? Number(text) : NaN,
  );
  const timeMs = amount(
    args,
    "budget-time",
    "a span such as 90s, 10m or 1h",
    (text) => parseDuration(text) ?? NaN,
  );
  if (usd === undefined && tokens === undefined && timeMs === undefined) return undefined;
  return {
    ...usd === undefined ? {} : { usd },
    ...tokens === undefined ? {} : { tokens },
    ...timeMs === undefined ? {} : { timeMs },
  };
}

function amount(
  args: Arguments,
  flag: string,
  expected: string,
  read: (text: string) => number,
): number | undefined {
  const text = args.value(flag);
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? NaN : read(text);
  if (value >= 0 && Number.isFinite(value)) return value;
  throw new SymphonyError("bad-input", `Cannot read --${flag} "${cleanLine(text)}": expected ${expected}`);
}

/** The forecast in a line or a few; undefined where it tells nothing of what is spent. */
export function forecastText(forecast: BudgetForecast): string | undefined {
  const warnings = forecast.short.map((one) => `${shortText(one)}\n`);
  if (forecast.usd.p90 === 0 && forecast.tokens.p90 === 0 && warnings.length === 0) return undefined;
  return `${expectation(forecast)}\n${warnings.join("")}`;
}

/** Why a budget may not do. */
export function shortText({ of, expected, budget }: Shortfall): string {
  const took = amountText(of, expected);
  return `The budget of ${amountText(of, budget)} may not do: one of ten runs took ${took} or more`;
}

function expectation({ runs, usd, tokens, activeMs }: RunForecast): string {
  const range = (of: "usd" | "tokens" | "time", { p50, p90 }: { p50: number; p90: number }) =>
    p50 === p90 ? amountText(of, p50) : `${amountText(of, p50)} to ${amountText(of, p90)}`;
  return `Expected: ${range("usd", usd)}, ${range("tokens", tokens)}, ${
    range("time", activeMs)
  } (from ${runs} earlier ${runs === 1 ? "run" : "runs"})`;
}

function amountText(of: "usd" | "tokens" | "time", amount: number): string {
  if (of === "usd") return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
  return of === "time" ? duration(amount) : `${amount} tokens`;
}
