/** The files of a new operator. @module */

import type { TemplateNames } from "../scaffold.ts";

export function operatorFiles({ id, type, title, name }: TemplateNames): Readonly<Record<string, string>> {
  return {
    "symphony.jsonc": `{
  "id": "${id}",
  "name": "${title}",
  "version": "0.1.0",
  "kind": "operator",
  "description": "Counts the words of a text and says which come most often.",
  "entry": "main.ts",
  "license": "MIT",
  // What it may do. An operator that only computes asks for nothing.
  "permissions": [],
  "resources": { "memoryMb": 128, "instances": 2, "concurrency": 8 }
}
`,
    "main.ts": `import { defineExtension, defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import { countWords } from "./count_words.ts";

const ${name} = defineOperator({
  type: "${type}",
  title: "${title}",
  description: "Counts the words of a text and says which come most often.",
  // One property a port. The types of \`input\` and of what \`run\` gives follow from these schemas.
  input: Type.Object({
    text: Type.String({ description: "The text" }),
    most: Type.Integer({ default: 5, minimum: 1, maximum: 100, description: "How many words to name" }),
  }),
  output: Type.Object({
    count: Type.Integer({ description: "How many words there are" }),
    words: Type.Array(Type.Object({ word: Type.String(), times: Type.Integer() }), {
      description: "The most frequent words, the most frequent first",
    }),
  }),
  effect: "none",
  run({ text, most }) {
    if (text.length > 10_000_000) throw new ExtensionFailure("input", "The text is over ten million characters");
    return countWords(text, most);
  },
});

export default defineExtension({ contributes: [${name}] });
`,
    "count_words.ts": `/** Words in any script, as Unicode means them; upper and lower case count as one. */
export function countWords(text: string, most: number) {
  const times = new Map<string, number>();
  let count = 0;
  for (const [word] of text.matchAll(/[\\p{Letter}\\p{Number}]+(?:['’-][\\p{Letter}\\p{Number}]+)*/gu)) {
    const key = word.toLowerCase();
    times.set(key, (times.get(key) ?? 0) + 1);
    count++;
  }
  const words = [...times].map(([word, times]) => ({ word, times }))
    .sort((a, b) => b.times - a.times || (a.word < b.word ? -1 : 1)).slice(0, most);
  return { count, words };
}
`,
    "tests/counts.test.jsonc": `{
  "use": "${type}",
  "input": { "text": "the cat and the hat", "most": 2 },
  // Only what is named here is compared. Without "expect", counts.golden.json is.
  "expect": { "output": { "count": 5, "words": [{ "word": "the", "times": 2 }, { "word": "and", "times": 1 }] } }
}
`,
    "tests/refuses.test.jsonc": `{
  "use": "${type}",
  "input": { "text": "one", "most": 0 },
  "expect": { "failure": { "class": "input", "message": "most" } }
}
`,
  };
}
