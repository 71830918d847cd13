import assert from "node:assert/strict";
import fc from "fast-check";
import {
  contains,
  firstView,
  fittedBeside,
  intersects,
  READABLE,
  type Rect,
  type Viewport,
} from "../../../ui/app/board/view/viewport.ts";

const size = { width: 825, height: 840 };
const tools: Rect = { left: 4, top: 790, right: 170, bottom: 836 };
const map: Rect = { left: 636, top: 708, right: 825, bottom: 836 };
const onScreen = (rect: Rect, { x, y, zoom }: Viewport): Rect => ({
  left: rect.left * zoom + x,
  top: rect.top * zoom + y,
  right: rect.right * zoom + x,
  bottom: rect.bottom * zoom + y,
});
const rects = fc.record({
  left: fc.integer({ min: -3000, max: 3000 }),
  top: fc.integer({ min: -3000, max: 3000 }),
  width: fc.integer({ min: 216, max: 6000 }),
  height: fc.integer({ min: 60, max: 6000 }),
}).map(({ left, top, width, height }): Rect => ({ left, top, right: left + width, bottom: top + height }));

Deno.test("fittedBeside() shows all of a drawing, no smaller than the room asks for", () => {
  fc.assert(
    fc.property(rects, (rect) => {
      const view = fittedBeside(rect, { ...size, covered: [tools, map] });
      const shown = onScreen(rect, view);
      assert.ok(contains({ left: -1, top: -1, right: size.width + 1, bottom: size.height + 1 }, shown));
      const bare = fittedBeside(rect, { ...size, covered: [] });
      assert.ok(view.zoom >= 0.75 * bare.zoom);
      // Without anything over it, one side has no more room than its margin, or it is shown in full size.
      const { left, top, right, bottom } = onScreen(rect, bare);
      const spare = Math.min(left + size.width - right, top + size.height - bottom);
      assert.ok(bare.zoom === 1 || spare <= 2 * 52 + 1, `${spare} px are left at ${bare.zoom}`);
    }),
    { seed: 41, numRuns: 300 },
  );
});

Deno.test("fittedBeside() keeps a drawing out from under the map and the tools where it costs little", () => {
  const rect = { left: 0, top: 0, right: 740, bottom: 740 };
  const view = fittedBeside(rect, { ...size, covered: [tools, map] });
  const shown = onScreen(rect, view);
  assert.ok(!intersects(shown, map) && !intersects(shown, tools));
  assert.ok(view.zoom > 0.8, String(view.zoom));
  // A row lies over nothing and has all the width.
  const row = { left: 0, top: 0, right: 1736, bottom: 260 };
  const all = fittedBeside(row, { ...size, covered: [tools, map] });
  assert.ok(Math.abs((row.right * all.zoom) / (size.width - 80) - 1) < 0.01);
});

Deno.test("firstView() shows everything where that can be read, else begins readably with the start in sight", () => {
  const small = { left: 0, top: 0, right: 900, bottom: 500 };
  const start = { left: 0, top: 100, right: 216, bottom: 200 };
  const window = { ...size, covered: [tools, map] };
  assert.deepEqual(firstView(small, start, window), fittedBeside(small, window));
  fc.assert(
    fc.property(rects, fc.double({ min: 0, max: 1, noNaN: true }), (rect, share) => {
      const top = rect.top + share * (rect.bottom - rect.top - 60);
      const begin = { left: rect.left, top, right: rect.left + 216, bottom: top + 60 };
      const view = firstView(rect, begin, window);
      assert.ok(view.zoom >= READABLE);
      const shown = onScreen(begin, view);
      assert.ok(
        contains({ left: 0, top: 0, right: size.width, bottom: size.height }, shown),
        JSON.stringify(shown),
      );
    }),
    { seed: 42, numRuns: 300 },
  );
});
