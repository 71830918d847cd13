/**
 * Key phrases by RAKE (Rose, Engel, Cramer and Cowley, 2010): words that often stand in long phrases weigh more than
 * words that are only frequent. Candidates are runs of adjectives and nouns rather than whatever stands between stop
 * words, which keeps verbs out.
 *
 * @module
 */

import type { TextDocument, Word } from "./language.ts";

const LONGEST_PHRASE = 4;

export interface KeyPhrase {
  readonly phrase: string;
  /** From 0 to 1; 1 for the best. */
  readonly score: number;
}

interface Candidate {
  /** As it first stood. */
  readonly phrase: string;
  readonly words: readonly string[];
  count: number;
}

/** The phrases that the document is about, the best first. */
export function keyPhrasesOf(document: TextDocument): readonly KeyPhrase[] {
  const candidates = candidatesIn(document);
  const weights = wordWeights([...candidates.values()]);
  const scored = [...candidates.values()].map(({ phrase, words, count }) => ({
    phrase,
    // RAKE has no memory of how often a phrase came; one that came back is more likely what the text is about.
    score: words.reduce((sum, word) => sum + (weights.get(word) ?? 0), 0) * Math.log2(1 + count),
  }));
  const best = scored.reduce((most, { score }) => Math.max(most, score), 0);
  return scored
    .sort((a, b) => b.score - a.score || (a.phrase < b.phrase ? -1 : 1))
    .map(({ phrase, score }) => ({ phrase, score: Math.round(score / best * 1_000) / 1_000 }));
}

function candidatesIn(document: TextDocument): ReadonlyMap<string, Candidate> {
  const candidates = new Map<string, Candidate>();
  for (const { words } of document.sentences) {
    let run: Word[] = [];
    for (const word of [...words, undefined]) {
      if (word !== undefined && canBeInPhrase(word)) {
        run.push(word);
        continue;
      }
      addRun(candidates, run);
      run = [];
    }
  }
  return candidates;
}

function canBeInPhrase({ type, pos, isStopWord, text }: Word): boolean {
  return type === "word" && !isStopWord && text.length > 1 &&
    (pos === "NOUN" || pos === "PROPN" || pos === "ADJ");
}

/** A run ends with a noun: an adjective alone says little. */
function addRun(candidates: Map<string, Candidate>, run: readonly Word[]): void {
  const end = run.findLastIndex(({ pos }) => pos !== "ADJ") + 1;
  const words = run.slice(Math.max(0, end - LONGEST_PHRASE), end);
  if (words.length === 0) return;
  const key = words.map(({ stem }) => stem).join(" ");
  const known = candidates.get(key);
  if (known !== undefined) known.count++;
  else {
    const phrase = words.map(({ text }) => text).join(" ");
    candidates.set(key, { phrase, words: words.map(({ stem }) => stem), count: 1 });
  }
}

/** Degree over frequency of each word, over all occurrences. */
function wordWeights(candidates: readonly Candidate[]): ReadonlyMap<string, number> {
  const frequency = new Map<string, number>();
  const degree = new Map<string, number>();
  for (const { words, count } of candidates) {
    for (const word of words) {
      frequency.set(word, (frequency.get(word) ?? 0) + count);
      degree.set(word, (degree.get(word) ?? 0) + count * words.length);
    }
  }
  return new Map([...degree].map(([word, sum]) => [word, sum / (frequency.get(word) as number)]));
}
