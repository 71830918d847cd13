/** What stands beside the view: pasted CSV as figures and a chart, and an opened node that looks for CSV files. @module */

import { defineView, type ViewNode } from "symphony/sdk";
import { readCsv } from "./csv.ts";

interface ClipState {
  readonly text: string;
  /** Which column is drawn, from 0. */
  readonly column: number;
}

const MOST_POINTS = 200;

/** A panel: paste CSV, see a column. */
export const clip = defineView({
  type: "examples/csv-clip",
  title: "CSV clip",
  description: "Pasted CSV: figures of a column, and its picture",
  run({ state, event }) {
    let { text, column } = (state ?? { text: "", column: 0 }) as ClipState;
    if (event?.id === "paste") text = String(event.value ?? "");
    if (event?.id === "column") column = Number(event.value);
    if (event?.id === "clear") [text, column] = ["", 0];
    const [head = [], ...body] = readCsv(text, ",");
    column = Math.max(0, Math.min(column, head.length - 1));
    const numbers = body.map((row) => Number(row[column])).filter(Number.isFinite);
    return {
      state: { text, column },
      tree: {
        is: "stack",
        props: { gap: 3 },
        children: [
          {
            is: "area",
            key: "text",
            props: { label: "CSV", value: text, rows: 4 },
            on: { change: "paste" },
          },
          ...(body.length === 0
            ? [{
              is: "empty",
              key: "empty",
              props: { title: "Nothing to show yet", value: "Paste a table with a head above." },
            }]
            : shown(head, body.length, column, numbers)),
        ],
      },
    };
  },
});

function shown(
  head: readonly string[],
  rows: number,
  column: number,
  numbers: readonly number[],
): ViewNode[] {
  const options = head.map((name, at) => ({
    value: `${at}`,
    label: name === "" ? `Column ${at + 1}` : name,
  }));
  const sum = numbers.reduce((a, b) => a + b, 0);
  return [
    {
      is: "select",
      key: "column",
      props: { label: "Column", value: `${column}`, options },
      on: { change: "column" },
    },
    {
      is: "figures",
      key: "figures",
      props: {
        rows: [
          { name: "Rows", value: rows },
          { name: "Numbers", value: numbers.length, tone: numbers.length === 0 ? "muted" : "plain" },
          ...(numbers.length === 0 ? [] : [
            { name: "Least", value: Math.min(...numbers) },
            { name: "Most", value: Math.max(...numbers) },
            { name: "Mean", value: Number((sum / numbers.length).toPrecision(6)) },
          ]),
        ],
      },
    },
    ...(numbers.length < 2 ? [] : [{
      is: "chart",
      key: "chart",
      props: {
        kind: "bar",
        label: `${options[column]?.label}, ${numbers.length} numbers`,
        series: [{ values: numbers.slice(0, MOST_POINTS) }],
      },
    }]),
    { is: "button", key: "clear", props: { label: "Clear", icon: "trash" }, on: { click: "clear" } },
  ];
}

/** An opened node that looks for files: its patterns, and how many of what it found are tables. */
export const scan = defineView({
  type: "examples/csv-scan",
  title: "CSV files of a scan",
  description: "Which tables a scan has found",
  run({ props }) {
    const { node, run } = props as {
      readonly node?: { readonly with?: { readonly include?: unknown } };
      readonly run?: { readonly state: string; readonly output?: { readonly files?: unknown } };
    };
    const include = Array.isArray(node?.with?.include) ? node.with.include.map(String) : [];
    const files = Array.isArray(run?.output?.files) ? run.output.files : undefined;
    const names = files?.map((file) => String((file as { readonly path?: unknown }).path ?? file)) ?? [];
    const tables = names.filter((name) => /\.[ct]sv$/i.test(name));
    return {
      tree: {
        is: "figures",
        props: {
          rows: [
            { name: "Looks for", value: include.length === 0 ? "every file" : include.join(", ") },
            files === undefined
              ? { name: "Tables", value: run === undefined ? "not run yet" : run.state, tone: "muted" }
              : { name: "Tables", value: `${tables.length} of ${names.length} files`, tone: "good" },
          ],
        },
      },
    };
  },
});
