/**
 * A summary made of the text's own sentences: TextRank (Mihalcea and Tarau, 2004). Sentences that share words support
 * each other; the best supported are kept, in their order. Where a subject is given the walk restarts at sentences that
 * speak of it (topic-sensitive PageRank, Haveliwala, 2002).
 *
 * @module
 */

import type { Sentence, TextDocument } from "./language.ts";

const MOST_KEPT = 5;
/** Comparing is quadratic: of a longer text the first sentences are taken. */
const MOST_COMPARED = 600;
const DAMPING = 0.85;
const ROUNDS = 50;
const SETTLED = 1e-6;
const FEWEST_WORDS = 4;

/** At most five sentences of the document, about a fifth of it. */
export function summaryOf(document: TextDocument, about: string): string {
  const sentences = document.sentences.slice(0, MOST_COMPARED)
    .map((sentence) => ({ sentence, stems: stemsOf(sentence) }))
    .filter(({ stems }) => stems.size >= FEWEST_WORDS);
  if (sentences.length === 0) {
    return document.sentences.slice(0, MOST_KEPT).map(({ text }) => text).join(" ");
  }
  const scores = rank(
    sentences.map(({ stems }) => stems),
    restarts(sentences.map(({ stems }) => stems), about),
  );
  const kept = Math.min(MOST_KEPT, Math.max(1, Math.ceil(sentences.length / 5)));
  return [...scores.keys()]
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
    .slice(0, kept)
    .sort((a, b) => a - b)
    .map((at) => sentences[at]?.sentence.text)
    .join(" ");
}

function stemsOf({ words }: Sentence): ReadonlySet<string> {
  return new Set(words.filter((word) => word.type === "word" && !word.isStopWord).map(({ stem }) => stem));
}

/** Where the walk restarts: everywhere alike, or by how many words of the subject a sentence holds. */
function restarts(stems: readonly ReadonlySet<string>[], about: string): Float64Array {
  const subject = about.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  const weights = Float64Array.from(
    stems,
    (set) => subject.filter((word) => [...set].some((stem) => word.startsWith(stem))).length,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? weights.fill(1 / stems.length) : weights.map((weight) => weight / total);
}

function rank(stems: readonly ReadonlySet<string>[], restart: Float64Array): Float64Array {
  const size = stems.length;
  const weights = stems.map((a, i) => Float64Array.from(stems, (b, j) => i === j ? 0 : likeness(a, b)));
  const totals = weights.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  let scores = new Float64Array(size).fill(1 / size);
  for (let round = 0; round < ROUNDS; round++) {
    const next = restart.map((weight) => (1 - DAMPING) * weight);
    weights.forEach((row, from) => {
      const total = totals[from] as number;
      if (total === 0) return;
      const share = DAMPING * (scores[from] as number) / total;
      for (let to = 0; to < size; to++) next[to] = (next[to] as number) + share * (row[to] as number);
    });
    const moved = next.reduce((sum, score, i) => sum + Math.abs(score - (scores[i] as number)), 0);
    scores = next;
    if (moved < SETTLED) break;
  }
  return scores;
}

/** Shared words over the logarithms of the lengths, so that long sentences do not win by length. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const stem of small) if (large.has(stem)) shared++;
  return shared / (Math.log(a.size + 1) + Math.log(b.size + 1));
}
