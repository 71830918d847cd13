/**
 * The live graph of a run: panned, zoomed, walked by arrow keys. Bodies of loops and sub-workflows are opened in place; which
 * round is shown is chosen above the drawing.
 *
 * @module
 */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { WorkflowGraph } from "../../../../api/workflows.ts";
import { Button, IconButton } from "../../../parts/button.tsx";
import { stateWord } from "../../../parts/state_dot.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../../parts/states.tsx";
import { announce } from "../../../state/announce.ts";
import { paint } from "../../../state/theme.ts";
import { graphOfScope, scopeOf } from "../node_rows.ts";
import { keyOf } from "../run_model.ts";
import type { RunWatch } from "../run_watch.ts";
import { GraphStage } from "./graph_stage.ts";
import { type Direction, neighbour, type Scene, sceneOf } from "./scene.ts";

interface GraphProps {
  readonly watch: RunWatch;
  readonly chosen: string | undefined;
  readonly onChoose: (key: string | undefined) => void;
}

export function RunGraph({ watch, chosen, onChoose }: GraphProps) {
  const top = watch.definition.value?.graph;
  const [scope, setScope] = useState<string | undefined>(() => scopeOf(chosen));
  useEffect(() => {
    if (chosen !== undefined) setScope(scopeOf(chosen));
  }, [chosen]);
  const graph = top === undefined ? undefined : graphOfScope(top, scope);
  const [scene, setScene] = useState<Scene | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => {
    setScene(undefined);
    setError(undefined);
    if (graph === undefined) return;
    let isOld = false;
    sceneOf(graph).then((made) => isOld || setScene(made), setError);
    return () => isOld = true;
  }, [graph]);
  if (error !== undefined) return <ErrorState title="Cannot lay out the graph" error={error} />;
  if (top === undefined) {
    return watch.error.value === undefined && watch.isDefinitionAsked.value
      ? (
        <EmptyState icon="workflow" title="The graph is not known">
          What this run carries out cannot be read any more; its nodes are in the list, as its log tells of
          them.
        </EmptyState>
      )
      : <LoadingState what="the graph" />;
  }
  if (graph === undefined) {
    return (
      <EmptyState
        icon="workflow"
        title="This part has no graph"
        action={<Button onClick={() => setScope(undefined)}>Show the whole run</Button>}
      />
    );
  }
  return (
    <div class="monitor-graph-frame">
      {scope === undefined ? null : <Breadcrumb watch={watch} scope={scope} onScope={setScope} />}
      {scene === undefined ? <LoadingState what="the graph" lines={6} /> : (
        <Stage
          key={`${scope ?? ""}/${graph.id}`}
          watch={watch}
          graph={graph}
          scene={scene}
          scope={scope}
          chosen={chosen}
          onChoose={onChoose}
          onOpen={(node) => setScope(firstScope(watch, scope, node))}
        />
      )}
    </div>
  );
}

