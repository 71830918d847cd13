/** Small operators for the tests of the command line. @module */

import { defineExtension, defineOperator, Type } from "../../extensions/sdk/mod.ts";

/** Called soon after `trial/stay` has begun to wait. */
export const staying = { onStay: () => {} };

export const trialExtension = defineExtension({
  contributes: [
    defineOperator({
      type: "trial/shout",
      title: "Shout",
      description: "Gives its text in capitals",
      input: Type.Object({ text: Type.String() }),
      output: Type.Object({ text: Type.String() }),
      run: ({ text }) => ({ text: text.toUpperCase() }),
    }),
    defineOperator({
      type: "trial/count",
      title: "Count",
      description: "Gives the numbers below n",
      input: Type.Object({ n: Type.Integer() }),
      output: Type.Object({ numbers: Type.Array(Type.Integer()) }),
      run: ({ n }) => ({ numbers: Array.from({ length: n }, (_, at) => at) }),
    }),
    defineOperator({
      type: "trial/square",
      title: "Square",
      description: "Squares a number and says so",
      input: Type.Object({ number: Type.Integer() }),
      output: Type.Object({ square: Type.Integer() }),
      run: ({ number }, context) => {
        context.log("warn", `squaring \x1b[31m${number}`);
        return { square: number * number };
      },
    }),
    defineOperator({
      type: "trial/report",
      title: "Report",
      description: "A document of several lines",
      input: Type.Object({ title: Type.String() }),
      output: Type.Object({ document: Type.String() }),
      run: ({ title }) => ({ document: `# ${title}\n\n\x1b]0;owned\x07All is well.\n` }),
    }),
    defineOperator({
      type: "trial/fail",
      title: "Fail",
      description: "Throws",
      input: Type.Object({}),
      output: Type.Object({}),
      run: () => {
        throw new Error("nothing can be done");
      },
    }),
    defineOperator({
      type: "trial/stay",
      title: "Stay",
      description: "Waits until it is aborted",
      input: Type.Object({}),
      output: Type.Object({ done: Type.Boolean() }),
      run: async (_input, context) => {
        const aborted = new Promise<void>((resolve) =>
          context.signal.addEventListener("abort", () => resolve())
        );
        // As a signal comes: in a turn of its own.
        setTimeout(staying.onStay, 0);
        await aborted;
        return { done: true };
      },
    }),
  ],
});
