/** What stands at an offset of a workflow's text, in words, and where what it names is defined. Pure. */

import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { isObject } from "../../../../core/json.ts";
import { describe } from "../../../../core/workflow/port_type.ts";
import { INPUTS } from "../../board/model/board_node.ts";
import { tokenAt } from "./text_place.ts";
import { schemasAt, valuesOf, wordsOf } from "./schema_walk.ts";
import { expressionAt, type Ground, groundOf, schemasOf, type WorkflowKnowledge } from "./workflow_ground.ts";

export interface Told {
  readonly from: number;
  readonly to: number;
  /** The thing itself, as code. */
  readonly code: string;
  readonly words: readonly string[];
}

/** Undefined where nothing is known. */
export function toldAt(text: string, offset: number, known: WorkflowKnowledge): Told | undefined {
  const place = tokenAt(text, offset);
  if (place === undefined) return undefined;
  const ground = groundOf(text, place, known);
  const told = place.kind === "key" ? ofKey(ground) : ofName(text, offset, ground) ?? ofValue(text, ground);
  if (told === undefined || told.words.length === 0 && told.code === "") return undefined;
  return { from: place.from, to: place.to, ...told };
}

type Words = Partial<Told> & Pick<Told, "code" | "words">;

function ofKey(ground: Ground): Words | undefined {
  const { place, node, field, graph } = ground;
  const name = String(place.path.at(-1));
  if (node !== undefined && field.length === 0) return ofNode(ground, node);
  const port = (field[0] === "in" || field[0] === "with") && field.length === 2
    ? graph.nodes.get(node ?? "")?.inputs.find((one) => one.name === name)
    : undefined;
  if (port !== undefined) {
    const about = isObject(port.schema) ? wordsOf([port.schema]) : [];
    return {
      code: `${name}: ${describe(port.schema)}`,
      words: [...about, ...(port.isRequired ? ["Has to be given."] : [])],
    };
  }
  const schemas = schemasOf(ground);
  const type = schemas.map((schema) => describe(schema)).find((word) => word !== "anything");
  const words = wordsOf(schemas);
  return words.length === 0 ? undefined : { code: type === undefined ? name : `${name}: ${type}`, words };
}

function ofValue(text: string, ground: Ground): Words | undefined {
  const { place, field, node } = ground;
  const { path } = place;
  const content = text.slice(place.start, place.isString ? place.to - 1 : place.to);
  if (node !== undefined && field[0] === "use" && field.length === 1) return ofUse(ground, content);
  if (field[0] === "quality" && (path.at(-1) === "judge" || path.at(-1) === "use")) {
    return ofUse(ground, content);
  }
  const value = place.isString
    ? content
    : JSON.parse(`[${/^(?:true|false|null|-?\d[\d.eE+-]*)$/.test(content) ? content : 0}]`)[0];
  const about = valuesOf(schemasOf(ground)).get(value);
  return about === undefined || about === "" ? undefined : { code: content, words: [about] };
}

function ofUse({ known: { catalog, components } }: Ground, use: string): Words | undefined {
  const type = catalog.nodes.get(use as never) ?? catalog.tasks.get(use as never);
  if (type === undefined) {
    const component = components.find((one) => one.use === use);
    return component === undefined
      ? undefined
      : { code: use, words: [`${component.title}: ${component.description}`] };
  }
  const ports = (object: typeof type.input) =>
    Object.entries(isObject(object["properties"]) ? object["properties"] : {}).map(([name, schema]) =>
      `${name}: ${describe(schema as never)}`
    ).join(", ");
  const unavailable = "instrument" in type ? type.instrument?.unavailable : undefined;
  return {
    code: `${use}\ntakes ${ports(type.input) || "nothing"}\ngives ${ports(type.output) || "nothing"}`,
    words: [
      `${type.title}: ${type.description}`,
      ...(unavailable === undefined ? [] : [`Not usable now: ${unavailable}.`]),
      `From ${type.extension}.`,
    ],
  };
}

function ofNode(ground: Ground, id: string): Words | undefined {
  const node = ground.graph.nodes.get(id);
  if (node === undefined || node.use === "") return undefined;
  const about = node.value["description"];
  const outputs = node.outputs.map(({ name, schema }) => `${name}: ${describe(schema)}`).join(", ");
  return {
    code: `${id}: ${node.use}${outputs === "" ? "" : `\ngives ${outputs}`}`,
    words: [...(node.title === id ? [] : [node.title]), ...(typeof about === "string" ? [about] : [])],
  };
}

interface Named {
  readonly from: number;
  readonly to: number;
  readonly root: string;
  readonly port: string | undefined;
}

/** The node or input that is named at an offset of an expression or a list of nodes. */
function nameAt(text: string, offset: number, ground: Ground): Named | undefined {
  const { place, field, path } = ground;
  const isList = field[0] === "after" || path[0] === "board" && path[1] === "groups";
  if (place.kind === "key" || !place.isString || !isList && expressionAt(ground) === undefined) {
    return undefined;
  }
  for (
    const { 0: chain, index } of text.slice(place.start, place.to).matchAll(
      /(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/g,
    )
  ) {
    const from = place.start + index;
    if (offset < from || offset > from + chain.length) continue;
    const [root = "", port] = chain.split(".");
    return { from, to: from + chain.length, root, port };
  }
  return undefined;
}

function ofName(text: string, offset: number, ground: Ground): Words | undefined {
  const found = nameAt(text, offset, ground);
  if (found === undefined) return undefined;
  const { from, to, root, port } = found;
  const node = ground.graph.nodes.get(root === "inputs" ? INPUTS : root);
  if (node === undefined) return undefined;
  const output = port === undefined ? undefined : node.outputs.find(({ name }) => name === port);
  if (output === undefined) {
    const told = root === "inputs" ? undefined : ofNode(ground, root);
    return told === undefined ? undefined : { from, to, ...told };
  }
  const about = isObject(output.schema) ? wordsOf(schemasAt(output.schema, undefined, [])) : [];
  const whose = root === "inputs"
    ? "An input of the workflow."
    : `Of ${node.title === root ? root : `${node.title} (${root})`}, ${node.use}.`;
  const isList = root !== "inputs" && ground.types.isFan(root) && !ground.types.isFan(ground.node ?? "");
  return {
    from,
    to,
    code: `${root}.${port}: ${isList ? `array of ${describe(output.schema)}` : describe(output.schema)}`,
    words: [...about, whose],
  };
}

export type Definition = { readonly offset: number } | { readonly workflow: string };

/** Where the node, the input or the workflow is that is named at an offset. */
export function definitionAt(text: string, offset: number, known: WorkflowKnowledge): Definition | undefined {
  const place = tokenAt(text, offset);
  if (place === undefined || place.kind === "key") return undefined;
  const ground = groundOf(text, place, known);
  if (ground.field[0] === "workflow" && ground.field.length === 1) {
    return { workflow: text.slice(place.start, place.to - 1) };
  }
  const named = nameAt(text, offset, ground);
  const tree = named === undefined ? undefined : parseTree(text, [], { allowTrailingComma: true });
  if (named === undefined || tree === undefined) return undefined;
  const { root, port } = named;
  const below = root === "inputs" ? ["inputs", port ?? ""] : ["nodes", root];
  const key = findNodeAtLocation(tree, [...ground.scope, ...below])?.parent?.children?.[0];
  return key === undefined ? undefined : { offset: key.offset + 1 };
}
