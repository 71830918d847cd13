/**
 * The seam for the expression language. CEL always terminates and has no side effects; the library behind it (`cel.ts`)
 * can be changed without anything else noticing.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import type { Json } from "../json.ts";

/** Names that an expression reads: `scan.files` gives `{ root: "scan", port: "files" }`. */
export interface Reference {
  readonly root: string;
  readonly port: string | undefined;
  /** Offset in the expression's text. */
  readonly offset: number;
  /** `scan[0]`: the name is taken for a list. */
  readonly isNumbered?: true;
}

export interface Expression {
  readonly text: string;
  readonly references: readonly Reference[];
  /** The path where the expression is nothing but `a.b.c`; the fast way to its value. */
  readonly path: readonly string[] | undefined;
  /** Evaluates over named values. @throws SymphonyError `bad-input` with the place and the cause. */
  evaluate(scope: Readonly<Record<string, Json | undefined>>): Json;
}

const CANNOT = "Cannot evaluate ";

/** What is said of an expression that cannot be evaluated. */
export function unevaluated(what: string, reason: string): string {
  return `${CANNOT}${what}: ${reason}`;
}

/** The error's message, said of the expression at `place` of a workflow. */
export function unevaluatedAt(place: string, error: unknown): string {
  const said = messageOf(error);
  return said.startsWith(CANNOT)
    ? `${CANNOT}${place} ${said.slice(CANNOT.length)}`
    : unevaluated(place, said);
}

export interface ExpressionProblem {
  readonly message: string;
  /** Offset and length in the expression's text. */
  readonly offset: number;
  readonly length: number;
}
