/**
 * The manifest's JSON Schema, from which the published `schemas/manifest.schema.json` is written. A property's
 * description doubles as the hint when its value is wrong.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import { contributesSchema } from "./contributes_schema.ts";

const reason = {
  type: "string",
  minLength: 5,
  maxLength: 500,
  description: "Say in one sentence why it is needed; the person who grants it reads this",
};
const hosts = {
  type: "array",
  minItems: 1,
  maxItems: 100,
  description:
    'List hosts as "api.example.com", "localhost:11434", "*.example.com", or "*" for what the user grants',
  items: {
    type: "string",
    maxLength: 260,
    pattern: "^(\\*|(\\*\\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9])?|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?$",
    description: 'Write a lower-case host without scheme or path: "api.example.com" or "localhost:11434"',
  },
};

function permission(kind: string, properties: JsonObject, required: readonly string[]): JsonObject {
  return {
    type: "object",
    properties: { kind: { const: kind }, reason, ...properties },
    required: ["kind", ...required, "reason"],
    additionalProperties: false,
  };
}

/** The schema of one entry of `permissions`, by its kind. */
export const permissionSchemas: Readonly<Record<string, JsonObject>> = {
  files: permission("files", {
    access: { enum: ["read", "write"], description: 'Say "read" or "write"; ask for both with two entries' },
  }, ["access"]),
  git: permission("git", {}, []),
  artifacts: permission("artifacts", {}, []),
  models: permission("models", {
    use: {
      type: "array",
      minItems: 1,
      maxItems: 50,
      description:
        'List tasks and instruments as "instrument/review", "openai/gpt", "openai/*", or "*" for what the user grants',
      items: {
        type: "string",
        pattern: "^(\\*|[a-z][a-z0-9-]{0,63}/(\\*|[a-z][a-z0-9-]{0,63}))$",
        description: 'Name a task or an instrument as a workflow does: "instrument/review" or "openai/gpt"',
      },
    },
  }, ["use"]),
  editor: permission("editor", {
    access: {
      enum: ["read", "propose"],
      description: 'Say "read" or "propose"; ask for both with two entries',
    },
  }, ["access"]),
  notifications: permission("notifications", {}, []),
  net: permission("net", { hosts }, ["hosts"]),
  secret: permission("secret", {
    name: {
      type: "string",
      pattern: "^[a-z][a-z0-9-]{0,63}$",
      description: "Name it in lower case, as openai",
    },
    // All of them are shown to the person.
    hosts: { ...hosts, maxItems: 16 },
    header: {
      type: "string",
      pattern: "^[A-Za-z0-9-]{1,64}$",
      description: "Name the HTTP header that carries it",
    },
    prefix: {
      type: "string",
      maxLength: 32,
      description: 'Give what stands before it, for example "Bearer "',
    },
    env: {
      type: "string",
      pattern: "^[A-Z_][A-Z0-9_]{0,127}$",
      description: "Name the environment variable that usually holds it, as OPENAI_API_KEY",
    },
  }, ["name", "hosts", "header"]),
};

const count = (most: number, what: string): JsonObject => ({
  type: "integer",
  minimum: 1,
  maximum: most,
  description: `Give ${what}, a whole number from 1 to ${most}`,
});

