/**
 * Merging by walking the event graph: replays the events since a critical version, each as its author saw the text, and says what it
 * does to the newest text. Kept only while histories differ.
 *
 * To prepare an event, the tracker's version is moved to the event's parents: what they do not know is taken back, what they know is put in.
 * Inserts at one place are ordered as in FugueMax (Weidner and Kleppmann, "The Art of the Fugue", 2023; Yjs' rule with the
 * right-hand origin), except that of two that did not know of each other the one of lower priority stands first; then the
 * replica's name, then its count decide. Any total order of inserts keeps the proof, so replicas agree.
 *
 * Undo is an event, too: a unit is seen in a version if the group that inserted it is not undone there and no delete of a group that is
 * not undone hides it. Counts, so that the order of taking back and putting in does not matter.
 *
 * Invariants: T1. an item's units share their state; T2. `hidden` and `hiddenNow` are the counts that definition gives for the prepared and
 * for the newest version; T3. every event above `base` and below `at` has been replayed.
 *
 * @module
 */

import type { EventGraph, Version } from "./event_graph.ts";
import { sameVersion } from "./event_graph.ts";
import { DELETE_BACK, INSERT, type OpLog, type OpPart, TOGGLE } from "./op_log.ts";
import { type Item, ItemTree, NO_ID } from "./item_tree.ts";
import type { LvRange, Patch, RevisionLog } from "./revision_log.ts";
import { groupKey, type Toggles } from "./toggles.ts";

/** The newest text, to which the tracker says what to do. */
export interface Target {
  read(at: number, length: number): string;
  /** Gives the text it took away. */
  remove(at: number, length: number): string;
  insert(at: number, text: string): void;
  /** Many steps at once, ascending, each in the text after those before it. */
  change(patches: readonly Patch[]): void;
}

/** What the tracker walks over. */
export interface Past {
  readonly log: OpLog;
  readonly graph: EventGraph;
  readonly revisions: RevisionLog;
  readonly toggles: Toggles;
  /** The LVs of a replica's undo group from revision `from` on, in ranges, ascending. */
  ofGroup(agent: number, group: number, from: number): Iterable<LvRange>;
}

/** Longer than any text. */
const ENDLESS = 0x3fffffff;

/** Units deleted by a run of LVs: the first LV deletes the first unit, or the last one where it goes back. */
interface Deletion {
  readonly lv: number;
  length: number;
  readonly target: number;
  readonly back: boolean;
  isIn: boolean;
}

interface GroupState {
  /** Sum of its toggles in the prepared and in the newest version. */
  prepared: number;
  now: number;
}

export class Tracker {
  readonly base: number;
  /** The next LV to replay. */
  at: number;
  readonly #past: Past;
  readonly #tree = new ItemTree(ENDLESS);
  readonly #deletions: Deletion[] = [];
  readonly #groups = new Map<number, GroupState>();
  readonly #part: OpPart = { kind: 0, at: 0, length: 0 };
  #version: Version;

  /** Begins at a critical version. */
  constructor(past: Past, base: number) {
    this.#past = past;
    this.base = base;
    this.at = base + 1;
    this.#version = base < 0 ? [] : [base];
  }

  /** Replays up to `end`; with a target, also carries out what the events do to the newest text. */
  replay(end: number, target?: Target): void {
    const { graph, revisions, toggles } = this.#past;
    while (this.at < end) {
      const lv = this.at;
      const run = graph.runOf(lv);
      const start = graph.start[run]!;
      let to = Math.min(graph.end[run]!, end);
      this.#moveTo(lv === start ? graph.parents[run]! : [lv - 1]);
      let state: GroupState | undefined;
      if (!toggles.isEmpty) {
        const { group, end: last } = revisions.groupAt(lv);
        to = Math.min(to, last);
        const agent = graph.agent[run]!;
        state = toggles.has(agent, group) ? this.#stateOf(agent, group) : undefined;
      }
      this.#apply(lv, to, state, target);
      this.#version = [to - 1];
      this.at = to;
    }
  }

