/**
 * Everything that happened to a text: log, event graph, revisions and toggles, and the tracker while histories differ. It says what an
 * event does to the newest text; the text itself is elsewhere.
 *
 * The usual event is made on exactly what is known here and costs an entry in the log. Any other is merged: the tracker
 * walks from the last version that everybody shared, or from where an undone group began.
 *
 * @module
 */

import { EventGraph, type Version } from "./event_graph.ts";
import { INSERT, OpLog, TOGGLE } from "./op_log.ts";
import { type LvRange, type Patch, RevisionLog } from "./revision_log.ts";
import { Toggles } from "./toggles.ts";
import { type Target, Tracker } from "./tracker.ts";

/** One operation of an event, on the text after the ones before it: units removed at a place, then text inserted there. */
export type TextOp = readonly [at: number, remove: number, insert: string];

/** A toggle of a group of a replica: see `Toggles`. */
export interface ToggleOp {
  readonly agent: number;
  readonly group: number;
  readonly weight: number;
}

export interface Meta {
  readonly author: string;
  readonly priority: number;
  readonly group: number;
}

/** Told of `removed` units at a place that made way for `inserted`; false for no more. */
export type VisitStep = (at: number, removed: number, inserted: number) => boolean;

export class History {
  readonly log = new OpLog();
  readonly graph = new EventGraph();
  readonly revisions: RevisionLog;
  readonly toggles = new Toggles();
  #tracker: Tracker | undefined;
  /** Versions of revisions that have more than one newest LV. */
  readonly #frontiers = new Map<number, Version>();

  constructor(revision: number, length: number) {
    this.revisions = new RevisionLog(revision, length, 0);
  }

  /** Notes one replacement made on the newest text. The hot path. */
  pushReplace(
    agent: number,
    at: number,
    removed: string,
    inserted: string,
    length: number,
    author: string,
    priority: number,
    group: number,
  ): void {
    const { log } = this;
    const start = log.end;
    if (this.graph.frontier.length > 1) log.close();
    if (removed !== "") log.remove(at, removed);
    if (inserted !== "") log.insert(at, inserted);
    this.graph.appendLinear(start, log.end - start, agent);
    this.revisions.push(log.end, length, author, priority, group);
  }

  /** Notes steps made on the newest text as one event. */
  pushPatches(agent: number, patches: readonly Patch[], length: number, meta: Meta): void {
    const { log } = this;
    const start = log.end;
    if (this.graph.frontier.length > 1) log.close();
    for (const { at, removed, inserted } of patches) {
      if (removed !== "") log.remove(at, removed);
      if (inserted !== "") log.insert(at, inserted);
    }
    this.graph.appendLinear(start, log.end - start, agent);
    this.revisions.push(log.end, length, meta.author, meta.priority, meta.group);
  }

  /**
   * Merges an event made on any version, tells `target` what to do and notes it, unless this is a trial. @throws RangeError for an
   * operation outside the text its author saw. After a trial or an error nothing is noted, and the caller brings the target back.
   */
  merge(
    agent: number,
    parents: Version,
    ops: readonly TextOp[],
    toggles: readonly ToggleOp[],
    meta: Meta,
    target: MergeTarget,
    isTrial = false,
  ): void {
    const { log, graph, revisions } = this;
    const start = log.end;
    log.close();
    log.unknownFrom = start;
    for (const [at, remove, insert] of ops) {
      if (remove > 0) log.removeUnknown(at, remove);
      if (insert !== "") log.insert(at, insert);
      log.close();
    }
    for (const { agent, group, weight } of toggles) {
      const firstLv = this.firstLvOf(agent, group);
      log.toggle(this.toggles.add(log.end, { agent, group, weight, firstLv }));
    }
    graph.append(start, log.end - start, parents, agent);
    revisions.push(log.end, 0, meta.author, meta.priority, meta.group);
    try {
      this.#walk(start, parents, target);
    } catch (error) {
      this.#retract(start);
      throw error;
    }
    if (isTrial) return this.#retract(start);
    log.unknownFrom = Infinity;
    log.close();
    graph.advance(parents, start, log.end - start);
    revisions.pop();
    revisions.push(log.end, target.length, meta.author, meta.priority, meta.group);
    revisions.setPatches(target.patches);
    if (graph.frontier.length > 1) this.#frontiers.set(revisions.last, graph.frontier.slice());
  }

