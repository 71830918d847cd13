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
import { durationText } from "../../format.ts";
import { nextFrame } from "../../frames.ts";
import { graphOfScope } from "../node_rows.ts";
import { keyOf } from "../run_model.ts";
import type { RunWatch } from "../run_watch.ts";
import { GraphPainter, type NodeLook, type View } from "./painter.ts";
import { type Direction, neighbour, NODE_HEIGHT, NODE_WIDTH, nodeAt, type Scene, sceneOf } from "./scene.ts";

const MIN_ZOOM = 0.02;
const MAX_ZOOM = 2;
const PADDING = 32;
/** A graph of so few nodes begins no smaller than this. */
const FEW = 60;
const READABLE = 0.6;

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
    return watch.error.value === undefined
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

function scopeOf(key: string | undefined): string | undefined {
  const slash = key?.lastIndexOf("/") ?? -1;
  return key === undefined || slash <= 0 ? undefined : key.slice(0, slash);
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

/** View, gestures and painting of one scene. */
class GraphStage {
  readonly #watch: RunWatch;
  readonly #scene: Scene;
  readonly #scope: string | undefined;
  #painter: GraphPainter | undefined;
  #box: HTMLElement | undefined;
  #view: View = { x: 0, y: 0, zoom: 1 };
  #chosen: number | undefined;
  #onZoom: (zoom: number) => void = () => {};
  #isDue = false;
  #isWhole = true;
  #some = new Set<number>();
  #criticalNames = "";
  #critical: ReadonlySet<number> = new Set();
  hasDragged = false;

  constructor(watch: RunWatch, scene: Scene, scope: string | undefined) {
    this.#watch = watch;
    this.#scene = scene;
    this.#scope = scope;
  }

  attach(
    box: HTMLElement,
    edges: HTMLCanvasElement,
    nodes: HTMLCanvasElement,
    onZoom: (zoom: number) => void,
  ): () => void {
    this.#box = box;
    this.#onZoom = onZoom;
    this.#painter = new GraphPainter(edges, nodes);
    let isFirst = true;
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = box;
      if (clientWidth === 0 || clientHeight === 0) return;
      this.#painter?.resize(clientWidth, clientHeight);
      if (isFirst) {
        isFirst = false;
        this.#begin();
        if (this.#chosen !== undefined) this.#reveal(this.#chosen);
      } else this.#paintAll();
    });
    observer.observe(box);
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || Math.abs(event.deltaY) > Math.abs(event.deltaX)) {
        const bounds = box.getBoundingClientRect();
        this.#zoomAt(
          Math.exp(-event.deltaY * 0.0016),
          event.clientX - bounds.left,
          event.clientY - bounds.top,
        );
      } else this.#move(this.#view.x - event.deltaX, this.#view.y);
    };
    const down = (event: PointerEvent) => this.#drag(event);
    box.addEventListener("wheel", wheel, { passive: false });
    box.addEventListener("pointerdown", down);
    return () => {
      observer.disconnect();
      box.removeEventListener("wheel", wheel);
      box.removeEventListener("pointerdown", down);
      this.#painter = undefined;
    };
  }

  fit(): void {
    const painter = this.#painter;
    if (painter === undefined) return;
    const { width, height } = this.#scene;
    const zoom = Math.max(
      MIN_ZOOM,
      Math.min(
        1,
        (painter.width - 2 * PADDING) / Math.max(1, width),
        (painter.height - 2 * PADDING) / Math.max(1, height),
      ),
    );
    this.#view = {
      zoom,
      x: (painter.width - width * zoom) / 2,
      y: (painter.height - height * zoom) / 2,
    };
    this.#onZoom(zoom);
    this.#paintAll();
  }

  /** Everything; of a graph that would be too small to read, the part where something happens. */
  #begin(): void {
    this.fit();
    const { nodes } = this.#scene;
    if (this.#view.zoom >= READABLE || nodes.length > FEW) return;
    const states = nodes.map(({ id }) => this.#watch.model.stateOf(keyOf(id, this.#scope)));
    const at = states.findIndex((state) => state !== "completed" && state !== "skipped");
    this.#view = { x: PADDING, y: PADDING, zoom: READABLE };
    this.#onZoom(READABLE);
    this.#centre(Math.max(0, at));
  }

  zoomBy(factor: number): void {
    const painter = this.#painter;
    if (painter !== undefined) this.#zoomAt(factor, painter.width / 2, painter.height / 2);
  }

  choose(index: number | undefined): void {
    if (this.#chosen === index) return;
    this.#chosen = index;
    if (index !== undefined) this.#reveal(index);
    this.#paintAll();
  }

  recolour(): void {
    this.#painter?.repaintsWith();
    this.#paintAll();
  }

  changed(keys: ReadonlySet<string>): void {
    const names = this.#watch.model.criticalPath.join(" ");
    if (names !== this.#criticalNames && this.#scope === undefined) {
      this.#criticalNames = names;
      this.#critical = new Set(
        this.#watch.model.criticalPath.flatMap((id) => this.#scene.indexOf.get(id) ?? []),
      );
      this.#paintAll();
    }
    for (const key of keys) {
      if (scopeOf(key) !== this.#scope) continue;
      const index = this.#scene.indexOf.get(key.slice(key.lastIndexOf("/") + 1));
      if (index !== undefined) this.#some.add(index);
    }
    if (this.#some.size > 0) this.#paintSoon();
  }

  nodeAt(event: MouseEvent): number | undefined {
    const bounds = this.#box?.getBoundingClientRect();
    if (bounds === undefined) return undefined;
    const { x, y, zoom } = this.#view;
    return nodeAt(
      this.#scene,
      (event.clientX - bounds.left - x) / zoom,
      (event.clientY - bounds.top - y) / zoom,
    );
  }

  #drag(event: PointerEvent): void {
    const box = this.#box;
    if (box === undefined || event.button > 1) return;
    this.hasDragged = false;
    const [startX, startY] = [event.clientX, event.clientY];
    const from = this.#view;
    const move = (next: PointerEvent) => {
      const [byX, byY] = [next.clientX - startX, next.clientY - startY];
      if (!this.hasDragged && Math.hypot(byX, byY) < 4) return;
      if (!this.hasDragged) box.setPointerCapture(event.pointerId);
      this.hasDragged = true;
      this.#move(from.x + byX, from.y + byY);
    };
    const up = () => {
      box.removeEventListener("pointermove", move);
      box.removeEventListener("pointerup", up);
      box.removeEventListener("pointercancel", up);
    };
    box.addEventListener("pointermove", move);
    box.addEventListener("pointerup", up);
    box.addEventListener("pointercancel", up);
  }

  /** Brings a node into sight. */
  #reveal(index: number): void {
    const painter = this.#painter;
    if (painter === undefined || painter.width === 0) return;
    const { x, y, zoom } = this.#view;
    const left = this.#scene.x[index]! * zoom + x;
    const top = this.#scene.y[index]! * zoom + y;
    const isSeen = left >= 0 && top >= 0 && left + NODE_WIDTH * zoom <= painter.width &&
      top + NODE_HEIGHT * zoom <= painter.height;
    if (!isSeen) this.#centre(index);
  }

  #centre(index: number): void {
    const painter = this.#painter;
    if (painter === undefined) return;
    const { zoom } = this.#view;
    this.#move(
      painter.width / 2 - (this.#scene.x[index]! + NODE_WIDTH / 2) * zoom,
      painter.height / 2 - (this.#scene.y[index]! + NODE_HEIGHT / 2) * zoom,
    );
  }

  #move(x: number, y: number): void {
    this.#view = { ...this.#view, x, y };
    this.#paintAll();
  }

  #zoomAt(factor: number, atX: number, atY: number): void {
    const { x, y, zoom } = this.#view;
    const next = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom * factor));
    this.#view = { zoom: next, x: atX - ((atX - x) / zoom) * next, y: atY - ((atY - y) / zoom) * next };
    this.#onZoom(next);
    this.#paintAll();
  }

  #paintAll(): void {
    this.#isWhole = true;
    this.#paintSoon();
  }

  #paintSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    nextFrame(() => {
      this.#isDue = false;
      const painter = this.#painter;
      if (painter === undefined || painter.width === 0) return;
      const look = (index: number) => this.#look(index);
      if (this.#isWhole) painter.paint(this.#scene, this.#view, look, this.#chosen, this.#critical);
      else painter.paintSome(this.#scene, this.#view, look, this.#some, this.#chosen, this.#critical);
      this.#isWhole = false;
      this.#some = new Set();
    });
  }

  #look(index: number): NodeLook {
    const graphNode = this.#scene.nodes[index]!;
    const key = keyOf(graphNode.id, this.#scope);
    const { model } = this.#watch;
    const node = model.node(key);
    const state = model.stateOf(key);
    const share = model.shareOf(key);
    let line = stateWord(state);
    if (node !== undefined && node.isFan && node.count !== undefined) {
      const { completed, failed, skipped } = node.counts;
      line = `${completed + failed + skipped} of ${node.count}${failed > 0 ? `, ${failed} failed` : ""}`;
    } else if (node?.startedAt !== undefined && node.endedAt !== undefined) {
      line = `${line}, ${durationText(node.endedAt - node.startedAt)}`;
    } else if (state === "running") {
      const note = model.noteOf(key);
      line = note === "" ? line : note;
    }
    return { state, share, line, attempts: node?.attempts ?? 0, fallbacks: node?.fallbacks ?? 0 };
  }
}
