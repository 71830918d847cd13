/**
 * A run as the values that went from place to place: read from its log and from the definition that it was started with.
 *
 * @module
 */

import type { ArtifactId, NodeId, RunId } from "../../core/ids.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { RunEvent, ValueRef } from "../../core/orchestration/event.ts";
import { readDefinition } from "../../core/orchestration/run_definition.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type { LineageSource, LineageValue, RunPlace } from "../../core/ports/artifact_lineage.ts";
import type { DagPort } from "../../core/ports/dag.ts";
import { parseExpression } from "../../core/workflow/cel.ts";
import type { NodeDefinition, WorkflowDefinition } from "../../core/workflow/definition.ts";

const PREVIEW_CHARS = 120;

/** What a node, or one item of its fan-out, gave. */
export interface Given {
  readonly node: NodeId;
  readonly item: number | undefined;
  readonly ref: ValueRef;
  readonly at: number;
  readonly instrument: string | undefined;
}

/** The body of a loop, a sub-workflow, or the run itself. */
export interface GraphScope {
  readonly path: string;
  readonly definition: WorkflowDefinition | undefined;
  inputs: JsonObject;
  readonly given: Given[];
  /** Where it has ended. */
  outputs: { readonly ref: ValueRef; readonly at: number } | undefined;
}

/** What expressions read. */
export interface Reads {
  /** Nodes with the ports that are read of them; undefined among these stands for the whole. */
  readonly nodes: ReadonlyMap<string, ReadonlySet<string | undefined>>;
  readonly inputs: ReadonlySet<string>;
}

export class RunGraph {
  readonly run: RunId;
  readonly scopes = new Map<string, GraphScope>();
  workflow = "";
  readonly #instruments = new Map<string, string>();

  private constructor(run: RunId) {
    this.run = run;
  }

  /** Reads a run's log as far as it goes. @throws SymphonyError `not-found` | `corrupt` */
  static async read(run: RunId, dag: DagPort, artifacts: ArtifactPort): Promise<RunGraph> {
    const graph = new RunGraph(run);
    let definition: WorkflowDefinition | undefined;
    for await (const batch of dag.replay(run)) {
      for (const event of batch) {
        if (event.type === "run.created" && event.scope === undefined) {
          graph.workflow = event.workflow;
          definition = await readDefinition(artifacts, event.definition).then(
            (kept) => kept.definition,
            () => undefined,
          );
        }
        graph.#take(event, definition);
      }
    }
    return graph;
  }

  /** The place of what a node gave. */
  placeOf({ path }: GraphScope, node: NodeId, item: number | undefined): RunPlace {
    return {
      run: this.run,
      workflow: this.workflow,
      ...(path === "" ? {} : { scope: path }),
      node,
      ...(item === undefined ? {} : { item }),
    };
  }

  /** What is read for an output, or by a node; items of a fan-out that goes along item by item are matched. */
  sourcesOf(
    scope: GraphScope,
    reads: Reads,
    item: number | undefined,
    each: string | undefined,
  ): LineageSource[] {
    const sources: LineageSource[] = [];
    for (const name of reads.inputs) {
      const value = scope.inputs[name];
      if (value !== undefined) sources.push({ kind: "input", name, value: valueOf(value) });
    }
    for (const given of scope.given) {
      if (!reads.nodes.has(given.node)) continue;
      const isAlong = item !== undefined && given.item !== undefined &&
        this.#goesAlong(scope, given.node, each);
      if (isAlong && given.item !== item) continue;
      sources.push({
        kind: "node",
        node: given.node,
        ...(given.item === undefined ? {} : { item: given.item }),
        value: "artifact" in given.ref ? { artifact: given.ref.artifact } : valueOf(given.ref.value),
      });
    }
    return sources;
  }

