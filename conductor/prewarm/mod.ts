/**
 * What to keep warm, what to load ahead, whom to give up, how many: learned gaps, the graph, counterfactual costs.
 *
 * Ring: conductor. Implements ForecastPort and LookAheadPort (`learned_forecast.ts`, start there); `trial/` holds the
 * recorded traces on which it is measured.
 *
 * @module
 */

export { LearnedForecast } from "./learned_forecast.ts";
export type { LearnedForecastOptions } from "./learned_forecast.ts";
export { WarmAhead } from "./warm_ahead.ts";
export { evaluatePrewarm } from "./trial/evaluate_prewarm.ts";