  /** What was known at a revision. */
  versionAt(revision: number): Version {
    const several = this.#frontiers.get(revision);
    if (several !== undefined) return several;
    const newest = this.revisions.endOf(revision) - 1;
    return newest < 0 ? [] : [newest];
  }

  /** The steps that lead from one revision to a later one. */
  patchesBetween(from: number, to: number): Patch[] {
    const { revisions } = this;
    const patches: Patch[] = [];
    if (revisions.isLinear) {
      this.#patchesOfLog(revisions.endOf(from), revisions.endOf(to), patches);
      return patches;
    }
    let start = from;
    for (let revision = from + 1; revision <= to; revision++) {
      const own = revisions.patchesOf(revision);
      if (own === undefined) continue;
      this.#patchesOfLog(revisions.endOf(start), revisions.endOf(revision - 1), patches);
      for (const patch of own) patches.push(patch);
      start = revision;
    }
    this.#patchesOfLog(revisions.endOf(start), revisions.endOf(to), patches);
    return patches;
  }

  /** Calls back with the steps that lead from one revision to a later one, by their lengths, until false comes back; whether none did. */
  eachStepBetween(from: number, to: number, visit: VisitStep): boolean {
    const { revisions } = this;
    if (revisions.isLinear) return this.#eachStepOfLog(revisions.endOf(from), revisions.endOf(to), visit);
    let start = from;
    for (let revision = from + 1; revision <= to; revision++) {
      const own = revisions.patchesOf(revision);
      if (own === undefined) continue;
      if (!this.#eachStepOfLog(revisions.endOf(start), revisions.endOf(revision - 1), visit)) return false;
      for (const { at, removed, inserted } of own) {
        if (!visit(at, removed.length, inserted.length)) return false;
      }
      start = revision;
    }
    return this.#eachStepOfLog(revisions.endOf(start), revisions.endOf(to), visit);
  }

  #eachStepOfLog(from: number, to: number, visit: VisitStep): boolean {
    const { log } = this;
    const part = { kind: 0, at: 0, length: 0 };
    let lv = from;
    for (let run = from < to ? log.runOf(from) : 0; lv < to; run++) {
      const end = Math.min(log.start[run]! + log.length[run]!, to);
      log.part(run, lv, end, part);
      const { kind, at, length } = part;
      if (!visit(at, kind === INSERT ? 0 : length, kind === INSERT ? length : 0)) return false;
      lv = end;
    }
    return true;
  }

