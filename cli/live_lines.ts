/**
 * The live picture of a run as lines of text: pure, so that it can be tested at any width and height.
 *
 * @module
 */

import type { NodeProgress, Progress } from "../core/orchestration/run_handle.ts";
import type { Colour, Style } from "./style.ts";
import { cleanLine, displayWidth, duration, pad, truncate } from "./text.ts";

export interface Canvas {
  readonly columns: number;
  /** Most lines that may be used. */
  readonly rows: number;
  readonly style: Style;
  /** Moves on with each painting; turns the spinner. */
  readonly frame: number;
}

const glyphs: Readonly<Record<NodeProgress["state"], readonly [string, Colour]>> = {
  pending: ["·", "dim"],
  queued: ["·", "dim"],
  running: ["◐", "cyan"],
  retrying: ["↻", "yellow"],
  waiting: ["?", "yellow"],
  completed: ["✓", "green"],
  failed: ["✗", "red"],
  skipped: ["–", "dim"],
};
const spinner = ["◐", "◓", "◑", "◒"];
/** Which nodes are worth a line first where there is not room for all. */
const weight: Readonly<Record<NodeProgress["state"], number>> = {
  failed: 0,
  waiting: 1,
  running: 2,
  retrying: 2,
  completed: 4,
  skipped: 4,
  queued: 3,
  pending: 5,
};

/** One line a node, in the workflow's order, and one for the whole; never wider or higher than the canvas. */
export function liveLines(title: string, progress: Progress, canvas: Canvas): readonly string[] {
  const room = Math.max(1, canvas.rows - 2);
  const shown = chosen(progress.nodes, room);
  const nameWidth = Math.min(
    Math.max(8, ...shown.map((node) => displayWidth(cleanLine(node.title)))),
    Math.max(8, Math.floor(canvas.columns * 0.4)),
  );
  const lines = shown.map((node) => nodeLine(node, nameWidth, canvas));
  const hidden = progress.nodes.length - shown.length;
  if (hidden > 0) lines.push(canvas.style("dim", truncate(`  … and ${hidden} more`, canvas.columns - 1)));
  lines.push(totalLine(title, progress, canvas));
  return lines;
}

function chosen(nodes: readonly NodeProgress[], room: number): readonly NodeProgress[] {
  if (nodes.length <= room) return nodes;
  const places = nodes.map((_, at) => at);
  places.sort((a, b) => weightAt(nodes, a) - weightAt(nodes, b) || a - b);
  return places.slice(0, Math.max(1, room - 1)).sort((a, b) => a - b).map((at) => nodes[at] as NodeProgress);
}

function weightAt(nodes: readonly NodeProgress[], at: number): number {
  return weight[nodes[at]?.state ?? "pending"];
}

function nodeLine(node: NodeProgress, nameWidth: number, canvas: Canvas): string {
  const [still, colour] = glyphs[node.state];
  const glyph = node.state === "running" ? spinner[canvas.frame % spinner.length] as string : still;
  const counts: string[] = [];
  if (node.total > 1) counts.push(`${node.done}/${node.total}`);
  if (node.total > 1 && node.running > 0) counts.push(`${node.running} running`);
  if (node.failed > 0 && node.total > 1) counts.push(`${node.failed} failed`);
  if (node.state === "waiting" || node.state === "retrying" || node.state === "skipped") {
    counts.push(node.state);
  }
  if (node.note !== "") counts.push(cleanLine(node.note));
  // The last column stays empty: some terminals wrap as soon as it is filled.
  const rest = truncate(counts.join(", "), canvas.columns - 1 - (nameWidth + 5));
  const name = truncate(cleanLine(node.title), Math.min(nameWidth, canvas.columns - 4));
  const padded = rest === "" ? name : pad(name, nameWidth);
  const tail = rest === "" ? "" : `  ${canvas.style("dim", rest)}`;
  return ` ${canvas.style(colour, glyph)} ${
    node.state === "pending" ? canvas.style("dim", padded) : padded
  }${tail}`;
}

function totalLine(title: string, progress: Progress, canvas: Canvas): string {
  const done = progress.nodes.reduce((sum, node) => sum + node.done, 0);
  const total = progress.nodes.reduce((sum, node) => sum + node.total, 0);
  const running = progress.nodes.reduce((sum, node) => sum + node.running, 0);
  const words = [
    `${cleanLine(title)}: ${progress.state}`,
    `${done}/${total} done`,
    ...running > 0 ? [`${running} running`] : [],
    duration(progress.elapsedMs),
    ...progress.etaMs === undefined ? [] : [`about ${duration(progress.etaMs)} left`],
  ];
  return canvas.style("bold", truncate(words.join(" · "), canvas.columns - 1));
}
