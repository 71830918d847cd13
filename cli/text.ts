/**
 * Text for terminals: cleaned of what could drive the terminal, measured in cells, cut and padded. Everything that came
 * from a file, an extension or a model passes `cleanLine` or `cleanText` before it is printed for a person.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";
import { eastAsianWidth } from "get-east-asian-width";

/** Made at the first text beyond ASCII: it takes longer than all the rest of a short command. */
let graphemes: Intl.Segmenter | undefined;
const plainAscii = /^[\x20-\x7e]*$/;
const zeroWidth = /^[\p{Mark}\p{Format}]$/u;
const emoji = /^(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F)/u;

/** One line without control characters: line ends and tabs become spaces, escape sequences and bidi controls go. */
export function cleanLine(text: string): string {
  if (plainAscii.test(text)) return text;
  return stripVTControlCharacters(text.toWellFormed()).replace(/[\s\u2028\u2029]+/g, " ")
    .replace(/[\p{Control}\p{Bidi_Control}]/gu, "");
}

/** The same for many lines: `\n` and tabs stay. */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text.toWellFormed()).replaceAll("\r\n", "\n")
    .replace(/[\p{Control}\p{Bidi_Control}]/gu, (sign) => sign === "\n" || sign === "\t" ? sign : "");
}

/** How many terminal cells clean text takes. Colours (SGR sequences) count nothing. */
export function displayWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let cells = 0;
  for (const { segment } of segmentsOf(stripVTControlCharacters(text))) cells += clusterWidth(segment);
  return cells;
}

/** `text` cut to at most `cells` cells, with `…` where something was cut. For clean text without colours. */
export function truncate(text: string, cells: number): string {
  if (cells <= 0) return "";
  if (displayWidth(text) <= cells) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of segmentsOf(text)) {
    const width = clusterWidth(segment);
    if (used + width > cells - 1) break;
    kept += segment;
    used += width;
  }
  return `${kept}…`;
}

/** `text` cut or filled up with spaces to exactly `cells` cells. */
export function pad(text: string, cells: number): string {
  const cut = truncate(text, cells);
  return cut + " ".repeat(Math.max(0, cells - displayWidth(cut)));
}

/** A span in words, for example `340 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds % 3600 / 60))} min`;
}

/** A size in words, for example `812 B`, `4.1 KB`, `2.0 MB`; a KB is 1024 bytes. */
export function size(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `1 item`, `2 items`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Rows as aligned columns, two spaces apart; the last column is cut to `width` cells where it is given. */
export function table(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, displayWidth(cell)));
  }
  const lines = rows.map((row) => {
    let used = 0;
    const cells = row.map((cell, at) => {
      if (at === row.length - 1) return truncate(cell, Math.max(8, width - used));
      const cells = widths[at] as number;
      used += cells + 2;
      return pad(cell, cells);
    });
    return cells.join("  ").trimEnd();
  });
  return lines.map((line) => `${line}\n`).join("");
}

function segmentsOf(text: string): Intl.Segments {
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return graphemes.segment(text);
}

function clusterWidth(cluster: string): number {
  if (emoji.test(cluster)) return 2;
  for (const sign of cluster) {
    if (zeroWidth.test(sign)) continue;
    return eastAsianWidth(sign.codePointAt(0) as number);
  }
  return 0;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
