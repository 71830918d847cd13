import { defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import { type By, unitsOf } from "./units.ts";

const input = Type.Object({
  text: Type.String({ title: "Text", description: "What is cut." }),
  by: Type.Optional(Type.Union([
    Type.Literal("lines"),
    Type.Literal("paragraphs"),
    Type.Literal("tokens"),
    Type.Literal("characters"),
    Type.Literal("separator"),
    Type.Literal("markdown-headings"),
  ], {
    default: "lines",
    title: "By",
    description: "Where it may be cut. Tokens are an estimate of a language model's.",
  })),
  size: Type.Optional(Type.Integer({
    minimum: 1,
    title: "Size",
    description: "Units in one part. Default: 1, for lines 100, for tokens and characters 1,000.",
  })),
  overlap: Type.Optional(Type.Integer({
    default: 0,
    minimum: 0,
    title: "Overlap",
    description: "Units at the end of a part that the next part repeats; less than the size.",
  })),
  separator: Type.Optional(Type.String({
    default: "\n---\n",
    title: "Separator",
    description: "The text after which is cut, when splitting by separator.",
  })),
});

const DEFAULT_SIZE: Readonly<Record<By, number>> = {
  lines: 100,
  paragraphs: 1,
  tokens: 1_000,
  characters: 1_000,
  separator: 1,
  "markdown-headings": 1,
};

/** `text/split`: a long text in parts. */
export const split = defineOperator({
  type: "text/split",
  title: "Split text",
  description: "Cuts a text into parts. Nothing is lost: without overlap the parts, joined, are the text.",
  input,
  output: Type.Object({
    parts: Type.Array(Type.String(), {
      title: "Parts",
      description: "In order, each with whatever ended it.",
    }),
    count: Type.Integer({ title: "Count", description: "Number of parts; 0 for an empty text." }),
  }),
  run(given) {
    const by = given.by ?? "lines";
    const size = given.size ?? DEFAULT_SIZE[by];
    const overlap = given.overlap ?? 0;
    const separator = given.separator ?? "\n---\n";
    if (overlap >= size) {
      throw new ExtensionFailure(
        "input",
        `Overlap must be less than the size: found ${overlap}, the size is ${size}`,
      );
    }
    if (by === "separator" && separator === "") {
      throw new ExtensionFailure("input", "Separator is empty: give the text after which to cut");
    }
    const parts = grouped(unitsOf(given.text, by, separator), size, overlap);
    return { parts, count: parts.length };
  },
});

function grouped(units: readonly string[], size: number, overlap: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < units.length; at += size - overlap) {
    parts.push(units.slice(at, at + size).join(""));
    // The rest is in this part already; another one would only repeat its end.
    if (at + size >= units.length) break;
  }
  return parts;
}
