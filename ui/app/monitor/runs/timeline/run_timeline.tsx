/**
 * The Gantt chart: one row a node, one bar an attempt, the critical path marked, idle time folded. Drawn on a canvas for the
 * rows in sight; chosen and read by arrow keys.
 *
 * @module
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Timeline } from "../../../../api/runs.ts";
import { Button } from "../../../parts/button.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../../parts/states.tsx";
import { announce } from "../../../state/announce.ts";
import { useResource } from "../../../state/resource.ts";
import { paint, tokenColours } from "../../../state/theme.ts";
import { durationText } from "../../format.ts";
import { nextFrame } from "../../frames.ts";
import { useNow } from "../../now.ts";
import { rowsOf } from "../node_rows.ts";
import type { RunWatch } from "../run_watch.ts";
import { type MoreSpans, rowsOfTimeline, rulerStep, type TimelineRow, TimeScale } from "./timeline_rows.ts";

const ROW = 24;
const RULER = 26;
const RELOAD_MS = 1500;

interface Props {
  readonly watch: RunWatch;
  readonly chosen: string | undefined;
  readonly onChoose: (key: string | undefined) => void;
}

export function RunTimeline({ watch, chosen, onChoose }: Props) {
  const { model } = watch;
  const [round, setRound] = useState(0);
  const [folds, setFolds] = useState(true);
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [zoom, setZoom] = useState(1);
  const loaded = useResource(
    (client, signal) => client.call("GET /runs/{run}/timeline", { params: { run: watch.run }, signal }),
    [watch.run, round],
  );
  const seq = model.account.lastSeq;
  const asked = useRef({ seq: -1, at: 0 });
  void model.tick.value;
  useEffect(() => {
    if (loaded.isLoading || seq <= asked.current.seq) return;
    const wait = Math.max(0, asked.current.at + RELOAD_MS - Date.now());
    const timer = setTimeout(() => {
      asked.current = { seq, at: Date.now() };
      setRound((before) => before + 1);
    }, asked.current.at === 0 ? RELOAD_MS : wait);
    return () => clearTimeout(timer);
  }, [seq, loaded.isLoading]);
  const graph = watch.definition.value?.graph;
  const titles = useMemo(() => new Map(rowsOf(graph, model).map(({ key, title }) => [key, title])), [
    graph,
    model.bodyNodes.length,
  ]);
  const timeline = loaded.value;
  const rows = useMemo(() => {
    if (timeline === undefined) return [];
    const all = rowsOfTimeline(timeline, (key) => {
      const title = titles.get(key) ?? key;
      return key.startsWith("/") ? title : `${key.slice(0, key.lastIndexOf("/"))} / ${title}`;
    });
    return onlyFailed
      ? all.filter(({ spans, more }) =>
        (more?.failed ?? 0) > 0 || spans.some(({ end }) => end === "failed" || end === "retrying")
      )
      : all;
  }, [timeline, titles, onlyFailed]);
  const path = timeline?.criticalPath ?? [];
  if (timeline === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the timeline" lines={7} />
      : <ErrorState title="Cannot show the timeline" error={loaded.error} onRetry={loaded.reload} />;
  }
  if (timeline.spans.length === 0) {
    return (
      <EmptyState icon="clock" title="Nothing has begun">
        A bar appears for every attempt of a node, as soon as it begins.
      </EmptyState>
    );
  }
  return (
    <div class="monitor-timeline">
      <div class="monitor-tools">
        <label class="check">
          <input
            type="checkbox"
            checked={folds}
            onChange={(event) => setFolds(event.currentTarget.checked)}
          />
          Fold idle time
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={onlyFailed}
            onChange={(event) => setOnlyFailed(event.currentTarget.checked)}
          />
          Only failed attempts
        </label>
        <label class="row">
          <span class="faint">Zoom</span>
          <input
            type="range"
            min={1}
            max={40}
            step={0.5}
            value={zoom}
            aria-label="Zoom of the timeline"
            onInput={(event) => setZoom(Number(event.currentTarget.value))}
          />
        </label>
        {zoom > 1 ? <Button small onClick={() => setZoom(1)}>Whole run</Button> : null}
      </div>
      {path.length === 0 ? null : (
        <CriticalPath
          path={path}
          titles={titles}
          skewMs={watch.app.live.skewMs}
          onChoose={onChoose}
        />
      )}
      {rows.length === 0 ? <EmptyState icon="good" title="No attempt has failed" /> : (
        <Chart
          watch={watch}
          timeline={timeline}
          rows={rows}
          folds={folds}
          zoom={zoom}
          chosen={chosen}
          onChoose={onChoose}
        />
      )}
    </div>
  );
}

function CriticalPath(
  { path, titles, skewMs, onChoose }: {
    readonly path: Timeline["criticalPath"];
    readonly skewMs: number;
    readonly titles: ReadonlyMap<string, string>;
    readonly onChoose: (key: string) => void;
  },
) {
  const MOST = 12;
  // What has not ended goes on growing, whether or not anything is told.
  const isOpen = path.some((one) => one.isOpen === true);
  const now = useNow(isOpen) + skewMs;
  const endOf = (one: Timeline["criticalPath"][number] | undefined) =>
    one === undefined ? 0 : one.isOpen === true ? Math.max(one.toMs, now) : one.toMs;
  return (
    <p class="monitor-path">
      <span class="faint">
        Critical path, {durationText(endOf(path.at(-1)) - (path[0]?.fromMs ?? 0))}:
      </span>
      {path.slice(0, MOST).map((one, index) => (
        <>
          {index === 0 ? null : <span aria-hidden="true" class="faint">→</span>}
          <button
            key={one.node}
            type="button"
            class="monitor-link"
            onClick={() => onChoose(`/${one.node}`)}
          >
            {titles.get(`/${one.node}`) ?? one.node}{" "}
            <span class="faint numbers">{durationText(endOf(one) - one.fromMs)}</span>
          </button>
        </>
      ))}
      {path.length > MOST ? <span class="faint">and {path.length - MOST} more</span> : null}
    </p>
  );
}

function Chart(
  { watch, timeline, rows, folds, zoom, chosen, onChoose }: Props & {
    readonly timeline: Timeline;
    readonly rows: readonly TimelineRow[];
    readonly folds: boolean;
    readonly zoom: number;
  },
) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [scroll, setScroll] = useState({ left: 0, top: 0 });
  const now = useNow(timeline.endedAt === undefined) + watch.app.live.skewMs;
  const scale = useMemo(() => new TimeScale(timeline, now, folds), [timeline, now, folds]);
  const label = Math.min(220, Math.max(96, size.width * 0.24));
  const room = Math.max(40, size.width - label - 24) * zoom;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight })
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const colour = paint.value;
  useEffect(() => {
    const element = canvas.current;
    if (element === null || size.width === 0) return;
    nextFrame(() => draw(element, { rows, scale, size, scroll, label, room, chosen }));
  }, [rows, scale, size, scroll, label, room, chosen, colour]);
  // Keys go from node to node, whose lanes are read as one.
  const heads = useMemo(() => rows.flatMap(({ key }, row) => key === rows[row - 1]?.key ? [] : [row]), [
    rows,
  ]);
  const at = heads.findIndex((row) => rows[row]?.key === chosen);
  const choose = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    onChoose(row.key);
    announce(rowText(rows.filter(({ key }) => key === row.key), now));
    const element = box.current;
    if (element === null) return;
    const top = index * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW + RULER > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + ROW + RULER - element.clientHeight;
    }
  };
  return (
    <div
      ref={box}
      class="monitor-chart-scroll"
      role="group"
      aria-roledescription="timeline"
      aria-label={`Timeline, ${heads.length} nodes in ${rows.length} rows. Up and down choose a node and read it.`}
      tabIndex={0}
      onScroll={(event) =>
        setScroll({ left: event.currentTarget.scrollLeft, top: event.currentTarget.scrollTop })}
      onKeyDown={(event) => {
        const steps: Readonly<Record<string, number>> = {
          ArrowDown: at + 1,
          ArrowUp: Math.max(0, at - 1),
          Home: 0,
          End: heads.length - 1,
        };
        const to = steps[event.key];
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        choose(heads[Math.min(heads.length - 1, to)] ?? 0);
      }}
      onClick={(event) => {
        const bounds = event.currentTarget.getBoundingClientRect();
        const row = Math.floor((event.clientY - bounds.top - RULER + scroll.top) / ROW);
        if (event.clientY - bounds.top > RULER) choose(row);
      }}
    >
      <div
        class="monitor-chart-room"
        style={{ width: `${label + room + 24}px`, height: `${rows.length * ROW + RULER}px` }}
      >
        <canvas ref={canvas} aria-hidden="true" />
      </div>
    </div>
  );
}

/** A node in words: all its lanes together. */
function rowText(lanes: readonly TimelineRow[], now: number): string {
  const [first] = lanes;
  if (first === undefined) return "";
  const spans = lanes.flatMap((lane) => lane.spans);
  const more = lanes.reduce((sum, lane) => sum + (lane.more?.count ?? 0), 0);
  const took = spans.reduce((sum, { startedAt, endedAt }) => sum + (endedAt ?? now) - startedAt, 0);
  const last = spans.toSorted((a, b) => a.startedAt - b.startedAt).at(-1)?.end ?? "";
  const bars = spans.length + more;
  const tries = bars === 1 ? last : `${bars} bars, the last ${last}`;
  const name = first.title === "" ? first.key : first.title;
  return `${name}: ${tries}, ${durationText(took)}${more > 0 ? " and more" : ""}${
    first.isCritical ? ", on the critical path" : ""
  }`;
}

