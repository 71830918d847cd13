/** What an artifact was made from and what was made from it, as a graph of links. @module */

import { useEffect, useState } from "preact/hooks";
import type { Lineage } from "../../../api/artifacts.ts";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { hrefOf } from "../../state/route.ts";
import { askLayout } from "../layout_ask.ts";
import type { Places } from "../../board/layout/layout_graph.ts";

const WIDTH = 168;
const HEIGHT = 40;
const PADDING = 24;

export function LineageGraph(
  { id, maker }: {
    readonly id: string;
    /** The node that kept it, where it is known. */
    readonly maker: string | undefined;
  },
) {
  const loaded = useResource(
    (client, signal) => client.call("GET /artifacts/{id}/lineage", { params: { id }, signal }),
    [id],
  );
  const [places, setPlaces] = useState<Places | undefined>(undefined);
  const lineage = loaded.value;
  useEffect(() => {
    if (lineage === undefined) return;
    let isOld = false;
    askLayout({
      nodes: lineage.nodes.map((node) => ({ id: node.id, width: WIDTH, height: HEIGHT })),
      edges: lineage.edges.map(({ from, to }) => [from, to] as const),
      groups: [],
    }).then((made) => isOld || setPlaces(made));
    return () => isOld = true;
  }, [lineage]);
  if (lineage === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the lineage" />
      : <ErrorState title="Cannot show the lineage" error={loaded.error} onRetry={loaded.reload} />;
  }
  if (lineage.edges.length === 0) {
    return (
      <EmptyState icon="link" title={maker === undefined ? "Its origin is not known" : "Nothing hangs on it"}>
        {maker === undefined
          ? "No run is known that made it: it was given from outside, or the run's log is gone."
          : `${maker} kept it while it ran; no output of the run names it, so nothing can be traced through it.`}
      </EmptyState>
    );
  }
  if (places === undefined) return <LoadingState what="the lineage" />;
  return <Drawing id={id} lineage={lineage} places={places} />;
}

/** Where in a run it is: its id is the run, the scope and the node, or `output NAME`. */
function placeOf(id: string): [run: string, query: Readonly<Record<string, string>>] {
  const [run = "", ...rest] = id.split("/");
  const what = rest.join("/").replace(/\[\d+\]$/, "");
  return [run, what.includes(" ") ? { tab: "data" } : { node: what.startsWith("/") ? what : `/${what}` }];
}

function Drawing(
  { id, lineage, places }: { readonly id: string; readonly lineage: Lineage; readonly places: Places },
) {
  const at = new Map(places.map(([name, x, y]) => [name, { x: x + PADDING, y: y + PADDING }]));
  const width = Math.max(...places.map(([, x]) => x)) + WIDTH + 2 * PADDING;
  const height = Math.max(...places.map(([, , y]) => y)) + HEIGHT + 2 * PADDING;
  return (
    <div class="monitor-lineage" tabIndex={0} role="region" aria-label="Lineage">
      {lineage.isCut ? <p class="faint">The graph is cut; only the nearest are shown.</p> : null}
      <div class="monitor-lineage-room" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {lineage.edges.map(({ from, to }) => {
            const [start, end] = [at.get(from), at.get(to)];
            if (start === undefined || end === undefined) return null;
            const [x1, y1, x2, y2] = [start.x + WIDTH, start.y + HEIGHT / 2, end.x, end.y + HEIGHT / 2];
            const bend = Math.max(20, Math.abs(x2 - x1) / 2);
            return (
              <path
                key={`${from} ${to}`}
                d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
              />
            );
          })}
        </svg>
        <ul>
          {lineage.nodes.map((node) => {
            const place = at.get(node.id);
            if (place === undefined) return null;
            return (
              <li
                key={node.id}
                style={{
                  transform: `translate(${place.x}px, ${place.y}px)`,
                  width: `${WIDTH}px`,
                  height: `${HEIGHT}px`,
                }}
              >
                {node.kind === "artifact"
                  ? (
                    <a
                      class="monitor-lineage-node artifact"
                      href={hrefOf("artifacts", node.id, { tab: "lineage" })}
                      aria-current={node.id === id ? "true" : undefined}
                    >
                      <span class="monitor-small">artifact</span>
                      <span class="cut">{node.title}</span>
                    </a>
                  )
                  : node.kind === "node"
                  ? (
                    <a class="monitor-lineage-node node" href={hrefOf("runs", ...placeOf(node.id))}>
                      <span class="monitor-small">node</span>
                      <span class="cut" title={node.title}>{node.title}</span>
                    </a>
                  )
                  : (
                    <div class={`monitor-lineage-node ${node.kind}`}>
                      <span class="monitor-small">{node.kind}</span>
                      <span class="cut" title={node.title}>{node.title}</span>
                    </div>
                  )}
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}
