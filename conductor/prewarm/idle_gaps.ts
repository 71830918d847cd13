/**
 * How long an instance stays idle, learned, and what follows: a warm plan. All gaps are seen whatever was decided, so
 * every plan can be priced on all of them (full information).
 *
 * A slot of time belongs to the plan where the expected saving of being warm in it (cold start × the chance that the next
 * activity falls there) exceeds the expected idle time spent in it. Slots are separate, so this is the cheapest plan of all,
 * not of a grid; a timer that fires each quarter of an hour gets one short window a quarter of an hour later.
 *
 * The chance is counted from the last gaps, those after a gap like the latest weighing more; from the gaps of all
 * instances, worth one observation; and from a spread-out prior (log-uniform), worth another. Since slots are fine and gaps
 * few, a slot's count is believed only so far beyond what slots around it have (a gamma prior): a timer's slot stands out,
 * a single gap does not make a habit.
 *
 * The first guard: what was learned is played only while, of late, it has not cost a cold start more than keeping nothing.
 * The second: break-even (keep for as long as a cold start is worth) costs at most twice what a clairvoyant pays (Karlin and
 * others 1988). What was played may cost at most 5 % and two cold starts more than break-even would have; where it has,
 * break-even is played until it has fallen behind again.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";
import type { GapSlots } from "./gap_slots.ts";
import { costOfGap, keepFor } from "./warm_plan.ts";
import type { WarmPlan } from "./warm_plan.ts";

/** Gaps of one instance that are remembered. */
const MEMORY = 200;
const POOLED_MEMORY = 400;
/** Observations that the other gaps of the instance are worth beside those that follow a gap like the latest. */
const OTHERS_WORTH = 4;
const POOLED_WORTH = 1;
const SPREAD_WORTH = 1;
/** How much more than break-even may have been spent: a share of its cost, and cold starts. */
const MARGIN = { share: 0.05, coldStarts: 2 } as const;
/** Slots from a third of a time to three times it are around it; how many counts their mean is worth as a prior. */
const AROUND = 3;
const AROUND_WORTH = 0.25;
/** Costs fade so that what was fifty gaps ago counts about a third. */
const LATELY = 0.98;
/** A plan keeps warm for at most so many cold starts' worth. */
const LONGEST = 4;

/** Gaps up to which an instance counts as young, and what a hundred gaps ago still counts: about a third. */
const YOUNG = 8;
const FADE = 0.99;
/** Gaps of young instances before anything is concluded from them. */
const ENOUGH = 16;

/** The last gaps of all instances together, and what has been cheapest for instances of which little is known yet. */
export class PooledGaps {
  readonly gaps: number[] = [];
  #learned = 0;
  #breakEven = 0;
  #nothing = 0;
  #young = 0;

  /** Notes a gap, and what it would have cost a young instance (undefined for others). */
  add(
    gap: number,
    young?: { readonly learned: number; readonly breakEven: number; readonly nothing: number },
  ): void {
    this.gaps.push(gap);
    if (this.gaps.length > POOLED_MEMORY) this.gaps.shift();
    if (young === undefined) return;
    this.#young += 1;
    this.#learned = this.#learned * FADE + young.learned;
    this.#breakEven = this.#breakEven * FADE + young.breakEven;
    this.#nothing = this.#nothing * FADE + young.nothing;
  }

  /** The plan for a young instance whose learned plan is `learned`. */
  forYoung(learned: WarmPlan, coldSeconds: number): WarmPlan {
    if (this.#young < ENOUGH || this.#learned <= Math.min(this.#breakEven, this.#nothing)) return learned;
    return this.#nothing <= this.#breakEven ? [] : keepFor(coldSeconds);
  }

  write(numbers: NumberWriter): void {
    numbers.array([this.#learned, this.#breakEven, this.#nothing, this.#young, this.gaps.length]).array(
      this.gaps,
    );
  }

  /** @throws SymphonyError `corrupt` */
  static read(numbers: NumberReader): PooledGaps {
    const pooled = new PooledGaps();
    pooled.#learned = numbers.number();
    pooled.#breakEven = numbers.number();
    pooled.#nothing = numbers.number();
    pooled.#young = numbers.number();
    pooled.gaps.push(...numbers.array(numbers.number()));
    return pooled;
  }
}

/** Room for counting, shared by instances that decide one after the other. */
export class GapCounts {
  readonly slots: GapSlots;
  readonly counts: Float64Array;
  readonly offsets: Float64Array;
  /** What the spread-out prior puts into each slot. */
  readonly #prior: Float64Array;
  /** Sums of the counts and of the widths of all slots before each; and where the slots around each begin and end. */
  readonly #before: Float64Array;
  readonly #widths: Float64Array;
  readonly #aroundFrom: Uint32Array;
  readonly #aroundUntil: Uint32Array;
  total = 0;

  constructor(slots: GapSlots) {
    this.slots = slots;
    this.counts = new Float64Array(slots.count);
    this.offsets = new Float64Array(slots.count);
    this.#prior = spreadPrior(slots);
    const last = slots.count - 1; // The last slot has no end: it is around nothing and nothing is around it.
    const middle = (slot: number) => ((slots.edges[slot] as number) + (slots.edges[slot + 1] as number)) / 2;
    this.#before = new Float64Array(last + 1);
    this.#widths = slots.edges.slice(0, last + 1);
    this.#aroundFrom = Uint32Array.from(
      { length: last },
      (_, slot) => Math.min(slots.slotOf(middle(slot) / AROUND), Math.max(0, slot - 2)),
    );
    this.#aroundUntil = Uint32Array.from(
      { length: last },
      (_, slot) => Math.min(last, Math.max(slots.slotOf(middle(slot) * AROUND), slot + 2) + 1),
    );
  }

