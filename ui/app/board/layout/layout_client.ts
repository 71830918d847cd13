/**
 * Asking for layouts elsewhere: the own one in its worker, ELK's in another that is loaded when it is first wanted. Only the
 * newest question is answered.
 *
 * @module
 */

import type { Layouter } from "../board.ts";
import type { LayoutRequest, Places } from "./layout_graph.ts";
import type { LayoutAnswer, LayoutQuestion } from "./layout_worker.ts";

declare const LAYOUT_WORKER: string;

export class LayoutClient implements Layouter {
  #worker: Worker | undefined;
  #number = 0;
  readonly #waiting = new Map<number, (places: Places) => void>();
  /** What the last layout took, in milliseconds. */
  lastMs = 0;

  readonly ask = (request: LayoutRequest): Promise<Places> => {
    this.#worker ??= this.#start();
    const number = ++this.#number;
    const question: LayoutQuestion = { ...request, number };
    this.#worker.postMessage(question);
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  };

  close(): void {
    this.#worker?.terminate();
    this.#waiting.clear();
  }

  #start(): Worker {
    const worker = new Worker(LAYOUT_WORKER, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      this.lastMs = data.tookMs;
      const resolve = this.#waiting.get(data.number);
      this.#waiting.delete(data.number);
      if (data.number === this.#number) resolve?.(data.places);
    };
    return worker;
  }
}
