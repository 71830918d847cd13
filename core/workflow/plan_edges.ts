/**
 * The edges of a plan while it is made. Several reasons for one edge become the strongest of them.
 *
 * @module
 */

import { type Adjacency, adjacency } from "./graph.ts";
import { type EdgeKind, edgeKinds } from "./plan.ts";

/** Edges by source, target and port. Those of one target are added before those of the next. */
export class PlanEdges {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #port: number[] = [];
  readonly #kind: number[] = [];
  /** The place of the edge that was added last, by source; and by place, of the one before it from the same source. */
  readonly #latest: Int32Array;
  readonly #before: number[] = [];
  /** Where the edges of the present target begin. */
  #start = 0;
  readonly ports: string[] = [""];
  readonly #portIndex = new Map<string, number>([["", 0]]);

  constructor(count: number) {
    this.#latest = new Int32Array(count).fill(-1);
  }

  /** Adds an edge; `port` is empty where the target depends on the source as a whole. */
  add(from: number, to: number, kind: EdgeKind, port: string): void {
    const next = this.#from.length;
    if (next > 0 && this.#to[next - 1] !== to) this.#start = next;
    const portIndex = this.#index(port);
    const rank = edgeKinds.indexOf(kind);
    const latest = this.#latest[from] as number;
    for (let place = latest; place >= this.#start; place = this.#before[place] as number) {
      if (this.#port[place] !== portIndex) continue;
      // The kinds stand in the order of their strength.
      this.#kind[place] = Math.min(this.#kind[place] as number, rank);
      return;
    }
    this.#latest[from] = next;
    this.#before.push(latest);
    this.#from.push(from);
    this.#to.push(to);
    this.#port.push(portIndex);
    this.#kind.push(rank);
  }

  #index(port: string): number {
    if (port === "") return 0;
    const known = this.#portIndex.get(port);
    if (known !== undefined) return known;
    this.#portIndex.set(port, this.ports.length);
    this.ports.push(port);
    return this.ports.length - 1;
  }

  /** As the plan holds them. */
  compress(): Adjacency & { readonly kinds: Uint8Array; readonly edgePorts: Uint16Array } {
    const { offsets, targets, order } = adjacency(this.#latest.length, this.#from, this.#to);
    const kinds = new Uint8Array(order.length);
    const edgePorts = new Uint16Array(order.length);
    for (let place = 0; place < order.length; place++) {
      const edge = order[place] as number;
      kinds[place] = this.#kind[edge] as number;
      edgePorts[place] = this.#port[edge] as number;
    }
    return { offsets, targets, kinds, edgePorts };
  }
}
