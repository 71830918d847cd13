/**
 * Breaking text into lines that fit. A line takes stretches (up to the next place where it may be broken) as long as they fit; a
 * stretch that is wider than a line has one for itself. Mandatory breaks inside a paragraph break too.
 *
 * Law W1: what follows a break depends only on the text behind it, so wrapping may begin at any break and may end where a
 * break falls on one made before for the same text.
 *
 * @module
 */

import type { Rope } from "../text/rope.ts";
import { classOf, HARD_BREAK, NO_BREAK, START, step } from "./line_break.ts";
import type { Ruler } from "./ruler.ts";

/** Reads the stretches of a text one by one. */
export class Stretches {
  readonly #text: Rope;
  readonly #length: number;
  #chunk = "";
  #chunkStart = 0;
  #at: number;
  /** Where the stretch just read ends. */
  end: number;
  /** Whether a line must end there. */
  hard = false;
  /** Its code points. */
  points = 0;

  /** @param start a place where a line begins */
  constructor(text: Rope, start: number) {
    this.#text = text;
    this.#length = text.length;
    this.#at = start;
    this.end = start;
  }

  /** Goes to the next stretch; false at the end of the text. */
  next(): boolean {
    if (this.#at >= this.#length) return false;
    let state = START;
    let points = 0;
    let at = this.#at;
    let unit = 0;
    while (at < this.#length) {
      let inside = at - this.#chunkStart;
      if (inside < 0 || inside >= this.#chunk.length) {
        const { text, start } = this.#text.chunkAt(at);
        this.#chunk = text;
        this.#chunkStart = start;
        inside = at - start;
      }
      unit = this.#chunk.charCodeAt(inside);
      const isPair = (unit & 0xfc00) === 0xd800;
      const point = isPair ? this.#chunk.codePointAt(inside) as number : unit;
      const found = step(state, classOf(point));
      const before = found & 3;
      if (before !== NO_BREAK) return this.#finish(at, before === HARD_BREAK, points);
      state = found >> 2;
      points++;
      at += isPair ? 2 : 1;
      if (unit === 0x0a) return this.#finish(at, true, points);
    }
    return this.#finish(at, false, points);
  }

  #finish(end: number, hard: boolean, points: number): true {
    this.#at = end;
    this.end = end;
    this.hard = hard;
    this.points = points;
    return true;
  }
}

/** Lays out lines one by one from a place where one begins. */
export class LineWrap {
  readonly #text: Rope;
  readonly #ruler: Ruler;
  readonly #stretches: Stretches;
  /** Told every stretch whose width is not known. */
  readonly #onUnknown: ((text: string) => void) | undefined;
  #start: number;
  /** Whether the stretch at hand is still to be placed, and how wide it is. */
  #pending = false;
  #width = 0;

  constructor(text: Rope, start: number, ruler: Ruler, onUnknown?: (text: string) => void) {
    this.#text = text;
    this.#ruler = ruler;
    this.#stretches = new Stretches(text, start);
    this.#start = start;
    this.#onUnknown = onUnknown;
  }

  /** Where the next line ends; undefined where it is the last of the text and ends without a break. */
  next(): number | undefined {
    const { limit } = this.#ruler;
    const stretches = this.#stretches;
    let used = 0;
    let end = this.#start;
    while (this.#pending || stretches.next()) {
      if (!this.#pending) this.#measure(end);
      this.#pending = true;
      if (stretches.hard) {
        if (used !== 0 && used + this.#width > limit) return this.#start = end;
        this.#pending = false;
        return this.#start = stretches.end;
      }
      if (used === 0 && this.#width >= limit) {
        if (stretches.end === this.#text.length) return undefined;
        this.#pending = false;
        return this.#start = stretches.end;
      }
      used += this.#width;
      if (used > limit) return this.#start = end;
      this.#pending = false;
      end = stretches.end;
    }
    return undefined;
  }

  #measure(start: number): void {
    const { isColumns } = this.#ruler;
    if (isColumns) {
      this.#width = this.#stretches.points;
      return;
    }
    const text = this.#text.sliceString(start, this.#stretches.end);
    const width = this.#ruler.width(text);
    if (width === undefined) this.#onUnknown?.(text);
    this.#width = width ?? this.#ruler.estimate(text);
  }
}

/** The stretches from `start` on that `ruler` does not know, each once, in order; looks at no more than `most`. */
export function unknownStretches(text: Rope, start: number, ruler: Ruler, most: number): string[] {
  if (ruler.isColumns) return [];
  const unknown = new Set<string>();
  const stretches = new Stretches(text, start);
  let from = start;
  for (let count = 0; count < most && stretches.next(); count++) {
    const stretch = text.sliceString(from, stretches.end);
    if (ruler.width(stretch) === undefined) unknown.add(stretch);
    from = stretches.end;
  }
  return [...unknown];
}
