/**
 * What a document does to its text and its history, without anybody being told: the part of `TextDocument` that its sides share.
 *
 * @module
 */

import { Delta } from "./delta.ts";
import { sameVersion, type Version } from "./event_graph.ts";
import type { EventPlace } from "./event_place.ts";
import { GroupNumbers } from "./group_numbers.ts";
import { History, type Meta, type TextOp, type ToggleOp } from "./history.ts";
import { hasPair } from "./measure.ts";
import { BufferTarget } from "./merge_target.ts";
import { NumberRanges } from "./number_ranges.ts";
import { deltaOfPatches, inverseOfPatches } from "./patches.ts";
import type { Rope } from "./rope.ts";
import { TextBuffer } from "./text_buffer.ts";
import type { TextEvent } from "./text_event.ts";

/** An edit of an old revision is compared with so many steps since at most. */
const MOST_STEPS = 4_096;

export class DocumentCore {
  readonly replica: string;
  /** Number of this replica in the graph. */
  readonly agent: number;
  readonly buffer: TextBuffer;
  readonly history: History;
  /** The revisions that are held: how often, and the text where it was the newest then. */
  readonly holds = new Map<number, { count: number; readonly text: Rope | undefined }>();
  /** Groups of this replica. */
  readonly groups = new GroupNumbers();
  /** Those whose state is final. */
  readonly frozen = new NumberRanges();
  /** Edits are made for this revision or later ones. */
  settled: number;
  /** Whether any surrogate pair may be in the text. */
  hasPairs: boolean;

  constructor(text: Rope, replica: string, revision: number) {
    this.replica = replica;
    this.buffer = new TextBuffer(text);
    this.history = new History(revision, text.length);
    this.agent = this.history.graph.agentOf(replica);
    this.settled = revision;
    this.hasPairs = text.points !== text.length;
  }

  get oldest(): number {
    return this.history.revisions.first;
  }

  get newest(): number {
    return this.history.revisions.last;
  }

  /** @throws RangeError where the revision is not known */
  checkRevision(revision: number): void {
    if (!(Number.isInteger(revision) && revision >= this.oldest && revision <= this.newest)) {
      throw new RangeError(`Cannot find revision ${revision}: known are ${this.oldest} to ${this.newest}`);
    }
  }

  /** The text at a known revision. */
  textAt(revision: number): Rope {
    const newest = this.buffer.snapshot();
    if (revision === this.newest) return newest;
    return this.holds.get(revision)?.text ?? this.deltaBetween(this.newest, revision).apply(newest);
  }

  /** The change between two known revisions, forwards or backwards. */
  deltaBetween(from: number, to: number): Delta {
    const { history } = this;
    const length = history.revisions.lengthAt(from);
    if (from <= to) return deltaOfPatches(history.patchesBetween(from, to), length);
    return inverseOfPatches(history.patchesBetween(to, from), length);
  }

  /** Carries out an edit of a known revision; gives what it did to the newest text. */
  edit(delta: Delta, base: number, meta: Meta): Delta {
    if (!this.hasPairs) this.hasPairs = delta.insert.some(hasPair);
    const { toggles, revisions } = this.history;
    if (base === this.newest && !toggles.isUndone(this.agent, meta.group)) {
      this.#editNewest(delta, meta);
      this.groups.take(meta.group);
      return delta;
    }
    const alone = toggles.has(this.agent, meta.group) ? undefined : this.#movedAlone(delta, base);
    if (alone !== undefined) {
      this.#editNewest(alone, meta);
      this.groups.take(meta.group);
      return alone;
    }
    const isUndone = !toggles.isEmpty &&
      toggles.sumUpTo(this.agent, meta.group, revisions.endOf(base) - 1) > 0;
    const done = this.#merge(this.agent, this.history.versionAt(base), opsOf(delta, isUndone), [], meta);
    this.groups.take(meta.group);
    return done;
  }

  /** Turns the state of groups of this replica. */
  toggle(groups: readonly number[], author: string): Delta {
    const meta = { author, priority: 0, group: groups[0]! };
    return this.#merge(this.agent, this.history.graph.frontier.slice(), [], this.#toggleOps(groups), meta);
  }

  /** What turning them would do. */
  tryToggle(groups: readonly number[]): Delta {
    const { history } = this;
    const before = this.buffer.length;
    if (groups.length === 0) return Delta.identity(before);
    const target = new BufferTarget(this.buffer, this.hasPairs);
    const meta = { author: "", priority: 0, group: 0 };
    history.merge(
      this.agent,
      history.graph.frontier.slice(),
      [],
      this.#toggleOps(groups),
      meta,
      target,
      true,
    );
    const delta = deltaOfPatches(target.patches, before);
    target.rollBack();
    return delta;
  }

