/**
 * The shape of a node's card, told from the model alone: which ports it shows, where they are. Nothing is ever measured in
 * the page, so that 10,000 nodes can be placed without one of them existing there.
 *
 * @module
 */

import type { BoardNode, BoardPort } from "../model/board_node.ts";

export const CARD_WIDTH = 216;
export const HEAD_HEIGHT = 36;
export const ROW_HEIGHT = 20;
export const FOOT_HEIGHT = 22;
export const PADDING = 6;
/** What an extension shows of a node, on its card. */
export const VIEW_HEIGHT = 84;
/** Ports shown of a side before the rest folds. */
export const MAX_PORTS = 5;

export interface CardShape {
  readonly width: number;
  readonly height: number;
  readonly inputs: readonly BoardPort[];
  readonly outputs: readonly BoardPort[];
  /** Ports that are folded away. */
  readonly hidden: number;
  readonly rows: number;
  /** What the foot says: runs per item, condition, retries. */
  readonly marks: readonly CardMark[];
  /** Where an extension's view of the node begins; undefined where there is none. */
  readonly viewTop?: number;
}

export interface CardMark {
  readonly kind: "each" | "when" | "retry" | "importance" | "timeout";
  readonly text: string;
}

/** The shape; `used` holds the outputs that others read, `hasView` is true where an extension shows something of the node. */
export function cardShape(
  node: BoardNode,
  used: ReadonlySet<string>,
  isExpanded: boolean,
  hasView = false,
): CardShape {
  const inputs = isExpanded ? node.inputs : chosen(node.inputs, (port) => port.isBound || port.isRequired);
  const outputs = isExpanded ? node.outputs : chosen(node.outputs, (port) => used.has(port.name));
  const hidden = node.inputs.length - inputs.length + node.outputs.length - outputs.length;
  const marks = marksOf(node);
  const rows = Math.max(inputs.length, outputs.length) + (hidden > 0 || isFoldable(node, isExpanded) ? 1 : 0);
  if (node.group === "folded") {
    const height = HEAD_HEIGHT + FOOT_HEIGHT;
    return { width: CARD_WIDTH, height, inputs, outputs, hidden: 0, rows: 0, marks };
  }
  const body = rows === 0 ? 0 : rows * ROW_HEIGHT + PADDING;
  const viewTop = HEAD_HEIGHT + body;
  const height = viewTop + (hasView ? VIEW_HEIGHT : 0) + (marks.length > 0 ? FOOT_HEIGHT : 0);
  const shape = { width: CARD_WIDTH, height, inputs, outputs, hidden, rows, marks };
  return hasView ? { ...shape, viewTop } : shape;
}

function isFoldable(node: BoardNode, isExpanded: boolean): boolean {
  return isExpanded && (node.inputs.length > MAX_PORTS || node.outputs.length > MAX_PORTS);
}

/** The ports that matter, filled up with others in their order. */
function chosen(ports: readonly BoardPort[], matters: (port: BoardPort) => boolean): readonly BoardPort[] {
  if (ports.length <= MAX_PORTS) return ports;
  const first = ports.filter(matters);
  const room = MAX_PORTS - first.length;
  const others = room <= 0 ? [] : ports.filter((port) => !matters(port)).slice(0, room);
  const kept = new Set([...first, ...others]);
  return ports.filter((port) => kept.has(port));
}

/** What a node's foot says. */
export function marksOf({ value }: BoardNode): readonly CardMark[] {
  const marks: CardMark[] = [];
  if (typeof value["each"] === "string") marks.push({ kind: "each", text: value["each"] });
  if (typeof value["when"] === "string") marks.push({ kind: "when", text: value["when"] });
  const retry = value["retry"];
  const max = typeof retry === "number"
    ? retry
    : typeof retry === "object" && retry !== null && "max" in retry
    ? retry["max"]
    : undefined;
  if (max !== undefined && max !== 0) marks.push({ kind: "retry", text: String(max) });
  if (typeof value["importance"] === "string" && value["importance"] !== "essential") {
    marks.push({ kind: "importance", text: value["importance"] });
  }
  return marks;
}

/** Where a port is, from the card's corner; the head for the node as a whole. */
export function portPlace(
  shape: CardShape,
  side: "input" | "output",
  port: string,
): { readonly x: number; readonly y: number } {
  const list = side === "input" ? shape.inputs : shape.outputs;
  const x = side === "input" ? 0 : shape.width;
  if (port === "") return { x, y: HEAD_HEIGHT / 2 };
  // Asked for both ends of every wire: a loop makes nothing.
  let at = list.length - 1;
  while (at >= 0 && list[at]!.name !== port) at--;
  if (at >= 0) return { x, y: HEAD_HEIGHT + PADDING / 2 + at * ROW_HEIGHT + ROW_HEIGHT / 2 };
  // A folded port: at the line that folds it.
  return {
    x,
    y: shape.rows === 0 ? HEAD_HEIGHT / 2 : HEAD_HEIGHT + PADDING / 2 + (shape.rows - 0.5) * ROW_HEIGHT,
  };
}
