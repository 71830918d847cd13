import { type Schema, Validator } from "@cfworker/json-schema";
import { defineOperator, ExtensionFailure, Type } from "symphony/sdk";

const MAX_PROBLEMS = 1_000;

interface Problem {
  readonly path: string;
  readonly keyword: string;
  readonly message: string;
}

/** `data/validate`: whether a value has the shape that a JSON Schema asks for. */
export const validate = defineOperator({
  type: "data/validate",
  title: "Validate data",
  description: "Checks a value against a JSON Schema and lists every problem with its place.",
  input: Type.Object({
    data: Type.Unknown({ title: "Data", description: "The value that is checked; it goes on unchanged." }),
    schema: Type.Union([Type.Boolean(), Type.Record(Type.String(), Type.Unknown())], {
      title: "Schema",
      description: "JSON Schema; 2020-12 unless its $schema names draft 4, 7 or 2019-09.",
    }),
    failOnInvalid: Type.Optional(Type.Boolean({
      default: false,
      title: "Fail when invalid",
      description: "Fail this node instead of saying so in its outputs.",
    })),
  }),
  output: Type.Object({
    valid: Type.Boolean({ title: "Valid", description: "True where the value fits." }),
    problems: Type.Array(
      Type.Object({
        path: Type.String({ description: "JSON Pointer into the data; empty for the value itself." }),
        keyword: Type.String({ description: "The schema's keyword that was not met." }),
        message: Type.String(),
      }),
      { title: "Problems", description: "Each place that does not fit, and why." },
    ),
    data: Type.Unknown({ title: "Data", description: "The value, unchanged." }),
  }),
  run(given) {
    const problems = problemsOf(given.data, given.schema);
    if (problems.length > 0 && given.failOnInvalid === true) {
      const first = problems[0] as Problem;
      const more = problems.length === 1 ? "" : ` and ${problems.length - 1} more`;
      throw new ExtensionFailure(
        "input",
        `Data does not fit its schema at "${first.path}": ${first.message}${more}`,
      );
    }
    return { valid: problems.length === 0, problems, data: given.data };
  },
});

function problemsOf(data: unknown, schema: boolean | Record<string, unknown>): Problem[] {
  let errors;
  try {
    const validator = new Validator(schema as Schema | boolean, draftOf(schema), false);
    errors = validator.validate(data).errors;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new ExtensionFailure("input", `Schema cannot be used: ${reason}`, { cause });
  }
  const paths = new Set(errors.map((error) => error.instanceLocation));
  const inner = (path: string) => [...paths].some((other) => other.startsWith(`${path}/`));
  return errors
    // "properties does not match" only repeats what its inner errors say.
    .filter((error) => !(WRAPPERS.has(error.keyword) && inner(error.instanceLocation)))
    .slice(0, MAX_PROBLEMS)
    .map((error) => ({
      path: error.instanceLocation.replace(/^#/, ""),
      keyword: error.keyword,
      message: error.error.replace(/\.$/, ""),
    }));
}

const WRAPPERS = new Set([
  "properties",
  "items",
  "prefixItems",
  "additionalProperties",
  "patternProperties",
  "$ref",
]);

function draftOf(schema: boolean | Record<string, unknown>): "4" | "7" | "2019-09" | "2020-12" {
  const name = typeof schema === "object" ? String(schema["$schema"] ?? "") : "";
  if (name.includes("draft-04")) return "4";
  if (name.includes("draft-07") || name.includes("draft-06")) return "7";
  return name.includes("2019-09") ? "2019-09" : "2020-12";
}