  #apply(from: number, to: number, state: GroupState | undefined, target: Target | undefined): void {
    const { log } = this.#past;
    const part = this.#part;
    let isUndone = state !== undefined && state.prepared > 0;
    let isUndoneNow = state !== undefined && state.now > 0;
    let lv = from;
    for (let run = log.runOf(from); lv < to; run++) {
      const end = Math.min(log.start[run]! + log.length[run]!, to);
      log.part(run, lv, end, part);
      const { kind, at, length } = part;
      if (kind === TOGGLE) {
        this.#toggle(lv, at, target);
        isUndone = state !== undefined && state.prepared > 0;
        isUndoneNow = state !== undefined && state.now > 0;
      } else if (kind === INSERT) {
        const item = this.#insert(lv, at, length, target === undefined || isUndoneNow ? undefined : target);
        if (isUndone || isUndoneNow) {
          this.#tree.set(item, true, isUndone ? 1 : 0, isUndoneNow ? 1 : 0);
        }
      } else {
        const text = lv >= log.unknownFrom ? undefined : log.partText(run, lv, end);
        const gone = this.#delete(lv, at, length, kind === DELETE_BACK, text, isUndone, isUndoneNow, target);
        if (text === undefined) log.setRemoved(lv, gone);
      }
      lv = end;
    }
  }

  /** Places an insert; tells the target unless it is undefined. */
  #insert(lv: number, pos: number, length: number, target: Target | undefined): Item {
    const tree = this.#tree;
    const { log } = this.#past;
    let left: Item | undefined;
    let leftId = NO_ID;
    let shown = 0;
    if (pos > 0) {
      left = tree.locate(pos);
      const inside = tree.foundOffset + 1;
      leftId = left.id + inside - 1;
      shown = tree.foundShown + (left.isShown ? 1 : 0);
      if (inside < left.length) {
        // Nothing else can stand inside an item that is seen.
        tree.split(left, inside);
        target?.insert(shown, log.inserted(lv, length));
        return this.#place(left, lv, length, leftId, leftId + 1);
      }
    }
    let next = left === undefined ? tree.first() : tree.next(left);
    const firstNext = next;
    while (next !== undefined && !next.isIn) next = tree.next(next);
    const rightId = next === undefined ? NO_ID : next.id;
    let before = left;
    if (next !== firstNext) {
      // Others inserted here who did not know of each other: find the place among them.
      let sum = shown;
      let scanning = false;
      for (let other = firstNext; other !== undefined && other !== next; other = tree.next(other)) {
        const order = this.#compareIds(other.left, leftId, -1);
        if (order < 0) break;
        if (order === 0) {
          const byRight = this.#compareIds(other.right, rightId, 1);
          if (byRight === 0 && this.#comesFirst(lv, other.id)) break;
          scanning = byRight < 0;
        }
        if (other.isShown) sum += other.length;
        if (!scanning) {
          before = other;
          shown = sum;
        }
      }
    }
    target?.insert(shown, log.inserted(lv, length));
    return this.#place(before, lv, length, leftId, rightId);
  }

  #place(before: Item | undefined, lv: number, length: number, leftId: number, rightId: number): Item {
    if (
      before !== undefined && before.id >= 0 && before.id + before.length === lv && leftId === lv - 1 &&
      before.right === rightId && before.isSeen && before.isShown && this.#past.toggles.isEmpty
    ) {
      this.#tree.extend(before, length);
      return before;
    }
    return this.#tree.insertAfter(before, lv, length, leftId, rightId);
  }

  /** Order of two units in the sequence; `edge` is where the edge of the text stands. */
  #compareIds(a: number, b: number, edge: -1 | 1): number {
    if (a === b) return 0;
    if (a === NO_ID) return edge;
    if (b === NO_ID) return -edge;
    const x = this.#tree.itemOf(a);
    const y = this.#tree.itemOf(b);
    return x === y ? a - b : this.#tree.compare(x, y);
  }

  /** Whether the insert at `lv` stands before the one at `other`, where neither knew of the other. */
  #comesFirst(lv: number, other: number): boolean {
    const { graph, revisions } = this.#past;
    const priority = revisions.priorityOf(revisions.revisionOf(lv));
    const otherPriority = revisions.priorityOf(revisions.revisionOf(other));
    if (priority !== otherPriority) return priority < otherPriority;
    const mine = graph.idOf(lv);
    const theirs = graph.idOf(other);
    if (mine.agent !== theirs.agent) return graph.agents[mine.agent]! < graph.agents[theirs.agent]!;
    return mine.seq < theirs.seq;
  }

  /** Deletes units from `pos` on; gives their text where a target is there or `text` says it. */
  #delete(
    lv: number,
    pos: number,
    length: number,
    back: boolean,
    text: string | undefined,
    isUndone: boolean,
    isUndoneNow: boolean,
    target: Target | undefined,
  ): string {
    const tree = this.#tree;
    let gone = "";
    for (let done = 0; done < length;) {
      let item = tree.locate(isUndone ? pos + done + 1 : pos + 1);
      const shown = tree.foundShown;
      const offset = tree.foundOffset;
      if (offset > 0) item = tree.split(item, offset);
      if (item.length > length - done) tree.split(item, length - done);
      const size = item.length;
      const isShown = item.isShown;
      let part = "";
      if (text !== undefined) part = text.slice(done, done + size);
      else if (isShown) part = isUndoneNow ? target!.read(shown, size) : "";
      else part = item.id >= 0 ? this.#past.log.inserted(item.id, size) : item.text!;
      if (!isUndoneNow && isShown && target !== undefined) {
        const removed = target.remove(shown, size);
        if (text === undefined) part = removed;
      }
      gone += part;
      if (item.id < 0 && item.text === undefined) item.text = part;
      tree.set(item, true, item.hidden + (isUndone ? 0 : 1), item.hiddenNow + (isUndoneNow ? 0 : 1));
      const first = back ? lv + length - done - size : lv + done;
      this.#addDeletion({ lv: first, length: size, target: item.id, back, isIn: true });
      done += size;
    }
    return gone;
  }

  #addDeletion(deletion: Deletion): void {
    const all = this.#deletions;
    const last = all[all.length - 1];
    if (
      last !== undefined && last.isIn && last.lv + last.length === deletion.lv &&
      last.back === deletion.back && !last.back && last.target + last.length === deletion.target
    ) {
      last.length += deletion.length;
      return;
    }
    let at = all.length;
    while (at > 0 && all[at - 1]!.lv > deletion.lv) at--;
    if (at === all.length) all.push(deletion);
    else all.splice(at, 0, deletion);
  }

  /** Carries out the toggle with number `index` in both versions. */
  #toggle(lv: number, index: number, target: Target | undefined): void {
    const { agent, group, weight } = this.#past.toggles.at(index);
    const state = this.#stateOf(agent, group);
    const was = state.prepared > 0;
    const wasNow = state.now > 0;
    state.prepared += weight;
    state.now += weight;
    const prepared = was === state.prepared > 0 ? 0 : was ? -1 : 1;
    const now = wasNow === state.now > 0 ? 0 : wasNow ? -1 : 1;
    if (prepared === 0 && now === 0) return;
    this.#flip(agent, group, lv, prepared, now, target !== undefined);
    if (target !== undefined && now !== 0) this.#tell(target);
  }

  /**
   * Hides (1) or shows (-1) what the group inserted, and the reverse for what it deleted, in the prepared and in the newest version;
   * `marks` what a target has to be told of.
   */
  #flip(agent: number, group: number, end: number, prepared: number, now: number, marks: boolean): void {
    const { log, revisions } = this.#past;
    const first = revisions.revisionOf(this.base + 1);
    for (const { start, end: last } of this.#past.ofGroup(agent, group, first)) {
      if (start >= end) break;
      const to = Math.min(last, end);
      let lv = start;
      for (let run = log.runOf(start); lv < to; run++) {
        const part = Math.min(log.start[run]! + log.length[run]!, to);
        const kind = log.kind[run]!;
        if (kind === INSERT) this.#hide(lv, part - lv, prepared, now, marks);
        else if (kind !== TOGGLE) {
          this.#eachDeletion(lv, part - 1, ({ target, length, isIn }) => {
            this.#hide(target, length, isIn ? -prepared : 0, -now, marks);
          });
        }
        lv = part;
      }
    }
  }

  /** Adds to what hides units, in the prepared and in the newest version. */
  #hide(id: number, length: number, prepared: number, now: number, marks: boolean): void {
    const tree = this.#tree;
    for (let done = 0; done < length;) {
      const item = tree.isolate(id + done, length - done);
      done += item.length;
      const wasShown = item.isShown;
      // What is not in the version will get its count when it is put in.
      tree.set(item, item.isIn, item.isIn ? item.hidden + prepared : item.hidden, item.hiddenNow + now);
      if (marks && wasShown !== item.isShown) tree.turn(item);
    }
  }

  /** Tells the target of everything that has been turned, in one step. */
  #tell(target: Target): void {
    const { log } = this.#past;
    const patches: Patch[] = [];
    let growth = 0;
    this.#tree.takeTurned((item, at) => {
      if (item.id < 0) item.text ??= target.read(at - growth, item.length);
      const text = item.id >= 0 ? log.inserted(item.id, item.length) : item.text!;
      const [removed, inserted] = item.isShown ? ["", text] : [text, ""];
      growth += inserted.length - removed.length;
      const last = patches[patches.length - 1];
      if (last !== undefined && last.at + last.inserted.length === at) {
        patches[patches.length - 1] = {
          at: last.at,
          removed: last.removed + removed,
          inserted: last.inserted + inserted,
        };
      } else patches.push({ at, removed, inserted });
    });
    target.change(patches);
  }

  /** Makes `version` the one being prepared. */
  #moveTo(version: Version): void {
    if (sameVersion(this.#version, version)) return;
    const ahead: number[] = [];
    this.#past.graph.diff(
      this.#version,
      version,
      (from, to) => this.#shift(from, to, -1),
      (from, to) => ahead.push(from, to),
    );
    for (let at = ahead.length - 2; at >= 0; at -= 2) this.#shift(ahead[at]!, ahead[at + 1]!, 1);
    this.#version = version;
  }

  /** Takes LVs `from` to `to` (both included, of one run) out of the prepared version (-1) or puts them in (1). */
  #shift(from: number, to: number, by: -1 | 1): void {
    const { toggles, revisions, graph } = this.#past;
    if (toggles.isEmpty) return this.#shiftEvents(from, to, by, false);
    const agent = graph.agent[graph.runOf(from)]!;
    const first = revisions.revisionOf(from);
    const last = revisions.revisionOf(to);
    for (let step = 0; step <= last - first; step++) {
      const revision = by > 0 ? first + step : last - step;
      const start = Math.max(from, revisions.endOf(revision - 1));
      const end = Math.min(to, revisions.endOf(revision) - 1);
      const group = revisions.groupOf(revision);
      const isUndone = toggles.has(agent, group) && this.#stateOf(agent, group).prepared > 0;
      this.#shiftEvents(start, end, by, isUndone);
    }
  }

  #shiftEvents(from: number, to: number, by: -1 | 1, isUndone: boolean): void {
    const { log } = this.#past;
    let lv = from;
    for (let run = log.runOf(from); lv <= to; run++) {
      const end = Math.min(log.start[run]! + log.length[run]! - 1, to);
      const kind = log.kind[run]!;
      if (kind === INSERT) this.#shiftInsert(lv, end - lv + 1, by, isUndone);
      else if (kind === TOGGLE) this.#shiftToggle(log.at[run]!, by);
      else {
        this.#eachDeletion(lv, end, (deletion) => {
          deletion.isIn = by > 0;
          if (!isUndone) this.#hideSeen(deletion.target, deletion.length, by);
        });
      }
      lv = end + 1;
    }
  }

  #shiftInsert(id: number, length: number, by: -1 | 1, isUndone: boolean): void {
    for (let done = 0; done < length;) {
      const item = this.#tree.isolate(id + done, length - done);
      done += item.length;
      this.#tree.set(item, by > 0, item.hidden + (isUndone ? by : 0), item.hiddenNow);
    }
  }

  #shiftToggle(index: number, by: -1 | 1): void {
    const { agent, group, weight } = this.#past.toggles.at(index);
    const state = this.#stateOf(agent, group);
    const was = state.prepared > 0;
    state.prepared += by * weight;
    if (was !== state.prepared > 0) this.#flip(agent, group, this.at, was ? -1 : 1, 0, false);
  }

  /** Adds `by` to what hides units in the prepared version, whether they are in it or not. */
  #hideSeen(id: number, length: number, by: number): void {
    for (let done = 0; done < length;) {
      const item = this.#tree.isolate(id + done, length - done);
      done += item.length;
      this.#tree.set(item, item.isIn, item.hidden + by, item.hiddenNow);
    }
  }

  /** Calls back with the deletions of LVs `from` to `to`, both included, cut free where needed. */
  #eachDeletion(from: number, to: number, visit: (deletion: Deletion) => void): void {
    const all = this.#deletions;
    let at = placeOf(all, from);
    if (all[at]!.lv < from) {
      this.#splitDeletion(at, from - all[at]!.lv);
      at++;
    }
    for (; at < all.length && all[at]!.lv <= to; at++) {
      const deletion = all[at]!;
      if (deletion.lv + deletion.length - 1 > to) this.#splitDeletion(at, to + 1 - deletion.lv);
      visit(all[at]!);
    }
  }

  #splitDeletion(at: number, offset: number): void {
    const { lv, length, target, back, isIn } = this.#deletions[at]!;
    const rest = length - offset;
    const first = { lv, length: offset, target: back ? target + rest : target, back, isIn };
    const second = { lv: lv + offset, length: rest, target: back ? target : target + offset, back, isIn };
    this.#deletions.splice(at, 1, first, second);
  }

  #stateOf(agent: number, group: number): GroupState {
    const key = groupKey(agent, group);
    let state = this.#groups.get(key);
    if (state === undefined) {
      const sum = this.#past.toggles.sumUpTo(agent, group, this.base);
      state = { prepared: sum, now: sum };
      this.#groups.set(key, state);
    }
    return state;
  }
}

/** The last deletion that does not begin behind `lv`. */
function placeOf(all: readonly Deletion[], lv: number): number {
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (all[middle]!.lv <= lv) low = middle;
    else high = middle - 1;
  }
  return low;
}
