/** What a run is likely to spend, told from earlier ones, before it is started. @module */

import { useEffect } from "preact/hooks";
import type { BudgetForecast, Quantiles, Shortfall } from "../../../../core/orchestration/run_forecast.ts";
import { countText, durationText, moneyText } from "../../monitor/format.ts";
import type { BoardRun } from "./board_run.ts";

const words: Readonly<Record<Shortfall["of"], (amount: number) => string>> = {
  usd: moneyText,
  tokens: (amount) => `${countText(amount)} tokens`,
  time: durationText,
};

/** `Likely $0.01 to $0.05, 1,200 tokens, 8.0 s, from 5 earlier runs`; what costs nothing is left out. */
export function forecastText({ runs, usd, tokens, activeMs }: BudgetForecast): string {
  const range = (of: Shortfall["of"], { p50, p90 }: Quantiles) => {
    const [low, high] = [words[of](p50), words[of](p90)];
    return low === high ? low : `${low} to ${high}`;
  };
  const parts = [
    ...usd.p90 === 0 ? [] : [range("usd", usd)],
    ...tokens.p90 === 0 ? [] : [range("tokens", tokens)],
    range("time", activeMs),
  ];
  return `Likely ${parts.join(", ")}, from ${runs} earlier ${runs === 1 ? "run" : "runs"}`;
}

/** Why a budget may not do. */
export function shortText({ of, expected, budget }: Shortfall): string {
  return `The budget of ${words[of](budget)} may not do: one of ten runs took ${words[of](expected)} or more`;
}

function lowered(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

/** All of it in one line; undefined where there is none. */
export function forecastTip(run: BoardRun): string | undefined {
  const forecast = run.forecast.value;
  return forecast && [forecastText(forecast), ...forecast.short.map(shortText)].join(". ");
}

/** The forecast, asked for anew whenever it is shown; nothing where there is none. `isNext`: beside a run that has ended. */
export function ForecastLine(
  { run, isNext = false }: { readonly run: BoardRun; readonly isNext?: boolean },
) {
  useEffect(() => void run.loadForecast(), [run]);
  const forecast = run.forecast.value;
  if (forecast === undefined) return null;
  return (
    <span class="run-forecast" role="group" aria-label="Forecast">
      <span class="muted">
        {isNext ? `The next run: ${lowered(forecastText(forecast))}` : forecastText(forecast)}
      </span>
      {forecast.short.map((one) => <span key={one.of} class="run-short">{shortText(one)}</span>)}
    </span>
  );
}
