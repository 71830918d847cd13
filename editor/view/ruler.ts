/**
 * How wide text is, for wrapping: in columns (a code point each), or in the front end's pixels, which it is asked for.
 *
 * @module
 */

/** Measures the stretches between two places where a line may be broken. */
export interface Ruler {
  /** The width a line may have. */
  readonly limit: number;
  /** Whether `width` counts code points only, so that the text itself need not be looked at. */
  readonly isColumns: boolean;
  /** The width of `text`, trailing space included. Undefined where it is not known yet. */
  width(text: string): number | undefined;
  /** A width to go on with where it is not known. */
  estimate(text: string): number;
}

/** Lines of at most `limit` code points. */
export function columnRuler(limit: number): Ruler {
  return { limit, isColumns: true, width: countPoints, estimate: countPoints };
}

/** Lines of at most `limit` of what `widths` measures. */
export function pixelRuler(limit: number, widths: Widths): Ruler {
  return {
    limit,
    isColumns: false,
    width: (text) => widths.get(text),
    estimate: (text) => widths.estimate(text),
  };
}

function countPoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) count--;
  return count;
}

/** Widths a front end has told, for all views it has. */
export class Widths {
  readonly #known = new Map<string, number>();
  /** The width of one column, from what was told; a font of 14 points before. */
  #column = 8.4;
  #columns = 0;
  #total = 0;

  get size(): number {
    return this.#known.size;
  }

  get(text: string): number | undefined {
    return this.#known.get(text);
  }

  /** Takes note of a width. */
  set(text: string, width: number): void {
    this.#known.set(text, width);
    const columns = countColumns(text);
    if (columns === 0 || !(width > 0)) return;
    this.#columns += columns;
    this.#total += width;
    this.#column = this.#total / this.#columns;
  }

  estimate(text: string): number {
    return countColumns(text) * this.#column;
  }

  /** Goes on with a width that nobody told. */
  assume(text: string, width: number): void {
    this.#known.set(text, width);
  }

  /** Forgets everything: the font has changed. */
  clear(): void {
    this.#known.clear();
    this.#columns = 0;
    this.#total = 0;
  }
}

function countColumns(text: string): number {
  let columns = 0;
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    if (point >= 0x20) columns += isWide(point) ? 2 : 1;
  }
  return columns;
}

/** Whether a character is about two columns wide: Hangul, ideographs, kana, full-width forms, pictures. Good enough for an estimate. */
function isWide(point: number): boolean {
  if (point < 0x1100) return false;
  return point <= 0x115f || (point >= 0x2e80 && point <= 0xa4cf) || (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) || (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0x1f300 && point <= 0x1faff) || (point >= 0x20000 && point <= 0x3fffd);
}
