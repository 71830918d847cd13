/**
 * Asking for layouts elsewhere, and for the ways of many wires: the own ones in their worker, ELK's in another that is loaded when it
 * is first wanted. Of layouts only the newest question is answered.
 *
 * @module
 */

import type { Layouter } from "../board.ts";
import type { LayoutRequest, Places } from "./layout_graph.ts";
import type { FlatWays, WireGround } from "../routing/wire_routes.ts";
import type { LayoutAnswer, LayoutQuestion, WaysAnswer, WaysQuestion } from "./layout_worker.ts";

declare const LAYOUT_WORKER: string;

export class LayoutClient implements Layouter {
  #worker: Worker | undefined;
  /** Of the newest layout. */
  #number = 0;
  #questions = 0;
  readonly #waiting = new Map<number, (places: Places) => void>();
  readonly #asking = new Map<number, (ways: FlatWays) => void>();
  /** What the last layout took, in milliseconds. */
  lastMs = 0;

  readonly ask = (request: LayoutRequest): Promise<Places> => {
    this.#worker ??= this.#start();
    const number = this.#number = ++this.#questions;
    const question: LayoutQuestion = { ...request, number };
    this.#worker.postMessage(question);
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  };

  readonly ways = (ground: WireGround): Promise<FlatWays> => {
    this.#worker ??= this.#start();
    const question: WaysQuestion = { number: ++this.#questions, ground };
    this.#worker.postMessage(question);
    return new Promise((resolve) => this.#asking.set(question.number, resolve));
  };

  close(): void {
    this.#worker?.terminate();
    this.#asking.clear();
    this.#waiting.clear();
  }

  #start(): Worker {
    const worker = new Worker(LAYOUT_WORKER, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer | WaysAnswer>) => {
      if ("ways" in data) {
        this.#asking.get(data.number)?.(data.ways);
        this.#asking.delete(data.number);
        return;
      }
      this.lastMs = data.tookMs;
      const resolve = this.#waiting.get(data.number);
      this.#waiting.delete(data.number);
      if (data.number === this.#number) resolve?.(data.places);
    };
    return worker;
  }
}
