/** Components of a motif's tree that show data: progress, figures, tables, lists, charts. @module */

import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { VirtualList } from "../parts/virtual_list.tsx";
import { listOf, numberOf, recordsOf, textOf, toneOf } from "./tree_values.ts";
import type { Part } from "./tree_view.tsx";

const ROW_PX = 30;
const SPARE_ROWS = 10;
const MAX_LIST_ROWS = 12;
/** More rows than this are drawn only where they show. */
const MAX_WHOLE = 100;

const Progress: Part = ({ node: { props } }) => {
  const label = textOf(props["label"]);
  const value = props["value"];
  return (
    <label class="motif-stack">
      <span class={label === "" ? "hidden-text" : ""}>{label === "" ? "Progress" : label}</span>
      <progress
        class="motif-progress"
        max={Math.max(Number.MIN_VALUE, numberOf(props["max"], 1))}
        {...typeof value === "number" ? { value: Math.max(0, value) } : {}}
      />
    </label>
  );
};

const Figures: Part = ({ node: { props } }) => (
  <dl class="motif-figures">
    {recordsOf(props["rows"]).map((row, index) => (
      <div key={index}>
        <dt>{textOf(row["name"])}</dt>
        <dd class={`motif-text ${toneOf(row)}`}>{textOf(row["value"])}</dd>
      </div>
    ))}
  </dl>
);

