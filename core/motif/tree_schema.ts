/**
 * The JSON Schema of a motif's tree, from which `schemas/motif_tree.schema.json` is written, and its documentation.
 *
 * @module
 */

import type { JsonObject } from "../json.ts";
import { components } from "./components.ts";

/** The schema of a tree, with every component. */
export function treeSchema(): JsonObject {
  const names = Object.keys(components);
  const definitions = Object.fromEntries(names.map((name): [string, JsonObject] => {
    const { description, props, required, holds, events } = components[name] as typeof components[string];
    return [name, {
      type: "object",
      description,
      required: required.length > 0 ? ["is", "props"] : ["is"],
      additionalProperties: false,
      properties: {
        is: { const: name },
        key: { type: "string", description: "Keeps focus and place between two trees" },
        props: { type: "object", additionalProperties: false, required, properties: props },
        ...(holds ? { children: { type: "array", items: { $ref: "#/$defs/node" } } } : {}),
        ...(events.length === 0 ? {} : {
          on: {
            type: "object",
            additionalProperties: false,
            properties: Object.fromEntries(
              events.map((event) => [event, { type: "string", minLength: 1, maxLength: 200 }]),
            ),
          },
        }),
      },
    }];
  }));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Symphony motif tree",
    $ref: "#/$defs/node",
    $defs: {
      ...definitions,
      node: { oneOf: [{ type: "string" }, ...names.map((name) => ({ $ref: `#/$defs/${name}` }))] },
    },
  };
}

/** A table of all components in Markdown. */
export function componentTable(): string {
  const rows = Object.entries(components).map(([name, { description, props, required, holds, events }]) => {
    const named = Object.keys(props).map((prop) => `\`${prop}\`${required.includes(prop) ? "" : "?"}`).join(
      " ",
    );
    return `| \`${name}\` | ${description} | ${named} | ${events.join(", ")} | ${holds ? "yes" : ""} |`;
  });
  return [
    "| component | what it is | properties | events | holds others |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ]
    .join("\n") + "\n";
}
