/**
 * Who knew what when: each event has the versions it was made on (its parents), an author's replica and that replica's own count.
 * Stored as runs of events that follow each other.
 *
 * A version is the list of its newest LVs; `[]` or `[floor]` is the text the history begins with. A version is *critical* if every
 * event is either in it or came after it: there the past can be forgotten while merging (Gentle and Kleppmann, "Collaborative Text
 * Editing with Eg-walker", EuroSys 2025).
 *
 * @module
 */

/** Newest LVs, ascending. */
export type Version = readonly number[];

const SHARED = 3;
/** More replicas than share one text. */
export const MOST_AGENTS = 0x10000;

export class EventGraph {
  start: number[] = [];
  /** One past the last LV of each run. */
  end: number[] = [];
  parents: Version[] = [];
  agent: number[] = [];
  seq: number[] = [];
  /** What is known here; keep a copy, not this list. */
  readonly frontier: number[] = [];
  /** The newest LV that is forgotten, and its name; -1 and undefined where nothing is. */
  floor = -1;
  floorId: { readonly agent: number; readonly seq: number } | undefined;
  readonly agents: string[] = [];
  /** Agent and end of the last run while it is all that is known's newest: the next event of that agent only makes it longer. */
  #openAgent = -1;
  #openEnd = -1;
  readonly #agentIndex = new Map<string, number>();
  /** The runs of each agent, ascending. */
  #runsOf: number[][] = [];
  #nextSeq: number[] = [];
  /** Ranges of critical LVs, ascending; only ends of events count. */
  #criticalFrom: number[] = [];
  #criticalTo: number[] = [];

  /** The number of an agent; undefined where it has no events here. */
  knownAgent(name: string): number | undefined {
    return this.#agentIndex.get(name);
  }

  /** The number of an agent, which may be new. @throws RangeError for one too many */
  agentOf(name: string): number {
    const known = this.#agentIndex.get(name);
    if (known !== undefined) return known;
    if (this.agents.length === MOST_AGENTS) {
      throw new RangeError(`Cannot add replica "${name}": ${MOST_AGENTS} are known`);
    }
    this.#agentIndex.set(name, this.agents.length);
    this.#runsOf.push([]);
    this.#nextSeq.push(0);
    return this.agents.push(name) - 1;
  }

  /** The count an agent's next event begins with. */
  nextSeq(agent: number): number {
    return this.#nextSeq[agent]!;
  }

  /** For a history that does not begin at 0. */
  setNextSeq(agent: number, seq: number): void {
    this.#openEnd = -1;
    this.#nextSeq[agent] = seq;
  }

