/**
 * Entities: what winkNLP's patterns know (dates, amounts, addresses …), and runs of proper nouns as NAME. The small
 * model does not tell persons from places.
 *
 * @module
 */

import type { TextDocument, Word } from "./language.ts";

export interface Entity {
  readonly text: string;
  readonly type: string;
  readonly count: number;
}

/** Each entity once, with its count; those of the patterns first, each group in order of appearance. */
export function entitiesOf(document: TextDocument): readonly Entity[] {
  const counts = new Map<string, { text: string; type: string; count: number }>();
  const add = (text: string, type: string) => {
    const key = `${type} ${text}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { text, type, count: 1 });
    else known.count++;
  };
  for (const { text, type } of document.entities) add(text, type);
  const taken = new Set(document.entities.flatMap(({ text }) => text.split(/\s+/)));
  for (const { words } of document.sentences) {
    for (const name of namesIn(words, taken)) add(name, "NAME");
  }
  return [...counts.values()];
}

function namesIn(words: readonly Word[], taken: ReadonlySet<string>): readonly string[] {
  const names: string[] = [];
  let run: string[] = [];
  for (const word of [...words, undefined]) {
    if (word !== undefined && isNamePart(word) && !taken.has(word.text)) {
      run.push(word.text);
      continue;
    }
    if (run.length > 0) names.push(run.join(" "));
    run = [];
  }
  return names;
}

function isNamePart({ type, pos, text }: Word): boolean {
  return type === "word" && pos === "PROPN" && /^\p{Lu}/u.test(text) && text.length > 1;
}
