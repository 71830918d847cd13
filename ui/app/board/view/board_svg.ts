/**
 * The board as SVG, drawn from the geometry: cards with signs, ports and feet, wires, groups, notes; with marks where it shows what
 * differs between two versions.
 *
 * @module
 */

import { counted } from "../../parts/counted.ts";
import type { CardShape } from "./card_shape.ts";
import { FOOT_HEIGHT, HEAD_HEIGHT, portPlace } from "./card_shape.ts";
import { boardColours, type Colours, kindColour } from "./painter.ts";
import { type IconName, iconPath, isFilledIcon } from "../../parts/icon.tsx";
import { iconFor } from "./kinds.ts";
import { curveData } from "../routing/wire_curve.ts";
import type { BoardEdge } from "../model/graph.ts";
import type { ChangeKind } from "../model/graph_diff.ts";
import type { PortSide } from "../model/port_diff.ts";
import type { Scene } from "./scene.ts";

/** Around the picture. */
export const PICTURE_MARGIN = 32;
const ICON_BOX = 24;
const ICON = 15;
/** Where a card's name begins, right of its sign. */
const NAME_LEFT = 39;

/** What differs between two versions; undefined for what is as it was. */
export interface PictureMarks {
  readonly node: (id: string) => ChangeKind | undefined;
  readonly port: (id: string, side: PortSide, name: string) => ChangeKind | undefined;
  readonly edge: (edge: BoardEdge) => ChangeKind | undefined;
  /** Drawn faintly: nothing about it differs. */
  readonly isAside: (id: string) => boolean;
}

const noMarks: PictureMarks = {
  node: () => undefined,
  port: () => undefined,
  edge: () => undefined,
  isAside: () => false,
};

/** A change has a sign as well as a colour. */
const changeSigns: Readonly<Record<ChangeKind, string>> = { added: "+", removed: "−", changed: "~" };

function changeColour(colours: Colours, kind: ChangeKind): string {
  return { added: colours["state-completed"], removed: colours.bad, changed: colours.warn }[kind];
}

/** Where a picture of the scene begins, and how large it is, in the board's own units. */
export function pictureFrame(scene: Scene) {
  const bounds = scene.bounds() ?? { left: 0, top: 0, right: 100, bottom: 100 };
  const [left, top] = [bounds.left - PICTURE_MARGIN, bounds.top - PICTURE_MARGIN - 24];
  return {
    left,
    top,
    width: bounds.right - left + PICTURE_MARGIN,
    height: bounds.bottom - top + PICTURE_MARGIN,
  };
}

/** The whole board as SVG. */
export function boardSvg(
  scene: Scene,
  colours: Colours = boardColours(),
  marks: PictureMarks = noMarks,
): string {
  const groups = scene.graph.groups.flatMap((group) => {
    const rect = scene.groupRect(group);
    if (rect === undefined) return [];
    return [
      `<rect x="${n(rect.left)}" y="${n(rect.top)}" width="${n(rect.right - rect.left)}" height="${
        n(rect.bottom - rect.top)
      }" rx="12" fill="${colours["line-soft"]}" fill-opacity="0.5"/>`,
      `<text x="${n(rect.left + 12)}" y="${n(rect.top + 20)}" class="title">${text(group.title)}</text>`,
    ];
  });
  const edges = scene.edges.map((edge, index) => {
    const dash = edge.kind === "data" || edge.kind === "each" ? "" : ` stroke-dasharray="5 4"`;
    const width = edge.kind === "each" ? 3 : (edge.bundle?.length ?? 0) > 1 ? 2.8 : 1.4;
    const change = marks.edge(edge);
    const data = curveData(scene.curveOf(index));
    if (change === undefined) {
      const aside = marks.isAside(edge.from) || marks.isAside(edge.to) ? ` opacity="0.45"` : "";
      return `<path d="${data}" fill="none" stroke="${
        colours["line-control"]
      }" stroke-width="${width}"${dash}${aside}/>`;
    }
    const gone = change === "removed" ? ` stroke-dasharray="7 5"` : dash;
    return `<path class="${change}" d="${data}" fill="none" stroke="${
      changeColour(colours, change)
    }" stroke-width="${width + 1}"${gone}/>`;
  });
  const nodes = scene.ids.flatMap((id, index) => {
    const made = nodeSvg(scene, index, colours, marks);
    return marks.isAside(id) ? [`<g opacity="0.45">`, ...made, `</g>`] : made;
  });
  const { left, top, width, height } = pictureFrame(scene);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${n(left)} ${n(top)} ${n(width)} ${n(height)}" width="${
      n(width)
    }" height="${n(height)}" font-family="system-ui, sans-serif">`,
    `<style>.title{font-size:12px;font-weight:600;fill:${colours.text}}.port{font-size:11px;fill:${
      colours["text-2"]
    }}.use{font-size:10px;fill:${colours["text-3"]}}</style>`,
    `<rect x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${
      n(height)
    }" fill="${colours.surface}"/>`,
    ...groups,
    ...edges,
    ...nodes,
    `</svg>`,
  ].join("\n");
}

function hiddenIn({ graph }: Scene, box: string): number {
  return [...graph.hidden?.values() ?? []].filter((one) => one === box).length;
}

