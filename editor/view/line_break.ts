/**
 * Where a line may be broken: Unicode Standard Annex #14 with the rules of Unicode 10.0 (revision 39), which the
 * front-end protocol's line numbers are defined by, over the classes of today's characters. Classes that came later
 * count as what they were before (aksara as letters, viramas as marks, the unambiguous hyphen as break-after).
 *
 * The rules run as a finite automaton whose transitions are worked out from the rules the first time each is met.
 * Invariant L1: behind every break the automaton is where it starts, so a scan may begin at any break.
 *
 * @module
 */

import { CLASSES } from "./line_break_class.ts";
import { RUNS } from "./line_break_table.ts";

/** What stands between two characters: nothing, an opportunity, or an obligation. */
export const NO_BREAK = 0;
export const SOFT_BREAK = 1;
export const HARD_BREAK = 2;

/** The state before the first character of a line. */
export const START = 0;

// A state: the class before (1-based; marks belong to what they follow), and four facts about the way there.
const SPACES = 64; // spaces since that class
const JOINER = 128; // the last character is ZERO WIDTH JOINER
const ODD = 256; // an odd number of regional indicators
const HEBREW = 512; // the hyphen follows a Hebrew letter
const STATES = 1024;

const index = new Map<string, number>(CLASSES.map((name, at) => [name, at]));
const LETTERS = new Set(["AL", "HL"]);
const IDEOGRAPHS = new Set(["ID", "EB", "EM"]);
const HANGUL = new Set(["JL", "JV", "JT", "H2", "H3"]);
const ALWAYS_BEFORE = new Set(["CL", "CP", "EX", "IS", "SY"]);

/** Pairs of rule LB25 (numbers). */
const NUMERIC = new Set(
  ("CL×PO CP×PO CL×PR CP×PR NU×PO NU×PR PO×OP PO×NU PR×OP PR×NU HY×NU IS×NU NU×NU SY×NU").split(" "),
);

/** Pairs of rule LB26 (Hangul syllables). */
const SYLLABLE = new Set("JL×JL JL×JV JL×H2 JL×H3 JV×JV JV×JT H2×JV H2×JT JT×JT H3×JT".split(" "));

/** Whether rules LB19 and later keep `a` and `b`, directly side by side, together. */
function together(a: string, b: string, odd: boolean, hebrew: boolean): boolean {
  if (a === "QU" || b === "QU") return true; // LB19
  if (a === "CB" || b === "CB") return false; // LB20
  if (b === "BA" || b === "HY" || b === "NS" || a === "BB") return true; // LB21
  if (hebrew || (a === "SY" && b === "HL")) return true; // LB21a, LB21b
  if (b === "IN" && (LETTERS.has(a) || IDEOGRAPHS.has(a) || a === "EX" || a === "IN" || a === "NU")) {
    return true; // LB22
  }
  if ((LETTERS.has(a) && b === "NU") || (a === "NU" && LETTERS.has(b))) return true; // LB23
  if ((a === "PR" && IDEOGRAPHS.has(b)) || (IDEOGRAPHS.has(a) && b === "PO")) return true; // LB23a
  if ((a === "PR" || a === "PO") && LETTERS.has(b)) return true; // LB24
  if (LETTERS.has(a) && (b === "PR" || b === "PO")) return true;
  if (NUMERIC.has(`${a}×${b}`) || SYLLABLE.has(`${a}×${b}`)) return true; // LB25, LB26
  if ((HANGUL.has(a) && (b === "IN" || b === "PO")) || (a === "PR" && HANGUL.has(b))) return true; // LB27
  if ((LETTERS.has(a) || a === "IS") && LETTERS.has(b)) return true; // LB28, LB29
  if ((LETTERS.has(a) || a === "NU") && b === "OP") return true; // LB30
  if (a === "CP" && (LETTERS.has(b) || b === "NU")) return true;
  if (a === "RI" && b === "RI") return odd; // LB30a
  return a === "EB" && b === "EM"; // LB30b, LB31
}

