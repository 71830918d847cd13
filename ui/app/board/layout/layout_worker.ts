/**
 * The worker that lays out and finds ways of wires; asked again, the older question is answered too and dropped by the asker.
 *
 * @module
 */

import { type FlatWays, flatWays, type WireGround } from "../routing/wire_routes.ts";
import { layoutGraph, type LayoutRequest, type Places } from "./layout_graph.ts";

export interface LayoutQuestion extends LayoutRequest {
  readonly number: number;
}

export interface LayoutAnswer {
  readonly number: number;
  readonly places: Places;
  readonly tookMs: number;
}

export interface WaysQuestion {
  readonly number: number;
  readonly ground: WireGround;
}

export interface WaysAnswer {
  readonly number: number;
  readonly ways: FlatWays;
}

addEventListener("message", ({ data }: MessageEvent<LayoutQuestion | WaysQuestion>) => {
  if ("ground" in data) {
    const answer: WaysAnswer = { number: data.number, ways: flatWays(data.ground) };
    return postMessage(answer);
  }
  const began = performance.now();
  const places = layoutGraph(data);
  const answer: LayoutAnswer = { number: data.number, places, tookMs: performance.now() - began };
  postMessage(answer);
});
