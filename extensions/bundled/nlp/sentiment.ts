/**
 * Sentiment by winkNLP's word list, which knows negation; it does not know irony.
 *
 * @module
 */

import type { TextDocument } from "./language.ts";

export interface Sentiment extends Readonly<Record<string, unknown>> {
  /** From -1 to 1. */
  readonly score: number;
  readonly label: "negative" | "neutral" | "positive";
}

/** How positive or negative the document is. */
export function sentimentOf(document: TextDocument): Sentiment {
  const score = Math.round(Math.min(1, Math.max(-1, document.sentiment)) * 1_000) / 1_000;
  return { score, label: score > 0.1 ? "positive" : score < -0.1 ? "negative" : "neutral" };
}
