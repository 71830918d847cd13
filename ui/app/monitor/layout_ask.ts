/** Asks for a layered layout, and for the ways of its lines, in the worker that the board uses too; small ones are made here. @module */

import { layoutGraph, type LayoutRequest, type Places } from "../board/layout/layout_graph.ts";
import type {
  LayoutAnswer,
  LayoutQuestion,
  WaysAnswer,
  WaysQuestion,
} from "../board/layout/layout_worker.ts";
import { type FlatWays, flatWays, type WireGround } from "../board/routing/wire_routes.ts";

declare const LAYOUT_WORKER: string;

/** Above this the page would stand still for too long. */
const SMALL = 150;
let worker: Worker | undefined;
let next = 1;
const waiting = new Map<number, (answer: LayoutAnswer | WaysAnswer) => void>();

/** Places of all nodes. Small graphs are laid out at once. */
export async function askLayout(request: LayoutRequest): Promise<Places> {
  if (request.nodes.length <= SMALL) return layoutGraph(request);
  const answer = await ask({ ...request, number: next++ });
  return (answer as LayoutAnswer).places;
}

/** The ways of all lines around the nodes that they have nothing to do with. */
export async function askWays(ground: WireGround): Promise<FlatWays> {
  if (ground.left.length <= SMALL) return flatWays(ground);
  return (await ask({ ground, number: next++ }) as WaysAnswer).ways;
}

function ask(question: LayoutQuestion | WaysQuestion): Promise<LayoutAnswer | WaysAnswer> {
  if (worker === undefined) {
    worker = new Worker(LAYOUT_WORKER, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer | WaysAnswer>) => {
      waiting.get(data.number)?.(data);
      waiting.delete(data.number);
    };
  }
  worker.postMessage(question);
  return new Promise((resolve) => waiting.set(question.number, resolve));
}
