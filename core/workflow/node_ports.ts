/**
 * The ports of a node: what it takes and what it gives, with their types. For control kinds whose output has the type of
 * their input (branch, merge) the types follow when the plan knows what is connected.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonSchema, own } from "../json.ts";
import { type Catalog, type Effect, portSchema } from "./catalog.ts";
import type { NodeDefinition, WorkflowDefinition } from "./definition.ts";

export interface InputPort {
  readonly schema: JsonSchema;
  /** Required and without a default. */
  readonly isRequired: boolean;
}

export interface NodePorts {
  readonly inputs: ReadonlyMap<string, InputPort>;
  /** The inputs that are required. */
  readonly required: readonly string[];
  /** Takes any further port. */
  readonly isOpen: boolean;
  readonly outputs: Map<string, JsonSchema>;
  /** Nothing is known of the outputs. */
  readonly isOpaque: boolean;
  readonly effect: Effect;
}

type Inputs = Pick<NodePorts, "inputs" | "required">;

const anything: InputPort = { schema: true, isRequired: false };
const needed: InputPort = { schema: true, isRequired: true };
const plain = { ...inputsOf([]), isOpen: false, isOpaque: false, effect: "none" } as const;

function inputsOf(ports: readonly (readonly [string, InputPort])[]): Inputs {
  const required = ports.filter(([, { isRequired }]) => isRequired).map(([name]) => name);
  return { inputs: new Map(ports), required };
}

/** Inputs of a body: required where they have no default. */
function bodyPorts(body: WorkflowDefinition): Inputs {
  return inputsOf([...body.inputs].map(([name, input]) => [
    name,
    { schema: input.schema, isRequired: input.default === undefined },
  ]));
}

/** The ports of a call, branch, merge, gate, wait, input or output; `outputs` of a body are given by its plan. */
export function portsOf(
  node: NodeDefinition,
  definition: WorkflowDefinition,
  catalog: Catalog,
  bodyOutputs: ReadonlyMap<string, JsonSchema>,
): NodePorts {
  switch (node.kind) {
    case "call":
      return callPorts(catalog.nodes.get(node.use) ?? catalog.tasks.get(node.use));
    case "branch": {
      const outputs = new Map<string, JsonSchema>(node.cases.map(({ port }) => [port, true]));
      return { ...plain, ...inputsOf([["value", anything]]), outputs };
    }
    case "merge":
      return { ...plain, isOpen: true, outputs: new Map([["value", true]]) };
    case "gate": {
      const answer = answerOf(node.schema ?? true);
      return { ...plain, isOpen: true, outputs: new Map([["approved", answer], ["rejected", answer]]) };
    }
    case "wait":
      return { ...plain, outputs: new Map([["value", true]]) };
    case "loop": {
      const counted: [string, JsonSchema][] = [["iterations", { type: "integer", minimum: 1 }], ["done", {
        type: "boolean",
      }]];
      return { ...plain, ...bodyPorts(node.body), outputs: new Map([...bodyOutputs, ...counted]) };
    }
    case "workflow":
      return { ...plain, ...bodyPorts(node.body), outputs: new Map(bodyOutputs) };
    case "input":
      return { ...plain, outputs: new Map([["value", definition.inputs.get(node.name)?.schema ?? true]]) };
    case "output":
      return { ...plain, ...inputsOf([["value", needed]]), outputs: new Map() };
    case "pass": {
      const inputs = inputsOf(
        Object.keys(node.in).map((name) => [name, { schema: node.types[name] ?? true, isRequired: true }]),
      );
      return { ...plain, ...inputs, outputs: new Map(Object.entries(node.types)) };
    }
  }
}

/** What a person's answer looks like. */
function answerOf(value: JsonSchema): JsonSchema {
  return {
    type: "object",
    properties: { value, by: { type: "string" }, comment: { type: "string" } },
    additionalProperties: false,
  };
}

interface Called {
  readonly input: JsonObject;
  readonly output: JsonObject;
  readonly effect?: Effect;
}

const known = new WeakMap<Called, NodePorts>();

function callPorts(type: Called | undefined): NodePorts {
  if (type === undefined) {
    return { ...plain, isOpen: true, outputs: new Map(), isOpaque: true };
  }
  // The types of a call never change: thousands of nodes share them.
  const before = known.get(type);
  if (before !== undefined) return before;
  const required = own(type.input, "required");
  const names = new Set(Array.isArray(required) ? required as readonly string[] : []);
  const inputs = propertyNames(type.input).map((name): [string, InputPort] => {
    const schema = portSchema(type.input, name) ?? true;
    const hasDefault = isObject(schema) && Object.hasOwn(schema, "default");
    return [name, { schema, isRequired: names.has(name) && !hasDefault }];
  });
  const outputs = new Map(
    propertyNames(type.output).map((name) => [name, portSchema(type.output, name) ?? true]),
  );
  const more = own(type.input, "additionalProperties");
  const ports: NodePorts = {
    ...inputsOf(inputs),
    isOpen: more === true || isObject(more),
    outputs,
    isOpaque: outputs.size === 0 && own(type.output, "additionalProperties") !== false,
    effect: type.effect ?? "network",
  };
  known.set(type, ports);
  return ports;
}

function propertyNames(schema: JsonObject): string[] {
  const properties = own(schema, "properties");
  return isObject(properties) ? Object.keys(properties) : [];
}
