/**
 * Whether an actor that does not answer is to be killed. A machine that is starved looks like an actor that hangs, so
 * time that the watcher itself lost counts for nothing, and burning CPU weighs more than silence.
 *
 * @module
 */

export interface LivenessLimits {
  /** Silence with CPU burnt, while calls are in flight: an honest handler may compute this long without a pause. */
  readonly workingMs: number;
  /** Silence with CPU burnt, once nothing is asked of it any more. */
  readonly graceMs: number;
  /** Silence without CPU burnt: stopped, blocked or starved. */
  readonly silentMs: number;
}

export const defaultLiveness: LivenessLimits = { workingMs: 60_000, graceMs: 2_000, silentMs: 30_000 };

export interface LivenessReading {
  /** Since it last answered. */
  readonly silentMs: number;
  /** How much of that the watcher itself did not run. */
  readonly lostMs: number;
  /** CPU it burnt since it last answered; undefined where the system does not tell. */
  readonly cpuMs: number | undefined;
  /** True while a call is in flight that somebody still waits for. */
  readonly wanted: boolean;
}

/** Undefined while it counts as alive, else why it does not. */
export function lifeless(reading: LivenessReading, limits: LivenessLimits): string | undefined {
  const silent = reading.silentMs - reading.lostMs;
  const patience = reading.wanted ? limits.workingMs : limits.graceMs;
  // A quarter of a core, or, where others leave it less, as much CPU as it would have had in that time.
  const burning = reading.cpuMs !== undefined && (reading.cpuMs * 4 >= silent || reading.cpuMs >= patience);
  if (silent > patience && burning) return `It burnt CPU without answering for ${Math.round(silent)} ms`;
  if (silent > Math.max(limits.silentMs, reading.cpuMs === undefined ? patience : 0)) {
    return `It did not answer for ${Math.round(silent)} ms`;
  }
  return undefined;
}