/** `+12 more at the same time, 2 failed`. */
function moreText({ count, failed }: MoreSpans): string {
  return `+${count.toLocaleString("en")} more at the same time${failed === 0 ? "" : `, ${failed} failed`}`;
}

interface Drawing {
  readonly rows: readonly TimelineRow[];
  readonly scale: TimeScale;
  readonly size: { readonly width: number; readonly height: number };
  readonly scroll: { readonly left: number; readonly top: number };
  readonly label: number;
  readonly room: number;
  readonly chosen: string | undefined;
}

const TOKENS = [
  "surface",
  "text",
  "text-2",
  "text-3",
  "line-soft",
  "hover",
  "selected",
  "sunken",
  "warn-text",
  "state-running",
  "state-completed",
  "state-failed",
  "state-retrying",
  "state-waiting",
  "state-cancelled",
] as const;

function draw(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { rows, scale, size, scroll, label, room, chosen } = drawing;
  const colours = tokenColours(TOKENS);
  const ratio = Math.min(2, devicePixelRatio || 1);
  canvas.width = Math.max(1, size.width * ratio);
  canvas.height = Math.max(1, size.height * ratio);
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const font = getComputedStyle(document.body).fontFamily;
  const placeOf = (moment: number) => label + (scale.at(moment) / scale.length) * room - scroll.left;
  const first = Math.max(0, Math.floor(scroll.top / ROW));
  const last = Math.min(rows.length, Math.ceil((scroll.top + size.height) / ROW));
  const topOf = (row: number) => RULER + row * ROW - scroll.top;
  // Rows, then bars, then names over them, then the ruler over all.
  for (let row = first; row < last; row++) {
    if (rows[row]?.key !== chosen) continue;
    context.fillStyle = colours.selected;
    context.fillRect(0, topOf(row), size.width, ROW);
  }
  for (const { from, to } of scale.gaps) {
    context.fillStyle = colours.hover;
    context.fillRect(placeOf(from), RULER, placeOf(to) - placeOf(from), size.height);
  }
  context.strokeStyle = colours["line-soft"];
  context.lineWidth = 1;
  const step = rulerStep(scale.length, room / 90);
  const marks: { readonly x: number; readonly ms: number }[] = [];
  for (let ms = 0; ms <= scale.length; ms += step) {
    const x = label + (ms / scale.length) * room - scroll.left;
    if (x >= label && x < size.width) marks.push({ x, ms });
  }
  context.beginPath();
  for (const { x } of marks) {
    context.moveTo(Math.round(x) + 0.5, RULER);
    context.lineTo(Math.round(x) + 0.5, size.height);
  }
  context.stroke();
  context.save();
  context.beginPath();
  context.rect(label, RULER, size.width - label, size.height);
  context.clip();
  for (let row = first; row < last; row++) {
    const { spans, critical, more } = rows[row]!;
    const top = topOf(row) + 5;
    for (let at = 0; at < spans.length; at++) {
      const span = spans[at]!;
      const left = placeOf(span.startedAt);
      // A short bar is seen, but none reaches over the next.
      const next = spans[at + 1];
      const room = next === undefined ? Infinity : Math.max(left + 0.5, placeOf(next.startedAt) - 0.5);
      const right = Math.min(Math.max(left + 2, placeOf(span.endedAt ?? scale.end)), room);
      if (right < label || left > size.width) continue;
      context.fillStyle = colours[`state-${span.end}`];
      bar(context, left, right, top, critical.has(span) ? colours["warn-text"] : undefined);
    }
    for (const { from, to } of more?.stretches ?? []) {
      const left = placeOf(from);
      const right = Math.max(left + 1, placeOf(Math.min(to, scale.end)));
      if (right < label || left > size.width) continue;
      context.fillStyle = more!.failed > 0 ? colours["state-failed"] : colours["text-3"];
      context.fillRect(left, top + 5, right - left, ROW - 20);
    }
  }
  context.restore();
  context.fillStyle = colours.surface;
  context.fillRect(0, RULER, label, size.height);
  context.textBaseline = "middle";
  for (let row = first; row < last; row++) {
    const { key, title, isCritical, more } = rows[row]!;
    if (key === chosen) {
      context.fillStyle = colours.selected;
      context.fillRect(0, topOf(row), label, ROW);
    }
    if (more !== undefined) {
      context.fillStyle = colours["text-2"];
      context.font = `11px ${font}`;
      context.fillText(shorten(context, moreText(more), label - 20), 12, topOf(row) + ROW / 2);
    }
    if (title === "") continue;
    context.fillStyle = isCritical ? colours["warn-text"] : colours["text"];
    context.font = `${isCritical ? "600 " : ""}12px ${font}`;
    context.fillText(shorten(context, title, label - 20), 12, topOf(row) + ROW / 2);
  }
  context.fillStyle = colours.sunken;
  context.fillRect(0, 0, size.width, RULER);
  context.fillStyle = colours["text-2"];
  context.font = `11px ${font}`;
  for (const { x, ms } of marks) context.fillText(ms === 0 ? "0" : durationText(ms), x + 4, RULER / 2);
  context.fillText(`${rows.length} rows`, 12, RULER / 2);
}

/** With an edge inside it where it is one of those that the run's length is made of. */
function bar(
  context: CanvasRenderingContext2D,
  left: number,
  right: number,
  top: number,
  edge: string | undefined,
): void {
  const [width, height] = [right - left, ROW - 10];
  context.beginPath();
  context.roundRect(left, top, width, height, Math.min(3, width / 2));
  context.fill();
  if (edge === undefined) return;
  context.fillStyle = edge;
  if (width < 6) return context.fillRect(left, top + height - 3, width, 3);
  context.strokeStyle = edge;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(left + 0.75, top + 0.75, width - 1.5, height - 1.5, 2.5);
  context.stroke();
}

function shorten(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let shown = text;
  while (shown.length > 1 && context.measureText(`${shown}…`).width > room) shown = shown.slice(0, -1);
  return `${shown}…`;
}
