/** An exported picture in the page: what is drawn in parts of it. Both run in the page, and stand by themselves. @module */

/** Puts a PNG into the page, to be looked at. */
export function showPicture(base64: string): Promise<void> {
  const image = new Image();
  image.id = "exported";
  image.src = `data:image/png;base64,${base64}`;
  return image.decode().then(() => document.body.append(image));
}

/** The share of points in each box, of 48 to a side, that are unlike the ground at the box's left edge: what is drawn there. */
export function inkIn(boxes: readonly { readonly x: number; readonly y: number }[]): readonly number[] {
  const image = document.getElementById("exported") as HTMLImageElement;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  return boxes.map(({ x, y }) => {
    const { data } = context.getImageData(Math.round(x), Math.round(y), 48, 48);
    const ground = (24 * 48 + 2) * 4;
    let ink = 0;
    for (let at = 0; at < data.length; at += 4) {
      const far = [0, 1, 2].reduce((sum, part) => sum + Math.abs(data[at + part]! - data[ground + part]!), 0);
      if (far > 60) ink++;
    }
    return ink / (48 * 48);
  });
}
