/**
 * What the front end's line cache holds, as far as we know: for every line shown now, which of the front end's lines it was, and
 * whether its text, styles and carets are still right. From this and a plan an update is made.
 *
 * @module
 */

import type { PlanSpan, Tactic } from "./render_plan.ts";

/** Bits of what is right about a line. */
export const TEXT = 1;
export const STYLES = 2;
export const CURSOR = 4;
export const ALL = 7;

interface Span {
  /** Lines, as shown now. */
  readonly n: number;
  /** The front end's number of the first; without meaning where nothing is valid. */
  readonly theirs: number;
  readonly valid: number;
}

/** A stretch of lines of one kind under one tactic. */
export interface Segment {
  readonly ours: number;
  readonly theirs: number;
  readonly n: number;
  readonly valid: number;
  readonly tactic: Tactic;
}

/** Puts spans together, uniting those that go on where the last ended. */
export class ShadowBuilder {
  readonly spans: Span[] = [];

  add(n: number, theirs: number, valid: number): void {
    if (n <= 0) return;
    const last = this.spans.at(-1);
    if (last !== undefined && last.valid === valid && (valid === 0 || last.theirs + last.n === theirs)) {
      this.spans[this.spans.length - 1] = { ...last, n: last.n + n };
    } else this.spans.push({ n, theirs, valid });
  }
}

export class LineShadow {
  #spans: readonly Span[] = [];
  #dirty = false;

  /** The front end knows nothing of `lines` lines. */
  invalidateAll(lines: number): void {
    this.#spans = [{ n: lines, theirs: 0, valid: 0 }];
    this.#dirty = true;
  }

  /** Takes what the front end holds after an update. */
  reset(builder: ShadowBuilder): void {
    this.#spans = builder.spans;
    this.#dirty = false;
  }

  /** `removed` lines from `start` on were replaced by `added` new ones. */
  edit(start: number, removed: number, added: number): void {
    const builder = new ShadowBuilder();
    const end = start + removed;
    let line = 0;
    let done = false;
    for (const { n, theirs, valid } of this.#spans) {
      if (line < start) builder.add(Math.min(n, start - line), theirs, valid);
      if (!done && line + n > start) {
        builder.add(added, 0, 0);
        done = true;
      }
      if (line + n > end) {
        const skipped = Math.max(0, end - line);
        builder.add(n - skipped, theirs + skipped, valid);
      }
      line += n;
    }
    if (!done) builder.add(added, 0, 0);
    this.#spans = builder.spans;
    this.#dirty = true;
  }

  /** The bits `invalid` of lines `[start, end)` are no longer right. */
  invalidate(start: number, end: number, invalid: number): void {
    let line = 0;
    const isClean = this.#spans.every(({ n, valid }) => {
      const apart = start >= line + n || end <= line || (valid & invalid) === 0;
      line += n;
      return apart;
    });
    if (isClean) return;
    const builder = new ShadowBuilder();
    line = 0;
    for (const { n, theirs, valid } of this.#spans) {
      const from = Math.min(n, Math.max(0, start - line));
      const to = Math.min(n, Math.max(from, end - line));
      builder.add(from, theirs, valid);
      builder.add(to - from, theirs + from, valid & ~invalid);
      builder.add(n - to, theirs + to, valid);
      line += n;
    }
    this.#spans = builder.spans;
    this.#dirty = true;
  }

  /** Whether the front end has to be told something of its lines. */
  needsUpdate(plan: readonly PlanSpan[]): boolean {
    if (this.#dirty) return true;
    for (const { tactic, valid } of this.segments(plan)) {
      if (tactic === "render" && valid !== ALL) return true;
    }
    return false;
  }

  /** The lines under `plan`, in order. */
  *segments(plan: readonly PlanSpan[]): Generator<Segment, void, undefined> {
    let index = 0;
    let spanStart = 0;
    let planStart = 0;
    for (const { n, tactic } of plan) {
      const planEnd = planStart + n;
      for (
        let span = this.#spans[index];
        span !== undefined && spanStart < planEnd;
        span = this.#spans[index]
      ) {
        const start = Math.max(spanStart, planStart);
        const end = Math.min(spanStart + span.n, planEnd);
        if (end > start) {
          yield {
            ours: start,
            theirs: span.theirs + (start - spanStart),
            n: end - start,
            valid: span.valid,
            tactic,
          };
        }
        if (spanStart + span.n > planEnd) break;
        spanStart += span.n;
        index++;
      }
      planStart = planEnd;
    }
  }
}
