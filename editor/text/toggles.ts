/**
 * Undo as events: each toggle adds a weight to its group, and a group is undone while its sum is above zero. Whoever undoes picks the
 * weight that brings the sum he sees to one, whoever redoes that which brings it to zero; sums are the same in whatever order
 * the events come, so replicas agree.
 *
 * @module
 */

import { MOST_AGENTS } from "./event_graph.ts";

export interface Toggle {
  /** Number of the replica whose group it is. */
  readonly agent: number;
  readonly group: number;
  readonly weight: number;
  /** First LV of the group's events here; undefined where there is none yet. */
  readonly firstLv: number | undefined;
}

export class Toggles {
  #list: Toggle[] = [];
  /** LV of each. */
  #lv: number[] = [];
  readonly #sum = new Map<number, number>();
  /** Sums of those that are forgotten. */
  readonly #forgotten = new Map<number, number>();
  /** Index of the first that is remembered. */
  #first = 0;

  /** How many were ever noted: the index the next one gets. */
  get count(): number {
    return this.#first + this.#list.length;
  }

  /** Whether no group was ever toggled. */
  get isEmpty(): boolean {
    return this.#sum.size === 0;
  }

  add(lv: number, toggle: Toggle): number {
    this.#list.push(toggle);
    this.#lv.push(lv);
    addTo(this.#sum, groupKey(toggle.agent, toggle.group), toggle.weight);
    return this.count - 1;
  }

  at(index: number): Toggle {
    return this.#list[index - this.#first]!;
  }

  /** Takes back those at or above `lv`. */
  truncate(lv: number): void {
    while (this.#lv.length > 0 && this.#lv[this.#lv.length - 1]! >= lv) {
      this.#lv.pop();
      const toggle = this.#list.pop()!;
      addTo(this.#sum, groupKey(toggle.agent, toggle.group), -toggle.weight);
    }
  }

  /** Whether the group was ever toggled. */
  has(agent: number, group: number): boolean {
    return this.#sum.has(groupKey(agent, group));
  }

  /** What the group's toggles sum to in the newest version. */
  sum(agent: number, group: number): number {
    return this.#sum.get(groupKey(agent, group)) ?? 0;
  }

  isUndone(agent: number, group: number): boolean {
    return this.#sum.size > 0 && this.sum(agent, group) > 0;
  }

  /** The sum of the group's toggles up to `lv`. */
  sumUpTo(agent: number, group: number, lv: number): number {
    let sum = this.#forgotten.get(groupKey(agent, group)) ?? 0;
    for (let at = 0; at < this.#lv.length && this.#lv[at]! <= lv; at++) {
      const toggle = this.#list[at]!;
      if (toggle.agent === agent && toggle.group === group) sum += toggle.weight;
    }
    return sum;
  }

  /** The undone groups of a replica. */
  undoneOf(agent: number): Set<number> {
    const undone = new Set<number>();
    for (const [key, sum] of this.#sum) {
      if (sum > 0 && key % MOST_AGENTS === agent) undone.add(Math.floor(key / MOST_AGENTS));
    }
    return undone;
  }

  /** Calls back with each toggle above `lv`, newest first. */
  eachAbove(lv: number, visit: (toggle: Toggle) => void): void {
    for (let at = this.#lv.length - 1; at >= 0 && this.#lv[at]! > lv; at--) visit(this.#list[at]!);
  }

  /** Forgets those up to `lv`; their sums stay. */
  forget(lv: number): void {
    let count = 0;
    while (count < this.#lv.length && this.#lv[count]! <= lv) {
      const toggle = this.#list[count++]!;
      addTo(this.#forgotten, groupKey(toggle.agent, toggle.group), toggle.weight);
    }
    this.#list = this.#list.slice(count);
    this.#lv = this.#lv.slice(count);
    this.#first += count;
  }

  /** Agent, group and sum of every group that was toggled up to the forgotten part's end. */
  *forgottenSums(): Generator<{ agent: number; group: number; sum: number }, void, undefined> {
    for (const [key, sum] of this.#forgotten) {
      if (sum !== 0) yield { agent: key % MOST_AGENTS, group: Math.floor(key / MOST_AGENTS), sum };
    }
  }

  /** Sets the sum of a group before all toggles that follow. */
  setForgottenSum(agent: number, group: number, sum: number): void {
    const key = groupKey(agent, group);
    addTo(this.#forgotten, key, sum);
    addTo(this.#sum, key, sum);
  }
}

/** One number for a group of a replica. */
export function groupKey(agent: number, group: number): number {
  return group * MOST_AGENTS + agent;
}

function addTo(sums: Map<number, number>, key: number, weight: number): void {
  sums.set(key, (sums.get(key) ?? 0) + weight);
}
