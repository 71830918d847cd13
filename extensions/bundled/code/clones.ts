/**
 * Duplicated runs of tokens across and within files. Candidates come from winnowing (Schleimer, Wilkerson, Aiken 2003):
 * of every window of hashes of k tokens the smallest is kept, so that any common run of at least `minTokens` tokens
 * shares one. A candidate is then checked token by token and grown both ways as far as it goes.
 *
 * What comes out: groups of places with the same tokens, none overlapping another place of any group, the longest first.
 * A place that is partly taken by a longer group is given to that group alone.
 *
 * @module
 */

import type { TokenSequence } from "./tokens.ts";

export interface CloneFile {
  readonly file: string;
  readonly tokens: TokenSequence;
}

export interface ClonePlace {
  readonly file: string;
  readonly line: number;
  readonly endLine: number;
}

export interface CloneGroup {
  readonly tokens: number;
  /** Of the first place. */
  readonly lines: number;
  readonly places: readonly ClonePlace[];
}

interface Position {
  readonly file: number;
  readonly at: number;
}

interface Run {
  readonly left: Position;
  readonly right: Position;
  readonly length: number;
}

/** Marks that occur more often are boilerplate; pairing them all would cost the square of their number. */
const MAX_OCCURRENCES = 64;
/** A run with fewer different tokens is a table or a list. */
const MIN_DISTINCT = 12;

/** The groups of equal runs of at least `minTokens` tokens. */
export function findClones(files: readonly CloneFile[], minTokens: number): CloneGroup[] {
  const size = Math.max(2, Math.ceil(minTokens / 2));
  const marks = new Map<number, Position[]>();
  for (const [file, { tokens }] of files.entries()) {
    for (const { hash, at } of winnow(tokens.hashes, size, minTokens - size + 1)) {
      const places = marks.get(hash);
      if (places === undefined) marks.set(hash, [{ file, at }]);
      else if (places.length < MAX_OCCURRENCES) places.push({ file, at });
    }
  }
  const runs = [...marks.values()].flatMap((places) => pairRuns(files, places, size));
  return claim(files, distinctRuns(runs).filter((run) => run.length >= minTokens), minTokens);
}

/** The winnowed marks of a sequence: of each window the smallest hash, the last where several are equal. */
function* winnow(hashes: Uint16Array, size: number, window: number): Generator<{ hash: number; at: number }> {
  const grams = rollingHashes(hashes, size);
  // Positions whose hashes rise: the front is the window's minimum, so each position enters and leaves once.
  const queue: number[] = [];
  let head = 0;
  let last = -1;
  for (let at = 0; at < grams.length; at++) {
    while (queue.length > head && (grams[queue.at(-1) as number] as number) >= (grams[at] as number)) {
      queue.pop();
    }
    queue.push(at);
    if ((queue[head] as number) <= at - window) head++;
    if (at < window - 1 && at < grams.length - 1) continue;
    const least = queue[head] as number;
    if (least !== last) yield { hash: grams[least] as number, at: least };
    last = least;
  }
}

const BASE = 0x01000193;

function rollingHashes(hashes: Uint16Array, size: number): Uint32Array {
  const count = Math.max(0, hashes.length - size + 1);
  const grams = new Uint32Array(count);
  let power = 1;
  for (let step = 1; step < size; step++) power = Math.imul(power, BASE);
  let value = 0;
  for (let at = 0; at < hashes.length && count > 0; at++) {
    if (at >= size) value = Math.imul(value - Math.imul((hashes[at - size] as number) + 1, power), BASE);
    else value = Math.imul(value, BASE);
    value = (value + (hashes[at] as number) + 1) | 0;
    // The low bits of a product are weak; mixing them makes the minimum a fair choice.
    if (at >= size - 1) grams[at - size + 1] = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
  }
  return grams;
}

function pairRuns(files: readonly CloneFile[], places: readonly Position[], size: number): Run[] {
  const runs: Run[] = [];
  for (let first = 0; first < places.length; first++) {
    for (let second = first + 1; second < places.length; second++) {
      const run = grow(files, places[first] as Position, places[second] as Position, size);
      if (run !== undefined) runs.push(run);
    }
  }
  return runs;
}

