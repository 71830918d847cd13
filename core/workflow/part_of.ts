/**
 * The part of a workflow that some of its nodes need: these and everything before them, by data, condition or order alone. What is
 * carried out of it is a workflow like any other; what was left out is said beside it. Pure.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import { parseExpression } from "./cel.ts";
import type { NodeDefinition, WorkflowDefinition } from "./definition.ts";

/** How far a run goes, and what of its workflow is left out for it. */
export interface PartNote {
  /** The nodes as far as which it goes. */
  readonly to: readonly NodeId[];
  /** Nodes that none of them needs, in the order of the file: not begun, and neither failed nor skipped. */
  readonly nodes: readonly NodeId[];
  /** Outputs of the workflow that hang on such a node: not made. */
  readonly outputs: readonly string[];
}

export interface WorkflowPart {
  /** Gives, beside the outputs that it can, the result of each of the nodes under the node's name. */
  readonly definition: WorkflowDefinition;
  readonly note: PartNote;
  /** Every name that the part reads, whether it is one of its nodes or not. */
  readonly named: ReadonlySet<string>;
}

/**
 * What `to` need of the workflow. O(nodes + connections). Nodes that it does not have are no part of it. Where the workflow is a part
 * already, by `before`, what that gives beside the outputs is none of them.
 */
export function partOf(
  definition: WorkflowDefinition,
  to: readonly NodeId[],
  before?: PartNote,
): WorkflowPart {
  const reads = new Reads();
  const [needed, named] = [new Set<string>(), new Set<string>()];
  const stack: string[] = [...to];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (named.has(id)) continue;
    named.add(id);
    const node = (definition.nodes as ReadonlyMap<string, NodeDefinition>).get(id);
    if (node === undefined) continue;
    needed.add(id);
    stack.push(...sourcesOf(node, reads));
  }
  const nodes = new Map([...definition.nodes].filter(([id]) => needed.has(id)));
  const left = [...definition.nodes.keys()].filter((id) => !needed.has(id));
  // An output that nobody could read is left out as well: what is wrong with the rest does not matter here.
  const hangs = (text: string) =>
    reads.names(text)?.every((name) => name === "inputs" || needed.has(name)) !== true;
  const isBeside = (name: string, text: string) => text === name && before?.to.some((id) => id === name);
  const given = [...definition.outputs].filter(([name, text]) => isBeside(name, text) !== true);
  const outputs = new Map(given.filter(([, text]) => !hangs(text)));
  const lost = given.map(([name]) => name).filter((name) => !outputs.has(name));
  for (const id of left) {
    const node = definition.nodes.get(id);
    if (node?.kind === "output" && !lost.includes(node.name)) lost.push(node.name);
  }
  for (const id of to) {
    if (nodes.get(id)?.kind !== "output" && nodes.has(id) && !outputs.has(id)) outputs.set(id, id);
  }
  return { definition: { ...definition, nodes, outputs }, note: { to, nodes: left, outputs: lost }, named };
}

/** The same part taken further: of a run that was of a part already. */
export function joinedNote(before: PartNote | undefined, now: PartNote | undefined): PartNote | undefined {
  if (before === undefined || now === undefined) return now ?? before;
  return {
    to: now.to,
    nodes: [...new Set([...before.nodes, ...now.nodes])],
    outputs: [...new Set([...before.outputs, ...now.outputs])],
  };
}

/** Every name in a node that may be another node's. */
function sourcesOf(node: NodeDefinition, reads: Reads): readonly string[] {
  const texts = Object.values(node.in).filter((value) => typeof value === "string");
  if (node.when !== undefined) texts.push(node.when);
  if (node.each !== undefined) texts.push(node.each);
  if (node.kind === "branch") texts.push(...node.cases.map(({ when }) => when));
  const after = node.after.map((text) => text.trim().split(".")[0] as string);
  // Of what is no expression whoever plans the part says so.
  return [...texts.flatMap((text) => reads.names(text) ?? []), ...after];
}

/** The names in expressions; each text is read once. */
class Reads {
  readonly #known = new Map<string, readonly string[] | undefined>();

  /** Undefined for what is no expression. */
  names(text: string): readonly string[] | undefined {
    if (this.#known.has(text)) return this.#known.get(text);
    const read = parseExpression(text);
    const names = "problem" in read ? undefined : read.expression.references.map(({ root }) => root);
    this.#known.set(text, names);
    return names;
  }
}
