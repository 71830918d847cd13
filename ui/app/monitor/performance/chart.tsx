/**
 * A chart over time: uPlot in the page's colours, with its newest figures in words. By key it is a slider over its moments: arrows
 * move from one to the next, and what was measured then is shown and said.
 *
 * @module
 */

import uPlot from "uplot";
import { useEffect, useRef, useState } from "preact/hooks";
import { alone } from "./series.ts";
import { paint, tokenColours } from "../../state/theme.ts";
import { momentText } from "../format.ts";

export interface ChartLine {
  readonly title: string;
  /** Name of a colour token. */
  readonly colour: ChartColour;
  readonly values: readonly (number | null)[];
  readonly isFilled?: boolean;
  /** What it is now; else the newest of `values` is shown. */
  readonly now?: number;
}

const TOKENS = [
  "accent",
  "good",
  "warn",
  "bad",
  "info",
  "kind-instrument",
  "kind-output",
  "text-3",
  "line-soft",
] as const;
export type ChartColour = Exclude<(typeof TOKENS)[number], "text-3" | "line-soft">;

export interface ChartProps {
  readonly title: string;
  /** Seconds. */
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly textOf: (value: number) => string;
  readonly from: number;
  readonly to: number;
}

export function Chart({ title, at, lines, textOf, from, to }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const range = useRef({ from, to });
  range.current = { from, to };
  const colour = paint.value;
  const names = lines.map((line) => `${line.title}/${line.colour}`).join(",");
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const colours = tokenColours(TOKENS);
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const axis = {
      stroke: colours["text-3"],
      grid: { stroke: colours["line-soft"], width: 1 },
      ticks: { show: false },
      font,
    };
    const made = new uPlot(
      {
        width: Math.max(120, element.clientWidth),
        height: element.clientHeight,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { size: 5 } },
        scales: {
          x: { range: () => [range.current.from, range.current.to] },
          y: { range: (_plot, _min, max) => [0, max === null || max <= 0 ? 1 : max * 1.1] },
        },
        axes: [
          { ...axis, space: 80, size: 26, values: (_plot, ticks) => timesOf(ticks) },
          { ...axis, size: 62, space: 34, values: (_plot, ticks) => ticks.map(textOf) },
        ],
        series: [
          {},
          ...lines.map((line) => ({
            label: line.title,
            stroke: colours[line.colour],
            width: 1.6,
            // A line needs two neighbours; a point without one is shown as such.
            points: {
              show: true,
              size: 5,
              filter: (made: uPlot, series: number) => alone([...made.data[series] ?? []]),
            },
            spanGaps: false,
            ...line.isFilled === true ? { fill: withAlpha(colours[line.colour]) } : {},
          })),
        ],
      },
      dataOf(at, lines),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: Math.max(120, element.clientWidth), height: element.clientHeight })
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [names, colour]);
  useEffect(() => plot.current?.setData(dataOf(at, lines)), [at, lines, from, to]);
  // Counted from the newest, which stays where it is when others come; undefined until it is walked.
  const [back, setBack] = useState<number | undefined>(undefined);
  const last = at.length - 1;
  const walked = back === undefined || last < 0 ? undefined : Math.max(0, last - back);
  useEffect(() => {
    const moment = walked === undefined ? undefined : at[walked];
    if (moment === undefined) plot.current?.setCursor({ left: -10, top: -10 });
    else plot.current?.setCursor({ left: plot.current.valToPos(moment, "x"), top: 0 });
  }, [walked, at, lines, from, to]);
  const shown = lines.map((line) => {
    const value = walked === undefined
      ? line.now ?? line.values.findLast((one) => one !== null)
      : line.values[walked];
    return { line, text: value === undefined || value === null ? "–" : textOf(value) };
  });
  const when = at[walked ?? last];
  const said = when === undefined
    ? "nothing was measured in this time"
    : `${momentText(when * 1000)}: ${shown.map(({ line, text }) => `${line.title} ${text}`).join(", ")}`;
  const keys = (event: KeyboardEvent) => {
    const now = back ?? 0;
    const steps: Readonly<Record<string, number | undefined>> = {
      ArrowLeft: now + 1,
      ArrowRight: now - 1,
      PageUp: now + 10,
      PageDown: now - 10,
      Home: last,
      End: 0,
      Escape: back === undefined ? undefined : -1,
    };
    const next = steps[event.key];
    if (next === undefined || last < 0) return;
    event.preventDefault();
    event.stopPropagation();
    setBack(event.key === "Escape" ? undefined : Math.max(0, Math.min(last, next)));
  };
  return (
    <figure class="monitor-chart">
      <figcaption>
        <strong>{title}</strong>
        <span class="monitor-legend">
          {walked === undefined || when === undefined
            ? null
            : <time class="faint numbers">{momentText(when * 1000)}</time>}
          {shown.map(({ line, text }) => (
            <span key={line.title}>
              <span class="dot" aria-hidden="true" style={{ background: `var(--${line.colour})` }} />
              {line.title} <span class="numbers">{text}</span>
            </span>
          ))}
        </span>
      </figcaption>
      <div
        class="monitor-plot-keys"
        role="slider"
        tabIndex={0}
        aria-label={`${title} over time`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, walked ?? last)}
        aria-valuetext={said}
        onKeyDown={keys}
        onBlur={() => setBack(undefined)}
      >
        <div ref={box} class="monitor-plot" aria-hidden="true" />
      </div>
      {at.length === 0 ? <p class="monitor-chart-none faint">Nothing was measured in this time.</p> : null}
    </figure>
  );
}

function dataOf(at: readonly number[], lines: readonly ChartLine[]): uPlot.AlignedData {
  return [[...at], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData;
}

/** Times of day; days where the marks are days apart. */
function timesOf(ticks: readonly number[]): string[] {
  const isShort = ticks.length > 1 && (ticks[1] ?? 0) - (ticks[0] ?? 0) < 60;
  const isLong = ticks.length > 1 && (ticks.at(-1) ?? 0) - (ticks[0] ?? 0) > 2 * 86_400;
  return ticks.map((tick) => {
    const date = new Date(tick * 1000);
    return isLong
      ? date.toLocaleDateString(undefined, { month: "short", day: "numeric" })
      : date.toLocaleTimeString(undefined, {
        hour: "2-digit",
        minute: "2-digit",
        ...isShort ? { second: "2-digit" } : {},
      });
  });
}

function withAlpha(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.14)");
}
