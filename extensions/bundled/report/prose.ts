/**
 * Markdown as text: tables, places, counts. What comes from a repository is escaped, so that a file name or a commit's
 * subject can break neither a table nor the page around it.
 *
 * @module
 */

const grouped = new Intl.NumberFormat("en");

/** `1 file`, `2,000 files`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${number(amount)} ${amount === 1 ? noun : plural}`;
}

/** A number with its thousands apart. */
export function number(amount: number): string {
  return grouped.format(amount);
}

/** Inline code; backticks inside are kept by a longer fence, line breaks become spaces. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, " ");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A place to go to: `file:line`. */
export function place(file: string, line: number, endLine?: number): string {
  return code(`${file}:${line}${endLine === undefined || endLine === line ? "" : `-${endLine}`}`);
}

/** Text from outside as plain Markdown on one line: of its markup only code spans stay, and no HTML. */
export function plain(text: string, most = 300): string {
  const line = clip(text.replace(/\s+/g, " ").trim(), most);
  // A span that the cut has left open is no span.
  return line.replace(/`[^`]+`|[\\`*_[\]<>|~]/g, (part) => part.length > 1 ? part : `\\${part}`);
}

/** Shortens to at most `most` characters. */
export function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** A table; empty where it has no rows. Cells are Markdown: only what would end a cell is escaped. */
export function table(
  columns: readonly (string | Column)[],
  rows: readonly (readonly (string | number)[])[],
): string {
  if (rows.length === 0) return "";
  const heads = columns.map((column) => typeof column === "string" ? { title: column } : column);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(heads.map(({ title }) => title)),
    line(heads.map(({ right }) => right === true ? "---:" : "---")),
    ...rows.map((row) => line(row.map((cell) => typeof cell === "number" ? number(cell) : safeCell(cell)))),
  ].join("\n");
}

function safeCell(text: string): string {
  return text.replace(/\n+/g, " ").replace(/(?<!\\)\|/g, "\\|");
}

/** A bulleted list. */
export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** A section with its heading; empty where nothing stands under it. */
export function section(title: string, ...parts: readonly string[]): string {
  const body = parts.filter((part) => part !== "").join("\n\n");
  return body === "" ? "" : `## ${title}\n\n${body}`;
}

/** Says how many of `total` are shown, where that is not all; empty otherwise. */
export function shown(total: number, most: number, noun: string, plural?: string): string {
  return total <= most ? "" : `The first ${number(most)} of ${count(total, noun, plural)}.`;
}

/** The parts that are not empty, as one document. */
export function compose(...parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** `12 %`; `<1 %` for what is not nothing. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  const share = Math.round(100 * part / whole);
  return share === 0 ? "<1 %" : `${share} %`;
}

/** Words as an enumeration: `a, b and c`. */
export function enumerate(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
