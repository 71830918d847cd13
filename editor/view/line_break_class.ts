/**
 * The line break classes that the rules of `line_break.ts` speak of: those of Unicode 10.0 after rule LB1.
 *
 * @module
 */

/** The classes the rules speak of, after rule LB1. */
// deno-fmt-ignore
export const CLASSES = [
  "BK", "CR", "LF", "NL", "SP", "ZW", "WJ", "ZWJ", "CM", "GL", "OP", "CL", "CP", "QU", "NS", "EX", "IS", "SY", "IN",
  "BA", "HY", "BB", "B2", "CB", "HL", "AL", "NU", "PR", "PO", "ID", "EB", "EM", "H2", "H3", "JL", "JV", "JT", "RI",
] as const;

export type LineBreakClass = (typeof CLASSES)[number];
