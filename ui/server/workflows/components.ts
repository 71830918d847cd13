/** The node kinds of the language itself, for the board's library. @module */

import type { JsonObject } from "../../../core/json.ts";
import type { Component } from "../../api/catalog.ts";

const cel = (description: string): JsonObject => ({
  type: "string",
  description,
  maxLength: 10_000,
  format: "cel",
});
const object = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
  type: "object",
  properties,
  required,
});

export const components: readonly Component[] = [
  {
    kind: "branch",
    use: "control/branch",
    group: "control",
    title: "Branch",
    description: "Passes a value on through the first case whose condition is true",
    fields: object({
      cases: {
        type: "array",
        minItems: 1,
        description: "In order; the first that holds goes on",
        items: object({
          port: { type: "string", description: "Name of the output port" },
          when: cel("Condition; `value` is what comes in"),
        }, ["port", "when"]),
      },
    }, ["cases"]),
    inputs: ["value"],
    outputs: [],
    example: {
      use: "control/branch",
      in: {},
      cases: [{ port: "yes", when: "true" }, { port: "no", when: "true" }],
    },
  },
  {
    kind: "merge",
    use: "control/merge",
    group: "control",
    title: "Merge",
    description: "Waits for all its inputs and passes on the first that was not skipped",
    fields: object({}),
    inputs: [],
    outputs: ["value"],
    example: { use: "control/merge", in: {} },
  },
  {
    kind: "gate",
    use: "control/gate",
    group: "control",
    title: "Gate",
    description: "Asks a person; goes on through `approved` or `rejected`",
    fields: object({
      question: { type: "string", description: "What the person is asked" },
      schema: { type: "object", description: "JSON Schema of what the person may give" },
    }, ["question"]),
    inputs: [],
    outputs: ["approved", "rejected"],
    example: { use: "control/gate", question: "Go on?" },
  },
  {
    kind: "wait",
    use: "control/wait",
    group: "control",
    title: "Wait",
    description: "Waits for a signal, for a time or until a moment",
    fields: object({
      signal: { type: "string", description: "Name of the signal" },
      for: { type: "string", description: "A span, for example 30s or 5m" },
      until: { type: "string", description: "A moment, for example 2026-03-01T09:00:00Z" },
    }),
    inputs: [],
    outputs: ["value"],
    example: { use: "control/wait", for: "30s" },
  },
  {
    kind: "loop",
    use: "control/loop",
    group: "control",
    title: "Loop",
    description: "Runs its body again and again: its outputs are the next round's inputs",
    fields: object({
      body: { type: "object", description: "inputs, nodes and outputs, as of a workflow" },
      until: cel("Ends when true; reads the body's outputs and `iteration`"),
      max: { type: "integer", minimum: 1, maximum: 10_000, description: "Most rounds" },
    }, ["body", "max"]),
    inputs: [],
    outputs: ["iterations", "done"],
    example: { use: "control/loop", body: { inputs: {}, nodes: {}, outputs: {} }, max: 3 },
  },
  {
    kind: "workflow",
    use: "control/workflow",
    group: "control",
    title: "Sub-workflow",
    description: "Runs another workflow: a file beside this one, or a template",
    fields: object({ workflow: { type: "string", description: "File or template" } }, ["workflow"]),
    inputs: [],
    outputs: [],
    example: { use: "control/workflow", workflow: "repo-map", in: {} },
  },
  {
    kind: "input",
    use: "control/input",
    group: "input",
    title: "Input",
    description: "An input of the workflow as a node",
    fields: object({ name: { type: "string", description: "Name of the input" } }, ["name"]),
    inputs: [],
    outputs: ["value"],
    example: { use: "control/input", name: "root" },
  },
  {
    kind: "output",
    use: "control/output",
    group: "output",
    title: "Output",
    description: "An output of the workflow as a node",
    fields: object({ name: { type: "string", description: "Name of the output" } }, ["name"]),
    inputs: ["value"],
    outputs: [],
    example: { use: "control/output", name: "report", in: {} },
  },
];
