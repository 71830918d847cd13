/**
 * What an extension shows of a node, on its card while it is near: a small picture without anything to press, which is in the inspector.
 * Pictures are asked for one after the other, so that a board that comes in sight asks no host for hundreds at once.
 *
 * @module
 */

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { nodeViews } from "../../motif/motifs.ts";
import type { BoardNode } from "../model/board_node.ts";
import type { RunOverlay } from "../run/run_overlay.ts";

/** Between one picture and the next. */
const TURN_MS = 25;

export interface CardViewProps {
  readonly node: BoardNode;
  readonly run: RunOverlay;
  readonly runId: ReadonlySignal<string | undefined>;
  readonly top: number;
}

const waiting = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls `go` when it is its turn, unless the returned function is called before. */
export function inTurn(go: () => void): () => void {
  waiting.add(go);
  timer ??= setInterval(() => {
    const [next] = waiting;
    if (next === undefined) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    waiting.delete(next);
    next();
  }, TURN_MS);
  return () => void waiting.delete(go);
}

export function CardView({ node, run, runId, top }: CardViewProps) {
  const [Drawn, setDrawn] = useState<ComponentType<Omit<CardViewProps, "top">> | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    const leave = inTurn(() =>
      void import("./card_picture.tsx").then((module) => {
        if (!isGone) setDrawn(() => module.default);
      }, () => undefined)
    );
    return () => {
      isGone = true;
      leave();
    };
  }, []);
  const from = nodeViews.value.get(node.use)?.from;
  return (
    <div class="card-view" style={{ top: `${top}px` }} aria-hidden="true" inert data-tip={`Shown by ${from}`}>
      {Drawn === undefined ? null : <Drawn node={node} run={run} runId={runId} />}
    </div>
  );
}
