/**
 * CSV table: a motif with an editor, panels (one as data, one as a page in a frame), a node view, a command, a key, a theme
 * and a template. It shows how a view says what to show, takes what the person did, keeps its state, and gives the file's
 * new text.
 *
 * @module
 */

import { defineCommand, defineExtension, defineView } from "symphony/sdk";
import { readCsv, writeCsv } from "./csv.ts";
import { clip, scan } from "./panels.ts";
import { summarize } from "./summary.ts";

interface State {
  /** The row that is being changed, from 0; -1 for none. */
  readonly row: number;
}

const editor = defineView({
  type: "examples/csv-table",
  title: "CSV table",
  description: "A CSV file as a table; a chosen row is changed below it",
  run({ props, state, event }, context) {
    const text = typeof props["text"] === "string" ? props["text"] : "";
    const separator = String(props["path"] ?? "").endsWith(".tsv") ? "\t" : ",";
    const [head = [], ...body] = readCsv(text, separator);
    let { row } = (state ?? { row: -1 }) as State;
    let changed: string | undefined;
    if (event?.id === "choose" && typeof event.value === "number") row = event.value;
    const column = /^cell-(\d+)$/.exec(event?.id ?? "")?.[1];
    const chosen = body[row];
    if (column !== undefined && chosen !== undefined && event !== undefined) {
      chosen[Number(column)] = String(event.value ?? "");
      changed = writeCsv([head, ...body], separator);
    }
    const most = Number(context.config["rows"]);
    const rows = body.slice(0, most).map((cells) =>
      Object.fromEntries(head.map((_, at) => [`c${at}`, cells[at] ?? ""]))
    );
    const left = body.length - rows.length;
    return {
      state: { row },
      ...(changed === undefined ? {} : { text: changed }),
      tree: {
        is: "stack",
        props: { gap: 2, padding: 2 },
        children: [
          {
            is: "table",
            key: "table",
            props: {
              columns: head.map((title, at) => ({ key: `c${at}`, title })),
              rows,
              ...(chosen === undefined ? {} : { chosen: row }),
            },
            on: { select: "choose" },
          },
          ...(left > 0 ? [{ is: "text", props: { value: `${left} more rows`, tone: "muted" } }] : []),
          ...(chosen === undefined ? [] : [{
            is: "card",
            key: "row",
            props: { title: `Row ${row + 1}` },
            children: head.map((title, at) => ({
              is: "input",
              key: `cell-${at}`,
              props: {
                label: title === "" ? `Column ${at + 1}` : title,
                value: chosen[at] ?? "",
                disabled: props["readOnly"] === true,
              },
              on: { change: `cell-${at}` },
            })),
          }]),
        ],
      },
    };
  },
});

const summary = defineCommand({
  type: "examples/csv-summary",
  title: "CSV: summarize columns",
  description: "Says of each column how many values it has, and of numbers their range and mean",
  run(input) {
    const text = typeof input["text"] === "string" ? input["text"] : "";
    return { notice: summarize(readCsv(text, ",")) };
  },
});

export default defineExtension({ contributes: [editor, clip, scan, summary] });
