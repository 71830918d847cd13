/** The board as a PNG: of its SVG, or painted by the board's own painter where that would be too large. @module */

import { boardSvg, PICTURE_MARGIN } from "./board_svg.ts";
import { type Marks, Painter } from "./painter.ts";
import type { Scene } from "./scene.ts";
import { fitted } from "./viewport.ts";

const MAX_SIDE_PX = 8192;

/** The whole board as PNG, twice as fine as on the screen where that fits into 8192 pixels. */
export async function boardPng(scene: Scene, marks: Marks): Promise<Blob> {
  const bounds = scene.bounds() ?? { left: 0, top: 0, right: 100, bottom: 100 };
  const width = bounds.right - bounds.left + 2 * PICTURE_MARGIN;
  const height = bounds.bottom - bounds.top + 2 * PICTURE_MARGIN + 24;
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
      fitted(
        bounds,
        canvas.width / (devicePixelRatio || 1),
        canvas.height / (devicePixelRatio || 1),
        PICTURE_MARGIN,
      ),
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
