/**
 * The Gantt chart: one row a node, one bar an attempt, the critical path marked, idle time folded. Drawn on a canvas for the
 * rows in sight; chosen and read by arrow keys.
 *
 * @module
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Span, Timeline } from "../../../../api/runs.ts";
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
import { rowsOfTimeline, rulerStep, type TimelineRow, TimeScale } from "./timeline_rows.ts";

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
      ? all.filter(({ spans }) => spans.some(({ end }) => end === "failed" || end === "retrying"))
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
      {path.length === 0 ? null : <CriticalPath path={path} titles={titles} onChoose={onChoose} />}
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
  { path, titles, onChoose }: {
    readonly path: Timeline["criticalPath"];
    readonly titles: ReadonlyMap<string, string>;
    readonly onChoose: (key: string) => void;
  },
) {
  const MOST = 12;
  return (
    <p class="monitor-path">
      <span class="faint">
        Critical path, {durationText((path.at(-1)?.toMs ?? 0) - (path[0]?.fromMs ?? 0))}:
      </span>
      {path.slice(0, MOST).map(({ node, fromMs, toMs }, index) => (
        <>
          {index === 0 ? null : <span aria-hidden="true" class="faint">→</span>}
          <button key={node} type="button" class="monitor-link" onClick={() => onChoose(`/${node}`)}>
            {titles.get(`/${node}`) ?? node} <span class="faint numbers">{durationText(toMs - fromMs)}</span>
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
  const at = rows.findIndex(({ key }) => key === chosen);
  const choose = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    onChoose(row.key);
    announce(rowText(row, now));
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
      aria-label={`Timeline, ${rows.length} rows. Up and down choose a row and read it.`}
      tabIndex={0}
      onScroll={(event) =>
        setScroll({ left: event.currentTarget.scrollLeft, top: event.currentTarget.scrollTop })}
      onKeyDown={(event) => {
        const steps: Readonly<Record<string, number>> = {
          ArrowDown: at + 1,
          ArrowUp: Math.max(0, at - 1),
          Home: 0,
          End: rows.length - 1,
        };
        const to = steps[event.key];
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        choose(Math.min(rows.length - 1, to));
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

function rowText(row: TimelineRow, now: number): string {
  const [first] = row.spans;
  if (first === undefined) return row.key;
  const took = row.spans.reduce((sum, { startedAt, endedAt }) => sum + (endedAt ?? now) - startedAt, 0);
  const tries = row.spans.length === 1
    ? first.end
    : `${row.spans.length} bars, the last ${row.spans.at(-1)?.end}`;
  return `${row.title === "" ? row.key : row.title}: ${tries}, ${durationText(took)}${
    row.isCritical ? ", on the critical path" : ""
  }`;
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
    const { spans, isCritical } = rows[row]!;
    const top = topOf(row) + 5;
    for (const span of spans) {
      bar(context, span, placeOf, scale.end, top, colours, size.width, label, isCritical);
    }
  }
  context.restore();
  context.fillStyle = colours.surface;
  context.fillRect(0, RULER, label, size.height);
  context.textBaseline = "middle";
  for (let row = first; row < last; row++) {
    const { key, title, isCritical } = rows[row]!;
    if (key === chosen) {
      context.fillStyle = colours.selected;
      context.fillRect(0, topOf(row), label, ROW);
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

function bar(
  context: CanvasRenderingContext2D,
  span: Span,
  placeOf: (moment: number) => number,
  end: number,
  top: number,
  colours: Record<(typeof TOKENS)[number], string>,
  width: number,
  label: number,
  isCritical: boolean,
): void {
  const left = placeOf(span.startedAt);
  const right = Math.max(left + 2, placeOf(span.endedAt ?? end));
  if (right < label || left > width) return;
  context.fillStyle = colours[`state-${span.end}`];
  context.beginPath();
  context.roundRect(left, top, right - left, ROW - 10, Math.min(3, (right - left) / 2));
  context.fill();
  if (isCritical) {
    context.strokeStyle = colours["warn-text"];
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function shorten(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let shown = text;
  while (shown.length > 1 && context.measureText(`${shown}…`).width > room) shown = shown.slice(0, -1);
  return `${shown}…`;
}
