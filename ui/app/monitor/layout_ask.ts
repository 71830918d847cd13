/** Asks for a layered layout in the worker that the board uses too; here where there is no worker. @module */

import { layoutGraph, type LayoutRequest, type Places } from "../board/layout/layout_graph.ts";
import type { LayoutAnswer, LayoutQuestion } from "../board/layout/layout_worker.ts";

declare const LAYOUT_WORKER: string;

/** Above this the page would stand still for too long. */
const SMALL = 150;
let worker: Worker | undefined;
let next = 1;
const waiting = new Map<number, (places: Places) => void>();

/** Places of all nodes. Small graphs are laid out at once. */
export function askLayout(request: LayoutRequest): Promise<Places> {
  if (request.nodes.length <= SMALL) return Promise.resolve(layoutGraph(request));
  if (worker === undefined) {
    worker = new Worker(LAYOUT_WORKER, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      waiting.get(data.number)?.(data.places);
      waiting.delete(data.number);
    };
  }
  const question: LayoutQuestion = { ...request, number: next++ };
  worker.postMessage(question);
  return new Promise((resolve) => waiting.set(question.number, resolve));
}
