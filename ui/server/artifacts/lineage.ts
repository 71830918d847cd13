/**
 * What an artifact was made from and what was made from it, as far as the log of the run that made it tells: the outputs of
 * the nodes before and behind the one that gave it.
 *
 * @module
 */

import type { ArtifactId } from "../../../core/ids.ts";
import { readDefinition } from "../../../core/orchestration/run_definition.ts";
import type { ArtifactInfo } from "../../../core/ports/artifact.ts";
import type { PitPort } from "../../../core/ports/pit.ts";
import { makePlan } from "../../../core/workflow/make_plan.ts";
import type { Lineage } from "../../api/artifacts.ts";

const MAX_NODES = 500;

/** The graph around an artifact; itself alone where no run is known. */
export async function lineageOf(pit: PitPort, info: ArtifactInfo): Promise<Lineage> {
  const self = { id: info.id, kind: "artifact" as const, title: info.name ?? info.id.slice(0, 12) };
  if (info.origin === undefined) return { nodes: [self], edges: [], isCut: false };
  const { run, node: maker } = info.origin;
  const outputs = new Map<string, Set<ArtifactId>>();
  let definition: ArtifactId | undefined;
  for await (const batch of pit.dag.replay(run)) {
    for (const event of batch) {
      if (event.type === "run.created" && event.scope === undefined) definition = event.definition;
      if (event.type !== "node.completed" || event.scope !== undefined) continue;
      const made = outputs.get(event.node) ?? new Set<ArtifactId>();
      if ("artifact" in event.output) made.add(event.output.artifact);
      outputs.set(event.node, made);
    }
  }
  const graph = new Growing(self);
  graph.add(run, "run", run);
  if (definition === undefined) return graph.lineage();
  const kept = await readDefinition(pit.artifacts, definition);
  const plan = makePlan(kept.definition, kept.catalog).plan;
  const at = plan?.indexOf.get(maker);
  if (plan === undefined || at === undefined) return graph.lineage();
  graph.node(maker, outputs.get(maker));
  graph.edge(run, `node:${maker}`);
  graph.edge(`node:${maker}`, info.id);
  for (const direction of ["before", "behind"] as const) {
    const seen = new Set([at]);
    const pending = [at];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const other of neighbours(plan, next, direction)) {
        const [from, to] = direction === "before" ? [other, next] : [next, other];
        graph.node(plan.nodes[other]?.id ?? "", outputs.get(plan.nodes[other]?.id ?? ""));
        graph.edge(`node:${plan.nodes[from]?.id}`, `node:${plan.nodes[to]?.id}`);
        if (!seen.has(other)) pending.push(other);
        seen.add(other);
      }
    }
  }
  return graph.lineage();
}

function neighbours(
  { nodes, offsets, targets }: NonNullable<ReturnType<typeof makePlan>["plan"]>,
  index: number,
  direction: "before" | "behind",
): number[] {
  if (direction === "behind") return [...targets.subarray(offsets[index], offsets[index + 1])];
  return nodes.map((_node, other) => other).filter((other) =>
    targets.subarray(offsets[other], offsets[other + 1]).includes(index)
  );
}

class Growing {
  readonly #nodes = new Map<string, Lineage["nodes"][number]>();
  readonly #edges = new Map<string, Lineage["edges"][number]>();
  #isCut = false;

  constructor(self: Lineage["nodes"][number]) {
    this.#nodes.set(self.id, self);
  }

  add(id: string, kind: "artifact" | "node" | "run", title: string): void {
    if (this.#nodes.has(id)) return;
    if (this.#nodes.size >= MAX_NODES) this.#isCut = true;
    else this.#nodes.set(id, { id, kind, title });
  }

  /** A node with what it gave. */
  node(name: string, outputs: ReadonlySet<string> | undefined): void {
    this.add(`node:${name}`, "node", name);
    for (const artifact of outputs ?? []) {
      this.add(artifact, "artifact", artifact.slice(0, 12));
      this.edge(`node:${name}`, artifact);
    }
  }

  edge(from: string, to: string): void {
    this.#edges.set(`${from} ${to}`, { from, to });
  }

  lineage(): Lineage {
    const edges = [...this.#edges.values()].filter(({ from, to }) =>
      this.#nodes.has(from) && this.#nodes.has(to)
    );
    return { nodes: [...this.#nodes.values()], edges, isCut: this.#isCut };
  }
}
