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
  /** The document after the session. */
  run(): TextDocument;
}

/** Prepares a trace. @throws TypeError where it has none of the known forms. */
export function prepareTrace(trace: Trace): Replay {
  if ("kind" in trace) return prepareEvents(eventsOfConcurrent(trace), trace.endContent);
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
  if (!texts.some(hasPair)) return { patches, expected, run: () => merged(events) };
  // Positions count code points at versions that are nowhere at hand as text. With every pair written as one unit that the session
  // does not use, they are offsets.
  const alphabet = new Alphabet(texts);
  const coded = events.map((event) => ({
    ...event,
    ops: event.ops.map(([at, remove, insert]): EventOp => [at, remove, alphabet.encode(insert)]),
  }));
  return { patches, expected: alphabet.encode(expected), run: () => merged(coded) };
}

function merged(events: readonly TextEvent[]): TextDocument {
  const document = new TextDocument("", { replica: "replay" });
  for (const event of events) document.replay(event);
  return document;
}

function eventsOfConcurrent(trace: ConcurrentTrace): TextEvent[] {
  const seqs = new Map<number, number>();
  const versions: (readonly UnitId[])[] = [];
  const events: TextEvent[] = [];
  for (const { parents, agent, patches } of trace.txns) {
    const replica = `${agent}`.padStart(8, "0");
    const seq = seqs.get(agent) ?? 0;
    const ops = patches.filter(([, remove, insert]) => remove > 0 || insert !== "");
    const length = lengthOf(ops);
    const known = parents.flatMap((parent) => versions[parent]!);
    versions.push(length === 0 ? known : [[replica, seq + length - 1]]);
    seqs.set(agent, seq + length);
    if (length > 0) {
      events.push({ replica, seq, parents: known, author: replica, group: 0, priority: 0, ops });
    }
  }
  return events;
}

function eventsOfConformance(trace: ConformanceCase): TextEvent[] {
  const starts: number[] = [];
  const unit = (lv: number): UnitId => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= lv) low = middle;
      else high = middle - 1;
    }
    const { agent, seqStart, span } = trace.txns[low]!;
    return [agent, seqStart + lv - span[0]];
  };
  return trace.txns.map(({ span, parents, agent, seqStart, ops }) => {
    starts.push(span[0]);
    return {
      replica: agent,
      seq: seqStart,
      parents: parents.map(unit),
      author: agent,
      group: 0,
      priority: 0,
      ops: ops.filter(([, remove, insert]) => remove > 0 || insert !== ""),
    };
  });
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