  /** True where both nodes run once for each of the same items. */
  #goesAlong({ definition }: GraphScope, node: string, each: string | undefined): boolean {
    return each === node || (each !== undefined && definition?.nodes.get(node as NodeId)?.each === each);
  }

  #take(event: RunEvent, definition: WorkflowDefinition | undefined): void {
    const path = event.scope ?? "";
    let scope = this.scopes.get(path);
    if (scope === undefined) {
      scope = { path, definition: bodyAt(definition, path), inputs: {}, given: [], outputs: undefined };
      this.scopes.set(path, scope);
    }
    if (event.type === "run.created") scope.inputs = event.inputs;
    else if (event.type === "run.completed") scope.outputs = { ref: event.outputs, at: event.at };
    else if (event.type === "node.started" && event.instrument !== undefined) {
      this.#instruments.set(`${path}\n${event.node}\n${event.item ?? ""}`, event.instrument);
    } else if (event.type === "node.completed") {
      const { node, item, output, at } = event;
      const instrument = event.instrument ?? this.#instruments.get(`${path}\n${node}\n${item ?? ""}`);
      scope.given.push({ node, item, ref: output, at, instrument });
    }
  }
}

/** The body of the scope at `path`, for example `improve#2` or `each_file[7]/fix#1`. */
function bodyAt(definition: WorkflowDefinition | undefined, path: string): WorkflowDefinition | undefined {
  let body = definition;
  for (const step of path === "" ? [] : path.split("/")) {
    const node = body?.nodes.get(step.replace(/[#[].*$/, "") as NodeId);
    body = node?.kind === "loop" || node?.kind === "workflow" ? node.body : undefined;
  }
  return body;
}

/** What a node's expressions read. */
export function readsOf(node: NodeDefinition): Reads {
  const texts = Object.values(node.in).filter((value) => typeof value === "string");
  if (node.each !== undefined) texts.push(node.each);
  if (node.when !== undefined) texts.push(node.when);
  if (node.kind === "branch") texts.push(...node.cases.map((one) => one.when));
  return readsOfTexts(texts);
}

/** What expressions read. */
export function readsOfTexts(texts: readonly string[]): Reads {
  const nodes = new Map<string, Set<string | undefined>>();
  const inputs = new Set<string>();
  for (const text of texts) {
    const parsed = parseExpression(text);
    if ("problem" in parsed) continue;
    for (const { root, port } of parsed.expression.references) {
      if (root !== "inputs") nodes.set(root, (nodes.get(root) ?? new Set()).add(port));
      else if (port !== undefined) inputs.add(port);
    }
  }
  return { nodes, inputs };
}

/** What an output of a workflow reads. */
export function readsOfOutput(definition: WorkflowDefinition | undefined, output: string): Reads {
  const text = definition?.outputs.get(output);
  if (text !== undefined) return readsOfTexts([text]);
  const node = [...definition?.nodes.values() ?? []].find((one) =>
    one.kind === "output" && one.name === output
  );
  return node === undefined ? readsOfTexts([]) : readsOf(node);
}

/** A value as lineage shows it: the artifact that it names, else its beginning. */
export function valueOf(value: Json): LineageValue {
  if (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) return { artifact: value as ArtifactId };
  const text = JSON.stringify(value);
  return { preview: text.length <= PREVIEW_CHARS ? text : `${text.slice(0, PREVIEW_CHARS - 1)}…` };
}

/** True where the value holds the id. */
export function mentions(ref: ValueRef, id: ArtifactId): boolean {
  return "artifact" in ref ? ref.artifact === id : JSON.stringify(ref.value).includes(id);
}

/** Ports of a node's output that hold the id; undefined stands for the whole, which is the artifact itself. */
export function portsWith(ref: ValueRef, id: ArtifactId): ReadonlySet<string | undefined> {
  if ("artifact" in ref) return new Set(ref.artifact === id ? [undefined] : []);
  return new Set(
    Object.entries(membersOf(ref.value)).flatMap(([port, value]) =>
      JSON.stringify(value).includes(id) ? [port] : []
    ),
  );
}

/** The members of an object; none of anything else. */
export function membersOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
