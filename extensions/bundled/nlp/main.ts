/**
 * Language tools that need no network: a small English model that ships inside an npm package.
 *
 * It picks and counts; it does not write or judge. So a summary is made of the text's own sentences, and a review of
 * code is not served.
 *
 * @module
 */

import { defineExtension, defineInstrument, ExtensionFailure, type InstrumentRequest } from "symphony/sdk";
import { entitiesOf } from "./entities.ts";
import { keyPhrasesOf } from "./key_phrases.ts";
import { LONGEST_TEXT, readText } from "./language.ts";
import { sentimentOf } from "./sentiment.ts";
import { summaryOf } from "./summary.ts";

const SERVES = ["summarize", "keyphrases", "entities", "sentiment"] as const;

const nlp = defineInstrument({
  type: "local/nlp",
  title: "Language tools",
  description: "Summary, key phrases, entities or sentiment of English text, computed on this machine",
  serves: SERVES,
  priceIn: 0,
  priceOut: 0,
  run(request, context) {
    const text = textOf(request);
    const data = dataOf(request, text);
    const said = typeof data["summary"] === "string" ? data["summary"] : JSON.stringify(data);
    context.token(said);
    return Promise.resolve({
      text: said,
      data,
      model: "wink-eng-lite-web-model",
      finish: "stop",
      costUsd: 0,
    });
  },
});

function textOf({ input, prompt }: InstrumentRequest): string {
  const given = input["text"];
  const text = typeof given === "string" ? given : prompt;
  if (text.trim() === "") throw new ExtensionFailure("input", 'Cannot read an empty text: give "text"');
  if (text.length > LONGEST_TEXT) {
    throw new ExtensionFailure(
      "context-length",
      `Text is ${text.length} characters long; local/nlp takes ${LONGEST_TEXT}: split it first`,
    );
  }
  return text;
}

function dataOf({ task, input }: InstrumentRequest, text: string): Readonly<Record<string, unknown>> {
  switch (task as typeof SERVES[number] | undefined) {
    case "summarize": {
      const document = readText(text);
      const about = typeof input["about"] === "string" ? input["about"] : "";
      const phrases = keyPhrasesOf(document).slice(0, 8).map(({ phrase }) => phrase);
      return { summary: summaryOf(document, about), keyPhrases: phrases };
    }
    case "keyphrases":
      return { keyPhrases: keyPhrasesOf(readText(text)).slice(0, 15) };
    case "entities":
      return { entities: entitiesOf(readText(text)) };
    case "sentiment":
      return sentimentOf(readText(text));
    default:
      throw new ExtensionFailure(
        "input",
        `local/nlp cannot do ${task === undefined ? "a free prompt" : `"${task}"`}: set "task" to one of ${
          SERVES.join(", ")
        }`,
      );
  }
}

export default defineExtension({ contributes: [nlp] });
