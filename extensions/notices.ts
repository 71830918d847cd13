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

/** One line, without what moves a cursor or turns the direction of writing; what is longer is cut. */
function cleaned(text: string): string {
  const line = printable(text.slice(0, 4 * MOST_CHARS).replace(/[\r\n\t\u2028\u2029]+/g, " "))
    .replace(/[\u061c\u200b\u200e\u200f\u2060\ufeff]/g, "").replace(/ +/g, " ").trim();
  const letters = [...line];
  return letters.length > MOST_CHARS ? `${letters.slice(0, MOST_CHARS - 1).join("")}…` : line;
}
