/**
 * `code/risk`: where trouble is likely, from how often files change and how complex they are (Adam Tornhill, "Your Code
 * as a Crime Scene", 2015), and which of them no test reaches.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import { hotspots } from "./hotspots.ts";
import { edge, functionMetrics } from "./schemas.ts";
import { untestedFiles } from "./untested.ts";

const measured = Type.Object({
  file: Type.String(),
  code: Type.Optional(Type.Integer()),
  complexity: Type.Integer(),
  functions: Type.Array(functionMetrics),
  isTest: Type.Optional(Type.Boolean()),
  holdsTests: Type.Optional(Type.Boolean()),
});

const churned = Type.Object({
  path: Type.String(),
  changes: Type.Integer(),
  added: Type.Optional(Type.Integer()),
  removed: Type.Optional(Type.Integer()),
  authors: Type.Optional(Type.Array(Type.String())),
});

const hotspot = Type.Object({
  file: Type.String(),
  line: Type.Integer({ description: "Where its most complex function begins; 1 where it has none" }),
  endLine: Type.Integer(),
  name: Type.String({ description: "That function; empty where there is none" }),
  score: Type.Integer({
    description: "0 to 100; 100 would be both the most changed and the most complex file",
  }),
  changes: Type.Integer({ description: "Commits that touched it" }),
  complexity: Type.Integer({ description: "Cyclomatic complexity of the whole file" }),
  why: Type.String({ description: "In words" }),
});

export const riskOperator = defineOperator({
  type: "code/risk",
  title: "Rank by risk",
  description: "Change frequency × complexity for each file, the worst first, and what no test reaches",
  input: Type.Object({
    metrics: Type.Array(measured),
    churn: Type.Optional(
      Type.Array(churned, { description: "Changes by file; without it complexity alone counts" }),
    ),
    edges: Type.Optional(Type.Array(edge, { description: "Imports, to see what the tests reach" })),
    top: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, default: 3, description: "How many worst places" }),
    ),
  }),
  output: Type.Object({
    files: Type.Array(hotspot, { description: "Every source file that has functions, the riskiest first" }),
    worst: Type.Array(hotspot, { description: "The first few of them, for a closer look" }),
    untested: Type.Array(Type.Object({
      file: Type.String(),
      line: Type.Integer(),
      name: Type.String(),
      complexity: Type.Integer(),
      changes: Type.Integer(),
      functions: Type.Integer(),
    })),
    tests: Type.Integer({ description: "Test files among the metrics" }),
    hasHistory: Type.Boolean(),
  }),
  run: ({ metrics, churn, edges, top }) => {
    const changes = new Map((churn ?? []).map((one) => [one.path, one]));
    const hasHistory = metrics.some(({ file }) => (changes.get(file)?.changes ?? 0) > 0);
    const files = hotspots(metrics, changes);
    return {
      files,
      worst: files.filter(({ name }) => name !== "").slice(0, top ?? 3),
      untested: untestedFiles(metrics, edges ?? [], changes),
      tests: metrics.filter(({ isTest }) => isTest === true).length,
      hasHistory,
    };
  },
});
