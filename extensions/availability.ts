/**
 * The catalogue as a workflow needs it: instruments are asked whether they can be used only where the workflow could use
 * one, because asking may start a process and look for a server.
 *
 * @module
 */

import type { NodeTypeId } from "../core/ids.ts";
import type { Catalog, NodeType } from "../core/workflow/catalog.ts";
import type { WorkflowDefinition } from "../core/workflow/definition.ts";
import type { AvailabilityPort } from "./joined_extensions.ts";

/** What `extensions` contribute, with each instrument's reason where it cannot be used. Without a definition all are asked. */
export async function catalogFor(
  extensions: AvailabilityPort,
  definition?: WorkflowDefinition,
): Promise<Catalog> {
  const catalog = await extensions.describe();
  if (definition !== undefined && !usesInstruments(definition, catalog)) return catalog;
  const instruments = [...catalog.nodes.values()].filter(({ kind }) => kind === "instrument");
  const answers = await extensions.availability(instruments.map(({ type }) => type));
  const nodes = new Map(catalog.nodes);
  for (const node of instruments) nodes.set(node.type, withAnswer(node, answers));
  return { ...catalog, nodes };
}

function usesInstruments(definition: WorkflowDefinition, catalog: Catalog): boolean {
  return [...definition.nodes.values()].some((node) =>
    node.kind === "call"
      ? catalog.tasks.has(node.use) || catalog.nodes.get(node.use)?.kind === "instrument"
      : (node.kind === "loop" || node.kind === "workflow") && usesInstruments(node.body, catalog)
  );
}

function withAnswer(node: NodeType, answers: ReadonlyMap<NodeTypeId, string | undefined>): NodeType {
  const unavailable = answers.get(node.type);
  if (unavailable === undefined || node.instrument === undefined) return node;
  return { ...node, instrument: { ...node.instrument, unavailable } };
}
