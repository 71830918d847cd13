/**
 * Where no part does what is asked (translate, rewrite, explain), an instrument that writes text can be asked in the goal's
 * own words, with a file where the goal speaks of one.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Json } from "../../core/json.ts";
import type { Draft } from "./candidate.ts";
import { idOf, nameOf } from "./from_parts.ts";
import type { Knowledge } from "./knowledge.ts";

const ASK = "instrument/generate";
const READ = "files/read";
/** A goal with one of these is about a file that is there. */
const FILE =
  /\b(?:files?|documents?|docs?|texts?|readme|notes?|letters?|articles?|essays?|csv|json|logs?|code|scripts?|pages?)\b/i;

/** Undefined where the catalogue has no such instrument's task. */
export function fromPrompt(goal: string, knowledge: Knowledge): Draft | undefined {
  if (knowledge.part(ASK) === undefined) return undefined;
  const reads = FILE.test(goal) && knowledge.part(READ) !== undefined;
  const asked = JSON.stringify(goal);
  const nodes: Record<string, Json> = {};
  if (reads) nodes["read"] = { use: READ, title: "Read the file", in: { path: "inputs.path" } };
  nodes["answer"] = {
    use: ASK,
    title: "Ask an instrument",
    in: { prompt: reads ? `${asked} + "\\n\\n" + read.text` : asked },
    quality: { min: 0.6, checks: ["no-refusal", { check: "not-empty", port: "text" }] },
  };
  const path = {
    type: "string",
    format: "path",
    description: "The file that it is about",
    ...(/\breadme\b/i.test(goal) ? { default: "README.md" } : {}),
  };
  const workflow = {
    schema: 1,
    id: idOf(goal),
    name: nameOf(goal),
    version: "0.1.0",
    description: goal,
    ...(reads ? { inputs: { path } } : {}),
    nodes,
    outputs: { text: "answer.text" },
  };
  return {
    source: "parts",
    text: `${JSON.stringify(workflow, null, 2)}\n`,
    reason: "an instrument is asked for it in your words",
    isTold: true,
  };
}
