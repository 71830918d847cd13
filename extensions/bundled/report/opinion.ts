/**
 * `report/opinion`: ties an instrument's answer to the file it was asked about, so that the two stay together where some
 * of many reviews failed.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";

const anything = Type.Unknown({ description: "Findings as the instrument gave them" });

export const opinionOperator = defineOperator({
  type: "report/opinion",
  title: "Note a review",
  description: "A file with what an instrument said about it, as one value",
  input: Type.Object({
    file: Type.String(),
    summary: Type.Optional(Type.String()),
    findings: Type.Array(anything),
  }),
  output: Type.Object({
    opinion: Type.Object({ file: Type.String(), summary: Type.String(), findings: Type.Array(anything) }),
  }),
  run: ({ file, summary, findings }) => ({ opinion: { file, summary: summary ?? "", findings } }),
});
