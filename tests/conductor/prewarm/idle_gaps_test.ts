import assert from "node:assert/strict";
import fc from "fast-check";
import { GapSlots } from "../../../conductor/prewarm/gap_slots.ts";
import { GapCounts, IdleGaps, PooledGaps } from "../../../conductor/prewarm/idle_gaps.ts";
import { costOfGap, isWarmAt, keepFor } from "../../../conductor/prewarm/warm_plan.ts";
import type { WarmPlan } from "../../../conductor/prewarm/warm_plan.ts";

Deno.test("costOfGap() counts the warm time before the next activity, and whether it was met warm", () => {
  const plan = [{ from: 10, until: 20 }, { from: 50, until: 60 }];
  for (
    const [gap, isCold, idleSeconds] of [
      [5, true, 0],
      [10, false, 0],
      [15, false, 5],
      [20, true, 10],
      [30, true, 10],
      [55, false, 15],
      [100, true, 20],
    ] as const
  ) assert.deepEqual(costOfGap(plan, gap), { isCold, idleSeconds }, `gap ${gap}`);
  assert.deepEqual(costOfGap([], 7), { isCold: true, idleSeconds: 0 });
});

const gap = fc.oneof(
  fc.double({ min: 0, max: 100_000, noNaN: true }),
  fc.integer({ min: 0, max: 200 }),
  fc.constantFrom(0, 1, 63.999, 64, 900),
);

Deno.test("GapSlots finds the slot in which a gap lies", () => {
  const property = fc.property(gap, fc.constantFrom(0.5, 1, 60), (at, resolution) => {
    const slots = new GapSlots(resolution);
    const slot = slots.slotOf(at);
    assert.ok(
      (slots.edges[slot] as number) <= at && at < (slots.edges[slot + 1] as number),
      `${at} in ${slot}`,
    );
  });
  fc.assert(property, { seed: 1, numRuns: 500 });
  assert.throws(() => new GapSlots(0), /expected more than 0/);
});

/** What playing the policy on `gaps` costs, and what break-even does; `each` sees every plan. */
function played(gaps: readonly number[], coldSeconds: number, each: (plan: WarmPlan) => void = () => {}) {
  const idle = new IdleGaps();
  const pooled = new PooledGaps();
  const counts = new GapCounts(new GapSlots(1));
  let own = 0;
  let breakEven = 0;
  for (const one of gaps) {
    const kept = idle.plan(counts, pooled, coldSeconds);
    each(kept.played);
    for (
      const [plan, add] of [
        [kept.played, (cost: number) => own += cost],
        [keepFor(coldSeconds), (cost: number) => breakEven += cost],
      ] as const
    ) {
      const { isCold, idleSeconds } = costOfGap(plan, one);
      add(idleSeconds + (isCold ? coldSeconds : 0));
    }
    idle.see(kept, one, pooled, coldSeconds);
  }
  return { own, breakEven };
}

Deno.test("IdleGaps never costs more than 1.05 of break-even and seven cold starts, whatever comes", () => {
  const property = fc.property(
    fc.array(gap, { maxLength: 120 }),
    fc.constantFrom(3, 20, 300),
    (gaps, coldSeconds) => {
      const { own, breakEven } = played(gaps, coldSeconds, (plan) => {
        let before = -1;
        let whole = 0;
        for (const { from, until } of plan) {
          assert.ok(from > before && until > from, "windows in order and apart");
          before = until;
          whole += until - from;
        }
        assert.ok(whole <= 4 * coldSeconds + 1e-6, `keeps for ${whole} s`);
      });
      assert.ok(own <= 1.05 * breakEven + 7 * coldSeconds + 1e-6, `${own} against ${breakEven}`);
    },
  );
  fc.assert(property, { seed: 2, numRuns: 300 });
});

Deno.test("IdleGaps keeps to its guarantee against one that answers each plan with the worst gap", () => {
  const idle = new IdleGaps();
  const pooled = new PooledGaps();
  const counts = new GapCounts(new GapSlots(1));
  const coldSeconds = 20;
  let own = 0;
  let breakEven = 0;
  for (let round = 0; round < 500; round++) {
    const kept = idle.plan(counts, pooled, coldSeconds);
    // Just after it was warm for longest, or just in the middle of the first time it is not.
    const last = kept.played.at(-1)?.until ?? 0;
    const worst = isWarmAt(kept.played, 1) ? last + 0.5 : 1;
    const cost = costOfGap(kept.played, worst);
    own += cost.idleSeconds + (cost.isCold ? coldSeconds : 0);
    const safe = costOfGap(keepFor(coldSeconds), worst);
    breakEven += safe.idleSeconds + (safe.isCold ? coldSeconds : 0);
    idle.see(kept, worst, pooled, coldSeconds);
    assert.ok(own <= 1.05 * breakEven + 7 * coldSeconds, `round ${round}: ${own} against ${breakEven}`);
  }
});

Deno.test("IdleGaps is warm just when a timer fires", () => {
  const gaps = Array.from({ length: 60 }, (_, at) => 900 + (at % 3));
  const idle = new IdleGaps();
  const pooled = new PooledGaps();
  const counts = new GapCounts(new GapSlots(1));
  for (const one of gaps) idle.see(idle.plan(counts, pooled, 30), one, pooled, 30);
  const { played: plan } = idle.plan(counts, pooled, 30);
  const cost = costOfGap(plan, 901);
  assert.equal(cost.isCold, false);
  assert.ok(cost.idleSeconds < 60, `warm for ${cost.idleSeconds} of 901 s`);
});

Deno.test("IdleGaps lets go at once what never comes back in time", () => {
  const { own } = played(Array.from({ length: 100 }, (_, at) => 5000 + 97 * at), 20);
  assert.ok(own < 100 * 20 * 1.3, `${own} s, a cold start each is 2000`);
});

Deno.test("IdleGaps.seeForeseen() teaches that being warm was of no use", () => {
  const idle = new IdleGaps();
  const pooled = new PooledGaps();
  const counts = new GapCounts(new GapSlots(1));
  for (let round = 0; round < 60; round++) idle.seeForeseen(idle.plan(counts, pooled, 20), 5);
  assert.deepEqual(idle.plan(counts, pooled, 20).played, []);
});