function grow(files: readonly CloneFile[], a: Position, b: Position, size: number): Run | undefined {
  const left = (files[a.file] as CloneFile).tokens.hashes;
  const right = (files[b.file] as CloneFile).tokens.hashes;
  // Within one file the two runs may not meet.
  const room = a.file === b.file ? b.at - a.at : Infinity;
  if (room < size) return undefined;
  for (let at = 0; at < size; at++) if (left[a.at + at] !== right[b.at + at]) return undefined;
  let before = 0;
  while (
    a.at - before > 0 && b.at - before > 0 && before + size < room &&
    left[a.at - before - 1] === right[b.at - before - 1]
  ) before++;
  let length = before + size;
  while (
    a.at - before + length < left.length && b.at - before + length < right.length && length < room &&
    left[a.at - before + length] === right[b.at - before + length]
  ) length++;
  return { left: { file: a.file, at: a.at - before }, right: { file: b.file, at: b.at - before }, length };
}

function distinctRuns(runs: readonly Run[]): Run[] {
  const seen = new Map<string, Run>();
  for (const run of runs) {
    seen.set(`${run.left.file}:${run.left.at}:${run.right.file}:${run.right.at}:${run.length}`, run);
  }
  return [...seen.values()].sort((a, b) =>
    b.length - a.length || a.left.file - b.left.file || a.left.at - b.left.at ||
    a.right.file - b.right.file ||
    a.right.at - b.right.at
  );
}

interface Claimed {
  readonly from: Position;
  readonly length: number;
  readonly places: Position[];
}

/** Gives tokens to groups, longest run first; what is left of a run that lost tokens must still be long enough. */
function claim(files: readonly CloneFile[], runs: readonly Run[], minTokens: number): CloneGroup[] {
  const owner = files.map(({ tokens }) => new Int32Array(tokens.hashes.length).fill(-1));
  const groups: Claimed[] = [];
  const free = ({ file, at }: Position, offset: number) => (owner[file] as Int32Array)[at + offset] === -1;
  const take = (group: number, place: Position) => {
    const { length, places } = groups[group] as Claimed;
    places.push(place);
    (owner[place.file] as Int32Array).fill(group, place.at, place.at + length);
  };
  for (const run of runs) {
    if (joined(run, groups, owner, take)) continue;
    for (const [offset, length] of freeParts(run, free)) {
      if (length < minTokens) continue;
      const from = { file: run.left.file, at: run.left.at + offset };
      if (!isVaried((files[from.file] as CloneFile).tokens.hashes, from.at, length)) continue;
      groups.push({ from, length, places: [] });
      take(groups.length - 1, from);
      take(groups.length - 1, { file: run.right.file, at: run.right.at + offset });
    }
  }
  return groups.map((group) => describe(files, group)).sort((a, b) => b.tokens - a.tokens);
}

/** Adds the free side of a run to the group that owns the whole other side, where the group is as long as the run. */
function joined(
  { left, right, length }: Run,
  groups: readonly Claimed[],
  owner: readonly Int32Array[],
  take: (group: number, place: Position) => void,
): boolean {
  for (const [have, add] of [[left, right], [right, left]] as const) {
    const group = (owner[have.file] as Int32Array)[have.at] as number;
    const found = groups[group];
    if (found === undefined || found.length > length) continue;
    const start = found.places.find(({ file, at }) =>
      file === have.file && at <= have.at && have.at < at + found.length
    );
    if (start === undefined || start.at !== have.at) continue;
    const taken = (owner[add.file] as Int32Array).subarray(add.at, add.at + found.length);
    if (taken.some((one) => one !== -1)) continue;
    take(group, add);
    return true;
  }
  return false;
}

function* freeParts(
  { left, right, length }: Run,
  free: (place: Position, offset: number) => boolean,
): Generator<readonly [offset: number, length: number]> {
  let start = -1;
  for (let offset = 0; offset <= length; offset++) {
    const open = offset < length && free(left, offset) && free(right, offset);
    if (open && start === -1) start = offset;
    if (open || start === -1) continue;
    yield [start, offset - start];
    start = -1;
  }
}

function isVaried(hashes: Uint16Array, at: number, length: number): boolean {
  const distinct = new Set<number>();
  for (let offset = 0; offset < length; offset++) {
    distinct.add(hashes[at + offset] as number);
    if (distinct.size >= MIN_DISTINCT) return true;
  }
  return false;
}

function describe(files: readonly CloneFile[], { length, places }: Claimed): CloneGroup {
  const described = places.map(({ file, at }): ClonePlace => {
    const { file: name, tokens } = files[file] as CloneFile;
    return { file: name, line: tokens.lines[at] as number, endLine: tokens.lines[at + length - 1] as number };
  }).sort((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line);
  const first = described[0] as ClonePlace;
  return { tokens: length, lines: first.endLine - first.line + 1, places: described };
}
