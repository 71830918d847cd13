/**
 * The stage: everything of the board that can be panned and zoomed. Cards of the nodes in sight are elements; edges, and nodes
 * that are small or many, are painted. One tab stop; arrows walk from node to node.
 *
 * @module
 */

import { type ReadonlySignal, type Signal, signal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { inOwnFrame } from "../../state/own_frame.ts";
import { paint } from "../../state/theme.ts";
import type { Board } from "../board.ts";
import type { Point } from "../model/commands.ts";
import type { BoardGroup } from "../model/graph.ts";
import type { RunOverlay } from "../run/run_overlay.ts";
import { Gestures } from "./gestures.ts";
import { CARDS_A_FRAME, CARDS_AT_ONCE, nextCards } from "./cards_in_turn.ts";
import { GroupFrames, NoteCards } from "./frames.tsx";
import { type Hovered, liftedEdges, LiftedWires } from "./lifted_wires.tsx";
import { Minimap } from "./minimap.tsx";
import { FoldedCard } from "./folded_card.tsx";
import { NodeCard } from "./node_card.tsx";
import type { Guide } from "./node_drag.ts";
import { type Faded, type Marks, MAX_CARDS, NEAR_ZOOM, Painter } from "./painter.ts";
import { contains, type Rect, visibleRect } from "./viewport.ts";
import { WireLine, WireReason } from "./wire.tsx";
import type { Drop } from "./wire_hand.ts";

/** Below this zoom the cards' words grow. */
const SMALL_ZOOM = 0.7;
/** Cards are kept this far beyond the window, in screen pixels. */
const MARGIN_PX = 260;
const noPorts: ReadonlySet<string> = new Set();
const nothingLifted: ReadonlySet<number> = new Set();
/** A pointer on its way over a card does not ask for its wires. */
const CARD_REST_MS = 120;

export interface StageProps {
  readonly board: Board;
  readonly run: RunOverlay;
  /** The run that is shown. */
  readonly runId: ReadonlySignal<string | undefined>;
  readonly faded: Faded | undefined;
  readonly onConnect: (drop: Drop) => void;
  readonly onOpen: (id: string) => void;
  readonly onMenu: (at: Point, world: Point) => void;
  /** Asks for a node at a place. */
  readonly onAdd: (at: Point) => void;
  /** Something was dragged here from elsewhere. */
  readonly onDropped: (data: DataTransfer, world: Point) => void;
  readonly onKey: (event: KeyboardEvent) => void;
  /** Gives the stage's gestures to who wants to drive them by keyboard. */
  readonly onReady?: (stage: HTMLElement) => void;
  /** Lies over the stage: tools, hints. */
  readonly children?: ComponentChildren;
}

interface Shown {
  readonly isNear: boolean;
  readonly indices: readonly number[];
}

const nobody: Shown = { isNear: false, indices: [] };

export function Stage(props: StageProps) {
  const { board, run, faded } = props;
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const world = useRef<HTMLDivElement>(null);
  const back = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter | undefined>(undefined);
  const rendered = useRef<Rect | undefined>(undefined);
  /** Ids of the nodes that have cards. */
  const there = useRef<ReadonlySet<string>>(new Set());
  const isPainted = useRef(false);
  /** Ends the wait for cards that are still to come. */
  const awaited = useRef<(() => void) | undefined>(undefined);
  const frame = useRef(0);
  const [shown, setShown] = useState<Shown>(nobody);
  const local = useMemo(() => ({
    box: signal<Rect | undefined>(undefined),
    guides: signal<readonly Guide[]>([]),
    hovered: signal<Hovered | undefined>(undefined),
    moved: signal(0),
  }), []);
  const latest = useRef(props);
  latest.current = props;

  const draw = () => {
    frame.current = 0;
    const view = board.look.view.peek();
    const { width, height } = board.look.size.peek();
    const scene = board.scene.peek();
    const transform = `translate(${view.x}px, ${view.y}px) scale(${view.zoom})`;
    if (world.current !== null) world.current.style.transform = transform;
    if (back.current !== null) back.current.style.transform = transform;
    if (stage.current !== null) paintDots(stage.current, view);
    stage.current?.classList.toggle("is-small", view.zoom < SMALL_ZOOM);
    const rect = visibleRect(view, width, height);
    const inSight = view.zoom >= NEAR_ZOOM ? scene.boxesIn(rect).length : Infinity;
    const isNear = inSight <= MAX_CARDS;
    let missing: readonly number[] = [];
    if (!isNear) {
      rendered.current = undefined;
      there.current = new Set();
      noMoreCards();
      setShown((before) => before.isNear ? nobody : before);
    } else if (rendered.current === undefined || !contains(rendered.current, rect)) {
      // The first picture has enough to do, and others come already.
      missing = takeCards(isPainted.current && awaited.current === undefined ? CARDS_AT_ONCE : 0);
    }
    const marks = marksOf(board, run, local.hovered.peek(), latest.current.faded, isNear);
    painter.current?.resize(width, height);
    painter.current?.paint(scene, view, marks, isNear ? missing : "all");
    isPainted.current = true;
  };
  /** Gives cards to up to `room` nodes more of those in sight and near it; the others, whose turn comes. */
  const takeCards = (room: number): readonly number[] => {
    const { width, height } = board.look.size.peek();
    const scene = board.scene.peek();
    const wider = visibleRect(board.look.view.peek(), width, height, MARGIN_PX);
    const { indices, missing } = nextCards(scene.boxesIn(wider), scene.ids, there.current, room);
    rendered.current = missing.length === 0 ? wider : undefined;
    there.current = new Set(indices.map((index) => scene.ids[index]!));
    setShown({ isNear: true, indices });
    if (missing.length === 0) noMoreCards();
    else {
      awaited.current ??= inOwnFrame(() => {
        awaited.current = undefined;
        takeCards(CARDS_A_FRAME);
        schedule();
      });
    }
    return missing;
  };
  const noMoreCards = () => {
    awaited.current?.();
    awaited.current = undefined;
  };
  const schedule = () => {
    if (frame.current === 0) frame.current = requestAnimationFrame(draw);
  };

  const gestures = useMemo(() => ({ current: undefined as Gestures | undefined }), []);
  useEffect(() => {
    const element = stage.current;
    if (element === null || canvas.current === null) return;
    painter.current = new Painter(canvas.current);
    const made = new Gestures(element, board, {
      onMoved: () => local.moved.value++,
      onBox: (rect) => local.box.value = rect,
      onGuides: (guides) => local.guides.value = guides,
      onHover: (hovered) => hover(local.hovered, hovered),
      onConnect: (drop) => latest.current.onConnect(drop),
      onOpen: (id) => latest.current.onOpen(id),
      onMenu: (at, place) => latest.current.onMenu(at, place),
      onAdd: (at) => latest.current.onAdd(at),
    });
    gestures.current = made;
    const measure = () => {
      const before = board.look.size.peek();
      const { clientWidth: width, clientHeight: height } = element;
      board.look.covered.value = coveredBy(element);
      if (width === before.width && height === before.height) return;
      board.look.size.value = { width, height };
      board.look.again();
    };
    measure();
    // Before anything is drawn: the first picture is of what will be looked at.
    board.firstLook();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const wheel = (event: WheelEvent) => made.wheel(event);
    element.addEventListener("wheel", wheel, { passive: false });
    const keys = (event: KeyboardEvent) => {
      if (event.key === " ") {
        made.isSpaceDown = event.type === "keydown" && document.activeElement === element;
      }
      if (event.type === "keydown" && event.key === "Escape" && made.isActive) made.cancel();
    };
    addEventListener("keydown", keys);
    addEventListener("keyup", keys);
    latest.current.onReady?.(element);
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", wheel);
      removeEventListener("keydown", keys);
      removeEventListener("keyup", keys);
      painter.current?.close();
      noMoreCards();
      cancelAnimationFrame(frame.current);
    };
  }, [board]);

  useSignalEffect(() => {
    board.look.view.value;
    board.look.size.value;
    schedule();
  });
  useSignalEffect(() => {
    // What is in sight may be another thing now.
    board.scene.value;
    local.moved.value;
    rendered.current = undefined;
    schedule();
  });
  useSignalEffect(() => {
    board.selection.value;
    board.selectedEdge.value;
    board.worst.value;
    board.allProblems.value;
    board.ways.found.value;
    local.hovered.value;
    run.version.value;
    schedule();
  });
  useSignalEffect(() => {
    paint.value;
    painter.current?.recolour();
    schedule();
  });
  useEffect(schedule, [faded]);

  const scene = board.scene.value;
  local.moved.value;
  const selection = board.shownSelection.value;
  const { boxes } = board.shown.value;
  const cursor = board.cursor.value;
  const worst = board.worst.value;
  const badPorts = useMemo(() => portsWithProblems(board), [board.allProblems.value]);
  const cards = shown.indices.flatMap((index) => {
    const node = scene.nodes[index];
    const shape = scene.shapes[index];
    if (node === undefined || shape === undefined) return [];
    const box = boxes.get(node.id);
    if (box !== undefined) {
      const inside = board.allProblems.peek().filter((one) => box.nodes.includes(one.node ?? ""));
      const errors = inside.filter(({ severity }) => severity === "error").length;
      return [
        <FoldedCard
          key={node.id}
          id={node.id}
          group={box}
          run={run}
          shape={shape}
          x={scene.left[index]!}
          y={scene.top[index]!}
          isSelected={selection.has(node.id)}
          isCursor={cursor === node.id}
          isFaded={faded !== undefined && box.nodes.every((id) => faded.has(id))}
          errors={errors}
          warnings={inside.length - errors}
        />,
      ];
    }
    return [
      <NodeCard
        key={node.id}
        board={board}
        run={run}
        node={node}
        shape={shape}
        x={scene.left[index]!}
        y={scene.top[index]!}
        isSelected={selection.has(node.id)}
        isCursor={cursor === node.id}
        worst={worst.get(node.id)}
        badPorts={badPorts.get(node.id) ?? noPorts}
        isFaded={faded?.has(node.id) ?? false}
        runId={props.runId}
      />,
    ];
  });
  const isCursorShown = cursor !== undefined && shown.indices.some((index) => scene.ids[index] === cursor);
  return (
    <div class="stage-frame">
      <div
        ref={stage}
        class="stage"
        role="application"
        aria-label={`Workflow, ${board.graph.value.nodes.size} nodes`}
        aria-activedescendant={isCursorShown ? `node-${cursor}` : undefined}
        aria-describedby="stage-help"
        tabIndex={0}
        onPointerDown={(event) => {
          if ((event.target as Element).closest("textarea, input, [data-inert] button") === null) {
            stage.current?.focus({ preventScroll: true });
          }
          // Whoever points needs no ring around the whole stage.
          event.currentTarget.dataset["pointed"] = "";
          gestures.current?.down(event);
        }}
        onPointerMove={(event) => gestures.current?.move(event)}
        onPointerUp={(event) => gestures.current?.up(event)}
        onPointerCancel={() => gestures.current?.cancel()}
        onPointerLeave={() => hover(local.hovered, undefined)}
        onDblClick={(event) => gestures.current?.doubleClick(event)}
        onContextMenu={(event) => gestures.current?.menu(event)}
        onKeyDown={(event) => {
          delete event.currentTarget.dataset["pointed"];
          if (event.key === "Escape" && gestures.current?.isActive === true) {
            event.stopPropagation();
            gestures.current.cancel();
            return;
          }
          latest.current.onKey(event);
        }}
        onDragOver={(event) => {
          event.preventDefault();
          if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
        }}
        onDrop={(event) => {
          event.preventDefault();
          const box = stage.current?.getBoundingClientRect();
          if (event.dataTransfer === null || box === undefined) return;
          const view = board.look.view.peek();
          const x = (event.clientX - box.left - view.x) / view.zoom;
          const y = (event.clientY - box.top - view.y) / view.zoom;
          latest.current.onDropped(event.dataTransfer, { x, y });
        }}
      >
        <div class="world" ref={back}>
          <GroupFrames board={board} isNear={shown.isNear} moved={local.moved} />
        </div>
        <canvas class="stage-canvas" ref={canvas} aria-hidden="true" />
        <div class="world" ref={world} role="presentation">
          {shown.isNear ? <NoteCards board={board} moved={local.moved} /> : null}
          <LiftedWires board={board} hovered={local.hovered} moved={local.moved} />
          {/* Notes and titles of groups are written in: of a list they may not be a part. */}
          <div role="listbox" aria-multiselectable="true" aria-label="Nodes">{cards}</div>
          <WireLine />
          <BoxAndGuides box={local.box} guides={local.guides} />
        </div>
        <WireReason
          toScreen={({ x, y }) => {
            const view = board.look.view.value;
            return { x: x * view.zoom + view.x, y: y * view.zoom + view.y };
          }}
        />
      </div>
      <p class="hidden-text" id="stage-help">
        Arrows walk from node to node. Space chooses, Enter edits, C connects, N adds a node, Alt with arrows
        moves, Delete removes.
      </p>
      {props.children}
      <Minimap board={board} run={run} moved={local.moved} />
    </div>
  );
}

