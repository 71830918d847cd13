/**
 * Recorded answers: an instrument. It shows what an instrument is given, how it streams, what it counts, and how it says
 * that it cannot answer. A real one calls a model where this one looks into a file.
 *
 * @module
 */

import { defineExtension, defineInstrument, ExtensionFailure } from "symphony/sdk";
import { readRecordings, type Recording } from "./recordings.ts";

const recorded = defineInstrument({
  type: "examples/recorded",
  title: "Recorded answers",
  description: "Answers out of a file of the workspace, by the first pattern that fits the prompt",
  serves: ["*"],
  priceIn: 0,
  priceOut: 0,
  async run(request, context) {
    const path = String(context.config["file"]);
    const entry = await context.files.stat(path);
    if (entry === undefined) {
      throw new ExtensionFailure(
        "unavailable",
        `There is no "${path}" in the workspace, which holds the answers`,
      );
    }
    const found = readRecordings(await context.files.readText(path), path).find((one) => fits(one, request));
    if (found === undefined) {
      throw new ExtensionFailure("refusal", `No recorded answer of "${path}" fits the prompt`);
    }
    const text = found.data === undefined ? found.text : JSON.stringify(found.data);
    for (const piece of text.match(/\S+\s*/g) ?? []) {
      context.signal.throwIfAborted();
      context.token(piece);
    }
    return {
      text,
      ...(found.data === undefined ? {} : { data: found.data }),
      model: "recorded",
      finish: "stop",
      tokensIn: wordsIn(request.system) + wordsIn(request.prompt),
      tokensOut: wordsIn(text),
    };
  },
});

function fits(
  { pattern, task }: Recording,
  request: { readonly prompt: string; readonly task: string | undefined },
): boolean {
  return (task === undefined || task === request.task) && pattern.test(request.prompt);
}

function wordsIn(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

export default defineExtension({ contributes: [recorded] });
