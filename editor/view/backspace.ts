/**
 * How much one press of backspace removes before a caret: a tab stop's worth of spaces, a CR LF, a whole emoji, or one code
 * point (so an accent goes before its letter). A walk backwards over code points with a small automaton; the states are those of
 * the front-end protocol's core, which took them from Android's text widget.
 *
 * @module
 */

import { Reader } from "./reader.ts";

const KEYCAP = 0x20e3;
const JOINER = 0x200d;
const END_OF_TAGS = 0xe007f;

const EMOJI = /^\p{Emoji}$/u;
const MODIFIER = /^\p{Emoji_Modifier}$/u;
const MODIFIER_BASE = /^\p{Emoji_Modifier_Base}$/u;

function is(pattern: RegExp, point: number): boolean {
  return pattern.test(String.fromCodePoint(point));
}

function isVariationSelector(point: number): boolean {
  return (point >= 0xfe00 && point <= 0xfe0f) || (point >= 0xe0100 && point <= 0xe01ef);
}

function isRegionalIndicator(point: number): boolean {
  return point >= 0x1f1e6 && point <= 0x1f1ff;
}

function isKeycapBase(point: number): boolean {
  return (point >= 0x30 && point <= 0x39) || point === 0x23 || point === 0x2a;
}

function isTagCharacter(point: number): boolean {
  return point >= 0xe0020 && point <= 0xe007e;
}

/** Where the text that one backspace at `offset` removes begins. */
export function backspaceStart(reader: Reader, offset: number): number {
  let at = offset;
  for (let count = clusterPoints(reader, offset); count > 0 && at > 0; count--) {
    at -= (reader.before(at) as number) > 0xffff ? 2 : 1;
  }
  return at;
}

/** How many code points before `offset` go at once. */
function clusterPoints(reader: Reader, offset: number): number {
  const walk = new BackwardWalk(reader, offset);
  const point = walk.next();
  if (point === undefined) return 0;
  if (point < 0x80) return point === 0x0a && walk.next() === 0x0d ? 2 : asciiPoints(point, walk);
  if (isVariationSelector(point)) return selectorPoints(walk);
  if (isRegionalIndicator(point)) return flagPoints(walk);
  if (is(MODIFIER, point)) return modifierPoints(walk, 1);
  if (point === KEYCAP) return keycapPoints(walk);
  if (is(EMOJI, point)) return sequencePoints(walk, 1);
  if (point === END_OF_TAGS) return tagPoints(walk);
  return 1;
}

/** Digits, `#` and `*` are emoji too, so a joined sequence may end in one. */
function asciiPoints(point: number, walk: BackwardWalk): number {
  return isKeycapBase(point) ? sequencePoints(walk, 1) : 1;
}

function selectorPoints(walk: BackwardWalk): number {
  const base = walk.next();
  if (base === undefined || isVariationSelector(base)) return 1;
  return is(EMOJI, base) ? sequencePoints(walk, 2) : 2;
}

function flagPoints(walk: BackwardWalk): number {
  let run = 1;
  for (let point = walk.next(); point !== undefined && isRegionalIndicator(point); point = walk.next()) run++;
  return run % 2 === 0 ? 2 : 1;
}

function keycapPoints(walk: BackwardWalk): number {
  const point = walk.next();
  if (point === undefined) return 1;
  if (!isVariationSelector(point)) return isKeycapBase(point) ? 2 : 1;
  const base = walk.next();
  return base !== undefined && isKeycapBase(base) ? 3 : 1;
}

/** A skin tone was met; `count` points go already. */
function modifierPoints(walk: BackwardWalk, count: number): number {
  const point = walk.next();
  if (point === undefined) return count;
  if (!isVariationSelector(point)) return is(MODIFIER_BASE, point) ? count + 1 : count;
  const base = walk.next();
  return base !== undefined && is(MODIFIER_BASE, base) ? count + 2 : count;
}

/** An emoji was met; whatever is joined to it goes too. */
function sequencePoints(walk: BackwardWalk, count: number): number {
  let gone = count;
  while (walk.next() === JOINER) {
    const point = walk.next();
    if (point === undefined) return gone;
    if (isVariationSelector(point)) {
      const base = walk.next();
      if (base === undefined || !is(EMOJI, base)) return gone;
      gone += 3;
    } else if (!is(EMOJI, point)) return gone;
    else {
      gone += 2;
      if (is(MODIFIER, point)) return modifierPoints(walk, gone);
    }
  }
  return gone;
}

function tagPoints(walk: BackwardWalk): number {
  let count = 1;
  for (let point = walk.next(); point !== undefined; point = walk.next()) {
    if (isTagCharacter(point)) count++;
    else return is(EMOJI, point) ? count + 1 : 1;
  }
  return count;
}

/** Code points before an offset, nearest first. */
class BackwardWalk {
  readonly #reader: Reader;
  #offset: number;

  constructor(reader: Reader, offset: number) {
    this.#reader = reader;
    this.#offset = offset;
  }

  next(): number | undefined {
    const point = this.#reader.before(this.#offset);
    if (point !== undefined) this.#offset -= point > 0xffff ? 2 : 1;
    return point;
  }
}
