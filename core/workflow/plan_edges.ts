/**
 * The edges of a plan while it is made. Several reasons for one edge become the strongest of them.
 *
 * @module
 */

import { type Adjacency, adjacency } from "./graph.ts";
import { MAX_NODES } from "./fields.ts";
import { type EdgeKind, edgeKinds } from "./plan.ts";

/** More ports than `edgePorts` can number. */
const PORTS = 2 ** 16;

/** Edges by source, target and port. */
export class PlanEdges {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #port: number[] = [];
  readonly #kind: number[] = [];
  /** By source, target and port in one number. */
  readonly #places = new Map<number, number>();
  readonly ports: string[] = [""];
  readonly #portIndex = new Map<string, number>([["", 0]]);

  /** Adds an edge; `port` is empty where the target depends on the source as a whole. */
  add(from: number, to: number, kind: EdgeKind, port: string): void {
    const portIndex = this.#index(port);
    const key = (from * MAX_NODES + to) * PORTS + portIndex;
    const place = this.#places.get(key);
    const rank = edgeKinds.indexOf(kind);
    if (place !== undefined) {
      // The kinds stand in the order of their strength.
      this.#kind[place] = Math.min(this.#kind[place] as number, rank);
      return;
    }
    this.#places.set(key, this.#from.length);
    this.#from.push(from);
    this.#to.push(to);
    this.#port.push(portIndex);
    this.#kind.push(rank);
  }

  #index(port: string): number {
    const known = this.#portIndex.get(port);
    if (known !== undefined) return known;
    this.#portIndex.set(port, this.ports.length);
    this.ports.push(port);
    return this.ports.length - 1;
  }

  /** As the plan holds them. */
  compress(count: number): Adjacency & { readonly kinds: Uint8Array; readonly edgePorts: Uint16Array } {
    const { offsets, targets, order } = adjacency(count, this.#from, this.#to);
    const kinds = new Uint8Array(order.length);
    const edgePorts = new Uint16Array(order.length);
    order.forEach((edge, place) => {
      kinds[place] = this.#kind[edge] as number;
      edgePorts[place] = this.#port[edge] as number;
    });
    return { offsets, targets, kinds, edgePorts };
  }
}
