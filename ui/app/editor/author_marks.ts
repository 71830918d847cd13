/**
 * By what changes of different hands are told apart: a colour, a kind of line and a letter. They are given out in the order in which
 * they are first asked for, so that no two that are there at once are alike before there are dozens of them; a hash would give
 * two of nine the same. Pure but for what it has given out.
 *
 * @module
 */

/** As many as there are tokens `author-N`. */
export const AUTHOR_COLOURS = 12;
/** Solid, dashed, dotted, double. */
export const AUTHOR_LINES = 4;

export interface AuthorMark {
  readonly colour: number;
  readonly line: number;
  /** A to Z, then A2 to Z2 and so on. */
  readonly letter: string;
  /** The classes that set `--author` and `--author-line`. */
  readonly classes: string;
}

/** The mark with that number. The line moves on by one each time the colours begin anew, so that marks with one colour have other lines. */
export function authorMark(number: number): AuthorMark {
  const colour = number % AUTHOR_COLOURS;
  const line = (number + Math.floor(number / AUTHOR_COLOURS)) % AUTHOR_LINES;
  const round = Math.floor(number / 26);
  const letter = String.fromCharCode(65 + number % 26) + (round === 0 ? "" : String(round + 1));
  return { colour, line, letter, classes: `author-${colour} author-line-${line}` };
}

export class AuthorMarks {
  readonly #numbers = new Map<string, number>();
  #waiting: ReadonlySet<string> = new Set();

  /** The mark of somebody's changes, always the same while they are there. */
  of(identity: string): AuthorMark {
    let number = this.#numbers.get(identity);
    if (number === undefined) {
      const taken = new Set(this.#numbers.values());
      for (number = 0; taken.has(number);) number++;
      this.#numbers.set(identity, number);
    }
    return authorMark(number);
  }

  /** What waits now: those get their marks in this order, and what waited before gives its mark back. */
  keep(identities: readonly string[]): void {
    const now = new Set(identities);
    for (const gone of this.#waiting) if (!now.has(gone)) this.#numbers.delete(gone);
    this.#waiting = now;
    for (const identity of identities) this.of(identity);
  }
}
