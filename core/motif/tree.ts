/**
 * A motif's tree: what an extension wants to be shown, as data. It names components of `components.ts`, gives them
 * properties and children, and says under which id an event comes back. No markup, no style, no script.
 *
 * Invariants: (1) what `readTree` gives holds only known components with properties that fit, so that whoever draws it
 * need not check again; (2) an unknown component or property is left out and told, never drawn; (3) size and depth
 * are bounded.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../json.ts";
import { validate } from "../workflow/json_schema.ts";
import { didYouMean } from "../workflow/suggest.ts";
import { components, type ComponentSpec, type TreeEventName } from "./components.ts";

export interface TreeNode {
  /** The component's name. */
  readonly is: string;
  /** Keeps focus and place between two trees; unique among its siblings. */
  readonly key?: string;
  readonly props: JsonObject;
  readonly children: readonly TreeNode[];
  /** Event name to the id under which the view is told. */
  readonly on: Readonly<Partial<Record<TreeEventName, string>>>;
}

/** What a person did, as the view is told. */
export interface TreeEvent {
  /** As the tree's `on` named it. */
  readonly id: string;
  readonly name: TreeEventName;
  /** The new value of `change`, `submit` and `select`. */
  readonly value?: Json;
}

export interface TreeProblem {
  /** `children.0.props.value` */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

export interface ReadTree {
  /** Undefined where nothing of it can be shown. */
  readonly tree: TreeNode | undefined;
  readonly problems: readonly TreeProblem[];
}

/** A view that needs more than this is an editor of its own. */
export const MAX_NODES = 5_000;
export const MAX_DEPTH = 64;
const MAX_PROBLEMS = 50;

/** Reads a tree; never throws. Parts that do not fit are left out and told. */
export function readTree(value: Json | undefined): ReadTree {
  const reading: Reading = { nodes: 0, problems: [] };
  const tree = value === undefined ? undefined : readNode(value, "", 0, reading);
  if (value === undefined) {
    tell(reading, "", "Found no tree", 'Give { "is": "text", "props": { "value": "…" } }');
  }
  return { tree, problems: reading.problems };
}

interface Reading {
  nodes: number;
  readonly problems: TreeProblem[];
}

function readNode(value: Json, path: string, depth: number, reading: Reading): TreeNode | undefined {
  // A string is short for a text.
  if (typeof value === "string") return { is: "text", props: { value }, children: [], on: {} };
  if (!isObject(value)) {
    tell(reading, path, `Found ${shown(value)}`, "A node is an object with is, props, children and on");
    return undefined;
  }
  const { is } = value;
  const spec = typeof is === "string" && Object.hasOwn(components, is) ? components[is] : undefined;
  if (typeof is !== "string" || spec === undefined) {
    const hint = didYouMean(String(is ?? ""), Object.keys(components), "components");
    tell(reading, join(path, "is"), `Found the unknown component ${shown(is)}`, hint);
    return undefined;
  }
  reading.nodes++;
  if (reading.nodes > MAX_NODES || depth > MAX_DEPTH) {
    const most = depth > MAX_DEPTH ? `${MAX_DEPTH} levels` : `${MAX_NODES} nodes`;
    tell(reading, path, `Found more than ${most}`, "Show less at once");
    return undefined;
  }
  for (const name of Object.keys(value)) {
    if (["is", "key", "props", "children", "on"].includes(name)) continue;
    const known = ["is", "key", "props", "children", "on", ...Object.keys(spec.props)];
    tell(reading, join(path, name), `Found the unknown member "${name}"`, didYouMean(name, known, "members"));
  }
  const props = readProps(value["props"] ?? {}, spec, is, join(path, "props"), reading);
  if (props === undefined) return undefined;
  const key = value["key"];
  return {
    is,
    ...(typeof key === "string" ? { key } : {}),
    props,
    children: readChildren(value["children"], spec, is, join(path, "children"), depth, reading),
    on: readEvents(value["on"], spec, is, join(path, "on"), reading),
  };
}

/** The properties that fit; undefined where a needed one does not. */
function readProps(
  value: Json,
  spec: ComponentSpec,
  is: string,
  path: string,
  reading: Reading,
): JsonObject | undefined {
  const given = isObject(value) ? value : {};
  const fit: Record<string, Json> = {};
  for (const [name, one] of Object.entries(given)) {
    const schema = Object.hasOwn(spec.props, name) ? spec.props[name] : undefined;
    if (schema === undefined) {
      const hint = didYouMean(name, Object.keys(spec.props), `properties of ${is}`);
      tell(reading, join(path, name), `Found the unknown property "${name}" of ${is}`, hint);
      continue;
    }
    const fault = validate(schema, one)[0];
    if (fault === undefined) fit[name] = one;
    else {
      const place = join(path, fault.path === "" ? name : `${name}.${fault.path}`);
      tell(reading, place, fault.message, String(schema["description"] ?? ""));
    }
  }
  const missing = spec.required.filter((name) => !Object.hasOwn(fit, name));
  for (const name of missing) {
    if (Object.hasOwn(given, name)) continue;
    tell(reading, path, `Found no "${name}" of ${is}`, String(spec.props[name]?.["description"] ?? ""));
  }
  return missing.length === 0 ? fit : undefined;
}

function readChildren(
  value: Json | undefined,
  spec: ComponentSpec,
  is: string,
  path: string,
  depth: number,
  reading: Reading,
): readonly TreeNode[] {
  if (value === undefined) return [];
  if (!spec.holds && Array.isArray(value) && value.length === 0) return [];
  if (!spec.holds) {
    tell(reading, path, `Found children of ${is}`, `${is} holds none; put a stack around both`);
    return [];
  }
  if (!Array.isArray(value)) {
    tell(reading, path, `Found ${shown(value)}`, "Children are a list of nodes");
    return [];
  }
  const nodes: TreeNode[] = [];
  for (const [at, child] of value.entries()) {
    if (reading.nodes >= MAX_NODES) {
      tell(reading, join(path, String(at)), `Found more than ${MAX_NODES} nodes`, "Show less at once");
      break;
    }
    const node = readNode(child, join(path, String(at)), depth + 1, reading);
    if (node !== undefined) nodes.push(node);
  }
  return nodes;
}

function readEvents(
  value: Json | undefined,
  spec: ComponentSpec,
  is: string,
  path: string,
  reading: Reading,
): TreeNode["on"] {
  if (value === undefined) return {};
  const on: Partial<Record<TreeEventName, string>> = {};
  for (const [name, id] of Object.entries(isObject(value) ? value : {})) {
    const event = spec.events.find((known) => known === name);
    if (event === undefined) {
      const hint = didYouMean(name, spec.events, `events of ${is}`);
      tell(reading, join(path, name), `Found the unknown event "${name}" of ${is}`, hint);
    } else if (typeof id !== "string" || id === "" || id.length > 200) {
      tell(reading, join(path, name), `Found ${shown(id)}`, "Name the id under which the view is told");
    } else on[event] = id;
  }
  return on;
}

function tell(reading: Reading, path: string, message: string, hint: string): void {
  if (reading.problems.length < MAX_PROBLEMS) reading.problems.push({ path, message, hint });
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function shown(value: Json | undefined): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}
