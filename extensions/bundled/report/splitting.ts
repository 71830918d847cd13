/**
 * Functions worth splitting, and into what. The bounds are the usual ones: cognitive complexity over 15 (SonarSource's
 * default); cyclomatic over 15 where the flow is not merely a flat list of cases; over 80 lines with real decisions.
 *
 * @module
 */

import type { FileFinding, FunctionFinding } from "./findings.ts";

export interface Splittable extends FunctionFinding {
  readonly file: string;
  readonly advice: string;
}

/** Functions outside tests that are worth splitting, the hardest to follow first. */
export function worthSplitting(files: readonly FileFinding[]): Splittable[] {
  const found: Splittable[] = [];
  for (const { file, functions, isTest } of files) {
    if (isTest) continue;
    for (const one of functions) if (isHard(one)) found.push({ ...one, file, advice: adviceFor(one) });
  }
  return found.sort((a, b) => weight(b) - weight(a) || (a.file < b.file ? -1 : 1));
}

function isHard({ cognitive, complexity, lines }: FunctionFinding): boolean {
  return cognitive > 15 || (complexity > 15 && cognitive > 8) || (lines > 80 && complexity > 8);
}

function weight({ cognitive, complexity, lines }: FunctionFinding): number {
  return cognitive + complexity / 2 + lines / 20;
}

function adviceFor({ nesting, complexity, cognitive, lines, parameters }: FunctionFinding): string {
  const advice: string[] = [];
  if (nesting >= 4) advice.push(`nested ${nesting} deep: give the innermost block a name, or return early`);
  else if (cognitive * 2 < complexity) {
    advice.push("a long list of cases: a table would say the same as data");
  } else if (lines > 80) advice.push("does several things in turn: one function a step");
  else if (cognitive > complexity * 1.5) {
    advice.push("conditions inside conditions: return early, or split by the outer one");
  } else advice.push("many decisions in one place: take out those that belong together");
  if (parameters > 5) advice.push(`${parameters} parameters: some belong together in one object`);
  return advice.join("; ");
}
