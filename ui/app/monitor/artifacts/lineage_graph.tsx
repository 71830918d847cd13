/** What an artifact was made from and what was made from it, as a graph of links. @module */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Lineage } from "../../../api/artifacts.ts";
import { Button } from "../../parts/button.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { hrefOf } from "../../state/route.ts";
import { askLayout, askWays } from "../layout_ask.ts";
import { CARD, type LineageDrawing, lineageDrawing } from "./lineage_drawing.ts";

/** What is shown until the next one has been laid out. */
interface Drawn {
  readonly lineage: Lineage;
  readonly drawing: LineageDrawing;
}

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
  const [drawn, setDrawn] = useState<Drawn | undefined>(undefined);
  const lineage = loaded.value;
  useEffect(() => {
    if (lineage === undefined) return;
    let isOld = false;
    lineageDrawing(lineage, { layout: askLayout, ways: askWays }).then((drawing) =>
      isOld || setDrawn({ lineage, drawing })
    );
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
  if (drawn === undefined) return <LoadingState what="the lineage" />;
  return <Drawing id={id} {...drawn} />;
}

interface Room {
  readonly width: number;
  readonly height: number;
}

/** Smaller than this, titles cannot be read; then the graph is scrolled. */
const LEAST_ZOOM = 0.6;

/** The scale at which all of the graph is seen, if it can be read then. Never larger than it is. */
export function fittedZoom(graph: Room, room: Room | undefined): number {
  if (room === undefined) return 1;
  return Math.max(LEAST_ZOOM, Math.min(1, room.width / graph.width, room.height / graph.height));
}

/** Where in a run it is: its id is the run, the scope and the node, or `output NAME`. */
function placeOf(id: string): [run: string, query: Readonly<Record<string, string>>] {
  const [run = "", ...rest] = id.split("/");
  const what = rest.join("/").replace(/\[\d+\]$/, "");
  return [run, what.includes(" ") ? { tab: "data" } : { node: what.startsWith("/") ? what : `/${what}` }];
}

function Drawing(
  { id, lineage, drawing }: Drawn & { readonly id: string },
) {
  const { places, lines, width, height } = drawing;
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<Room | undefined>(undefined);
  /** Undefined: as it fits. */
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => setRoom({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const zoom = chosen ?? fittedZoom({ width, height }, room);
  // Where not all of it fits, this artifact is in the middle.
  useLayoutEffect(() => {
    const element = box.current;
    const place = places.get(id);
    if (element === null || place === undefined) return;
    element.scrollLeft = (place.x + CARD.width / 2) * zoom - element.clientWidth / 2;
    element.scrollTop = (place.y + CARD.height / 2) * zoom - element.clientHeight / 2;
  }, [id, zoom, drawing]);
  const zoomBy = (factor: number) => setChosen(Math.max(LEAST_ZOOM / 2, Math.min(2, zoom * factor)));
  return (
    <>
      <div class="monitor-tools" role="group" aria-label="Size of the graph">
        <Button small onClick={() => zoomBy(1 / 1.25)}>Smaller</Button>
        <Button small onClick={() => zoomBy(1.25)}>Larger</Button>
        <Button small disabled={chosen === undefined} onClick={() => setChosen(undefined)}>Fit</Button>
        <span class="faint numbers">{Math.round(zoom * 100)} %</span>
        {lineage.isCut ? <span class="faint">The graph is cut; only the nearest are shown.</span> : null}
      </div>
      <div ref={box} class="monitor-lineage" tabIndex={0} role="region" aria-label="Lineage">
        <div style={{ width: `${width * zoom}px`, height: `${height * zoom}px` }}>
          <div
            class="monitor-lineage-room"
            style={{
              width: `${width}px`,
              height: `${height}px`,
              transform: `scale(${zoom})`,
              transformOrigin: "0 0",
            }}
          >
            <svg width={width} height={height} aria-hidden="true">
              {lines.map((line, at) => <path key={at} d={line} />)}
            </svg>
            <ul>
              {lineage.nodes.map((node) => {
                const place = places.get(node.id);
                if (place === undefined) return null;
                return (
                  <li
                    key={node.id}
                    style={{
                      transform: `translate(${place.x}px, ${place.y}px)`,
                      width: `${CARD.width}px`,
                      height: `${CARD.height}px`,
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
      </div>
    </>
  );
}
