/**
 * What every RandomPort keeps.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { RandomPort } from "../../core/ports/random.ts";

/** Runs the suite against what `make` gives. */
export function testRandomPort(name: string, make: () => RandomPort): void {
  Deno.test(`${name}.next() stays in [0, 1) and covers it evenly`, () => {
    const random = make();
    const draws = 20_000;
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < draws; i++) {
      const value = random.next();
      assert.ok(value >= 0 && value < 1, `drew ${value}`);
      const tenth = Math.floor(value * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // Pearson's chi-square with 9 degrees of freedom exceeds 45 once in about a million honest runs.
    const expected = draws / 10;
    const chiSquare = tenths.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    assert.ok(chiSquare < 45, `chi-square ${chiSquare}`);
  });

  Deno.test(`${name}.next() does not repeat itself`, () => {
    const random = make();
    const seen = new Set(Array.from({ length: 1000 }, () => random.next()));
    assert.ok(seen.size > 990, `${seen.size} different of 1000`);
  });
}