/** What stands before a character of class `b` in `state`. */
function decide(state: number, b: string): number {
  const a = CLASSES[(state & 63) - 1] as string;
  const spaces = (state & SPACES) !== 0;
  if (a === "BK" || a === "LF" || a === "NL" || (a === "CR" && b !== "LF")) return HARD_BREAK; // LB4, LB5
  if (a === "CR" || b === "BK" || b === "CR" || b === "LF" || b === "NL") return NO_BREAK; // LB5, LB6
  if (b === "SP" || b === "ZW") return NO_BREAK; // LB7
  if (a === "ZW") return SOFT_BREAK; // LB8
  if ((state & JOINER) !== 0 && IDEOGRAPHS.has(b)) return NO_BREAK; // LB8a
  if (!spaces && a !== "SP" && (b === "CM" || b === "ZWJ")) return NO_BREAK; // LB9
  const next = b === "CM" || b === "ZWJ" ? "AL" : b; // LB10
  if (next === "WJ" || (!spaces && a === "WJ") || (!spaces && a === "GL")) return NO_BREAK; // LB11, LB12
  if (next === "GL" && !spaces && a !== "SP" && a !== "BA" && a !== "HY") return NO_BREAK; // LB12a
  if (ALWAYS_BEFORE.has(next) || a === "OP") return NO_BREAK; // LB13, LB14
  if (a === "QU" && next === "OP") return NO_BREAK; // LB15
  if ((a === "CL" || a === "CP") && next === "NS") return NO_BREAK; // LB16
  if (a === "B2" && next === "B2") return NO_BREAK; // LB17
  if (spaces || a === "SP") return SOFT_BREAK; // LB18
  return together(a, next, (state & ODD) !== 0, (state & HEBREW) !== 0) ? NO_BREAK : SOFT_BREAK;
}

/** The state behind a character of class `b`, where `before` is what stands before it. */
function follow(state: number, b: string, before: number): number {
  const fresh = state === START || before !== NO_BREAK;
  const a = fresh ? undefined : CLASSES[(state & 63) - 1];
  if (b === "SP" && a !== undefined && a !== "SP") return (state & ~(JOINER | ODD | HEBREW)) | SPACES;
  if (b === "CM" || b === "ZWJ") {
    const joiner = b === "ZWJ" ? JOINER : 0;
    const absorbed = a !== undefined && (state & SPACES) === 0 && !["SP", "ZW"].includes(a);
    // The mark belongs to what it follows (LB9), or stands for a letter (LB10).
    return absorbed ? (state & ~JOINER) | joiner : ((index.get("AL") as number) + 1) | joiner;
  }
  let next = (index.get(b) as number) + 1;
  if (b === "RI" && !(a === "RI" && (state & ODD) !== 0 && (state & SPACES) === 0)) next |= ODD;
  if ((b === "HY" || b === "BA") && a === "HL" && (state & SPACES) === 0) next |= HEBREW;
  return next;
}

const transitions = new Int16Array(STATES * CLASSES.length);

/** The state behind a character of class `kind` and what stands before it: `state << 2 | break`. */
export function step(state: number, kind: number): number {
  const at = state * CLASSES.length + kind;
  const known = transitions[at] as number;
  if (known !== 0) return known;
  const b = CLASSES[kind] as string;
  const before = state === START ? NO_BREAK : decide(state, b);
  return transitions[at] = (follow(state, b, before) << 2) | before;
}

let plane: Uint8Array | undefined;
let starts: Int32Array | undefined;
let kinds: Uint8Array | undefined;

/** Unpacks the table: a byte for each character of the first plane, runs for the others. */
function unpack(): Uint8Array {
  const runs = [...RUNS.matchAll(/(\d+)(\D)/g)];
  const classes = new Uint8Array(0x10000);
  starts = new Int32Array(runs.length);
  kinds = new Uint8Array(runs.length);
  let at = 0;
  runs.forEach(([, length, sign], run) => {
    const kind = (sign as string).charCodeAt(0) - 65;
    (starts as Int32Array)[run] = at;
    (kinds as Uint8Array)[run] = kind;
    classes.fill(kind, at, at + Number(length));
    at += Number(length);
  });
  return plane = classes;
}

/** The class of a code point, as an index into `CLASSES`. O(1) in the first plane, O(log runs) beyond. */
export function classOf(point: number): number {
  const classes = plane ?? unpack();
  if (point < 0x10000) return classes[point] as number;
  const from = starts as Int32Array;
  let low = 0;
  let high = from.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((from[middle] as number) <= point) low = middle;
    else high = middle;
  }
  return (kinds as Uint8Array)[low] as number;
}
