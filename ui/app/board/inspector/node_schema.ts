/** What every node may say besides its ports, as a schema for the form; and the fields of the control kinds. @module */

import type { JsonObject } from "../../../../core/json.ts";

const span: JsonObject = { type: "string", description: "A number and its unit: 500ms, 2s, 1.5m, 1h" };

export const behaviourSchema: JsonObject = {
  type: "object",
  properties: {
    importance: {
      enum: ["essential", "recommended", "optional"],
      default: "essential",
      description: "What its failure does: fails the run, degrades it visibly, or nothing",
    },
    timeout: { ...span, description: "The longest one attempt may take: 30s, 2m" },
    concurrency: { type: "integer", minimum: 1, description: "Most items at once" },
    retry: {
      type: "object",
      properties: {
        max: {
          type: "integer",
          minimum: 0,
          maximum: 20,
          default: 3,
          description: "Attempts after the first",
        },
        backoff: {
          enum: ["constant", "linear", "exponential"],
          default: "exponential",
          description: "How the delay grows",
        },
        initial: { ...span, description: "The first delay", default: "1s" },
        cap: { ...span, description: "The longest delay", default: "30s" },
      },
    },
    quality: {
      type: "object",
      properties: {
        min: { type: "number", minimum: 0, maximum: 1, description: "Below it another instrument tries" },
        checks: { type: "array", items: {}, description: "Checks by name, or with settings" },
        explore: {
          type: "boolean",
          default: true,
          description: "No: the Conductor tries nothing out here",
        },
        candidates: {
          type: "integer",
          minimum: 2,
          maximum: 8,
          description: "So many instruments are asked at once; the best answer counts",
        },
        judge: {
          type: "string",
          pattern: "^[a-z][a-z0-9-]{0,63}/[a-z][a-z0-9-]{0,63}$",
          description: "Compares the candidates in pairs, for example instrument/judge",
        },
      },
    },
    exclusive: {
      description: "Things that one node at a time has, across all runs: gpu:0, port:8080, file:src/a.ts",
      anyOf: [
        { type: "string" },
        { type: "array", items: { type: "string" } },
      ],
    },
    memo: {
      description: "Whether a result kept from an earlier run may stand in, or how old it may be",
      anyOf: [
        { type: "boolean" },
        span,
        { type: "number", minimum: 1 },
      ],
    },
    description: { type: "string", description: "For people" },
  },
};

const fields: Readonly<Record<string, JsonObject>> = {
  "control/gate": {
    type: "object",
    required: ["question"],
    properties: {
      question: { type: "string", description: "What the person is asked" },
      schema: { description: "JSON Schema of what the person may send" },
    },
  },
  "control/wait": {
    type: "object",
    properties: {
      for: { ...span, description: "How long" },
      until: { type: "string", description: "A moment with its zone: 2026-12-01T09:00Z" },
      signal: { type: "string", description: "The name of a signal" },
    },
  },
  "control/loop": {
    type: "object",
    required: ["max"],
    properties: { max: { type: "integer", minimum: 1, maximum: 10_000, description: "Most rounds" } },
  },
  "control/workflow": {
    type: "object",
    required: ["workflow"],
    properties: { workflow: { type: "string", description: "A file beside this one, or a template's id" } },
  },
  "control/input": {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string", description: "The input's name" } },
  },
  "control/output": {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string", description: "The output's name" } },
  },
};

/** The fields of a control kind that the form shows; undefined for other nodes. */
export function controlSchema(use: string): JsonObject | undefined {
  return fields[use];
}
