/**
 * Judging what a call gave: does it fit its schema, what do its checks say, is it good enough.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import type { NodeTypeId } from "../ids.ts";
import { own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import { spentOf } from "../policy/spent.ts";
import type { CallRequest, CallResult } from "../ports/extension.ts";
import { type Measured, measureQuality } from "../quality/measure.ts";
import type { CheckResult } from "../quality/quality_check.ts";
import type { NodeType, TaskType } from "../workflow/catalog.ts";
import type { CallNode } from "../workflow/definition.ts";
import { validate } from "../workflow/json_schema.ts";
import { callElsewhere } from "./call_elsewhere.ts";
import type { Driver } from "./run_services.ts";

const MOST_PROBLEM = 300;

/** A call's result after judgement; `measured` is undefined where nothing measured it. */
export interface Judged {
  readonly result: CallResult;
  readonly measured: Measured | undefined;
}

/** Asks an operator for a check's result. */
export type AskOperator = (use: NodeTypeId, input: JsonObject) => Promise<CallResult>;

/** Judges at once where no check is an operator. */
export function judge(
  result: CallResult,
  type: NodeType | TaskType,
  { definition, input, ask }: { definition: CallNode; input: JsonObject; ask: AskOperator },
): Judged | Promise<Judged> {
  if (!result.ok) return { result, measured: undefined };
  const problems = validate(type.output, result.output);
  if (problems.length > 0) {
    const message = `Output of ${type.type} does not fit its schema: ${listedFaults(problems)}`;
    return { result: refused(result, { class: "output", message }), measured: undefined };
  }
  const measured = measureQuality(
    definition.quality?.checks ?? [],
    result.output,
    input,
    (use, value, settings) => operatorCheck(use, value, settings, ask),
  );
  if (measured instanceof Promise) return measured.then((done) => accept(result, definition, done));
  return accept(result, definition, measured);
}

function accept(
  result: CallResult & { readonly ok: true },
  { quality }: CallNode,
  measured: Measured | undefined,
): Judged {
  const min = quality?.min;
  if (min === undefined || measured === undefined || measured.quality >= min) return { result, measured };
  const why = measured.problems.length === 0 ? "" : ` (${measured.problems.join("; ")})`;
  const message = `Quality ${Number(measured.quality.toFixed(3))} is below the asked ${min}${why}`;
  return { result: refused(result, { class: "quality", message }), measured };
}

/** The failure of an answer that was paid for. */
function refused({ usage }: CallResult & { readonly ok: true }, failure: NodeFailure): CallResult {
  return { ok: false, failure: { ...failure, ...spentOf(usage) } };
}

/** An operator is given `value` and the check's settings; it gives `quality`, and `problem` where it is below 1. */
async function operatorCheck(
  use: NodeTypeId,
  value: Json,
  settings: JsonObject,
  ask: AskOperator,
): Promise<CheckResult> {
  let result: CallResult;
  try {
    result = await ask(use, { ...settings, value });
  } catch (error) {
    result = { ok: false, failure: { class: "crash", message: messageOf(error) } };
  }
  // A check that cannot be made says nothing against the answer; it is told all the same.
  if (!result.ok) return { quality: 1, problem: `could not be checked: ${result.failure.message}` };
  const quality = own(result.output, "quality");
  const problem = own(result.output, "problem");
  return {
    quality: typeof quality === "number" ? quality : 1,
    ...(typeof problem === "string" && problem !== "" ? { problem: problem.slice(0, MOST_PROBLEM) } : {}),
  };
}

/** Calls an operator on an instance of its own extension, outside the node's own accounting. */
export async function askOperator(
  driver: Driver,
  use: NodeTypeId,
  input: JsonObject,
  request: CallRequest,
  signal: AbortSignal,
): Promise<CallResult> {
  const type = driver.setup.catalog.nodes.get(use);
  if (type === undefined || type.kind !== "operator" || type.effect === "write") {
    return { ok: false, failure: { class: "unavailable", message: `${use} is no operator that may check` } };
  }
  const { task: _task, ...rest } = request;
  const idempotencyKey = `${request.idempotencyKey}:${use}`;
  return await callElsewhere(driver, type, { ...rest, input, idempotencyKey }, { signal, timeoutMs: 30_000 });
}

/** The first faults of a schema check, in words. */
export function listedFaults(
  problems: readonly { readonly path: string; readonly message: string }[],
): string {
  const shown = problems.slice(0, 3).map(({ path, message }) =>
    `${path === "" ? "the whole" : path}: ${message}`
  );
  return shown.join("; ") + (problems.length > 3 ? `; and ${problems.length - 3} more` : "");
}
