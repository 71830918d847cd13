/** What the server says against the inputs of a run, at the fields that it is about. Pure. @module */

import { isObject, type Json, type JsonObject } from "../../../../core/json.ts";
import type { RequestFault } from "../../../api/problem.ts";
import type { FieldProblem } from "../../parts/field.tsx";
import type { FormPath } from "../../parts/schema_form.tsx";
import type { ApiError } from "../../state/client.ts";

const INPUTS = "body.inputs.";

/** The names of inputs that something is said against, each once. */
export function faultyInputs(faults: readonly RequestFault[]): readonly string[] {
  const named = faults.filter(({ place }) => place.startsWith(INPUTS));
  return [...new Set(named.map(({ place }) => place.slice(INPUTS.length).split(".")[0] as string))];
}

/** What is said against the value at `path`; where it has no fields of its own, also what is said against its parts. */
export function faultsAt(
  faults: readonly RequestFault[],
  path: FormPath,
  inputs: JsonObject,
): readonly FieldProblem[] {
  const place = `${INPUTS}${path.join(".")}`;
  const hasFields = isObject(path.reduce((at: Json | undefined, step) => stepInto(at, step), inputs));
  return faults.flatMap((fault): FieldProblem[] => {
    if (fault.place === place) return [{ severity: "error", message: words(fault) }];
    if (hasFields || !fault.place.startsWith(`${place}.`)) return [];
    return [{ severity: "error", message: `${fault.place.slice(place.length + 1)}: ${words(fault)}` }];
  });
}

/** What is said besides the declared inputs; undefined where they are all of it. */
export function faultAbout(refusal: ApiError, declared: readonly string[]): string | undefined {
  const faults = refusal.problem?.faults ?? [];
  const others = faults.filter(({ place }) => !declared.some((name) => isOf(place, `${INPUTS}${name}`)));
  if (faults.length > 0 && others.length === 0) return undefined;
  if (faults.length === 0) {
    return [refusal.message, refusal.hint].filter((part) => part !== undefined && part !== "").join(". ");
  }
  return others.map((fault) => `${fault.place.replace(/^body\./, "")}: ${words(fault)}`).join("; ");
}

function isOf(place: string, whole: string): boolean {
  return place === whole || place.startsWith(`${whole}.`);
}

function words({ found, right }: RequestFault): string {
  return found === "nothing" ? `Needs ${right}` : `Expected ${right}, found ${found}`;
}

function stepInto(value: Json | undefined, step: string | number): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[])[Number(step)];
  return isObject(value) ? value[String(step)] : undefined;
}
