/**
 * Where an undo group's revisions are: group → runs of the revision log, so that an undo looks at its own group and not at the
 * whole history.
 *
 * Groups are numbers that grow: a run whose groups are all above those of the runs before is found by binary search and costs two
 * numbers. The others are in a table, a run once for each of its groups.
 *
 * @module
 */

/** The groups of a run of revisions: `count` of them from `group` on, each `groupStep` above the one before. */
export interface GroupRun {
  readonly group: number;
  readonly groupStep: number;
  readonly count: number;
}

export class GroupIndex {
  /** Indices of the runs that began above all before, and the highest group of each; both ascending. */
  #rising: number[] = [];
  #highest: number[] = [];
  /** The other runs of each group, ascending. */
  readonly #others = new Map<number, number[]>();

  /** Takes the next run, which has its final length. */
  add(run: GroupRun, index: number): void {
    if (run.group > (this.#highest.at(-1) ?? -1) && (run.groupStep >= 0 || run.count === 1)) {
      this.#rising.push(index);
      this.#highest.push(lastGroup(run));
      return;
    }
    if (run.groupStep === 0 || run.count === 1) return this.#addOther(run.group, index);
    for (const group of groupsOf(run)) this.#addOther(group, index);
  }

  #addOther(group: number, index: number): void {
    const runs = this.#others.get(group);
    if (runs === undefined) this.#others.set(group, [index]);
    else runs.push(index);
  }

  /** Takes back the newest run, which is as it was when it was added. */
  takeBack(run: GroupRun, index: number): void {
    if (this.#rising.at(-1) === index) {
      this.#rising.pop();
      this.#highest.pop();
      return;
    }
    for (const group of groupsOf(run)) {
      const runs = this.#others.get(group)!;
      if (runs.length === 1) this.#others.delete(group);
      else runs.pop();
    }
  }

  clear(): void {
    this.#rising = [];
    this.#highest = [];
    this.#others.clear();
  }

  /** Runs that may hold revisions of a group, from index `from` on, ascending. */
  *runsOf(group: number, from: number): Generator<number, void, undefined> {
    const others = this.#others.get(group) ?? [];
    let at = firstFrom(others, from);
    const rising = this.#rising[firstFrom(this.#highest, group)];
    if (rising !== undefined && rising >= from) {
      while (at < others.length && others[at]! < rising) yield others[at++]!;
      yield rising;
    }
    while (at < others.length) yield others[at++]!;
  }
}

/** The places of a run, from 0, that have a group: [from, to). */
export function placesOf({ group, groupStep, count }: GroupRun, wanted: number): readonly [number, number] {
  if (groupStep === 0 || count === 1) return wanted === group ? [0, count] : NOWHERE;
  const place = (wanted - group) / groupStep;
  return Number.isInteger(place) && place >= 0 && place < count ? [place, place + 1] : NOWHERE;
}

const NOWHERE = [0, 0] as const;

function lastGroup({ group, groupStep, count }: GroupRun): number {
  return group + groupStep * (count - 1);
}

function* groupsOf({ group, groupStep, count }: GroupRun): Generator<number, void, undefined> {
  const different = groupStep === 0 ? 1 : count;
  for (let at = 0; at < different; at++) yield group + groupStep * at;
}

/** The first place of an ascending list whose number is `value` at least. */
function firstFrom(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
