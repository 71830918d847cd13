/** Tables out of CSV and out of JSON records. Pure. @module */

import { isObject, type Json } from "../../../../core/json.ts";

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** CSV as RFC 4180 has it: quotes, doubled quotes, line breaks in quotes. Undefined where there is no row. */
export function readTable(text: string, separator: string): Table | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else isQuoted = false;
    } else if (sign === '"' && cell === "") isQuoted = true;
    else if (sign === separator) {
      row.push(cell);
      cell = "";
    } else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && text[at + 1] === "\n") at++;
      rows.push([...row, cell]);
      row = [];
      cell = "";
    } else cell += sign;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell]);
  const [columns, ...body] = rows;
  return columns === undefined ? undefined : { columns, rows: body };
}

/** Records with the columns of all of them, in the order in which they come. */
export function tableOfJson(value: Json): Table | undefined {
  if (!Array.isArray(value)) return undefined;
  const columns = new Set<string>();
  for (const row of value) {
    if (!isObject(row)) return undefined;
    for (const name of Object.keys(row)) columns.add(name);
  }
  const names = [...columns];
  const textOf = (cell: unknown) =>
    cell === undefined ? "" : typeof cell === "string" ? cell : JSON.stringify(cell);
  return {
    columns: names,
    rows: value.map((row) => names.map((name) => textOf((row as Readonly<Record<string, Json>>)[name]))),
  };
}

/** Rows in the order of a column: by number where all are numbers. */
export function sortedRows({ rows }: Table, column: number, isDown: boolean): readonly (readonly string[])[] {
  const cells = rows.map((row) => row[column] ?? "");
  const areNumbers = cells.every((cell) => cell === "" || Number.isFinite(Number(cell)));
  const sign = isDown ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [a[column] ?? "", b[column] ?? ""];
    return sign * (areNumbers ? Number(left) - Number(right) : left.localeCompare(right));
  });
}
