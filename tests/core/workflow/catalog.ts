/**
 * A small catalogue for checking workflows: real shapes of ports, nothing that runs.
 *
 * @module
 */

import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import type { JsonObject, JsonSchema } from "../../../core/json.ts";
import type { Catalog, Effect, NodeType, TaskType } from "../../../core/workflow/catalog.ts";

type Ports = Readonly<Record<string, JsonSchema>>;

export const string: JsonSchema = { type: "string" };
export const number: JsonSchema = { type: "number" };

const extension = extensionId("tests/catalog");

/** An object schema; a name that ends in `!` is required. */
export function ports(given: Ports): JsonObject {
  const bare = (name: string) => name.replace(/!$/, "");
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(given).map(([name, schema]) => [bare(name), schema])),
    required: Object.keys(given).filter((name) => name.endsWith("!")).map(bare),
    additionalProperties: false,
  };
}

function operator(type: string, input: Ports, output: Ports, effect: Effect = "none"): NodeType {
  return {
    type: nodeTypeId(type),
    kind: "operator",
    extension,
    version: "1.0.0",
    title: type,
    description: "",
    input: ports(input),
    output: ports(output),
    effect,
    codeHash: "0".repeat(64),
  };
}

const operators = [
  operator("files/scan", { root: string, include: { type: "array", items: string } }, {
    "files!": { type: "array", items: string },
  }, "read"),
  operator("code/metrics", { "file!": string }, {
    "source!": string,
    "complexity!": number,
    "metrics!": ports({ "lines!": { type: "integer" } }),
  }),
  operator("text/trim", { "text!": string, width: { type: "integer", minimum: 1, maximum: 500 } }, {
    "text!": string,
  }),
  operator("math/add", { "a!": number, b: number }, { "sum!": number }),
  operator("report/markdown", { reviews: { type: "array" }, metrics: { type: "array" } }, {
    "document!": string,
  }),
  operator("files/write", { "text!": string }, { path: string }, "write"),
];

const review: TaskType = {
  type: nodeTypeId("instrument/review"),
  extension,
  title: "Review",
  description: "",
  system: "",
  prompt: "{{source}}",
  input: ports({ "source!": string }),
  output: ports({ "findings!": { type: "array", items: string } }),
};

export const catalog: Catalog = {
  nodes: new Map(operators.map((type) => [type.type, type])),
  tasks: new Map([[review.type, review]]),
  problems: [],
  limits: new Map(),
};

/** The example of the architecture, which must stay free of problems. */
export const codeReview = `{
  "schema": 1,
  "id": "code-review", "name": "Code review", "version": "1.0.0", "description": "…",
  "inputs":  { "root": { "type": "string", "format": "path", "default": "." } },          // JSON Schema per input
  "nodes": {
    "scan":    { "use": "files/scan", "in": { "root": "inputs.root" }, "with": { "include": ["**/*.ts"] } },
    "measure": { "use": "code/metrics", "each": "scan.files", "in": { "file": "item" } },  // one node per item
    "review":  { "use": "instrument/review", "in": { "source": "measure.source" }, "when": "measure.complexity > 10",
                 "retry": { "max": 3, "backoff": "exponential" }, "timeout": "60s", "quality": { "min": 0.6 },
                 "importance": "recommended" },
    "report":  { "use": "report/markdown", "in": { "reviews": "review.findings", "metrics": "measure.metrics" } }
  },
  "outputs": { "report": "report.document" }
}
`;
