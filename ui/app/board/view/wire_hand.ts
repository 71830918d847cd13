/**
 * A connection under way: which end is held, what the loose one is over, which port fits best, and what it comes to where it is let go.
 *
 * @module
 */

import type { Board } from "../board.ts";
import type { Point } from "../model/commands.ts";
import { ConnectionJudge, type End, type Verdict } from "../model/connection_judge.ts";
import { groupOfBox } from "../model/folded.ts";
import type { BoardEdge } from "../model/graph.ts";
import { portPlace } from "./card_shape.ts";
import { wire, wireEnd } from "./wire.tsx";

export interface Drop {
  readonly fixed: End;
  readonly isFromSource: boolean;
  readonly judge: ConnectionJudge;
  /** Undefined on empty ground. */
  readonly node: string | undefined;
  /** Undefined on a node's body. */
  readonly port: string | undefined;
  readonly verdict: Verdict | undefined;
  readonly world: Point;
  readonly screen: Point;
  /** The edge that was picked up at its end, to be taken away. */
  readonly replaces: BoardEdge | undefined;
}

const PORT_REACH_PX = 18;
const isBox: Verdict = { fits: "no", reason: "Unfold the group to connect inside it" };

export class WireHand {
  readonly #board: Board;
  readonly #painted: (world: Point) => string | undefined;

  /** `painted` names the node at a place that is painted rather than an element. */
  constructor(board: Board, painted: (world: Point) => string | undefined) {
    this.#board = board;
    this.#painted = painted;
  }

  /** Takes the end that was pressed into the hand; gives the edge that is picked up at its end, where it was one. */
  take(card: Element, port: Element, world: Point): BoardEdge | undefined {
    const node = card.getAttribute("data-node") ?? "";
    const name = port.getAttribute("data-port") ?? "";
    const isOutput = port.getAttribute("data-side") === "output";
    const { edges } = this.#board.graph.peek();
    // A connected input is picked up: its source stays held.
    const picked = isOutput
      ? undefined
      : edges.find((edge) =>
        edge.to === node && edge.toPort === name && edge.isPlain && (name !== "" || edge.kind === "after")
      );
    if (picked !== undefined) this.#hold({ node: picked.from, port: picked.fromPort }, true);
    else this.#hold({ node, port: name }, isOutput);
    wireEnd.value = { at: world };
    return picked;
  }

  #hold(fixed: End, isFromSource: boolean): void {
    const { graph, types } = this.#board;
    wire.value = {
      fixed,
      isFromSource,
      judge: new ConnectionJudge(graph.peek(), types, fixed, isFromSource),
      start: this.#endPlace(fixed, isFromSource),
    };
  }

  #endPlace({ node, port }: End, isSource: boolean): Point {
    const scene = this.#board.scene.peek();
    const index = scene.indexOf.get(node);
    const shape = index === undefined ? undefined : scene.shapes[index];
    if (index === undefined || shape === undefined) return { x: 0, y: 0 };
    const { x, y } = portPlace(shape, isSource ? "output" : "input", port);
    return { x: scene.left[index]! + x, y: scene.top[index]! + y };
  }

  /** Follows the pointer, and says whether what it is over fits. */
  move(event: PointerEvent, world: Point): void {
    const held = wire.peek();
    if (held === undefined) return;
    const found = this.#endAt(event, world, held.isFromSource);
    if (found?.port === undefined) {
      const verdict = found === undefined ? undefined : this.#bestPort(found.node)?.verdict;
      wireEnd.value = {
        at: world,
        ...(found === undefined || verdict === undefined
          ? {}
          : { end: { node: found.node, port: "" }, verdict }),
      };
      return;
    }
    const end = { node: found.node, port: found.port };
    wireEnd.value = { at: this.#endPlace(end, !held.isFromSource), end, verdict: held.judge.judge(end) };
  }

  /** What is under the pointer where the hand opens; undefined where it holds nothing. */
  drop(event: PointerEvent, screen: Point, world: Point): Omit<Drop, "replaces"> | undefined {
    const held = wire.peek();
    if (held === undefined) return undefined;
    const { fixed, isFromSource, judge } = held;
    const found = this.#endAt(event, world, isFromSource);
    const verdict = found?.port === undefined
      ? undefined
      : judge.judge({ node: found.node, port: found.port });
    return { fixed, isFromSource, judge, node: found?.node, port: found?.port, verdict, world, screen };
  }

  /** The node and port under the pointer, or the port nearest to it. */
  #endAt(
    event: PointerEvent,
    world: Point,
    isFromSource: boolean,
  ): { readonly node: string; readonly port: string | undefined } | undefined {
    const side = isFromSource ? "input" : "output";
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const card = under?.closest("[data-node]");
    const port = under?.closest("[data-port]");
    const node = card?.getAttribute("data-node") ?? this.#painted(world);
    if (node !== undefined && node !== null && port?.getAttribute("data-side") === side) {
      return { node, port: port.getAttribute("data-port") ?? "" };
    }
    const scene = this.#board.scene.peek();
    const reach = PORT_REACH_PX / this.#board.look.view.peek().zoom;
    let best: { node: string; port: string } | undefined;
    let least = reach;
    for (
      const index of scene.boxesIn({
        left: world.x - reach,
        top: world.y - reach,
        right: world.x + reach,
        bottom: world.y + reach,
      })
    ) {
      const shape = scene.shapes[index];
      if (shape === undefined) continue;
      for (const { name } of side === "input" ? shape.inputs : shape.outputs) {
        const place = portPlace(shape, side, name);
        const distance = Math.hypot(
          world.x - scene.left[index]! - place.x,
          world.y - scene.top[index]! - place.y,
        );
        if (distance >= least) continue;
        least = distance;
        best = { node: scene.ids[index]!, port: name };
      }
    }
    if (best !== undefined) return best;
    return node === undefined || node === null ? undefined : { node, port: undefined };
  }

  /** The port of a node that a held connection fits best: required and free before optional, equal names first. */
  #bestPort(
    node: string,
  ): { readonly port: string; readonly verdict: Verdict; readonly others: number } | undefined {
    const held = wire.peek();
    const found = this.#board.graph.peek().nodes.get(node);
    if (held !== undefined && groupOfBox(node) !== undefined) return { port: "", verdict: isBox, others: 0 };
    if (held === undefined || found === undefined) return undefined;
    const ports = held.isFromSource ? found.inputs : found.outputs;
    let refusal: Verdict | undefined;
    const fitting = ports.flatMap((port) => {
      const verdict = held.judge.judge({ node, port: port.name });
      if (verdict.fits === "no") {
        refusal ??= verdict;
        return [];
      }
      const score = (port.isBound ? 0 : 4) + (port.isRequired ? 2 : 0) +
        (port.name === held.fixed.port ? 3 : 0) + (verdict.fits === "yes" ? 1 : 0);
      return [{ port: port.name, verdict, score }];
    }).sort((a, b) => b.score - a.score);
    const [first, second] = fitting;
    if (first !== undefined) {
      return {
        port: first.port,
        verdict: first.verdict,
        others: second?.score === first.score ? fitting.length - 1 : 0,
      };
    }
    if (refusal !== undefined) return { port: "", verdict: refusal, others: 0 };
    return { port: "", verdict: held.judge.judge({ node, port: "" }), others: 0 };
  }
}
