/** Fingers on the glass, as the browser is told of them by its driver: a tap, a drag, two fingers that go apart. @module */

import type { CDPSession, Page } from "playwright-core";

export interface Spot {
  readonly x: number;
  readonly y: number;
}

const STEPS = 8;

export class Fingers {
  readonly #page: Page;
  readonly #devtools: CDPSession;

  private constructor(page: Page, devtools: CDPSession) {
    this.#page = page;
    this.#devtools = devtools;
  }

  static async on(page: Page): Promise<Fingers> {
    return new Fingers(page, await page.context().newCDPSession(page));
  }

  async tap(at: Spot): Promise<void> {
    await this.#touch("touchStart", [at]);
    await this.#touch("touchEnd", []);
  }

  async drag(from: Spot, to: Spot): Promise<void> {
    await this.move([from], [to]);
  }

  /** Moves all fingers at once, each from its place to its other place. */
  async move(from: readonly Spot[], to: readonly Spot[]): Promise<void> {
    await this.#touch("touchStart", from);
    for (let step = 1; step <= STEPS; step++) {
      const at = from.map(({ x, y }, finger) => ({
        x: x + ((to[finger]?.x ?? x) - x) * step / STEPS,
        y: y + ((to[finger]?.y ?? y) - y) * step / STEPS,
      }));
      await this.#touch("touchMove", at);
    }
    // A finger rests before it is lifted; else it flings, and the next tap only stops that.
    for (let rest = 0; rest < STEPS; rest++) {
      await this.#page.evaluate(() => new Promise(requestAnimationFrame));
      await this.#touch("touchMove", to);
    }
    await this.#touch("touchEnd", []);
  }

  async #touch(type: "touchStart" | "touchMove" | "touchEnd", spots: readonly Spot[]): Promise<void> {
    await this.#devtools.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: spots.map(({ x, y }, id) => ({ x, y, id })),
    });
  }
}
