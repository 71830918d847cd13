/**
 * Comma-separated text as these data sets have it: a header, then rows of plain cells without quotes.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { malformed, shown } from "./fields.ts";

export interface CsvRow {
  /** `FILE line N`. */
  readonly place: string;
  /** @throws SymphonyError `bad-input` where the header has no such column. */
  text(column: string): string;
  /** @throws SymphonyError `bad-input` where the cell is no finite number. */
  number(column: string): number;
}

/** The names in the first line. */
export function csvHeader(text: string): readonly string[] {
  const end = text.indexOf("\n");
  return (end < 0 ? text : text.slice(0, end)).replace(/\r$/, "").split(",");
}

/** Every row after the header. @throws SymphonyError `bad-input` where a row has too few cells. */
export function* csvRows(text: string, file: string): Generator<CsvRow> {
  const header = csvHeader(text);
  const columns = new Map(header.map((name, at) => [name, at]));
  let line = 1;
  let from = text.indexOf("\n") + 1;
  while (from > 0 && from < text.length) {
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    const row = text.slice(from, end).replace(/\r$/, "");
    from = newline < 0 ? -1 : newline + 1;
    line++;
    if (row === "") continue;
    const cells = row.split(",");
    const place = `${file} line ${line}`;
    if (cells.length < header.length) {
      throw malformed(place, `${cells.length} cells`, `${header.length} (${header.join(", ")})`);
    }
    const cell = (column: string): string => {
      const at = columns.get(column);
      if (at === undefined) throw malformed(file, `no column "${column}"`, `it in ${header.join(", ")}`);
      return cells[at] as string;
    };
    yield {
      place,
      text: cell,
      number(column) {
        const found = cell(column);
        const value = found.trim() === "" ? NaN : Number(found);
        if (!Number.isFinite(value)) {
          throw malformed(`${place}, column "${column}"`, shown(found), "a number");
        }
        return value;
      },
    };
  }
}
