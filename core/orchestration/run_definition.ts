/**
 * What a run was started with, kept as an artifact: the resolved definition with its sub-workflows, and the node types
 * it uses as they were. A run under way is not changed by an edited file or an updated schema.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { ArtifactId, NodeTypeId } from "../ids.ts";
import type { ArtifactPort } from "../ports/artifact.ts";
import type { Catalog } from "../workflow/catalog.ts";
import type { WorkflowDefinition } from "../workflow/definition.ts";
import { deserialize, serialize } from "../workflow/serialize.ts";

export interface KeptDefinition {
  readonly definition: WorkflowDefinition;
  /** Only the node types and tasks that the definition uses. */
  readonly catalog: Catalog;
}

/** Stores the definition; equal ones are stored once. @throws SymphonyError `disk-full` | `io` */
export function keepDefinition(
  artifacts: ArtifactPort,
  definition: WorkflowDefinition,
  catalog: Catalog,
): Promise<ArtifactId> {
  const used = new Set<string>();
  collectUses(definition, used);
  const kept: KeptDefinition = {
    definition,
    catalog: {
      nodes: pick(catalog.nodes, used),
      tasks: pick(catalog.tasks, used),
      problems: [],
      limits: new Map(),
    },
  };
  const bytes = new TextEncoder().encode(serialize(kept));
  return artifacts.put(bytes, { type: "application/json", name: `${definition.id}.definition.json` });
}

/** Reads it back. @throws SymphonyError `not-found` | `corrupt` */
export async function readDefinition(artifacts: ArtifactPort, id: ArtifactId): Promise<KeptDefinition> {
  const bytes = await artifacts.get(id);
  if (bytes === undefined) {
    throw new SymphonyError("not-found", `Cannot resume run: its definition ${id} is not in the store`);
  }
  return deserialize<KeptDefinition>(new TextDecoder().decode(bytes));
}

function collectUses(definition: WorkflowDefinition, used: Set<string>): void {
  for (const node of definition.nodes.values()) {
    if (node.kind === "call") used.add(node.use);
    else if (node.kind === "loop" || node.kind === "workflow") collectUses(node.body, used);
  }
}

function pick<T>(from: ReadonlyMap<NodeTypeId, T>, used: ReadonlySet<string>): ReadonlyMap<NodeTypeId, T> {
  return new Map([...from].filter(([type]) => used.has(type)));
}
