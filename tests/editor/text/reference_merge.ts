/**
 * What merging must give, by definition and without any speed: every unit ever inserted, in FugueMax order, each event read against the
 * set of events its author knew. A unit shows in a version if its group is not undone there and no delete of a group that is not undone
 * hides it.
 *
 * @module
 */

import type { TextEvent } from "../../../editor/text/text_event.ts";
import { eventLength } from "../../../editor/text/text_event.ts";

interface Unit {
  readonly char: string;
  readonly replica: string;
  readonly seq: number;
  readonly event: TextEvent;
  readonly left: Unit | undefined;
  readonly right: Unit | undefined;
  readonly deletedBy: TextEvent[];
}

export class ReferenceMerge {
  readonly #units: Unit[] = [];
  readonly #events: TextEvent[] = [];
  readonly #before = new Map<TextEvent, Set<TextEvent>>();

  constructor(text = "") {
    const event: TextEvent = { replica: "", seq: 0, parents: [], author: "", group: 0, priority: 0, ops: [] };
    let left: Unit | undefined;
    for (let at = 0; at < text.length; at++) {
      const unit: Unit = {
        char: text[at]!,
        replica: "",
        seq: at,
        event,
        left,
        right: undefined,
        deletedBy: [],
      };
      this.#units.push(unit);
      left = unit;
    }
  }

  /** Carries out an event whose forerunners are known. */
  apply(event: TextEvent): void {
    if (this.#events.some((other) => other.replica === event.replica && other.seq === event.seq)) return;
    const known = new Set<TextEvent>();
    for (const [replica, seq] of event.parents) {
      const parent = this.#events.find((other) =>
        other.replica === replica && other.seq <= seq && seq < other.seq + eventLength(other)
      );
      if (parent === undefined) throw new Error("a parent is missing");
      known.add(parent);
      for (const other of this.#before.get(parent)!) known.add(other);
    }
    this.#events.push(event);
    this.#before.set(event, known);
    const version = new Set([...known, event]);
    let seq = event.seq;
    for (const [at, remove, insert] of event.ops) {
      const gone = this.#shown(version).slice(at, at + remove);
      if (gone.length < remove) throw new Error("deletes what is not there");
      for (const unit of gone) unit.deletedBy.push(event);
      seq += remove;
      // In an undone group nothing of an event shows, so each unit goes behind the one before.
      let left = at === 0 ? undefined : this.#shown(version)[at - 1];
      if (at > 0 && left === undefined) throw new Error("inserts outside");
      const right = this.#rightOf(left, version);
      for (const char of insert.split("")) {
        const unit: Unit = { char, replica: event.replica, seq: seq++, event, left, right, deletedBy: [] };
        this.#place(unit, version);
        left = unit;
      }
    }
  }

  text(): string {
    return this.#shown(new Set(this.#events)).map((unit) => unit.char).join("");
  }

  /** The text with only what one event and its forerunners did. */
  textOf(event: TextEvent): string {
    return this.#shown(new Set([...this.#before.get(event)!, event])).map((unit) => unit.char).join("");
  }

  #shown(version: ReadonlySet<TextEvent>): Unit[] {
    const undone = undoneGroups(version);
    const isUndone = (event: TextEvent) => undone.has(`${event.replica} ${event.group}`);
    return this.#units.filter((unit) =>
      (unit.replica === "" || (version.has(unit.event) && !isUndone(unit.event))) &&
      !unit.deletedBy.some((event) => version.has(event) && !isUndone(event))
    );
  }

  /** The next unit that was inserted in the version, shown or not. */
  #rightOf(left: Unit | undefined, version: ReadonlySet<TextEvent>): Unit | undefined {
    const from = left === undefined ? 0 : this.#units.indexOf(left) + 1;
    return this.#units.slice(from).find((unit) => unit.replica === "" || version.has(unit.event));
  }

  #place(unit: Unit, version: ReadonlySet<TextEvent>): void {
    const at = (other: Unit | undefined, edge: number) =>
      other === undefined ? edge : this.#units.indexOf(other);
    const left = at(unit.left, -1);
    const right = at(unit.right, this.#units.length);
    let place = left + 1;
    let scanning = false;
    for (let index = left + 1;; index++) {
      if (!scanning) place = index;
      const other = this.#units[index];
      if (index === right || other === undefined || other.replica === "" || version.has(other.event)) break;
      const otherLeft = at(other.left, -1);
      if (otherLeft < left) break;
      if (otherLeft > left) continue;
      const otherRight = at(other.right, this.#units.length);
      if (otherRight === right && comesFirst(unit, other)) break;
      scanning = otherRight < right;
    }
    this.#units.splice(place, 0, unit);
  }
}

function comesFirst(a: Unit, b: Unit): boolean {
  if (a.event.priority !== b.event.priority) return a.event.priority < b.event.priority;
  if (a.replica !== b.replica) return a.replica < b.replica;
  return a.seq < b.seq;
}

function undoneGroups(version: ReadonlySet<TextEvent>): Set<string> {
  const sums = new Map<string, number>();
  for (const event of version) {
    for (const { replica, group, weight } of event.toggles ?? []) {
      const key = `${replica} ${group}`;
      sums.set(key, (sums.get(key) ?? 0) + weight);
    }
  }
  return new Set([...sums].filter(([, sum]) => sum > 0).map(([key]) => key));
}
