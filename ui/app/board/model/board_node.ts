/**
 * A node as the board shows it: what it is, its ports with their types, and what it reads. Made from the node's text alone,
 * so that a node whose text has not changed is not made again.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, type JsonSchema, own } from "../../../../core/json.ts";
import type { NodeTypeId } from "../../../../core/ids.ts";
import {
  type Catalog,
  type Effect,
  portSchema,
  servingTask,
  type TaskType,
} from "../../../../core/workflow/catalog.ts";
import { isControlUse } from "../../../../core/workflow/fields.ts";
import { type Read, readsOf } from "./reads.ts";

/** `folded` is the box of a group. */
export type NodeGroup = "operator" | "instrument" | "control" | "input" | "output" | "unknown" | "folded";

export interface BoardPort {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
  /** Something is bound to it, by expression or as a constant. */
  readonly isBound: boolean;
}

export interface BoardNode {
  readonly id: string;
  /** Its value as it stands in the file. */
  readonly text: string;
  readonly value: JsonObject;
  readonly use: string;
  readonly group: NodeGroup;
  readonly title: string;
  readonly inputs: readonly BoardPort[];
  readonly outputs: readonly BoardPort[];
  /** Takes further inputs of any name. */
  readonly isOpen: boolean;
  readonly effect: Effect;
  /** Not done: it hands on what it takes. */
  readonly isDisabled: boolean;
  readonly reads: readonly Read[];
  /** Why the instrument cannot be used now. */
  readonly unavailable?: string;
}

/** The workflow's own inputs and outputs stand on the board as two nodes. */
export const INPUTS = "$inputs";
export const OUTPUTS = "$outputs";

interface Ports {
  readonly inputs: readonly (readonly [string, JsonSchema, boolean])[];
  readonly outputs: readonly (readonly [string, JsonSchema])[];
  readonly isOpen: boolean;
}

/** What a workflow that another one runs takes and gives. */
export interface WorkflowPorts {
  /** As in the file: schemas by name. */
  readonly inputs: JsonObject;
  readonly outputs: readonly string[];
}

/** The catalogue, with what is known of other workflows by how nodes name them. */
export interface BoardCatalog extends Catalog {
  readonly workflows?: ReadonlyMap<string, WorkflowPorts>;
}

/** The node `id` whose text is `text` and whose value was read from it. */
export function boardNode(id: string, text: string, value: JsonObject, catalog: BoardCatalog): BoardNode {
  const use = typeof value["use"] === "string" ? value["use"] : "";
  const type = catalog.nodes.get(use as NodeTypeId);
  const task = catalog.tasks.get(use as NodeTypeId);
  const ports = isControlUse(use) ? controlPorts(use, value, catalog) : callPorts(type ?? task);
  const { inputs, outputs } = shownPorts(ports, [
    ...Object.keys(objectOf(value["in"])),
    ...Object.keys(objectOf(value["with"])),
  ]);
  const title = value["title"];
  const isDisabled = value["disabled"] === true;
  const unavailable = type?.instrument?.unavailable;
  return {
    id,
    text,
    value,
    use,
    group: groupOf(use, type?.kind ?? (task === undefined ? undefined : "instrument")),
    title: typeof title === "string" && title !== "" ? title : id,
    inputs,
    outputs,
    isOpen: ports.isOpen,
    effect: isDisabled ? "none" : type?.effect ?? (task === undefined ? "none" : taskEffect(catalog, task)),
    isDisabled,
    reads: readsOf(value),
    ...(unavailable === undefined ? {} : { unavailable }),
  };
}

interface ShownPorts {
  readonly inputs: readonly BoardPort[];
  readonly outputs: readonly BoardPort[];
}

/** By the names that are bound. A large file has thousands of nodes of one type with the same bound: they share their ports. */
const madePorts = new WeakMap<Ports, Map<string, ShownPorts>>();
const MOST_MADE = 1000;

function shownPorts(ports: Ports, names: readonly string[]): ShownPorts {
  let made = madePorts.get(ports);
  if (made === undefined) madePorts.set(ports, made = new Map());
  const key = JSON.stringify(names);
  const known = made.get(key);
  if (known !== undefined) return known;
  const bound = new Set(names);
  const own = new Set(ports.inputs.map(([name]) => name));
  const further = [...bound].filter((name) => !own.has(name));
  const shown: ShownPorts = {
    inputs: [
      ...ports.inputs.map(([name, schema, isRequired]) => ({
        name,
        schema,
        isRequired,
        isBound: bound.has(name),
      })),
      ...further.map((name) => ({ name, schema: true, isRequired: false, isBound: true })),
    ],
    outputs: ports.outputs.map(([name, schema]) => ({ name, schema, isRequired: false, isBound: false })),
  };
  if (made.size >= MOST_MADE) made.clear();
  made.set(key, shown);
  return shown;
}

