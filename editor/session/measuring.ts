/**
 * Asking the front end how wide text is. Not every front end answers: one that does not in time is taken to have no such ability, and
 * widths are estimated; an answer that comes after all is used.
 *
 * @module
 */

import type { Json } from "../../core/json.ts";
import { Widths } from "../view/ruler.ts";

/** The style whose widths are asked for: the protocol's first. */
const STYLE = 8;
/** How long to wait for an answer. */
const PATIENCE_MS = 500;

/** Sends a request to the front end; rejects where it answers with an error. */
export type AskFrontEnd = (method: string, params: Json) => Promise<Json>;

export class Measuring {
  readonly widths: Widths = new Widths();
  readonly #ask: AskFrontEnd;
  readonly #onLate: () => void;
  #answers = true;

  /** @param onLate called when an answer came after it had been given up: what was estimated can be done again */
  constructor(ask: AskFrontEnd, onLate: () => void) {
    this.#ask = ask;
    this.#onLate = onLate;
  }

  /** Makes the widths of `texts` known, by asking or, in the end, by estimating. Undefined where that needs no waiting. */
  learn(texts: readonly string[]): Promise<void> | undefined {
    if (texts.length === 0) return undefined;
    if (!this.#answers) {
      this.#estimate(texts);
      return undefined;
    }
    return this.#learn(texts);
  }

  async #learn(texts: readonly string[]): Promise<void> {
    let isLate = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answer = this.#ask("measure_width", [{ id: STYLE, strings: texts }]).then((result) => {
      this.#take(texts, result);
      this.#answers = true;
      if (isLate) this.#onLate();
    }, () => {
      this.#answers = false;
    });
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        isLate = true;
        this.#answers = false;
        resolve();
      }, PATIENCE_MS);
    });
    await Promise.race([answer, patience]);
    clearTimeout(timer);
    this.#estimate(texts);
  }

  #take(texts: readonly string[], result: Json): void {
    const widths = Array.isArray(result) && Array.isArray(result[0]) ? result[0] : [];
    texts.forEach((text, index) => {
      const width = widths[index];
      if (typeof width === "number" && Number.isFinite(width) && width >= 0) this.widths.set(text, width);
    });
  }

  /** Fills in what is not known. */
  #estimate(texts: readonly string[]): void {
    for (const text of texts) {
      if (this.widths.get(text) === undefined) this.widths.assume(text, this.widths.estimate(text));
    }
  }
}
