/**
 * Messages of extensions to the person: plain text of one line, under the extension's name, and few.
 *
 * @module
 */

import type { ExtensionId } from "../core/ids.ts";
import type { Notice, NoticeLevel, NotificationPort } from "../core/ports/notification.ts";
import { printable } from "./host/log_drain.ts";
import { ExtensionFailure } from "./sdk/failure.ts";

/** At once, and then one each `REFILL_MS`. */
const MOST_AT_ONCE = 10;
const REFILL_MS = 6_000;
const MOST_CHARS = 300;

/** How long a time without a message counts for, at most, and when that was. */
interface Allowance {
  readonly savedMs: number;
  readonly atMs: number;
}

export class Notices implements NotificationPort {
  readonly #now: () => number;
  readonly #allowances = new Map<ExtensionId, Allowance>();
  readonly #listeners = new Set<(notice: Notice) => void>();

  /** `now` gives Unix milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  watch(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells of something that the core did about an extension; that is not the extension's own to be limited. */
  tell(extension: ExtensionId, level: NoticeLevel, text: string): void {
    const notice: Notice = { extension, level, text: cleaned(text), at: this.#now() };
    for (const listener of this.#listeners) listener(notice);
  }

  /**
   * Shows a message. @throws ExtensionFailure of class `input` for one without words, `rate-limit` where there were too many
   */
  show(extension: ExtensionId, level: NoticeLevel, text: string): Notice {
    const line = cleaned(text);
    if (line === "") throw new ExtensionFailure("input", "Cannot show a message without words");
    this.#take(extension);
    const notice: Notice = { extension, level, text: line, at: this.#now() };
    for (const listener of this.#listeners) listener(notice);
    return notice;
  }

  #take(extension: ExtensionId): void {
    const now = this.#now();
    const mostMs = MOST_AT_ONCE * REFILL_MS;
    const known = this.#allowances.get(extension) ?? { savedMs: mostMs, atMs: now };
    const savedMs = Math.min(mostMs, known.savedMs + Math.max(0, now - known.atMs));
    if (savedMs < REFILL_MS) {
      throw new ExtensionFailure(
        "rate-limit",
        `Cannot show a message: ${MOST_AT_ONCE} at once and one each ${REFILL_MS / 1000} s are the most`,
        { retryAfterMs: REFILL_MS - savedMs },
      );
    }
    this.#allowances.set(extension, { savedMs: savedMs - REFILL_MS, atMs: now });
  }
}

/** Characters that show nothing and are no format characters: fillers, and the blank of Braille. */
const BLANKS =
  /[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0e\u{1d159}\u{e0100}-\u{e01ef}]/gu;
/** Marks on one letter; more reach into the lines above and below. */
const MANY_MARKS = /(\p{M}{4})\p{M}+/gu;

/**
 * One line, without what moves a cursor, turns the direction of writing or shows nothing; what is longer is cut. Joiners of emoji and of
 * scripts that need them go, too: it is a message of one line.
 */
function cleaned(text: string): string {
  const line = printable(text.slice(0, 4 * MOST_CHARS).replace(/[\r\n\t\u2028\u2029]+/g, " "))
    .replace(/\p{Cf}/gu, "").replace(BLANKS, "").replace(MANY_MARKS, "$1")
    .replace(/\p{Zs}+/gu, " ").trim();
  const letters = [...line];
  const cut = letters.length > MOST_CHARS ? `${letters.slice(0, MOST_CHARS - 1).join("")}…` : line;
  // Marks alone, punctuation of nothing: there has to be something to see.
  return /[^\p{M}\p{Z}\p{C}]/u.test(cut) ? cut : "";
}
