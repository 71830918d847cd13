/**
 * What goes into a handler and what comes out of it, against its schemas: defaults filled in, misfits as typed failures.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { type FailureClass, failureClasses, type NodeFailure } from "../core/policy/failure.ts";
import { type Spent, spentOf } from "../core/policy/spent.ts";
import type { CallRequest, CallResult, Usage } from "../core/ports/extension.ts";
import { validate } from "../core/workflow/json_schema.ts";
import type { Contribution } from "./sdk/runtime/describe.ts";

/** What is wrong with `value`, with its place; undefined where it fits. */
export function misfit(schema: JsonObject, value: Json): string | undefined {
  const fault = validate(schema, value)[0];
  return fault === undefined
    ? undefined
    : fault.path === ""
    ? fault.message
    : `${fault.path}: ${fault.message}`;
}

/** `value` with the defaults of the schema's top-level properties where they are absent. */
export function withDefaults(schema: JsonObject, value: JsonObject): JsonObject {
  const properties = schema["properties"];
  if (!isObject(properties)) return value;
  let filled: Record<string, Json> | undefined;
  for (const name of Object.keys(properties)) {
    const property = properties[name];
    if (Object.hasOwn(value, name) || !isObject(property) || !Object.hasOwn(property, "default")) continue;
    filled ??= { ...value };
    filled[name] = property["default"] as Json;
  }
  return filled ?? value;
}

/** The input with defaults, or the failure. An instrument's input is bound and checked by its task. */
export function acceptInput(
  contribution: Contribution,
  input: JsonObject,
): { readonly ok: true; readonly input: JsonObject } | { readonly ok: false; readonly failure: NodeFailure } {
  if (contribution.kind !== "operator") return { ok: true, input };
  const filled = withDefaults(contribution.input, input);
  const wrong = misfit(contribution.input, filled);
  if (wrong === undefined) return { ok: true, input: filled };
  return { ok: false, failure: { class: "input", message: `Input of ${contribution.type}: ${wrong}` } };
}

/** The result of a call that ended well on the extension's side, unless its output does not fit. */
export function acceptOutput(contribution: Contribution, request: CallRequest, performed: Json): CallResult {
  const output = isObject(performed) ? performed["output"] : undefined;
  if (!isObject(output)) return failed("output", `Output of ${contribution.type} is not an object`);
  const schema = request.task?.output ?? (contribution.kind === "operator" ? contribution.output : undefined);
  const wrong = isObject(schema) ? misfit(schema, output) : undefined;
  const usage = usageOf(isObject(performed) ? performed["usage"] : undefined);
  if (wrong !== undefined) {
    return failed("output", `Output of ${contribution.type}: ${wrong}`, spentOf(usage));
  }
  return { ok: true, output, ...(usage === undefined ? {} : { usage }) };
}

/** A failed result, with what it took all the same. */
export function failed(failureClass: FailureClass, message: string, spent: Spent = {}): CallResult {
  return { ok: false, failure: { class: failureClass, message, ...spent } };
}

const known = new Set<string>(failureClasses);

/** A failure as an extension reported it, its parts checked and cut to size. */
export function acceptFailure(value: Json): NodeFailure {
  const given = isObject(value) ? value : {};
  const { class: name, message, retryAfterMs, detail } = given;
  return {
    class: typeof name === "string" && known.has(name) ? name as FailureClass : "thrown",
    message: typeof message === "string" ? message.slice(0, 2000) : "The extension gave no message",
    ...(typeof retryAfterMs === "number" && retryAfterMs >= 0 ? { retryAfterMs } : {}),
    ...spentOf(given),
    ...(typeof detail === "string" ? { detail: detail.slice(0, 4000) } : {}),
  };
}

const finishes = new Set(["stop", "length", "tool", "filter", "other"]);

function usageOf(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined;
  const { finish, model } = value;
  return {
    ...spentOf(value),
    ...(typeof finish === "string" && finishes.has(finish)
      ? { finish: finish as NonNullable<Usage["finish"]> }
      : {}),
    ...(typeof model === "string" ? { model: model.slice(0, 200) } : {}),
  };
}
