/**
 * A part of a workflow becomes a workflow of its own: what it read from outside are its inputs, what others read from it its
 * outputs, and one node stands in its place. Pure.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, type JsonSchema } from "../../../../core/json.ts";
import { INPUTS, objectOf, OUTPUTS } from "./board_node.ts";
import { type Change, ChangeDraft, type Ground } from "./change.ts";
import type { Point } from "./commands.ts";
import { empty } from "./graph.ts";
import { freeName } from "./names.ts";
import type { Parts } from "./parts.ts";
import { applyEdits, sortedEdits } from "./text_edit.ts";
import { renamedNode } from "./clipboard.ts";
import { type TextStyle, valueText } from "./value_text.ts";

export interface Collapsed {
  /** The text of the new file. */
  readonly text: string;
  readonly change: Change;
}

/** Why the nodes cannot become a workflow of their own; undefined where they can. */
export function collapseFault({ graph }: Ground, ids: ReadonlySet<string>): string | undefined {
  if ([...ids].filter((id) => graph.nodes.has(id)).length === 0) return "Choose the nodes first";
  if (ids.has(INPUTS) || ids.has(OUTPUTS)) return "The workflow's inputs and outputs stay";
  for (const { from, to, isPlain, text, kind } of graph.edges) {
    const isIn = ids.has(to);
    if (ids.has(from) === isIn) continue;
    if (!isPlain) return `"${text}" reads ${from} in a larger expression; only plain connections can be cut`;
    if (kind !== "data") {
      return `${to} depends on ${from} by "${kind}"; only data can cross into a workflow of its own`;
    }
  }
  return undefined;
}

/** The new workflow, and the change that puts a node for it in the place of its parts; in parts. */
export function* collapse(
  ground: Ground,
  ids: ReadonlySet<string>,
  id: string,
  name: string,
  file: string,
  at: Point,
): Parts<Collapsed> {
  const { graph, style } = ground;
  const inputs = new Map<string, { readonly expression: string; readonly schema: JsonSchema }>();
  const outputs = new Map<string, string>();
  const node = freeName(id.replaceAll("-", "_"), (one) => graph.nodes.has(one) && !ids.has(one));
  const draft = new ChangeDraft(ground);
  const renamed = new Map<string, string>();
  const named = new Map<string, string>();
  const next = { inputs: new Map<string, number>(), outputs: new Map<string, number>() };
  for (const edge of graph.edges) {
    yield;
    if (ids.has(edge.to) && !ids.has(edge.from)) {
      const known = renamed.get(edge.text);
      if (known !== undefined) continue;
      const input = freeName(edge.text.split(".").at(-1) ?? "value", (one) => inputs.has(one), next.inputs);
      const schema = graph.nodes.get(edge.to)?.inputs.find((port) => port.name === edge.toPort)?.schema ??
        true;
      inputs.set(input, { expression: edge.text, schema: isObject(schema) ? schema : {} });
      renamed.set(edge.text, `inputs.${input}`);
    } else if (ids.has(edge.from) && !ids.has(edge.to)) {
      const output = named.get(edge.text) ??
        freeName(edge.text.split(".").at(-1) ?? "value", (one) => outputs.has(one), next.outputs);
      named.set(edge.text, output);
      outputs.set(output, edge.text);
      const now = `${node}.${output}`;
      if (edge.to === OUTPUTS) draft.setHead(["outputs", edge.toPort], now);
      else draft.set(edge.to, edge.path, now);
    }
  }
  const nodes: (readonly [string, JsonObject])[] = [];
  for (const one of ids) {
    const { value } = graph.nodes.get(one) ?? {};
    if (value === undefined) continue;
    nodes.push([one, withInputs(value, renamed)]);
    draft.remove(one);
    yield;
  }
  const workflow: JsonObject = {
    schema: 1,
    id,
    name,
    version: "1.0.0",
    inputs: Object.fromEntries([...inputs].map(([input, { schema }]) => [input, schema as Json])),
    nodes: {},
    outputs: Object.fromEntries(outputs),
  };
  draft.add(node, {
    use: "control/workflow",
    workflow: `./${file.split("/").at(-1)}`,
    title: name,
    in: Object.fromEntries([...inputs].map(([input, { expression }]) => [input, expression])),
    position: { x: Math.round(at.x), y: Math.round(at.y) },
  });
  const change = { label: `Collapse to ${name}`, edits: yield* draft.editsInParts(), select: [node] };
  return { text: yield* workflowText(workflow, nodes, style), change };
}

/** The file of a workflow with these nodes. */
function* workflowText(
  workflow: JsonObject,
  nodes: readonly (readonly [string, JsonObject])[],
  style: TextStyle,
): Parts<string> {
  const text = `${valueText(workflow, style, "", 200)}${style.newline}`;
  const draft = new ChangeDraft({ text, scope: [], graph: empty, style });
  for (const [name, value] of nodes) draft.add(name, value);
  return applyEdits(text, sortedEdits(yield* draft.editsInParts()));
}

function withInputs(value: JsonObject, renamed: ReadonlyMap<string, string>): JsonObject {
  const bindings = objectOf(value["in"]);
  const changed = Object.fromEntries(
    Object.entries(bindings).map((
      [port, text],
    ) => [port, typeof text === "string" ? renamed.get(text) ?? text : text]),
  );
  return renamedNode(Object.keys(bindings).length === 0 ? value : { ...value, in: changed }, new Map());
}
