/**
 * A fixture, `tests/NAME.test.jsonc` of an extension: one call, the world it is made in, and what must come of it.
 *
 * @module
 */

import { isObject, type JsonObject } from "../../core/json.ts";
import { type FailureClass, failureClasses } from "../../core/policy/failure.ts";
import { toJson } from "../../core/workflow/json_node.ts";
import { validate } from "../../core/workflow/json_schema.ts";
import { positionsOf, readJsonc } from "../../core/workflow/jsonc.ts";
import type { Problem } from "../../core/workflow/problem.ts";

/** What a server answers, instead of the network. */
export interface MockAnswer {
  /** The address; `*` at its end stands for the rest. */
  readonly url: string;
  /** Any without it. */
  readonly method?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: JsonObject;
  readonly text?: string;
  /** The body in pieces, as a stream gives it. */
  readonly pieces?: readonly string[];
  /** What the request's body must be, as far as it is named. */
  readonly asked?: JsonObject;
  /** True for a connection that breaks. */
  readonly breaks?: boolean;
}

/** What a model answers, instead of one. */
export interface ModelFixture {
  /** The task or instrument that is asked. */
  readonly use: string;
  readonly output?: JsonObject;
  readonly tokens?: number;
  readonly usd?: number;
  /** What it must be asked, as far as it is named. */
  readonly asked?: JsonObject;
  /** Instead of an output: a class as `credit`, and a message. */
  readonly failure?: { readonly class: FailureClass; readonly message: string };
}

export interface Fixture {
  readonly name: string;
  readonly file: string;
  readonly use: string;
  readonly input: JsonObject;
  /** Files of the workspace: relative path to text. */
  readonly files: Readonly<Record<string, string>>;
  readonly settings: JsonObject;
  readonly answers: readonly MockAnswer[];
  readonly models: readonly ModelFixture[];
  /** Permission keys that are not granted. */
  readonly refuse: readonly string[];
  readonly mayWrite: boolean;
  readonly expect: Expectation | undefined;
}

export interface Expectation {
  /** Only the ports that are named are compared. Without it, and without `failure`, the golden file is. */
  readonly output?: JsonObject;
  readonly failure?: { readonly class: string; readonly message?: string };
  /** Files of the workspace afterwards; null for one that must not be there. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** All tokens in a row. */
  readonly tokens?: string;
  /** Parts of the log that must come. */
  readonly log?: readonly string[];
  /** Parts of messages to the person that must come, each message as `level: text`. */
  readonly notices?: readonly string[];
  /** What must have been proposed: path in the workspace to text. */
  readonly proposals?: Readonly<Record<string, string>>;
}

const texts: JsonObject = { type: "object", additionalProperties: { type: "string" } };
const strings: JsonObject = { type: "array", items: { type: "string" } };
const object = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

/** The schema of a fixture, as `schemas/fixture.schema.json` publishes it. */
export const fixtureSchema: JsonObject = object({
  $schema: { type: "string" },
  use: { type: "string" },
  input: { type: "object" },
  files: texts,
  settings: { type: "object" },
  refuse: strings,
  mayWrite: { type: "boolean" },
  answers: {
    type: "array",
    items: object({
      url: { type: "string", pattern: "^https?://" },
      method: { type: "string" },
      status: { type: "integer", minimum: 100, maximum: 599 },
      headers: texts,
      json: {},
      text: { type: "string" },
      pieces: strings,
      asked: { type: "object" },
      breaks: { type: "boolean" },
    }, ["url"]),
  },
  models: {
    type: "array",
    items: object({
      use: { type: "string" },
      output: { type: "object" },
      tokens: { type: "integer", minimum: 0 },
      usd: { type: "number", minimum: 0 },
      asked: { type: "object" },
      failure: object({ class: { enum: [...failureClasses] }, message: { type: "string" } }, [
        "class",
        "message",
      ]),
    }, ["use"]),
  },
  expect: object({
    output: { type: "object" },
    failure: object({ class: { type: "string" }, message: { type: "string" } }, ["class"]),
    files: { type: "object", additionalProperties: { type: ["string", "null"] } },
    tokens: { type: "string" },
    log: strings,
    notices: strings,
    proposals: texts,
  }),
}, ["use"]);

/** Reads a fixture's text: it, or what is wrong. */
export function readFixture(
  text: string | Uint8Array,
  file: string,
  name: string,
): { readonly fixture: Fixture | undefined; readonly problems: readonly Problem[] } {
  const read = readJsonc(text, file);
  if (read.root === undefined || read.problems.length > 0) {
    return { fixture: undefined, problems: read.problems };
  }
  const value = toJson(read.root);
  const positions = positionsOf(read);
  const problems = validate(fixtureSchema, value).map(({ path, message }) =>
    positions.problem(path === "" ? [] : path.split("."), "value", {
      code: "bad-fixture",
      message,
      hint: "A fixture has use, input, files, settings, answers, models, refuse, mayWrite and expect",
    })
  );
  if (problems.length > 0 || !isObject(value)) return { fixture: undefined, problems };
  const defaults = {
    input: {},
    files: {},
    settings: {},
    answers: [],
    models: [],
    refuse: [],
    mayWrite: true,
  };
  const fixture = { ...defaults, expect: undefined, ...value, name, file } as unknown as Fixture;
  return { fixture, problems: [] };
}
