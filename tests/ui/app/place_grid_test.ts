import assert from "node:assert/strict";
import fc from "fast-check";
import { PlaceGrid } from "../../../ui/app/board/view/place_grid.ts";
import type { Rect } from "../../../ui/app/board/view/viewport.ts";

const place = fc.oneof(
  fc.double({ min: -3000, max: 3000, noNaN: true }),
  fc.double({ min: -1e7, max: 1e7, noNaN: true }),
);
const size = fc.oneof(
  fc.double({ min: 0, max: 400, noNaN: true }),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
);
const rect: fc.Arbitrary<Rect> = fc.tuple(place, place, size, size).map(([left, top, width, height]) => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
}));

Deno.test("the grid finds exactly the rectangles that touch, in order, wherever they are and however large", () => {
  fc.assert(fc.property(
    fc.array(rect, { maxLength: 200 }),
    fc.array(rect, { minLength: 1, maxLength: 10 }),
    (rects, looks) => {
      const grid = new PlaceGrid(
        new Float64Array(rects.flatMap(({ left, top, right, bottom }) => [left, top, right, bottom])),
      );
      for (const look of looks) {
        const touching = rects.flatMap((one, index) =>
          one.left < look.right && one.right > look.left && one.top < look.bottom && one.bottom > look.top
            ? [index]
            : []
        );
        assert.deepEqual(grid.find(look), touching);
      }
    },
  ));
});
