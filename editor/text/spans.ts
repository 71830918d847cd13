/**
 * Spans over a text that changes: ranges with a number each, ascending and apart. One layer holds what one plugin says of one buffer.
 *
 * Kept in blocks with an offset of their own, so that a change costs the spans near it and one addition a block.
 *
 * @module
 */

import type { Delta } from "./delta.ts";

/** A range and its number; offsets in UTF-16 units. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** Spans in one block; two of them halved when it doubles. */
const BLOCK = 256;

/** A change in more places than this is applied to all spans in one pass. */
const SCATTERED = 32;

interface Block {
  /** Added to every offset in it. */
  base: number;
  from: number[];
  to: number[];
  value: number[];
}

export class Spans {
  #blocks: Block[] = [];

  /** How many spans. */
  get size(): number {
    return this.#blocks.reduce((sum, { from }) => sum + from.length, 0);
  }

  /** The spans that touch [from, to), not cut. */
  *within(from: number, to: number): Generator<Span, void, undefined> {
    for (let at = this.#blockAt(from); at < this.#blocks.length; at++) {
      const block = this.#blocks[at]!;
      for (let index = firstEnding(block, from); index < block.from.length; index++) {
        const start = block.from[index]! + block.base;
        if (start >= to) return;
        yield { from: start, to: block.to[index]! + block.base, value: block.value[index]! };
      }
    }
  }

  /** Replaces what is in [from, to): spans that reach into it are cut, `spans` (ascending, inside it, apart) take its place. */
  replace(from: number, to: number, spans: Iterable<Span>): void {
    const first = this.#blockAt(from);
    const kept: Span[] = [];
    const after: Span[] = [];
    let last = first;
    for (; last < this.#blocks.length; last++) {
      const block = this.#blocks[last]!;
      if (block.from[0]! + block.base >= to) break;
      for (let index = 0; index < block.from.length; index++) {
        const span = spanOf(block, index);
        if (span.from < from) kept.push(span.to > from ? { ...span, to: from } : span);
        if (span.to > to) after.push(span.from < to ? { ...span, from: to } : span);
      }
    }
    this.#blocks.splice(first, last - first, ...blocksOf([...kept, ...spans, ...after]));
  }

  /** Moves the spans with a change of the text: what was inserted belongs to no span unless it is inside one. */
  apply(delta: Delta): void {
    const { from, to, insert } = delta;
    if (from.length > SCATTERED) {
      this.#blocks = blocksOf(mapped(this.#joined(), delta));
      return;
    }
    let growth = 0;
    let change = 0;
    const result: Block[] = [];
    for (const block of this.#blocks) {
      const start = block.from[0]! + block.base;
      const end = block.to.at(-1)! + block.base;
      while (
        change < from.length && to[change]! <= start && !(from[change] === start && to[change]! > start)
      ) {
        growth += insert[change]!.length - (to[change]! - from[change]!);
        change++;
      }
      if (change >= from.length || from[change]! >= end) {
        block.base += growth;
        result.push(block);
        continue;
      }
      for (const made of blocksOf(mapped(block, delta))) result.push(made);
    }
    this.#blocks = result;
  }

  /** All spans in one block. */
  #joined(): Block {
    const all: Block = { base: 0, from: [], to: [], value: [] };
    for (const { base, from, to, value } of this.#blocks) {
      for (let at = 0; at < from.length; at++) {
        all.from.push(from[at]! + base);
        all.to.push(to[at]! + base);
        all.value.push(value[at]!);
      }
    }
    return all;
  }

  /** Takes away everything. */
  clear(): void {
    this.#blocks = [];
  }

  /** The first block that ends after `offset`. */
  #blockAt(offset: number): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = this.#blocks[middle]!;
      if (block.to.at(-1)! + block.base <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The first span of a block that ends after `offset`. */
function firstEnding(block: Block, offset: number): number {
  let low = 0;
  let high = block.to.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (block.to[middle]! + block.base <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function spanOf(block: Block, index: number): Span {
  return {
    from: block.from[index]! + block.base,
    to: block.to[index]! + block.base,
    value: block.value[index]!,
  };
}

function mapped(block: Block, delta: Delta): Span[] {
  const from = delta.mapOffsets(block.from.map((offset) => offset + block.base), 1);
  const to = delta.mapOffsets(block.to.map((offset) => offset + block.base), -1);
  const spans: Span[] = [];
  for (let index = 0; index < from.length; index++) {
    if (from[index]! < to[index]!) {
      spans.push({ from: from[index]!, to: to[index]!, value: block.value[index]! });
    }
  }
  return spans;
}

function blocksOf(spans: readonly Span[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < spans.length; at += BLOCK) {
    const part = spans.slice(at, at + BLOCK);
    blocks.push({
      base: 0,
      from: part.map(({ from }) => from),
      to: part.map(({ to }) => to),
      value: part.map(({ value }) => value),
    });
  }
  return blocks;
}
