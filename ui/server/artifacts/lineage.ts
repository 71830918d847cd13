/**
 * What an artifact was made from and what was made from it, step by step in both directions, as a graph of artifacts and
 * the places of runs between them.
 *
 * @module
 */

import { type ArtifactId, artifactId } from "../../../core/ids.ts";
import type { ArtifactInfo } from "../../../core/ports/artifact.ts";
import type { RunPlace } from "../../../core/ports/artifact_lineage.ts";
import type { PitPort } from "../../../core/ports/pit.ts";
import { titleOf } from "./artifact_title.ts";
import type { Lineage } from "../../api/artifacts.ts";

const MAX_NODES = 300;
/** Artifacts whose own lineage is asked for. */
const MAX_LOOKED = 60;

/** The graph around an artifact; itself alone where no run is known. */
export async function lineageOf(pit: PitPort, info: ArtifactInfo): Promise<Lineage> {
  const graph = new Growing();
  graph.artifact(info.id);
  const seen = new Set<ArtifactId>([info.id]);
  const pending: ArtifactId[] = [info.id];
  let looked = 0;
  for (let id = pending.shift(); id !== undefined && looked < MAX_LOOKED; id = pending.shift(), looked++) {
    const { madeBy, wentInto } = await pit.library.lineage.lineage(id);
    const found: ArtifactId[] = [];
    for (const { place, sources } of madeBy) {
      const at = graph.place(place);
      graph.edge(at, id);
      for (const source of sources) {
        if ("artifact" in source.value) {
          graph.artifact(source.value.artifact);
          graph.edge(source.value.artifact, at);
          found.push(source.value.artifact);
        } else if (source.kind === "input") {
          graph.edge(
            graph.value(`${place.run}/input/${source.name}`, `${source.name} = ${source.value.preview}`),
            at,
          );
        } else {
          const from = graph.place({ run: place.run, workflow: place.workflow, node: source.node });
          graph.edge(from, at);
        }
      }
    }
    for (const { place, gave } of wentInto) {
      const at = graph.place(place);
      graph.edge(id, at);
      for (const given of gave) {
        graph.artifact(given);
        graph.edge(at, given);
        found.push(given);
      }
    }
    for (const other of found) {
      if (!seen.has(other)) pending.push(other);
      seen.add(other);
    }
  }
  const { nodes, ...rest } = graph.lineage(pending.length > 0);
  return { ...rest, nodes: await Promise.all(nodes.map((node) => titled(pit, node))) };
}

/** An artifact is called by what it is. */
async function titled(pit: PitPort, node: Lineage["nodes"][number]): Promise<Lineage["nodes"][number]> {
  const info = node.kind === "artifact" ? await pit.artifacts.info(artifactId(node.id)) : undefined;
  return info === undefined ? node : { ...node, title: await titleOf(pit.library.streams, info) };
}

class Growing {
  readonly #nodes = new Map<string, Lineage["nodes"][number]>();
  readonly #edges = new Map<string, Lineage["edges"][number]>();
  #isCut = false;

  artifact(id: ArtifactId): void {
    this.#add(id, "artifact", id.slice(0, 12));
  }

  /** A node of a run, or an output of its workflow; gives its id. */
  place({ run, workflow, scope, node, item, output }: RunPlace): string {
    const what = node === undefined
      ? `output ${output ?? ""}`
      : `${node}${item === undefined ? "" : `[${item}]`}`;
    const id = `${run}/${scope ?? ""}/${what}`;
    this.#add(id, "node", `${workflow}: ${what}`);
    return id;
  }

  /** A small value that is no artifact; gives its id. */
  value(id: string, title: string): string {
    this.#add(id, "value", title);
    return id;
  }

  edge(from: string, to: string): void {
    this.#edges.set(`${from} ${to}`, { from, to });
  }

  lineage(isCut: boolean): Lineage {
    const edges = [...this.#edges.values()].filter(({ from, to }) =>
      this.#nodes.has(from) && this.#nodes.has(to)
    );
    return { nodes: [...this.#nodes.values()], edges, isCut: isCut || this.#isCut };
  }

  #add(id: string, kind: "artifact" | "node" | "value", title: string): void {
    if (this.#nodes.has(id)) return;
    if (this.#nodes.size >= MAX_NODES) this.#isCut = true;
    else this.#nodes.set(id, { id, kind, title });
  }
}