function BoxAndGuides(
  { box, guides }: {
    readonly box: { readonly value: Rect | undefined };
    readonly guides: { readonly value: readonly Guide[] };
  },
) {
  const rect = box.value;
  return (
    <>
      {rect === undefined ? null : (
        <div
          class="select-box"
          style={{
            transform: `translate(${rect.left}px, ${rect.top}px)`,
            width: `${rect.right - rect.left}px`,
            height: `${rect.bottom - rect.top}px`,
          }}
        />
      )}
      {guides.value.map(({ axis, at, from, to }) => (
        <div
          key={axis}
          class={`guide ${axis}`}
          style={axis === "x"
            ? { transform: `translate(${at}px, ${from}px)`, height: `${to - from}px` }
            : { transform: `translate(${from}px, ${at}px)`, width: `${to - from}px` }}
        />
      ))}
    </>
  );
}

let resting: ReturnType<typeof setTimeout> | undefined;

/** Notes what the pointer is on: a connection or a port at once, a card where it rests. */
function hover(held: Signal<Hovered | undefined>, next: Hovered | undefined): void {
  clearTimeout(resting);
  const before = held.peek();
  if (before?.kind === next?.kind && before?.id === next?.id && next?.kind !== "port") return;
  if (next?.kind !== "node") held.value = next;
  else resting = setTimeout(() => held.value = next, before === undefined ? CARD_REST_MS : 0);
}

