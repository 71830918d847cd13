/**
 * The claims that wait. Those of one run, user and priority that want the same go one after the other, so that only the
 * first of each such group can be next, and whoever looks for the next one looks at groups, not at claims.
 *
 * @module
 */

import type { Claim, Decision } from "../../core/ports/arbitration.ts";
import { Wanting } from "./names.ts";

/** The one person at this machine. */
export const SOMEBODY = "";

/** What a claim asks, before it waits and while it does. */
export interface Asking {
  readonly key: string;
  readonly claim: Claim;
  /** Names and counted kinds. */
  readonly wants: ReadonlySet<string>;
  /** Unix milliseconds of the first request. */
  readonly since: number;
  /** In the order of the first requests. */
  readonly place: number;
  /** Told the decision; without it the owner asks again. */
  readonly decided: ((decision: Decision) => void) | undefined;
}

export interface Waiting extends Asking {
  readonly group: Group;
  /** In words: for what, or for whom, when it was last tried. */
  reason: string;
}

/** Claims of which none can be granted before the first. */
export interface Group {
  readonly key: string;
  readonly user: string;
  readonly run: string;
  readonly priority: number;
  readonly wants: ReadonlySet<string>;
  /** In the order of their places. */
  readonly members: Set<Waiting>;
  /** How many were granted past its first since that is the first. */
  overtaken: number;
}

export class Line {
  readonly #waiting = new Map<string, Waiting>();
  readonly #groups = new Map<string, Group>();
  readonly #wanting = new Wanting<Group>();

  get size(): number {
    return this.#waiting.size;
  }

  get(key: string): Waiting | undefined {
    return this.#waiting.get(key);
  }

  /** In the order of the first requests. */
  all(): Iterable<Waiting> {
    return this.#waiting.values();
  }

  groups(): Iterable<Group> {
    return this.#groups.values();
  }

  /** The groups that want one of these, a folder that it lies in, or something in it. */
  rivals(wants: Iterable<string>): Iterable<Group> {
    return this.#waiting.size === 0 ? [] : this.#wanting.rivals(wants);
  }

  /** True where somebody waits for one of these names. */
  isWanted(names: Iterable<string>): boolean {
    return this.#waiting.size > 0 && this.#wanting.rivals(names).size > 0;
  }

  /** The group that such a claim waits in, if any does. */
  groupOf({ claim, wants }: Asking): Group | undefined {
    return this.#waiting.size === 0 ? undefined : this.#groups.get(groupKey(claim, wants));
  }

  add(asking: Asking, reason: string): Waiting {
    const { claim: { by }, wants } = asking;
    const key = groupKey(asking.claim, wants);
    let group = this.#groups.get(key);
    if (group === undefined) {
      const { run, priority, user = SOMEBODY } = by;
      group = { key, user, run, priority, wants, members: new Set(), overtaken: 0 };
      this.#groups.set(key, group);
      this.#wanting.add(wants, group);
    }
    const waiting: Waiting = { ...asking, group, reason };
    group.members.add(waiting);
    this.#waiting.set(asking.key, waiting);
    return waiting;
  }

  delete(waiting: Waiting): void {
    const { group } = waiting;
    if (!this.#waiting.delete(waiting.key)) return;
    if (firstOf(group) === waiting) group.overtaken = 0;
    group.members.delete(waiting);
    if (group.members.size > 0) return;
    this.#groups.delete(group.key);
    this.#wanting.delete(group.wants, group);
  }
}

/** The one of a group that is next; a group without members is in no line. */
export function firstOf({ members }: Group): Waiting {
  return members.values().next().value as Waiting;
}

function groupKey({ by: { run, priority, user = SOMEBODY } }: Claim, wants: ReadonlySet<string>): string {
  return JSON.stringify([priority, user, run, ...[...wants].sort()]);
}
