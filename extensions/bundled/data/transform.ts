import jsonata from "jsonata";
import { defineOperator, ExtensionFailure, Type } from "symphony/sdk";

/** Nested evaluations; recursion that ends stays far below, and the stack of the engine holds more. */
const MAX_DEPTH = 1_000;
/** Items of one result; guards memory against a product of large arrays. */
const MAX_ITEMS = 1_000_000;

/**
 * `data/transform`: a value in another shape. Loops and recursion are bounded by time and depth; a single regular
 * expression or string operation that does not end is stopped by the node's own deadline.
 */
export const transform = defineOperator({
  type: "data/transform",
  title: "Transform data",
  description: "Selects, reshapes and sums up any value with a JSONata expression.",
  input: Type.Object({
    data: Type.Unknown({ title: "Data", description: "The value; $ in the expression." }),
    expression: Type.String({
      minLength: 1,
      maxLength: 100_000,
      format: "jsonata",
      title: "Expression",
      description: 'JSONata, such as files[size > 1000].path or { "total": $sum(items.price) }.',
    }),
    timeoutMs: Type.Optional(Type.Integer({
      default: 10_000,
      minimum: 1,
      maximum: 600_000,
      title: "Time limit",
      description: "Milliseconds after which a loop that has not ended counts as failed.",
    })),
  }),
  output: Type.Object({
    result: Type.Unknown({
      title: "Result",
      description: "What the expression gives; null where it selects nothing.",
    }),
  }),
  async run(given, context) {
    const timeoutMs = given.timeoutMs ?? 10_000;
    const expression = parsed(given.expression, timeoutMs);
    context.signal.throwIfAborted();
    let result: unknown;
    try {
      result = await expression.evaluate(given.data);
    } catch (error) {
      throw failureOf(error, given.expression);
    }
    return { result: plainJson(result, given.expression) };
  },
});

function parsed(expression: string, timeoutMs: number): jsonata.Expression {
  try {
    return jsonata(expression, { timeout: timeoutMs, stack: MAX_DEPTH, sequence: MAX_ITEMS });
  } catch (error) {
    throw failureOf(error, expression);
  }
}

/** The library throws plain objects with a code; D1011, D1012 and D2015 say that a bound was passed. */
function failureOf(error: unknown, expression: string): ExtensionFailure {
  if (error instanceof RangeError) {
    return new ExtensionFailure("input", `Expression is nested too deeply: ${error.message}`, {
      cause: error,
    });
  }
  const { code, message, position } = thrown(error);
  const where = position === undefined ? "" : ` at ${placeOf(expression, position)}`;
  const text = message.replace(/\.$/, "");
  if (code === "D1012") return new ExtensionFailure("timeout", `Expression does not end${where}: ${text}`);
  if (code === "D1011") {
    return new ExtensionFailure("input", `Expression recurses more than ${MAX_DEPTH} deep${where}: ${text}`);
  }
  if (code === "D2014" || code === "D2015") {
    return new ExtensionFailure("input", `Expression gives more than ${MAX_ITEMS} items${where}: ${text}`);
  }
  return new ExtensionFailure(
    "input",
    `Expression is wrong${where}: ${text}${code === "" ? "" : ` (${code})`}`,
  );
}

function thrown(error: unknown): { code: string; message: string; position: number | undefined } {
  if (typeof error !== "object" || error === null) {
    return { code: "", message: String(error), position: undefined };
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const message = "message" in error && typeof error.message === "string" ? error.message : code;
  const position = "position" in error && typeof error.position === "number" ? error.position : undefined;
  return { code, message, position };
}

/** `position` counts characters up to the end of the token that was wrong. */
function placeOf(expression: string, position: number): string {
  const before = expression.slice(0, position).split("\n");
  return `line ${before.length}, column ${Math.max(1, before.at(-1)?.length ?? 1)}`;
}

/** What flows on is JSON: functions vanish, the marks that the library puts on arrays too, nothing becomes null. */
function plainJson(value: unknown, expression: string): unknown {
  if (value === undefined) return null;
  if (typeof value === "function" || isLambda(value)) {
    throw new ExtensionFailure(
      "input",
      `Expression gives a function, a value is needed: ${expression.slice(0, 80)}`,
    );
  }
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function isLambda(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    ("_jsonata_lambda" in value || "_jsonata_function" in value);
}
