/**
 * A table of figures as text: a spread beside its mean, an interval in brackets behind its middle.
 *
 * @module
 */

import type { FigureTable } from "./conductor_desk.ts";
import type { Style } from "./style.ts";
import { cleanLine, displayWidth, pad } from "./text.ts";

/** Title, rows and notes; ours marked with a star. */
export function figureText(table: FigureTable, style: Style): string {
  const groups = groupsOf(table.columns);
  const head = ["", ...groups.map(({ title }) => title)];
  const rows = table.rows.map(({ name, isOurs, cells }) => [
    `${isOurs ? "* " : "  "}${cleanLine(name)}`,
    ...groups.map((group) => cellText(group, table.columns, cells)),
  ]);
  const widths = head.map((title, at) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[at] ?? "")))
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => at === 0 ? pad(cell, widths[0] as number) : right(cell, widths[at] as number))
      .join("  ").trimEnd();
  const body = rows.map((row, at) => table.rows[at]?.isOurs === true ? style("green", line(row)) : line(row));
  const notes = table.notes.map((note) => style("dim", `  ${cleanLine(note)}`));
  return [style("bold", cleanLine(table.title)), style("dim", line(head)), ...body, ...notes, ""].map((
    text,
  ) => `${text}\n`).join("");
}

/** Columns shown as one: a figure, its spread, its interval. */
interface Group {
  readonly title: string;
  readonly at: number;
  readonly hasSpread: boolean;
  readonly hasInterval: boolean;
}

function groupsOf(columns: FigureTable["columns"]): readonly Group[] {
  const groups: Group[] = [];
  for (let at = 0; at < columns.length; at++) {
    const hasSpread = columns[at + 1]?.title.startsWith("±") === true;
    const hasInterval = columns[at + 1]?.title === "low" && columns[at + 2]?.title === "high";
    groups.push({ title: cleanLine(columns[at]?.title ?? ""), at, hasSpread, hasInterval });
    if (hasSpread) at += 1;
    if (hasInterval) at += 2;
  }
  return groups;
}

function cellText(
  { at, hasSpread, hasInterval }: Group,
  columns: FigureTable["columns"],
  cells: readonly (number | undefined)[],
): string {
  const text = (place: number): string => {
    const value = cells[place];
    if (value === undefined || Number.isNaN(value)) return "";
    return value.toFixed(columns[place]?.digits ?? 3);
  };
  const figure = text(at);
  if (figure === "") return "";
  if (hasSpread) return `${figure} ±${text(at + 1)}`;
  return hasInterval ? `${figure} [${text(at + 1)}, ${text(at + 2)}]` : figure;
}

function right(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - displayWidth(text))) + text;
}