  /** Begins with the prior alone. */
  begin(): void {
    this.counts.set(this.#prior);
    this.total = SPREAD_WORTH;
    const { edges } = this.slots;
    for (let slot = 0; slot < this.counts.length; slot++) {
      const width = (edges[slot + 1] as number) - (edges[slot] as number);
      this.offsets[slot] = (this.#prior[slot] as number) * (width === Infinity ? 0 : width / 2);
    }
  }

  add(gap: number, weight: number): void {
    const slot = this.slots.slotOf(gap);
    this.counts[slot] = (this.counts[slot] as number) + weight;
    this.offsets[slot] = (this.offsets[slot] as number) + weight * (gap - (this.slots.edges[slot] as number));
    this.total += weight;
  }

  /** The cheapest plan where a cold start costs as much as `coldSeconds` of being warm. */
  cheapest(coldSeconds: number): WarmPlan {
    const { edges } = this.slots;
    const last = this.#aroundFrom.length;
    for (let slot = 0; slot < last; slot++) {
      this.#before[slot + 1] = (this.#before[slot] as number) + (this.counts[slot] as number);
    }
    const plan: { from: number; until: number }[] = [];
    let later = this.total;
    let room = LONGEST * coldSeconds;
    for (let slot = 0; slot < last; slot++) {
      later = Math.max(0, later - (this.counts[slot] as number));
      const from = edges[slot] as number;
      const until = edges[slot + 1] as number;
      if (room < until - from) break;
      const cost = later * (until - from) + (this.offsets[slot] as number);
      if (!(coldSeconds * this.#believed(slot) > cost)) continue;
      room -= until - from;
      const before = plan.at(-1);
      if (before !== undefined && before.until === from) before.until = until;
      else plan.push({ from, until });
    }
    return plan;
  }

  /** The count of a slot, drawn towards the mean of those around it. */
  #believed(slot: number): number {
    const from = this.#aroundFrom[slot] as number;
    const until = this.#aroundUntil[slot] as number;
    const widths = this.#widths;
    const density = ((this.#before[until] as number) - (this.#before[from] as number)) /
      ((widths[until] as number) - (widths[from] as number));
    const mean = density * ((widths[slot + 1] as number) - (widths[slot] as number));
    return mean * (AROUND_WORTH + (this.counts[slot] as number)) / (AROUND_WORTH + mean);
  }
}

function spreadPrior({ edges, count, resolution }: GapSlots): Float64Array {
  const prior = new Float64Array(count);
  const first = resolution / 2;
  const last = edges[count - 1] as number;
  for (let slot = 0; slot < count - 1; slot++) {
    const from = Math.max(first, edges[slot] as number);
    prior[slot] = SPREAD_WORTH * Math.log((edges[slot + 1] as number) / from) / Math.log(last / first);
  }
  return prior;
}

/** What is done in one gap, and what was learned to be the cheapest; the same unless a guard holds. */
export interface Kept {
  readonly played: WarmPlan;
  readonly learned: WarmPlan;
}

/** In seconds: longer than any time that is planned for. */
const NEVER = 200_000;

/** The gaps of one instance, or of instances that are alike. */
export class IdleGaps {
  readonly #gaps: number[] = [];
  /** Class of the gap before each. */
  readonly #before: number[] = [];
  #latest = -1;
  /** What was played beyond what break-even would have cost, and that cost, in seconds. */
  #beyond = 0;
  #breakEven = 0;
  /** What the learned plans and no plan at all would have cost of late, in seconds. */
  #learnedLately = 0;
  #nothingLately = 0;
  get seen(): number {
    return this.#gaps.length;
  }

  /** True while break-even is played because the learned plans have cost too much. */
  isGuarded(coldSeconds: number): boolean {
    return this.#beyond > MARGIN.coldStarts * coldSeconds + MARGIN.share * this.#breakEven;
  }

  /** The plan for the gap that begins now. */
  plan(counts: GapCounts, pooled: PooledGaps, coldSeconds: number): Kept {
    const learned = this.#learned(counts, pooled, coldSeconds);
    const played = this.isGuarded(coldSeconds)
      ? keepFor(coldSeconds)
      : this.#learnedLately > this.#nothingLately + coldSeconds
      ? []
      : this.#gaps.length < YOUNG
      ? pooled.forYoung(learned, coldSeconds)
      : learned;
    return { played, learned };
  }

  /**
   * The gap has ended: an activity began `gap` seconds after the last had, or none is waited for any more. `kept` is what
   * `plan` gave when it began.
   */
  see(kept: Kept, gap: number, pooled: PooledGaps, coldSeconds: number): void {
    const breakEven = priced(keepFor(coldSeconds), gap, coldSeconds);
    const learned = priced(kept.learned, gap, coldSeconds);
    const nothing = priced([], gap, coldSeconds);
    this.#beyond += priced(kept.played, gap, coldSeconds) - breakEven;
    this.#breakEven += breakEven;
    this.#learnedLately = LATELY * this.#learnedLately + learned;
    this.#nothingLately = LATELY * this.#nothingLately + nothing;
    pooled.add(gap, this.#gaps.length < YOUNG ? { learned, breakEven, nothing } : undefined);
    this.#remember(gap);
  }

  /**
   * The activity that ended the gap had been foreseen, so that it would have met a warm instance without any plan: being
   * warm until then was of no use, and nothing came that was not foreseen.
   */
  seeForeseen(kept: Kept, gap: number): void {
    this.#learnedLately = LATELY * this.#learnedLately + costOfGap(kept.learned, gap).idleSeconds;
    this.#nothingLately = LATELY * this.#nothingLately;
    this.#remember(NEVER);
  }

  #remember(gap: number): void {
    this.#gaps.push(gap);
    this.#before.push(this.#latest);
    if (this.#gaps.length > MEMORY) {
      this.#gaps.shift();
      this.#before.shift();
    }
    this.#latest = classOf(gap);
  }

  #learned(counts: GapCounts, pooled: PooledGaps, coldSeconds: number): WarmPlan {
    if (this.#gaps.length === 0 && pooled.gaps.length === 0) return keepFor(coldSeconds);
    counts.begin();
    let alike = 0;
    for (const before of this.#before) if (before === this.#latest) alike += 1;
    const others = alike === 0 ? 1 : Math.min(1, OTHERS_WORTH / this.#gaps.length);
    for (let at = 0; at < this.#gaps.length; at++) {
      const isAlike = alike > 0 && this.#before[at] === this.#latest;
      counts.add(this.#gaps[at] as number, others + (isAlike ? 1 : 0));
    }
    const share = POOLED_WORTH / pooled.gaps.length;
    for (const gap of pooled.gaps) counts.add(gap, share);
    return counts.cheapest(coldSeconds);
  }

  write(numbers: NumberWriter): void {
    numbers.array([this.#latest, this.#beyond, this.#breakEven, this.#learnedLately, this.#nothingLately]);
    numbers.number(this.#gaps.length);
    numbers.array(this.#gaps).array(this.#before);
  }

  /** @throws SymphonyError `corrupt` */
  static read(numbers: NumberReader): IdleGaps {
    const idle = new IdleGaps();
    idle.#latest = numbers.number();
    idle.#beyond = numbers.number();
    idle.#breakEven = numbers.number();
    idle.#learnedLately = numbers.number();
    idle.#nothingLately = numbers.number();
    const gaps = numbers.number();
    idle.#gaps.push(...numbers.array(gaps));
    idle.#before.push(...numbers.array(gaps));
    return idle;
  }
}

function priced(plan: WarmPlan, gap: number, coldSeconds: number): number {
  const { isCold, idleSeconds } = costOfGap(plan, gap);
  return idleSeconds + (isCold ? coldSeconds : 0);
}

/** Gaps that are alike: within a factor of about 1.4. */
function classOf(gap: number): number {
  return Math.floor(2 * Math.log2(1 + gap));
}