/** Everything but the details of the permissions. */
export const manifestSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Symphony extension manifest",
  type: "object",
  required: ["id", "name", "version", "kind", "description", "entry"],
  additionalProperties: false,
  properties: {
    $schema: { type: "string", description: "The address of this schema, for editors" },
    id: {
      type: "string",
      pattern: "^[a-z][a-z0-9-]{0,63}/[a-z][a-z0-9-]{0,63}$",
      description: "Write publisher/name in lower-case letters, digits and hyphens",
    },
    name: { type: "string", minLength: 1, maxLength: 80, description: "Give the name that people see" },
    version: {
      type: "string",
      pattern: "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$",
      description: 'Write a semantic version such as "1.0.0"',
    },
    kind: {
      enum: ["operator", "instrument", "motif"],
      description: 'Say "operator", "instrument" or "motif"',
    },
    description: {
      type: "string",
      minLength: 1,
      maxLength: 500,
      description: "Say in a sentence what it does",
    },
    entry: {
      type: "string",
      pattern: "^(?!/)(?!.*(^|/)\\.\\.(/|$)).+\\.(ts|js|mjs)$",
      description: "Name the module with the default export, below the manifest's folder, as main.ts",
    },
    assets: {
      type: "array",
      maxItems: 200,
      description: "List the files that the code reads: relative paths, or npm:PACKAGE/FILE",
      items: {
        type: "string",
        pattern: "^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$",
        description: "Name a file below the manifest's folder, or npm:PACKAGE/FILE",
      },
    },
    permissions: {
      type: "array",
      maxItems: 50,
      description: "List what the extension asks for, each with a reason",
      items: {
        type: "object",
        required: ["kind"],
        properties: {
          kind: {
            enum: Object.keys(permissionSchemas),
            description: `Choose one of ${Object.keys(permissionSchemas).join(", ")}`,
          },
        },
      },
    },
    optional: {
      type: "array",
      maxItems: 50,
      description: "List what it can do without, asked when it is first wanted, each with a reason",
      items: {
        type: "object",
        required: ["kind"],
        properties: {
          kind: {
            enum: Object.keys(permissionSchemas),
            description: `Choose one of ${Object.keys(permissionSchemas).join(", ")}`,
          },
        },
      },
    },
    tier: {
      enum: ["full", "light"],
      description: 'Say "light" for operators that use no capability, else "full"',
    },
    resources: {
      type: "object",
      additionalProperties: false,
      description: "Give memoryMb, instances, concurrency, cpuMsPerSec, networkMb, tokens, usd",
      properties: {
        memoryMb: { ...count(16_384, "megabytes of memory") },
        instances: { ...count(64, "how many instances may run at once") },
        concurrency: { ...count(1024, "how many calls one instance takes at once") },
        cpuMsPerSec: { ...count(64_000, "milliseconds of CPU a second, 1000 for a whole core") },
        networkMb: { ...count(1_000_000, "megabytes over the network in one session") },
        tokens: { ...count(1_000_000_000, "tokens of models in one session") },
        usd: { type: "number", exclusiveMinimum: 0, description: "Give US dollars in one session" },
      },
    },
    dependencies: {
      type: "object",
      maxProperties: 100,
      propertyNames: { pattern: "^[a-z][a-z0-9-]{0,63}/[a-z][a-z0-9-]{0,63}$" },
      additionalProperties: { type: "string", minLength: 1, maxLength: 100 },
      description: 'Name extensions with a range of versions: { "acme/base": "^1.2.0" }',
    },
    engine: {
      type: "string",
      minLength: 1,
      maxLength: 100,
      description: 'Give the range of Symphony versions, as ">=0.1.0"',
    },
    activation: {
      type: "array",
      maxItems: 50,
      description: "List when it starts: onStart, onView:ID, onCommand:TYPE or onNode:TYPE",
      items: {
        type: "string",
        pattern: "^(onStart|on(View|Command|Node):[a-z*][a-z0-9*/-]*)$",
        description: 'Write "onStart", "onView:ID", "onCommand:TYPE" or "onNode:TYPE"',
      },
    },
    contributes: contributesSchema,
    license: { type: "string", minLength: 1, maxLength: 200, description: "Give an SPDX expression, as MIT" },
    author: { type: "string", minLength: 1, maxLength: 200, description: "Say who made it" },
    homepage: {
      type: "string",
      pattern: "^https://[^\\s]+$",
      maxLength: 500,
      description: "Give an https address",
    },
    config: {
      type: "object",
      required: ["type", "properties"],
      properties: { type: { const: "object" }, properties: { type: "object" } },
      description: 'Give an object schema: { "type": "object", "properties": { … } }',
    },
  },
};

/** The whole schema, permissions included, as published for editors. */
export function publishedSchema(): JsonObject {
  const properties = manifestSchema["properties"] as JsonObject;
  const list = properties["permissions"] as JsonObject;
  return {
    ...manifestSchema,
    properties: {
      ...properties,
      permissions: { ...list, items: { oneOf: Object.values(permissionSchemas) } },
      optional: {
        ...(properties["optional"] as JsonObject),
        items: { oneOf: Object.values(permissionSchemas) },
      },
    },
  };
}