/** Scopes of a node's body that the log has named, in order. */
function scopesBelow(watch: RunWatch, parent: string | undefined, node: string): string[] {
  const start = parent === undefined ? node : `${parent}/${node}`;
  const found = new Set<string>();
  for (const { scope } of watch.model.account.nodes.values()) {
    if (scope?.startsWith(start) !== true) continue;
    const rest = scope.slice(start.length);
    if (rest === "" || /^[[#]/.test(rest)) {
      found.add(scope.slice(0, start.length) + (rest.split("/")[0] ?? ""));
    }
  }
  return [...found];
}

function firstScope(watch: RunWatch, parent: string | undefined, node: string): string {
  const known = scopesBelow(watch, parent, node);
  return known.at(-1) ?? (parent === undefined ? node : `${parent}/${node}`);
}

function Breadcrumb(
  { watch, scope, onScope }: {
    readonly watch: RunWatch;
    readonly scope: string;
    readonly onScope: (scope: string | undefined) => void;
  },
) {
  void watch.model.tick.value;
  const parts = scope.split("/");
  const last = parts.at(-1) ?? "";
  const parent = parts.length === 1 ? undefined : parts.slice(0, -1).join("/");
  const node = /^[^[#]+/.exec(last)?.[0] ?? last;
  const siblings = scopesBelow(watch, parent, node);
  return (
    <nav class="monitor-crumbs" aria-label="Where in the run">
      <Button small look="quiet" onClick={() => onScope(undefined)}>Run</Button>
      {parts.slice(0, -1).map((part, index) => (
        <>
          <span aria-hidden="true">/</span>
          <Button small look="quiet" onClick={() => onScope(parts.slice(0, index + 1).join("/"))}>
            {part}
          </Button>
        </>
      ))}
      <span aria-hidden="true">/</span>
      {siblings.length > 1
        ? (
          <select
            class="select monitor-crumb-select"
            aria-label={`Which part of ${node}`}
            value={scope}
            onChange={(event) => onScope(event.currentTarget.value)}
          >
            {siblings.map((one) => <option key={one} value={one}>{one.split("/").at(-1)}</option>)}
          </select>
        )
        : <strong>{last}</strong>}
    </nav>
  );
}

interface StageProps extends GraphProps {
  readonly graph: WorkflowGraph;
  readonly scene: Scene;
  readonly scope: string | undefined;
  readonly onOpen: (node: string) => void;
}

function Stage({ watch, scene, scope, chosen, onChoose, onOpen }: StageProps) {
  const box = useRef<HTMLDivElement>(null);
  const edges = useRef<HTMLCanvasElement>(null);
  const nodes = useRef<HTMLCanvasElement>(null);
  const stage = useMemo(() => new GraphStage(watch, scene, scope), [watch, scene, scope]);
  const [zoom, setZoom] = useState(100);
  const at = indexOf(scene, scope, chosen);
  useEffect(() => {
    if (box.current === null || edges.current === null || nodes.current === null) return;
    return stage.attach(
      box.current,
      edges.current,
      nodes.current,
      (value) => setZoom(Math.round(value * 100)),
    );
  }, [stage]);
  useEffect(() => stage.choose(at), [stage, at]);
  useSignalEffect(() => {
    void watch.model.tick.value;
    stage.changed(watch.model.takeTouched());
  });
  useSignalEffect(() => {
    void paint.value;
    stage.recolour();
  });
  const choose = (index: number | undefined) => {
    const node = index === undefined ? undefined : scene.nodes[index];
    if (node === undefined) return onChoose(undefined);
    const key = keyOf(node.id, scope);
    onChoose(key);
    announce(`${node.title}, ${stateWord(watch.model.stateOf(key))}`);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows: Readonly<Record<string, Direction>> = {
      ArrowLeft: "left",
      ArrowRight: "right",
      ArrowUp: "up",
      ArrowDown: "down",
    };
    const direction = arrows[event.key];
    const node = at === undefined ? undefined : scene.nodes[at];
    if (direction !== undefined) choose(at === undefined ? 0 : neighbour(scene, at, direction) ?? at);
    else if (event.key === "Home") choose(0);
    else if (event.key === "End") choose(scene.nodes.length - 1);
    else if (event.key === "Enter" && node?.body !== undefined) onOpen(node.id);
    else if (event.key === "Escape" && at !== undefined) choose(undefined);
    else if (event.key === "+" || event.key === "=") stage.zoomBy(1.25);
    else if (event.key === "-") stage.zoomBy(0.8);
    else if (event.key === "0") stage.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="monitor-graph">
      <div
        ref={box}
        class="monitor-canvas"
        role="group"
        tabIndex={0}
        aria-roledescription="graph"
        aria-label={`Graph of the run, ${scene.nodes.length} nodes. Arrow keys walk along the edges; the list of nodes says the same in words.`}
        onKeyDown={keys}
        onClick={(event) => {
          if (stage.hasDragged) return;
          choose(stage.nodeAt(event));
        }}
        onDblClick={(event) => {
          const index = stage.nodeAt(event);
          const node = index === undefined ? undefined : scene.nodes[index];
          if (node?.body !== undefined) onOpen(node.id);
        }}
      >
        <canvas ref={edges} aria-hidden="true" />
        <canvas ref={nodes} aria-hidden="true" />
      </div>
      <div class="monitor-zoom" role="group" aria-label="View">
        <IconButton icon="minus" label="Zoom out" keys="-" small onClick={() => stage.zoomBy(0.8)} />
        <span class="numbers monitor-small" aria-hidden="true">{zoom} %</span>
        <IconButton icon="plus" label="Zoom in" keys="+" small onClick={() => stage.zoomBy(1.25)} />
        <IconButton icon="fit" label="Show everything" keys="0" small onClick={() => stage.fit()} />
      </div>
    </div>
  );
}

function indexOf(scene: Scene, scope: string | undefined, key: string | undefined): number | undefined {
  if (key === undefined || scopeOf(key) !== scope) return undefined;
  return scene.indexOf.get(key.slice(key.lastIndexOf("/") + 1));
}
