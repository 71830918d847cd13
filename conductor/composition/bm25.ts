/**
 * Retrieval by BM25 (Robertson and Zaragoza, "The probabilistic relevance framework", 2009), with weights for the fields of
 * a document in the manner of BM25F: what a thing is called counts more than what is said about it.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { words } from "./words.ts";

const K1 = 1.2;
const B = 0.75;

export interface IndexedText {
  readonly text: string;
  readonly weight: number;
}

export interface Hit {
  /** Place of the document in the order in which it was added. */
  readonly at: number;
  readonly score: number;
}

export class TextIndex {
  readonly #frequencies: ReadonlyMap<string, number>[] = [];
  readonly #lengths: number[] = [];
  readonly #documents = new Map<string, number>();

  add(fields: readonly IndexedText[]): void {
    const counts = new Map<string, number>();
    let length = 0;
    for (const { text, weight } of fields) {
      for (const word of words(text)) {
        counts.set(word, (counts.get(word) ?? 0) + weight);
        length += weight;
      }
    }
    for (const word of counts.keys()) this.#documents.set(word, (this.#documents.get(word) ?? 0) + 1);
    this.#frequencies.push(counts);
    this.#lengths.push(length);
  }

  /** Documents that share a word with `query`, the best first. */
  search(query: string): readonly Hit[] {
    return this.searchWords(new Set(words(query)));
  }

  /** `search` for words that are stemmed already. */
  searchWords(asked: ReadonlySet<string>): readonly Hit[] {
    const count = this.#lengths.length;
    const mean = this.#lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, count);
    const hits: Hit[] = [];
    for (let at = 0; at < count; at++) {
      let score = 0;
      for (const word of asked) {
        const frequency = this.#frequencies[at]?.get(word) ?? 0;
        if (frequency === 0) continue;
        const norm = K1 * (1 - B + B * (this.#lengths[at] as number) / mean);
        score += this.rarity(word) * frequency * (K1 + 1) / (frequency + norm);
      }
      if (score > 0) hits.push({ at, score });
    }
    return hits.sort((a, b) => b.score - a.score || a.at - b.at);
  }

  /** How telling a word is: near 0 where every document has it. */
  rarity(word: string): number {
    const having = this.#documents.get(word) ?? 0;
    return Math.log(1 + (this.#lengths.length - having + 0.5) / (having + 0.5));
  }

  /** True where any document has the word. */
  knows(word: string): boolean {
    return this.#documents.has(word);
  }

  /** The words of a document. */
  has(at: number, word: string): boolean {
    return this.#frequencies[at]?.has(word) ?? false;
  }
}