function nodeSvg(scene: Scene, index: number, colours: Colours, marks: PictureMarks): readonly string[] {
  const [x, y, width, height] = [
    scene.left[index]!,
    scene.top[index]!,
    scene.width[index]!,
    scene.height[index]!,
  ];
  const node = scene.nodes[index];
  const shape = scene.shapes[index];
  if (node === undefined || shape === undefined) {
    const note = scene.graph.notes.find(({ id }) => `note:${id}` === scene.ids[index]);
    const lines = (note?.text ?? "").split("\n").map((line, at) =>
      `<tspan x="${n(x + 10)}" dy="${at === 0 ? 0 : 16}">${text(line)}</tspan>`
    );
    return [
      `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${
        n(height)
      }" rx="6" fill="${colours.warn}" fill-opacity="0.16" stroke="${colours.warn}"/>`,
      `<text x="${n(x + 10)}" y="${n(y + 20)}" class="port">${lines.join("")}</text>`,
    ];
  }
  const colour = kindColour(colours, node);
  const change = marks.node(node.id);
  const line = change === undefined ? colours["line-strong"] : changeColour(colours, change);
  const weight = change === undefined ? "" : ` class="card ${change}" stroke-width="2.5"`;
  const dash = node.isDisabled || change === "removed" ? ` stroke-dasharray="5 4"` : "";
  return [
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${
      n(height)
    }" rx="8" fill="${colours.raised}" stroke="${line}"${weight}${dash}/>`,
    change === undefined
      ? ""
      : `<text x="${n(x + width - 12)}" y="${n(y + 22)}" text-anchor="end" class="title">${
        changeSigns[change]
      }</text>`,
    ...iconSvg(iconFor(node.use, node.group), x + 7, y + (HEAD_HEIGHT - ICON_BOX) / 2, colour),
    `<text x="${n(x + NAME_LEFT)}" y="${n(y + (node.use === "" ? 22 : 16))}" class="title">${
      text(clip(node.title, 26))
    }</text>`,
    node.group === "folded"
      ? `<text x="${n(x + NAME_LEFT)}" y="${n(y + height - 12)}" class="use">${
        counted(hiddenIn(scene, node.id), "node")
      }</text>`
      : node.use === ""
      ? ""
      : `<text x="${n(x + NAME_LEFT)}" y="${n(y + HEAD_HEIGHT - 7)}" class="use">${
        text(node.isDisabled ? `${node.use} · disabled` : node.use)
      }</text>`,
    ...portsSvg(shape, { x, y, colour, colours }, (side, name) => marks.port(node.id, side, name)),
    ...footSvg(shape, x, y, colours),
  ];
}

/** As on the card: the sign in its tinted box. */
function iconSvg(name: IconName, x: number, y: number, colour: string): readonly string[] {
  const inset = (ICON_BOX - ICON) / 2;
  return [
    `<rect class="icon-box" x="${n(x)}" y="${
      n(y)
    }" width="${ICON_BOX}" height="${ICON_BOX}" rx="6" fill="${colour}" fill-opacity="0.14"/>`,
    `<path class="icon" transform="translate(${n(x + inset)} ${n(y + inset)}) scale(${ICON / 16})" fill="${
      isFilledIcon(name) ? colour : "none"
    }" stroke="${colour}" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" d="${
      iconPath(name)
    }"/>`,
  ];
}

/** What is folded, and what the foot says. */
function footSvg(shape: CardShape, x: number, y: number, colours: Colours): readonly string[] {
  const made: string[] = [];
  if (shape.hidden > 0) {
    const { y: at } = portPlace(shape, "input", "\u0000");
    made.push(
      `<text x="${n(x + shape.width / 2)}" y="${
        n(y + at + 4)
      }" text-anchor="middle" class="use">${shape.hidden} more</text>`,
    );
  }
  if (shape.marks.length > 0) {
    const top = y + shape.height - FOOT_HEIGHT;
    const words = shape.marks.map(({ kind, text }) => `${markWords[kind]} ${text}`.trim()).join(" · ");
    made.push(
      `<line x1="${n(x)}" y1="${n(top)}" x2="${n(x + shape.width)}" y2="${n(top)}" stroke="${
        colours["line-soft"]
      }"/>`,
      `<text x="${n(x + 16)}" y="${n(top + 15)}" class="use">${text(clip(words, 38))}</text>`,
    );
  }
  return made;
}

const markWords = {
  each: "each",
  when: "when",
  retry: "retries",
  importance: "",
  timeout: "at most",
} as const;

function portsSvg(
  shape: CardShape,
  { x, y, colour, colours }: {
    readonly x: number;
    readonly y: number;
    readonly colour: string;
    readonly colours: Colours;
  },
  markOf: (side: PortSide, name: string) => ChangeKind | undefined,
): readonly string[] {
  return (["input", "output"] as const).flatMap((side) =>
    (side === "input" ? shape.inputs : shape.outputs).map(({ name }) => {
      const place = portPlace(shape, side, name);
      const [px, py] = [x + place.x, y + place.y];
      const anchor = side === "input" ? "start" : "end";
      const change = markOf(side, name);
      const dot = change === undefined ? colour : changeColour(colours, change);
      const words = change === undefined ? clip(name, 16) : `${changeSigns[change]} ${clip(name, 14)}`;
      const marked = change === undefined ? `class="port"` : `class="port ${change}" font-weight="700"`;
      return `<circle cx="${n(px)}" cy="${n(py)}" r="${
        change === undefined ? 3.5 : 5
      }" fill="${dot}"/><text x="${n(px + (side === "input" ? 11 : -11))}" y="${
        n(py + 4)
      }" text-anchor="${anchor}" ${marked}>${text(words)}</text>`;
    })
  );
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function clip(value: string, most: number): string {
  return value.length > most ? `${value.slice(0, most - 1)}…` : value;
}

function text(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
