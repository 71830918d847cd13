/**
 * What a person wants from a choice: how much quality a dollar, a second and a visible failure are worth. It comes with
 * the workflow and enters when a choice is scored, never when something is learned; so it may change at any time.
 *
 * Pure.
 *
 * @module
 */

/** Weights in quality (0 to 1) each; 0 means that it does not matter. */
export interface Preference {
  /** Quality that one US dollar is worth. */
  readonly perUsd: number;
  /** Quality that one second is worth. */
  readonly perSecond: number;
  /** Quality that one failed attempt is worth, beyond the quality it lacks. */
  readonly perFailure: number;
}

export type PreferenceName = "quality" | "balanced" | "economy";

/** The named preferences: a wrong answer costs $0.50, $0.05 or $0.0125, or 500, 50 or 20 seconds. */
export const preferences: Readonly<Record<PreferenceName, Preference>> = {
  quality: { perUsd: 2, perSecond: 0.002, perFailure: 0.02 },
  balanced: { perUsd: 20, perSecond: 0.02, perFailure: 0.05 },
  economy: { perUsd: 80, perSecond: 0.05, perFailure: 0.05 },
};

/** Quality less what money, time and failure are worth. */
export function utility(
  preference: Preference,
  quality: number,
  usd: number,
  seconds: number,
  failure: number,
): number {
  return quality - preference.perUsd * usd - preference.perSecond * seconds - preference.perFailure * failure;
}
