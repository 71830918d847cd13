/**
 * A person's verdict on what a run gave, or on what one of its nodes gave, as quality of the decisions behind it.
 *
 * Credit: what was judged is worth the verdict itself. A routed node whose result went into it over `h` edges (the
 * shortest way) shares in the verdict with weight 0.5 to the power of `h`: its quality becomes
 * (1 - weight) × what was measured + weight × the verdict. The nearer the more, and never all: a good answer that was
 * spoiled downstream stays good for the most part. Only the answer that counted is credited, not attempts that failed
 * before it. A person's own word on a node is never changed by one on something further down.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { OutcomeRecord } from "../decision.ts";
import type { JoinedDecision } from "./log_rows.ts";

/** As an accepted, edited or rejected proposal (composition/preference_model.ts). */
export const verdictQuality = { accept: 1, edit: 0.6, reject: 0 } as const;
export type VerdictWord = keyof typeof verdictQuality;

const DECAY = 0.5;
/** Further away nothing is left of it. */
const LEAST_WEIGHT = 0.01;

export interface Verdict {
  readonly word: VerdictWord;
  readonly note?: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Edges between each node of the run and what was judged, 0 for that itself; nodes that did not go into it are absent. */
  readonly hops: ReadonlyMap<string, number>;
}

/** What a verdict does to one decision. */
export interface Credit {
  readonly decision: string;
  readonly node: string;
  readonly instrument: string;
  readonly hops: number;
  readonly weight: number;
  readonly before: number | undefined;
  readonly quality: number;
  readonly outcome: OutcomeRecord;
}

/** The credits of a verdict among the decisions of its run. */
export function creditsOf(
  rows: readonly JoinedDecision[],
  { word, note, at, hops }: Verdict,
): readonly Credit[] {
  const value = verdictQuality[word];
  return rows.flatMap(({ decision, outcome, measured }) => {
    const distance = decision.node === undefined ? undefined : hops.get(decision.node);
    if (decision.type !== "route" || distance === undefined || outcome === undefined) return [];
    if (outcome.failure !== undefined) return [];
    const weight = DECAY ** distance;
    if (weight < LEAST_WEIGHT || (distance > 0 && outcome.source === "person")) return [];
    const before = (measured ?? outcome).quality;
    const quality = distance === 0 || before === undefined ? value : (1 - weight) * before + weight * value;
    return [{
      decision: decision.id,
      node: decision.node ?? "",
      instrument: decision.actions[decision.action] ?? "",
      hops: distance,
      weight,
      before,
      quality,
      outcome: {
        decision: decision.id,
        at,
        quality,
        source: distance === 0 ? "person" : "downstream",
        ...(note === undefined ? {} : { note }),
      },
    }];
  });
}
