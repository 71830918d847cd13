/** The board as a picture: SVG drawn from the geometry, PNG painted by the board's own painter. @module */

import { counted } from "../../parts/counted.ts";
import type { CardShape } from "./card_shape.ts";
import { FOOT_HEIGHT, HEAD_HEIGHT, portPlace } from "./card_shape.ts";
import { boardColours, type Colours, kindColour, type Marks, Painter } from "./painter.ts";
import { type IconName, iconPath, isFilledIcon } from "../../parts/icon.tsx";
import { iconFor } from "./kinds.ts";
import { curveData } from "../routing/wire_curve.ts";
import type { Scene } from "./scene.ts";
import { fitted } from "./viewport.ts";

const MARGIN = 32;
const MAX_SIDE_PX = 8192;
const ICON_BOX = 24;
const ICON = 15;
/** Where a card's name begins, right of its sign. */
const NAME_LEFT = 39;

/** The whole board as SVG. */
export function boardSvg(scene: Scene, colours: Colours = boardColours()): string {
  const bounds = scene.bounds() ?? { left: 0, top: 0, right: 100, bottom: 100 };
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
    return `<path d="${curveData(scene.curveOf(index))}" fill="none" stroke="${
      colours["line-control"]
    }" stroke-width="${width}"${dash}/>`;
  });
  const nodes = scene.ids.flatMap((_id, index) => nodeSvg(scene, index, colours));
  const [left, top] = [bounds.left - MARGIN, bounds.top - MARGIN - 24];
  const [width, height] = [bounds.right - left + MARGIN, bounds.bottom - top + MARGIN];
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

function nodeSvg(scene: Scene, index: number, colours: Colours): readonly string[] {
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
  return [
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${
      n(height)
    }" rx="8" fill="${colours.raised}" stroke="${colours["line-strong"]}"${
      node.isDisabled ? ` stroke-dasharray="5 4"` : ""
    }/>`,
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
    ...portsSvg(shape, x, y, colour),
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

function portsSvg(shape: CardShape, x: number, y: number, colour: string): readonly string[] {
  return (["input", "output"] as const).flatMap((side) =>
    (side === "input" ? shape.inputs : shape.outputs).map(({ name }) => {
      const place = portPlace(shape, side, name);
      const [px, py] = [x + place.x, y + place.y];
      const anchor = side === "input" ? "start" : "end";
      return `<circle cx="${n(px)}" cy="${n(py)}" r="3.5" fill="${colour}"/><text x="${
        n(px + (side === "input" ? 11 : -11))
      }" y="${n(py + 4)}" text-anchor="${anchor}" class="port">${text(clip(name, 16))}</text>`;
    })
  );
}

/** The whole board as PNG, twice as fine as on the screen where that fits into 8192 pixels. */
export async function boardPng(scene: Scene, marks: Marks): Promise<Blob> {
  const bounds = scene.bounds() ?? { left: 0, top: 0, right: 100, bottom: 100 };
  const width = bounds.right - bounds.left + 2 * MARGIN;
  const height = bounds.bottom - bounds.top + 2 * MARGIN + 24;
  const scale = Math.min(2, MAX_SIDE_PX / width, MAX_SIDE_PX / height);
  // An image of the SVG keeps every word; where the board is too large for that, the painter's boxes do.
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  if (scene.ids.length <= 2000) {
    const url = URL.createObjectURL(new Blob([boardSvg(scene)], { type: "image/svg+xml" }));
    try {
      const image = new Image();
      image.src = url;
      await image.decode();
      canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    } finally {
      URL.revokeObjectURL(url);
    }
  } else {
    const painter = new Painter(canvas);
    painter.resize(canvas.width / (devicePixelRatio || 1), canvas.height / (devicePixelRatio || 1));
    painter.paint(
      scene,
      fitted(bounds, canvas.width / (devicePixelRatio || 1), canvas.height / (devicePixelRatio || 1), MARGIN),
      marks,
      "all",
    );
    painter.close();
  }
  return await new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => blob === null ? reject(new Error("Cannot make the picture")) : resolve(blob),
      "image/png",
    );
  });
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