  /** An event of `length` LVs from `start` on, made on exactly what is known here. The usual case. */
  appendLinear(start: number, length: number, agent: number): void {
    const { frontier } = this;
    if (start === this.#openEnd && agent === this.#openAgent) {
      const last = this.start.length - 1;
      const top = this.#criticalTo.length - 1;
      if (top >= 0 && this.#criticalTo[top]! >= this.start[last]!) this.#criticalTo[top] = start - 1;
      else this.#addCritical(start - 1);
      this.end[last] = this.#openEnd = start + length;
      this.#nextSeq[agent]! += length;
      frontier[0] = start + length - 1;
      return;
    }
    const parents = frontier.slice();
    this.append(start, length, parents, agent);
    this.advance(parents, start, length);
    this.#openAgent = agent;
    this.#openEnd = start + length;
  }

  /** Adds an event to the runs; `advance` makes it known. */
  append(start: number, length: number, parents: Version, agent: number): void {
    this.#openEnd = -1;
    const seq = this.#nextSeq[agent]!;
    const last = this.start.length - 1;
    this.#nextSeq[agent] = seq + length;
    if (
      last >= 0 && this.end[last] === start && this.agent[last] === agent && parents.length === 1 &&
      parents[0] === start - 1 && this.seq[last]! + start - this.start[last]! === seq
    ) {
      this.end[last] = start + length;
      return;
    }
    this.#runsOf[agent]!.push(this.start.length);
    this.start.push(start);
    this.end.push(start + length);
    this.parents.push(parents);
    this.agent.push(agent);
    this.seq.push(seq);
  }

  /** Takes back the newest `append`, before its `advance`. */
  retract(start: number): void {
    const last = this.start.length - 1;
    const agent = this.agent[last]!;
    this.#nextSeq[agent]! -= this.end[last]! - start;
    if (this.start[last]! < start) {
      this.end[last] = start;
      return;
    }
    this.#runsOf[agent]!.pop();
    for (const column of [this.start, this.end, this.agent, this.seq]) column.pop();
    this.parents.pop();
  }

  /** Counts the newest event as known: frontier and critical versions. */
  advance(parents: Version, start: number, length: number): void {
    const newest = parents.length === 0 ? this.floor : parents[parents.length - 1]!;
    const from = this.#criticalFrom;
    const to = this.#criticalTo;
    while (from.length > 0 && from[from.length - 1]! > newest) {
      from.pop();
      to.pop();
    }
    if (to.length > 0 && to[to.length - 1]! > newest) to[to.length - 1] = newest;
    const { frontier } = this;
    if (sameVersion(parents, frontier)) {
      if (frontier.length === 1) this.#addCritical(frontier[0]!);
      frontier.length = 0;
    } else {
      // What is newest has nothing after it: an event comes after it only as its child.
      const kept = frontier.filter((lv) => !parents.includes(lv));
      frontier.splice(0, frontier.length, ...kept);
    }
    frontier.push(start + length - 1);
  }

  /** The newest critical LV that is not above `lv`; the floor where there is none. */
  criticalUpTo(lv: number): number {
    for (let at = this.#criticalFrom.length - 1; at >= 0; at--) {
      if (this.#criticalFrom[at]! <= lv) return Math.min(this.#criticalTo[at]!, lv);
    }
    return this.floor;
  }

  /** Calls back with the ranges of LVs, both ends included, that only one of two versions has; descending. */
  diff(
    a: Version,
    b: Version,
    onlyA: (from: number, to: number) => void,
    onlyB: (from: number, to: number) => void,
  ): void {
    const heads: number[] = []; // ascending
    const flags: number[] = [];
    let unshared = 0;
    const add = (lv: number, flag: number) => {
      let at = heads.length;
      while (at > 0 && heads[at - 1]! > lv) at--;
      if (at > 0 && heads[at - 1] === lv) {
        const before = flags[at - 1]!;
        flags[at - 1] = before | flag;
        if (before !== SHARED && (before | flag) === SHARED) unshared--;
        return;
      }
      heads.splice(at, 0, lv);
      flags.splice(at, 0, flag);
      if (flag !== SHARED) unshared++;
    };
    for (const lv of a) add(lv, 1);
    for (const lv of b) add(lv, 2);
    while (unshared > 0) {
      const lv = heads.pop()!;
      const flag = flags.pop()!;
      if (flag !== SHARED) unshared--;
      if (lv <= this.floor) continue;
      const run = this.runOf(lv);
      const start = this.start[run]!;
      const next = heads.length > 0 ? heads[heads.length - 1]! : -1;
      const from = Math.max(start, next + 1);
      if (flag === 1) onlyA(from, lv);
      else if (flag === 2) onlyB(from, lv);
      if (from > start) add(from - 1, flag);
      else for (const parent of this.parents[run]!) add(parent, flag);
    }
  }

  /** The run that holds `lv`. */
  runOf(lv: number): number {
    const { start } = this;
    let low = 0;
    let high = start.length - 1;
    if (start[high]! <= lv) return high;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (start[middle]! <= lv) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** What an event that begins at `lv` was made on. */
  parentsOf(lv: number): Version {
    const run = this.runOf(lv);
    return this.start[run] === lv ? this.parents[run]! : [lv - 1];
  }

  /** Agent and count of an LV. */
  idOf(lv: number): { readonly agent: number; readonly seq: number } {
    if (lv === this.floor && this.floorId !== undefined) return this.floorId;
    const run = this.runOf(lv);
    return { agent: this.agent[run]!, seq: this.seq[run]! + lv - this.start[run]! };
  }

  /** The LV of an agent's unit; undefined where it is not known or forgotten. */
  lvOf(agent: number, seq: number): number | undefined {
    if (this.floorId?.agent === agent && this.floorId.seq === seq) return this.floor;
    const runs = this.#runsOf[agent]!;
    let low = 0;
    let high = runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.seq[runs[middle]!]! <= seq) low = middle;
      else high = middle - 1;
    }
    const run = runs[low];
    if (run === undefined) return undefined;
    const offset = seq - this.seq[run]!;
    return offset >= 0 && offset < this.end[run]! - this.start[run]! ? this.start[run]! + offset : undefined;
  }

  /** Forgets everything up to `lv`, which must be critical. */
  forget(lv: number): void {
    if (lv <= this.floor) return;
    this.#openEnd = -1;
    const id = this.idOf(lv);
    let first = this.runOf(lv);
    if (this.end[first]! > lv + 1) {
      this.seq[first]! += lv + 1 - this.start[first]!;
      this.start[first] = lv + 1;
      this.parents[first] = [lv];
    } else first++;
    this.start = this.start.slice(first);
    this.end = this.end.slice(first);
    this.parents = this.parents.slice(first);
    this.agent = this.agent.slice(first);
    this.seq = this.seq.slice(first);
    this.#runsOf = this.#runsOf.map((runs) => runs.filter((run) => run >= first).map((run) => run - first));
    const kept = this.#criticalTo.findIndex((to) => to > lv);
    this.#criticalFrom = kept === -1 ? [] : this.#criticalFrom.slice(kept).map((from) => Math.max(from, lv));
    this.#criticalTo = kept === -1 ? [] : this.#criticalTo.slice(kept);
    this.floor = lv;
    this.floorId = id;
  }

  #addCritical(lv: number): void {
    const top = this.#criticalTo.length - 1;
    if (top >= 0) {
      const to = this.#criticalTo[top]!;
      if (to === lv) return;
      const run = this.runOf(lv);
      const start = this.start[run]!;
      const parents = this.parents[run]!;
      if (start <= to || (start === to + 1 && parents.length === 1 && parents[0] === to)) {
        this.#criticalTo[top] = lv;
        return;
      }
    }
    this.#criticalFrom.push(lv);
    this.#criticalTo.push(lv);
  }
}

/** True where two ascending versions are the same. */
export function sameVersion(a: Version, b: Version): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
