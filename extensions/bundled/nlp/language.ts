/**
 * Reads text into sentences and words with winkNLP and its small English model. The model is loaded at the first text,
 * which takes some 70 ms.
 *
 * @module
 */

import model from "wink-eng-lite-web-model";
import winkNLP, { type ItemSentence, type ItemToken, type ItsFunction, type WinkMethods } from "wink-nlp";
import { proseOf } from "./prose.ts";

/** Characters. */
export const LONGEST_TEXT = 1_000_000;

export interface Word {
  /** As it stands in the text. */
  readonly text: string;
  readonly lower: string;
  readonly stem: string;
  /** Universal part of speech: NOUN, PROPN, VERB, … */
  readonly pos: string;
  readonly isStopWord: boolean;
  /** `word`, `punctuation`, `number`, … */
  readonly type: string;
}

export interface Sentence {
  readonly text: string;
  readonly words: readonly Word[];
}

export interface TextDocument {
  readonly sentences: readonly Sentence[];
  readonly entities: readonly { readonly text: string; readonly type: string }[];
  /** From -1 to 1, by winkNLP's lexicon with negation. */
  readonly sentiment: number;
}

let loaded: WinkMethods | undefined;

/** Sentences, words and entities of an English text, plain or Markdown. */
export function readText(text: string): TextDocument {
  const nlp = loaded ??= winkNLP(model as Parameters<typeof winkNLP>[0]);
  const { its } = nlp;
  const document = nlp.readDoc(proseOf(text));
  const sentences: Sentence[] = [];
  document.sentences().each((sentence: ItemSentence) => {
    const words: Word[] = [];
    sentence.tokens().each((token: ItemToken) => void words.push(wordOf(token, its)));
    sentences.push({ text: sentence.out().replace(/\s+/g, " ").trim(), words });
  });
  const entities = document.entities().out(its.detail) as { value: string; type: string }[];
  return {
    sentences,
    entities: entities.map(({ value, type }) => ({ text: value, type })),
    sentiment: Number(document.out(its.sentiment)),
  };
}

function wordOf(token: ItemToken, its: WinkMethods["its"]): Word {
  return {
    text: token.out(),
    lower: String(token.out(its.normal)).toLowerCase(),
    stem: String(token.out(its.stem as ItsFunction<string>)),
    pos: String(token.out(its.pos)),
    isStopWord: token.out(its.stopWordFlag) as boolean,
    type: String(token.out(its.type)),
  };
}