/** What lies over the stage, from its corner. */
function coveredBy(stage: HTMLElement): readonly Rect[] {
  const { offsetLeft, offsetTop } = stage;
  const over =
    stage.parentElement?.querySelectorAll<HTMLElement>(":scope > .stage-tools, :scope > .minimap") ??
      [];
  return [...over].filter(({ offsetWidth }) => offsetWidth > 0).map((one) => ({
    left: one.offsetLeft - offsetLeft - 8,
    top: one.offsetTop - offsetTop - 8,
    right: one.offsetLeft - offsetLeft + one.offsetWidth + 8,
    bottom: one.offsetTop - offsetTop + one.offsetHeight + 8,
  }));
}

/** The ground's dots, coarser the farther one is away. */
function paintDots(
  stage: HTMLElement,
  { x, y, zoom }: { readonly x: number; readonly y: number; readonly zoom: number },
): void {
  let step = 24 * zoom;
  while (step < 14) step *= 4;
  stage.style.backgroundSize = `${step}px ${step}px`;
  stage.style.backgroundPosition = `${x % step}px ${y % step}px`;
}

function marksOf(
  board: Board,
  run: RunOverlay,
  hovered: Hovered | undefined,
  faded: Faded | undefined,
  isNear: boolean,
): Marks {
  const { boxes } = board.shown.peek();
  return {
    selection: board.shownSelection.peek(),
    selectedEdge: board.selectedEdge.peek(),
    lifted: isNear
      ? new Set(
        liftedEdges(board.scene.peek(), board.shownSelection.peek(), board.selectedEdge.peek(), hovered),
      )
      : nothingLifted,
    worst: board.worst.peek(),
    badPorts: badEdges(board),
    stateOf: stateReader(run, boxes),
    faded: faded === undefined || boxes.size === 0 ? faded : {
      has: (id) => boxes.get(id)?.nodes.every((one) => faded.has(one)) ?? faded.has(id),
    },
  };
}

