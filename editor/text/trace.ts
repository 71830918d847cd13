/**
 * Recorded editing sessions, replayed through a document: oracles of what merging must give, and the measure of how fast it is. The
 * forms are those of github.com/josephg/editing-traces (sequential and concurrent) and of the conformance cases of
 * github.com/josephg/eg-walker-reference. Their positions count code points.
 *
 * @module
 */

import { TextDocument } from "./document.ts";
import type { EventOp, TextEvent, UnitId } from "./text_event.ts";

type TracePatch = readonly [at: number, remove: number, insert: string];

/** Transactions in a row. */
export interface SequentialTrace {
  readonly startContent?: string;
  readonly endContent: string;
  readonly txns: readonly { readonly patches: readonly TracePatch[] }[];
}

/** Transactions that each name those they were made on. */
export interface ConcurrentTrace {
  readonly kind: "concurrent";
  readonly endContent: string;
  readonly txns: readonly {
    readonly parents: readonly number[];
    readonly agent: number;
    readonly patches: readonly TracePatch[];
  }[];
}

/** The same by units: one number for each character inserted or deleted. */
export interface ConformanceCase {
  readonly endContent: string;
  readonly txns: readonly {
    readonly span: readonly [number, number];
    readonly parents: readonly number[];
    readonly agent: string;
    readonly seqStart: number;
    readonly ops: readonly TracePatch[];
  }[];
}

export type Trace = SequentialTrace | ConcurrentTrace | ConformanceCase;

/** How to replay a trace once, any number of times, and what it must give. */
export interface Replay {
  readonly patches: number;
  readonly expected: string;
  /** Whether several authors edited without knowing of each other. */
  readonly isConcurrent: boolean;
  /** The document after the session. */
  run(): TextDocument;
}

/**
 * Prepares a trace. @throws TypeError where it has none of the known forms.
 * @param order for concurrent transactions whose authors' names are lost: which come first where several inserted at one place
 */
export function prepareTrace(trace: Trace, order: readonly number[] = []): Replay {
  if ("kind" in trace) return prepareEvents(eventsOfConcurrent(trace, order), trace.endContent);
  const first = trace.txns[0];
  if (first !== undefined && "span" in first) {
    return prepareEvents(eventsOfConformance(trace as ConformanceCase), trace.endContent);
  }
  return prepareSequential(trace as SequentialTrace);
}

function prepareSequential(trace: SequentialTrace): Replay {
  const patches = trace.txns.flatMap((txn) => txn.patches);
  const hasPairs = [trace.startContent ?? "", ...patches.map((patch) => patch[2])].some(hasPair);
  return {
    patches: patches.length,
    expected: trace.endContent,
    isConcurrent: false,
    run() {
      const document = new TextDocument(trace.startContent ?? "");
      for (let step = 0; step < patches.length; step++) {
        const [at, remove, insert] = patches[step]!;
        if (hasPairs) {
          const to = document.offsetOfPoints(at + remove);
          document.replace(remove === 0 ? to : document.offsetOfPoints(at), to, insert);
        } else document.replace(at, at + remove, insert);
      }
      return document;
    },
  };
}

function prepareEvents(events: readonly TextEvent[], expected: string): Replay {
  const patches = events.reduce((sum, event) => sum + event.ops.length, 0);
  const texts = events.flatMap((event) => event.ops.map((op) => op[2]));
  if (!texts.some(hasPair)) return { patches, expected, isConcurrent: true, run: () => merged(events) };
  // Positions count code points at versions that are nowhere at hand as text. With every pair written as one unit that the session
  // does not use, they are offsets.
  const alphabet = new Alphabet(texts);
  const coded = events.map((event) => ({
    ...event,
    ops: event.ops.map(([at, remove, insert]): EventOp => [at, remove, alphabet.encode(insert)]),
  }));
  return { patches, expected: alphabet.encode(expected), isConcurrent: true, run: () => merged(coded) };
}

function merged(events: readonly TextEvent[]): TextDocument {
  const document = new TextDocument("", { replica: "replay" });
  for (const event of events) document.replay(event);
  return document;
}

function eventsOfConcurrent(trace: ConcurrentTrace, order: readonly number[]): TextEvent[] {
  const seqs = new Map<string, number>();
  const versions: (readonly UnitId[])[] = [];
  const events: TextEvent[] = [];
  const rank = new Map(order.map((txn, at) => [txn, at]));
  for (const [index, { parents, agent, patches }] of trace.txns.entries()) {
    // Ties are broken by name; one whose place is given has a name of its own.
    const place = rank.get(index);
    const replica = place === undefined ? `author ${digits(agent)}` : `ranked ${digits(place)}`;
    const seq = seqs.get(replica) ?? 0;
    const ops = patches.filter(([, remove, insert]) => remove > 0 || insert !== "");
    const length = lengthOf(ops);
    const known = parents.flatMap((parent) => versions[parent]!);
    versions.push(length === 0 ? known : [[replica, seq + length - 1]]);
    seqs.set(replica, seq + length);
    if (length > 0) {
      events.push({ replica, seq, parents: known, author: replica, group: 0, priority: 0, ops });
    }
  }
  return events;
}

