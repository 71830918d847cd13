/**
 * Measuring an answer: the mean of its checks, each 0 to 1, with the quality that the node itself gives among them.
 *
 * @module
 */

import type { NodeTypeId } from "../ids.ts";
import { type Json, type JsonObject, own } from "../json.ts";
import { dataChecks } from "./data_checks.ts";
import { type BuiltInCheck, type CheckResult, type QualityCheck } from "./quality_check.ts";
import { textChecks } from "./text_checks.ts";

const table: ReadonlyMap<string, BuiltInCheck> = new Map(
  [...textChecks, ...dataChecks].map((check) => [check.name, check]),
);

/** Every built-in check, by name. */
export const builtInChecks: readonly BuiltInCheck[] = [...table.values()];

export function builtInCheck(name: string): BuiltInCheck | undefined {
  return table.get(name);
}

export interface Measured {
  /** 0 to 1. */
  readonly quality: number;
  /** Who measured: `node`, and the checks by name. */
  readonly source: string;
  /** What was wrong, one sentence each. */
  readonly problems: readonly string[];
}

/** Carries out a check that is an operator. */
export type OperatorCheck = (use: NodeTypeId, value: Json, settings: JsonObject) => Promise<CheckResult>;

/** The value that a check looks at. */
export function checkedValue(check: QualityCheck, output: JsonObject): Json {
  if (check.port !== undefined) return own(output, check.port) ?? null;
  const text = Object.values(output).find((value) => typeof value === "string");
  return text ?? output;
}

/**
 * The quality of an output; undefined where nothing measures it. Comes at once where no check is an operator.
 * `operator` carries out those that are.
 */
export function measureQuality(
  checks: readonly QualityCheck[],
  output: JsonObject,
  input: JsonObject,
  operator: OperatorCheck,
): Measured | undefined | Promise<Measured> {
  const given = own(output, "quality");
  const node = typeof given === "number" ? [{ name: "node", result: { quality: clamped(given) } }] : [];
  if (checks.length === 0) return node.length === 0 ? undefined : summed(node);
  const results = checks.map((check) => {
    const value = checkedValue(check, output);
    if ("use" in check) return { name: check.use, result: operator(check.use, value, check.with) };
    const known = table.get(check.check);
    const result = known === undefined
      ? { quality: 0, problem: "there is no such check" }
      : known.check(value, check.with, { output, input });
    return { name: check.check, result };
  });
  const atOnce = results.flatMap(({ name, result }) => result instanceof Promise ? [] : [{ name, result }]);
  if (atOnce.length === results.length) return summed([...node, ...atOnce]);
  return Promise.all(results.map(async ({ name, result }) => ({ name, result: await result })))
    .then((all) => summed([...node, ...all]));
}

function summed(all: readonly { readonly name: string; readonly result: CheckResult }[]): Measured {
  return {
    quality: all.reduce((sum, { result }) => sum + clamped(result.quality), 0) / all.length,
    source: all.map(({ name }) => name).join(", "),
    problems: all.flatMap(({ name, result }) =>
      result.problem === undefined ? [] : [`${name}: ${result.problem}`]
    ),
  };
}

function clamped(quality: number): number {
  return Number.isFinite(quality) ? Math.min(1, Math.max(0, quality)) : 0;
}