  /** Carries out an event that is ready. @throws RangeError where it cannot be; nothing has changed then. */
  carryOut(event: TextEvent, place: EventPlace & { state: "ready" }): Delta {
    const delta = this.#carryOut(event, place);
    if (place.agent === this.agent) this.groups.take(event.group);
    return delta;
  }

  #carryOut(event: TextEvent, place: EventPlace & { state: "ready" }): Delta {
    const { author, group, priority, ops } = event;
    if (!this.hasPairs) this.hasPairs = ops.some((op) => hasPair(op[2]));
    const { graph, toggles } = this.history;
    const meta = { author, group, priority };
    const { agent, parents } = place;
    if (!sameVersion(parents, graph.frontier) || place.toggles.length > 0 || toggles.isUndone(agent, group)) {
      return this.#merge(agent, parents, ops, place.toggles, meta);
    }
    const before = this.buffer.length;
    const target = new BufferTarget(this.buffer, this.hasPairs);
    this.#orRollBack(target, () => {
      for (const [at, remove, insert] of ops) {
        if (remove > 0) target.remove(at, remove);
        if (insert !== "") target.insert(at, insert);
      }
    });
    this.history.pushPatches(agent, target.patches, this.buffer.length, meta);
    return deltaOfPatches(target.patches, before);
  }

  /**
   * The same change of the newest text, where nothing since `base` has touched its places: then it comes out as if its author had known
   * the newest text, whatever else is merged, and need not be merged. Undefined where something has, or too much has happened.
   */
  #movedAlone(delta: Delta, base: number): Delta | undefined {
    const { size } = delta;
    const from = [...delta.from];
    const to = [...delta.to];
    let left = MOST_STEPS;
    const isAlone = this.history.eachStepBetween(base, this.newest, (at, removed, inserted) => {
      if ((left -= size) < 0) return false;
      for (let change = 0; change < size; change++) {
        if (at > to[change]!) continue;
        if (at + removed >= from[change]!) return false;
        from[change]! += inserted - removed;
        to[change]! += inserted - removed;
      }
      return true;
    });
    if (!isAlone) return undefined;
    const growth = delta.newLength - delta.baseLength;
    const { length } = this.buffer;
    return new Delta(length, length + growth, from, to, delta.insert);
  }

  #editNewest(delta: Delta, meta: Meta): void {
    const { history, buffer } = this;
    if (delta.size === 1) {
      const from = delta.from[0]!;
      const to = delta.to[0]!;
      const insert = delta.insert[0]!;
      const removed = from === to ? "" : buffer.sliceString(from, to);
      buffer.replace(from, to, insert);
      history.pushReplace(
        this.agent,
        from,
        removed,
        insert,
        delta.newLength,
        meta.author,
        meta.priority,
        meta.group,
      );
      return;
    }
    let shift = 0;
    const patches = delta.from.map((from, change) => {
      const to = delta.to[change]!;
      const inserted = delta.insert[change]!;
      const patch = { at: from + shift, removed: from === to ? "" : buffer.sliceString(from, to), inserted };
      shift += inserted.length - (to - from);
      return patch;
    });
    buffer.replaceAll(delta, delta.newLength);
    history.pushPatches(this.agent, patches, delta.newLength, meta);
  }

  #merge(
    agent: number,
    parents: Version,
    ops: readonly TextOp[],
    toggles: readonly ToggleOp[],
    meta: Meta,
  ): Delta {
    const before = this.buffer.length;
    const target = new BufferTarget(this.buffer, this.hasPairs);
    this.#orRollBack(target, () => this.history.merge(agent, parents, ops, toggles, meta, target));
    return deltaOfPatches(target.patches, before);
  }

  #orRollBack(target: BufferTarget, act: () => void): void {
    try {
      act();
    } catch (error) {
      target.rollBack();
      throw error;
    }
  }

  /** What turns the state of each group. */
  #toggleOps(groups: readonly number[]): ToggleOp[] {
    return groups.map((group) => {
      const sum = this.history.toggles.sum(this.agent, group);
      return { agent: this.agent, group, weight: sum > 0 ? -sum : 1 - sum };
    });
  }
}

/** The operations of a delta, each on the text after the ones before; on the old text where none of them shows. */
function opsOf(delta: Delta, isUndone: boolean): TextOp[] {
  let shift = 0;
  return delta.from.map((from, change): TextOp => {
    const to = delta.to[change]!;
    const insert = delta.insert[change]!;
    const at = from + shift;
    if (!isUndone) shift += insert.length - (to - from);
    return [at, to - from, insert];
  });
}