const Table: Part = ({ node: { props, on }, send }) => {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: MAX_WHOLE });
  const columns = recordsOf(props["columns"]);
  const rows = recordsOf(props["rows"]);
  const isWhole = rows.length <= MAX_WHOLE;
  const from = isWhole ? 0 : Math.min(range.from, Math.max(0, rows.length - 1));
  const to = isWhole ? rows.length : Math.min(rows.length, range.to);
  const measure = () => {
    const element = box.current;
    if (element === null || isWhole) return;
    const first = Math.max(0, Math.floor(element.scrollTop / ROW_PX) - SPARE_ROWS);
    const last = Math.ceil((element.scrollTop + element.clientHeight) / ROW_PX) + SPARE_ROWS;
    setRange((before) => before.from === first && before.to === last ? before : { from: first, to: last });
  };
  useEffect(measure, [rows.length]);
  const isChoosing = on.select !== undefined;
  const wide = columns.length + (isChoosing ? 1 : 0);
  const side = (column: typeof columns[number]) => column["align"] === "end" ? "is-end" : undefined;
  return (
    <div
      class={`motif-scroll motif-table ${isWhole ? "" : "is-long"}`}
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Table"
      onScroll={measure}
    >
      <table class="monitor-table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {isChoosing ? <th scope="col">Row</th> : null}
            {columns.map((column, index) => (
              <th key={index} scope="col" class={side(column)}>{textOf(column["title"] ?? column["key"])}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from === 0 ? null : (
            <tr aria-hidden="true">
              <td colSpan={wide} style={{ height: `${from * ROW_PX}px`, padding: "0" }} />
            </tr>
          )}
          {rows.slice(from, to).map((row, index) => {
            const at = from + index;
            const isChosen = props["chosen"] === at;
            return (
              <tr key={at} aria-rowindex={at + 2} class={isChosen ? "is-chosen" : undefined}>
                {isChoosing
                  ? (
                    <td>
                      <Button
                        small
                        look="quiet"
                        aria-label={`Choose row ${at + 1}`}
                        aria-pressed={isChosen}
                        onClick={() => send("select", at)}
                      >
                        {at + 1}
                      </Button>
                    </td>
                  )
                  : null}
                {columns.map((column, one) => {
                  const key = textOf(column["key"]);
                  return (
                    <td key={one} class={side(column)}>{Object.hasOwn(row, key) ? textOf(row[key]) : ""}</td>
                  );
                })}
              </tr>
            );
          })}
          {to >= rows.length ? null : (
            <tr aria-hidden="true">
              <td colSpan={wide} style={{ height: `${(rows.length - to) * ROW_PX}px`, padding: "0" }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
};

const List: Part = ({ node, send }) => {
  const { props, on } = node;
  const items = recordsOf(props["items"]);
  const given = items.findIndex(({ value }) => value === props["chosen"]);
  const [chosen, setChosen] = useState(given);
  useEffect(() => setChosen(given), [node]);
  const line = (index: number) => {
    const item = items[index] ?? {};
    return (
      <>
        <span class={`motif-text cut ${toneOf(item)}`}>{textOf(item["label"] ?? item["value"])}</span>
        <span class="muted cut">{textOf(item["detail"])}</span>
      </>
    );
  };
  if (on.select === undefined && items.length <= MAX_WHOLE) {
    return <ul class="motif-list">{items.map((_item, index) => <li key={index}>{line(index)}</li>)}</ul>;
  }
  const choose = (index: number) => {
    setChosen(index);
    const value = items[index]?.["value"];
    if (value !== undefined) send("select", value);
  };
  return (
    <div
      class="motif-list-room"
      style={{ height: `${Math.min(items.length, MAX_LIST_ROWS) * ROW_PX + 2}px` }}
    >
      <VirtualList
        label="Items"
        count={items.length}
        rowPx={ROW_PX}
        chosen={chosen}
        onChoose={on.select === undefined ? undefined : choose}
        row={(index) => <div class="motif-list-row">{line(index)}</div>}
      />
    </div>
  );
};

const seriesTones = ["accent", "good", "warn", "bad", "muted"];

const Chart: Part = ({ node: { props } }) => {
  const series = recordsOf(props["series"]).map((one, at) => ({
    name: textOf(one["name"]),
    values: listOf(one["values"]).map((value) => numberOf(value, 0)),
    tone: typeof one["tone"] === "string" ? one["tone"] : seriesTones[at % seriesTones.length] ?? "accent",
  }));
  const all = series.flatMap(({ values }) => values);
  const most = all.reduce((a, b) => Math.max(a, b), 0);
  const least = all.reduce((a, b) => Math.min(a, b), 0);
  const room = most - least || 1;
  const y = (value: number) => 98 - 96 * (value - least) / room;
  const labels = listOf(props["labels"]).map(textOf);
  const isSpark = props["kind"] === "spark";
  return (
    <figure class={`motif-chart ${isSpark ? "is-spark" : ""}`}>
      <svg viewBox="0 0 300 100" preserveAspectRatio="none" role="img" aria-label={textOf(props["label"])}>
        {series.map(({ values, tone }, row) => {
          const wide = 300 / Math.max(1, values.length);
          const name = `motif-series ${seriesTones.includes(tone) ? `is-${tone}` : "is-accent"}`;
          return props["kind"] === "bar"
            ? values.map((value, at) => (
              <rect
                key={`${row}/${at}`}
                class={name}
                x={(at + 0.1) * wide + row * 0.8 * wide / series.length}
                y={Math.min(y(value), y(0))}
                width={0.8 * wide / series.length}
                height={Math.max(0.5, Math.abs(y(0) - y(value)))}
              />
            ))
            : (
              <polyline
                key={row}
                class={name}
                vector-effect="non-scaling-stroke"
                points={values.map((value, at) => `${(at + 0.5) * wide},${y(value)}`).join(" ")}
              />
            );
        })}
      </svg>
      {isSpark || labels.length === 0 ? null : (
        <div class="motif-chart-labels" aria-hidden="true">
          <span>{labels[0]}</span>
          {labels.length > 1 ? <span>{labels.at(-1)}</span> : null}
        </div>
      )}
      {isSpark || series.every(({ name }) => name === "") ? null : (
        <figcaption class="row motif-wrap">
          {series.map(({ name, tone }, at) => (
            <span key={at} class="row">
              <span class={`dot motif-dot ${seriesTones.includes(tone) ? `is-${tone}` : "is-accent"}`} />
              {name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
};

export const dataParts: Readonly<Record<string, Part>> = {
  progress: Progress,
  figures: Figures,
  table: Table,
  list: List,
  chart: Chart,
};