let keptReader: {
  readonly run: RunOverlay;
  readonly version: number;
  readonly boxes: ReadonlyMap<string, BoardGroup>;
  readonly read: (id: string) => string | undefined;
} | undefined;

/** A new function for each change of states, so that what was painted with the old one is painted anew. */
function stateReader(
  run: RunOverlay,
  boxes: ReadonlyMap<string, BoardGroup>,
): (id: string) => string | undefined {
  const version = run.version.peek();
  if (keptReader?.run !== run || keptReader.version !== version || keptReader.boxes !== boxes) {
    keptReader = { run, version, boxes, read: (id) => run.shownState(id, boxes) };
  }
  return keptReader.read;
}

let keptBad: { readonly problems: unknown; readonly bad: ReadonlySet<string> } | undefined;

/** `NODE.PORT` of everything that a problem names. */
function badEdges(board: Board): ReadonlySet<string> {
  const problems = board.allProblems.peek();
  if (keptBad?.problems !== problems) {
    const bad = new Set<string>();
    for (const { node, field, severity } of problems) {
      if (node !== undefined && severity === "error") bad.add(`${node}.${field.replace(/^in\./, "")}`);
    }
    keptBad = { problems, bad };
  }
  return keptBad.bad;
}

function portsWithProblems(board: Board): ReadonlyMap<string, ReadonlySet<string>> {
  const ports = new Map<string, Set<string>>();
  for (const { node, field } of board.allProblems.peek()) {
    if (node === undefined) continue;
    const [first, second] = field.split(".");
    const name = first === "in" || first === "with" ? second : first;
    if (name === undefined || name === "") continue;
    const known = ports.get(node);
    if (known === undefined) ports.set(node, new Set([name]));
    else known.add(name);
  }
  return ports;
}