/** True where the file may say that the node is not done: control nodes that only say where the run goes cannot be. */
export function mayDisable({ id, use }: Pick<BoardNode, "id" | "use">): boolean {
  if (id === INPUTS || id === OUTPUTS || use === "") return false;
  return !isControlUse(use) || use === "control/loop" || use === "control/workflow";
}

/** What a task may do is what whoever serves it may: an agent that serves it can write. */
function taskEffect(catalog: Catalog, task: TaskType): Effect {
  return servingTask(catalog, task).some(({ effect }) => effect === "write") ? "write" : "network";
}

function groupOf(use: string, kind: "operator" | "instrument" | undefined): NodeGroup {
  if (use === "control/input") return "input";
  if (use === "control/output") return "output";
  if (isControlUse(use)) return "control";
  return kind ?? "unknown";
}

type CallType = { readonly input: JsonObject; readonly output: JsonObject };

const unknownPorts: Ports = { inputs: [], outputs: [], isOpen: true };
const madeCalls = new WeakMap<CallType, Ports>();

function callPorts(type: CallType | undefined): Ports {
  if (type === undefined) return unknownPorts;
  let ports = madeCalls.get(type);
  if (ports === undefined) madeCalls.set(type, ports = portsOfCall(type));
  return ports;
}

function portsOfCall(type: CallType): Ports {
  const required = own(type.input, "required");
  const needed = new Set(Array.isArray(required) ? required as readonly string[] : []);
  const more = own(type.input, "additionalProperties");
  return {
    inputs: propertyNames(type.input).map((name) => {
      const schema = portSchema(type.input, name) ?? true;
      const hasDefault = isObject(schema) && Object.hasOwn(schema, "default");
      return [name, schema, needed.has(name) && !hasDefault];
    }),
    outputs: propertyNames(type.output).map((name) => [name, portSchema(type.output, name) ?? true]),
    isOpen: more === true || isObject(more),
  };
}

function controlPorts(use: string, value: JsonObject, { workflows }: BoardCatalog): Ports {
  const closed = { isOpen: false };
  switch (use) {
    case "control/branch":
      return {
        inputs: [["value", true, false]],
        outputs: caseNames(value["cases"]).map((name) => [name, true]),
        ...closed,
      };
    case "control/merge":
      return { inputs: [], outputs: [["value", true]], isOpen: true };
    case "control/gate": {
      const answer: JsonSchema = {
        type: "object",
        properties: { value: asSchema(value["schema"]), by: { type: "string" }, comment: { type: "string" } },
      };
      return { inputs: [], outputs: [["approved", answer], ["rejected", answer]], isOpen: true };
    }
    case "control/wait":
      return { inputs: [], outputs: [["value", true]], ...closed };
    case "control/loop": {
      const body = objectOf(value["body"]);
      const outputs = Object.keys(objectOf(body["outputs"])).map((
        name,
      ): [string, JsonSchema] => [name, true]);
      return {
        inputs: bodyInputs(body),
        outputs: [...outputs, ["iterations", { type: "integer", minimum: 1 }], ["done", { type: "boolean" }]],
        ...closed,
      };
    }
    case "control/workflow": {
      const known = workflows?.get(String(value["workflow"]));
      if (known === undefined) return { inputs: [], outputs: [], isOpen: true };
      return {
        inputs: bodyInputs({ inputs: known.inputs }),
        outputs: known.outputs.map((name) => [name, true]),
        ...closed,
      };
    }
    case "control/input":
      return { inputs: [], outputs: [["value", true]], ...closed };
    default:
      return { inputs: [["value", true, true]], outputs: [], ...closed };
  }
}

/** Inputs of a body or file: required where they have no default. */
export function bodyInputs(body: JsonObject): readonly (readonly [string, JsonSchema, boolean])[] {
  return Object.entries(objectOf(body["inputs"])).map(([name, schema]) => {
    const { default: fallback, ...rest } = objectOf(schema);
    return [name, rest, fallback === undefined] as const;
  });
}

function caseNames(cases: Json | undefined): readonly string[] {
  if (Array.isArray(cases)) {
    return cases.flatMap((one) => {
      const port = own(one as Json, "port");
      return typeof port === "string" ? [port] : [];
    });
  }
  return Object.keys(objectOf(cases));
}

function asSchema(value: Json | undefined): JsonSchema {
  return typeof value === "boolean" || isObject(value) ? value : true;
}

function propertyNames(schema: JsonObject): readonly string[] {
  return Object.keys(objectOf(own(schema, "properties")));
}

/** The object, or an empty one for anything else. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
