/** The worker that lays out: its own layered layout; asked again, the older question is answered too and dropped by the asker. @module */

import { layoutGraph, type LayoutRequest, type Places } from "./layout_graph.ts";

export interface LayoutQuestion extends LayoutRequest {
  readonly number: number;
}

export interface LayoutAnswer {
  readonly number: number;
  readonly places: Places;
  readonly tookMs: number;
}

addEventListener("message", ({ data }: MessageEvent<LayoutQuestion>) => {
  const began = performance.now();
  const places = layoutGraph(data);
  const answer: LayoutAnswer = { number: data.number, places, tookMs: performance.now() - began };
  postMessage(answer);
});
