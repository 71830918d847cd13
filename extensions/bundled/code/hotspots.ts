/**
 * Ranks files by change frequency × complexity. The score is the geometric mean of both, each as a share of the highest
 * in the project, so that it is 100 only for a file that leads in both and a file that leads in one alone stays low.
 *
 * @module
 */

import type { FileMetrics } from "./schemas.ts";

export type MeasuredFile =
  & Pick<FileMetrics, "file" | "complexity" | "functions">
  & { readonly code?: number; readonly isTest?: boolean; readonly holdsTests?: boolean };

export interface Churn {
  readonly changes: number;
  readonly added?: number;
  readonly removed?: number;
  readonly authors?: readonly string[];
}

export interface Hotspot {
  readonly file: string;
  readonly line: number;
  readonly endLine: number;
  readonly name: string;
  readonly score: number;
  readonly changes: number;
  readonly complexity: number;
  readonly why: string;
}

/** The source files that are no tests, the riskiest first. Without any churn, complexity alone decides. */
export function hotspots(metrics: readonly MeasuredFile[], churn: ReadonlyMap<string, Churn>): Hotspot[] {
  const sources = metrics.filter(({ isTest, functions }) => isTest !== true && functions.length > 0);
  const changesOf = (file: string) => churn.get(file)?.changes ?? 0;
  const mostChanges = sources.reduce((most, { file }) => Math.max(most, changesOf(file)), 0);
  const mostComplex = sources.reduce((most, { complexity }) => Math.max(most, complexity), 0);
  const found = sources.map((metric): Hotspot => {
    const changes = changesOf(metric.file);
    const share = mostChanges === 0 ? 1 : changes / mostChanges;
    const score = mostComplex === 0
      ? 0
      : Math.round(100 * Math.sqrt(share * (metric.complexity / mostComplex)));
    const hardest = hardestFunction(metric.functions);
    return {
      file: metric.file,
      line: hardest?.line ?? 1,
      endLine: hardest?.endLine ?? 1,
      name: hardest?.name ?? "",
      score,
      changes,
      complexity: metric.complexity,
      why: reason(metric, churn.get(metric.file), hardest),
    };
  });
  return found.sort((a, b) => b.score - a.score || b.complexity - a.complexity || (a.file < b.file ? -1 : 1));
}

type Measured = MeasuredFile["functions"][number];

/** The function that is hardest to follow: cognitive complexity first, then cyclomatic, then length. */
export function hardestFunction(functions: readonly Measured[]): Measured | undefined {
  let hardest: Measured | undefined;
  for (const one of functions) if (hardest === undefined || isHarder(one, hardest)) hardest = one;
  return hardest;
}

function isHarder(a: Measured, b: Measured): boolean {
  if (a.cognitive !== b.cognitive) return a.cognitive > b.cognitive;
  return a.complexity !== b.complexity ? a.complexity > b.complexity : a.lines > b.lines;
}

function reason(metric: MeasuredFile, churn: Churn | undefined, hardest: Measured | undefined): string {
  const parts: string[] = [];
  if (churn !== undefined && churn.changes > 0) {
    const authors = churn.authors?.length ?? 0;
    const by = authors > 1 ? ` by ${authors} people` : "";
    parts.push(`changed ${churn.changes === 1 ? "once" : `${churn.changes} times`}${by}`);
  }
  const functions = metric.functions.length;
  parts.push(
    `${functions} ${functions === 1 ? "function" : "functions"} with complexity ${metric.complexity}${
      functions > 1 ? " together" : ""
    }`,
  );
  if (hardest !== undefined) {
    parts.push(
      `the hardest is \`${hardest.name}\` (line ${hardest.line}: ${hardest.lines} lines, complexity ${hardest.complexity}, nested ${hardest.nesting} deep)`,
    );
  }
  return parts.join("; ");
}