function digits(number: number): string {
  return `${number}`.padStart(12, "0");
}

function eventsOfConformance(trace: ConformanceCase): TextEvent[] {
  const txns = cutAtParents(trace.txns);
  const starts = txns.map(({ span }) => span[0]);
  const nameOf = isInOrder(txns) ? ({ agent }: UnitTxn) => agent : ownName;
  const seqOf = (txn: UnitTxn) => nameOf(txn) === txn.agent ? txn.seqStart : 0;
  const unit = (lv: number): UnitId => {
    const txn = txns[lastUpTo(starts, lv)]!;
    return [nameOf(txn), seqOf(txn) + lv - txn.span[0]];
  };
  return txns.map((txn) => ({
    replica: nameOf(txn),
    seq: seqOf(txn),
    parents: txn.parents.map(unit),
    author: txn.agent,
    group: 0,
    priority: 0,
    ops: txn.ops.filter(([, remove, insert]) => remove > 0 || insert !== ""),
  }));
}

type UnitTxn = ConformanceCase["txns"][number];

/** Whether each agent's counts go on where they stopped. */
function isInOrder(txns: readonly UnitTxn[]): boolean {
  const next = new Map<string, number>();
  return txns.every(({ agent, seqStart, span }) => {
    const isNext = (next.get(agent) ?? 0) === seqStart;
    next.set(agent, seqStart + span[1] - span[0]);
    return isNext;
  });
}

/** Where counts are out of order, each transaction has a replica of its own, named so that ties are broken by agent, then count. */
function ownName({ agent, seqStart }: UnitTxn): string {
  return `${agent}\0${digits(seqStart)}`;
}

/** The transactions, cut wherever another was made on a part of one. */
function cutAtParents(txns: readonly UnitTxn[]): UnitTxn[] {
  const ends = [...new Set(txns.flatMap(({ parents }) => parents.map((lv) => lv + 1)))].sort((a, b) => a - b);
  return txns.flatMap((txn) => {
    const [start, end] = txn.span;
    const cuts: number[] = [];
    for (let at = lastUpTo(ends, start); at < ends.length && ends[at]! < end; at++) {
      if (ends[at]! > start) cuts.push(ends[at]!);
    }
    return cuts.length === 0 ? [txn] : cutTxn(txn, [...cuts, end]);
  });
}

function cutTxn(txn: UnitTxn, ends: readonly number[]): UnitTxn[] {
  const parts: UnitTxn[] = [];
  // Removals and inserts apart, each cut where a part ends.
  const rest = txn.ops.flatMap(([at, remove, insert]): [number, number, string[]][] => [
    ...(remove > 0 ? [[at, remove, []] as [number, number, string[]]] : []),
    ...(insert === "" ? [] : [[at, 0, [...insert]] as [number, number, string[]]]),
  ]);
  let start = txn.span[0];
  for (const end of ends) {
    const ops: TracePatch[] = [];
    for (let room = end - start; room > 0;) {
      const [at, remove, points] = rest[0]!;
      const size = Math.min(room, remove + points.length);
      ops.push(remove > 0 ? [at, size, ""] : [at, 0, points.slice(0, size).join("")]);
      if (size === remove + points.length) rest.shift();
      else rest[0] = remove > 0 ? [at, remove - size, []] : [at + size, 0, points.slice(size)];
      room -= size;
    }
    const parents = parts.length === 0 ? txn.parents : [start - 1];
    const seqStart = txn.seqStart + start - txn.span[0];
    parts.push({ span: [start, end], parents, agent: txn.agent, seqStart, ops });
    start = end;
  }
  return parts;
}

/** The last place of an ascending list whose number is not above `value`; 0 at least. */
function lastUpTo(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (list[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Code points, which is what positions count. */
function lengthOf(ops: readonly TracePatch[]): number {
  let length = 0;
  for (const [, remove, insert] of ops) length += remove + [...insert].length;
  return length;
}

function hasPair(text: string): boolean {
  return /[\ud800-\udbff]/.test(text);
}

/** Writes each surrogate pair as one unit that no text uses. */
class Alphabet {
  readonly #units = new Map<string, string>();

  constructor(texts: readonly string[]) {
    const used = new Set<string>();
    for (const text of texts) for (const point of text) used.add(point);
    let unit = 0xe000;
    for (const point of used) {
      if (point.length === 1) continue;
      while (used.has(String.fromCharCode(unit)) || (unit & 0xf800) === 0xd800) unit = (unit + 1) & 0xffff;
      this.#units.set(point, String.fromCharCode(unit));
      unit = (unit + 1) & 0xffff;
    }
  }

  encode(text: string): string {
    return text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, (pair) => this.#units.get(pair) ?? pair);
  }
}
