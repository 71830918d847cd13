/** The ways of wires that are too many to be found at once: asked for elsewhere, and given to the scene when they are there. @module */

import { type ReadonlySignal, signal } from "@preact/signals";
import { nextTurn } from "../state/turn.ts";
import type { FlatWays, WireGround } from "./routing/wire_routes.ts";
import type { Scene } from "./view/scene.ts";

export class WireWays {
  /** Grows when wires were given ways that were found elsewhere: whoever shows them reads it. */
  readonly found = signal(0);
  readonly #scene: ReadonlySignal<Scene>;
  readonly #ask: ((ground: WireGround) => Promise<FlatWays>) | undefined;
  readonly #isReady: () => boolean;
  #isAsking = false;

  /** Asks nobody while it is not ready, or where there is nobody to ask. */
  constructor(
    scene: ReadonlySignal<Scene>,
    ask: ((ground: WireGround) => Promise<FlatWays>) | undefined,
    isReady: () => boolean,
  ) {
    this.#scene = scene;
    this.#ask = ask;
    this.#isReady = isReady;
  }

  /** Has the ways of wires found, where the scene lacks them; again, while it is another scene by then. */
  async find(): Promise<void> {
    const scene = this.#scene.peek();
    if (this.#ask === undefined || this.#isAsking || !scene.lacksWays || !this.#isReady()) return;
    const { moves } = scene;
    this.#isAsking = true;
    try {
      const ways = await this.#ask(scene.ground);
      if (scene.takeWays(ways, moves) && scene === this.#scene.peek()) {
        // What wires are found by, before a frame has to wait for it.
        for (const _ of scene.prepare()) await nextTurn();
        this.found.value++;
      }
    } finally {
      this.#isAsking = false;
    }
    if (this.#scene.peek() !== scene || scene.lacksWays) await this.find();
  }
}