  /** The operations of a revision as its author made them. */
  opsOf(revision: number): TextOp[] {
    const ops: TextOp[] = [];
    this.#eachPart(
      this.revisions.endOf(revision - 1),
      this.revisions.endOf(revision),
      (kind, at, length, text) => {
        if (kind === TOGGLE) return;
        if (kind === 0) {
          // A replacement is one operation again.
          const last = ops[ops.length - 1];
          if (last !== undefined && last[0] === at && last[2] === "") {
            ops[ops.length - 1] = [
              at,
              last[1],
              text,
            ];
          } else ops.push([at, 0, text]);
        } else ops.push([at, length, ""]);
      },
    );
    return ops;
  }

  /** The toggles of a revision. */
  togglesOf(revision: number): ToggleOp[] {
    const toggles: ToggleOp[] = [];
    this.#eachPart(this.revisions.endOf(revision - 1), this.revisions.endOf(revision), (kind, at) => {
      if (kind === TOGGLE) toggles.push(this.toggles.at(at));
    });
    return toggles;
  }

  /** Whether a revision is an undo or redo. */
  isToggle(revision: number): boolean {
    return this.log.kind[this.log.runOf(this.revisions.endOf(revision - 1))] === TOGGLE;
  }

  agentOf(revision: number): number {
    return this.graph.agent[this.graph.runOf(this.revisions.endOf(revision) - 1)]!;
  }

  /** The LVs of a replica's undo group from revision `from` on, in ranges, ascending; toggles of it may be among them. */
  *ofGroup(agent: number, group: number, from: number): Generator<LvRange, void, undefined> {
    const { graph } = this;
    for (const range of this.revisions.ofGroup(group, from)) {
      if (graph.agents.length === 1) {
        yield range;
        continue;
      }
      let { start } = range;
      for (let run = graph.runOf(start); start < range.end; run++) {
        const end = Math.min(graph.end[run]!, range.end);
        if (graph.agent[run] === agent) yield { start, end };
        start = end;
      }
    }
  }

  /** First LV of a replica's undo group; undefined where it has no events. */
  firstLvOf(agent: number, group: number): number | undefined {
    const { log } = this;
    for (const { start, end } of this.ofGroup(agent, group, this.revisions.first + 1)) {
      let lv = start;
      for (let run = log.runOf(start); lv < end; run++) {
        if (log.kind[run] !== TOGGLE) return lv;
        lv = log.start[run]! + log.length[run]!;
      }
    }
    return undefined;
  }

  /** Forgets everything before a revision, whose version must be critical. */
  forget(revision: number): void {
    const lv = this.revisions.endOf(revision) - 1;
    this.#tracker = undefined;
    this.revisions.forget(revision);
    this.log.drop(lv + 1);
    this.graph.forget(lv);
    this.toggles.forget(lv);
    for (const known of [...this.#frontiers.keys()]) if (known <= revision) this.#frontiers.delete(known);
  }

  /** Takes back the newest event, which begins at `start` and is in no version yet. */
  #retract(start: number): void {
    this.#tracker = undefined;
    this.revisions.pop();
    this.graph.retract(start);
    this.toggles.truncate(start);
    this.log.truncate(start);
    this.log.unknownFrom = Infinity;
  }

  #walk(start: number, parents: Version, target: Target): void {
    const { graph, toggles, log } = this;
    let base = graph.criticalUpTo(parents.length === 0 ? graph.floor : parents[parents.length - 1]!);
    for (let before = base + 1; before !== base;) {
      before = base;
      toggles.eachAbove(before, ({ firstLv }) => {
        if (firstLv !== undefined && firstLv <= base) base = graph.criticalUpTo(firstLv - 1);
      });
    }
    const tracker = this.#tracker;
    // A new tracker has nothing but what it needs; the old one is kept only where that spares replaying.
    if (tracker === undefined || tracker.base > base || tracker.at <= base + 1) {
      this.#tracker = new Tracker(this, base);
    }
    this.#tracker!.replay(start);
    this.#tracker!.replay(log.end, target);
  }

  #patchesOfLog(from: number, to: number, into: Patch[]): void {
    this.#eachPart(from, to, (kind, at, _length, text) => {
      into.push(kind === 0 ? { at, removed: "", inserted: text } : { at, removed: text, inserted: "" });
    });
  }

  #eachPart(
    from: number,
    to: number,
    visit: (kind: number, at: number, length: number, text: string) => void,
  ): void {
    const { log } = this;
    const part = { kind: 0, at: 0, length: 0 };
    if (from >= to) return;
    let lv = from;
    for (let run = log.runOf(from); lv < to; run++) {
      const end = Math.min(log.start[run]! + log.length[run]!, to);
      log.part(run, lv, end, part);
      visit(part.kind, part.at, part.length, log.partText(run, lv, end));
      lv = end;
    }
  }
}

/** A target that notes what it was told. */
export interface MergeTarget extends Target {
  readonly patches: readonly Patch[];
  readonly length: number;
}
