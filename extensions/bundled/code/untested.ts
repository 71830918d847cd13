/**
 * Which source files no test reaches: no test imports them, straight or through others, and none is named after them.
 * That a test reaches a file does not prove that it tests it; that none does proves that nothing does.
 *
 * @module
 */

import { hardestFunction } from "./hotspots.ts";
import type { Churn, MeasuredFile } from "./hotspots.ts";
import type { Edge } from "./schemas.ts";
import { isTestFile, testSubject } from "./test_file.ts";

export interface Untested {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly complexity: number;
  readonly changes: number;
  readonly functions: number;
}

/** Source files with functions that no test reaches, the most complex first. Empty where there are no tests at all. */
export function untestedFiles(
  metrics: readonly MeasuredFile[],
  edges: readonly Edge[],
  churn: ReadonlyMap<string, Churn>,
): Untested[] {
  const tests = metrics.filter(({ file, isTest }) => isTest ?? isTestFile(file)).map(({ file }) => file);
  if (tests.length === 0 && !metrics.some(({ holdsTests }) => holdsTests === true)) return [];
  const reached = reach(tests, edges);
  const subjects = new Set(tests.map(testSubject));
  const samePackage = packagesWithGoTests(tests);
  const untested = metrics.filter(({ file, isTest, holdsTests, functions }) => {
    if ((isTest ?? isTestFile(file)) || holdsTests === true || functions.length === 0) return false;
    if (reached.has(file) || subjects.has(stemOf(file))) return false;
    return !(file.endsWith(".go") && samePackage.has(folderOf(file)));
  });
  return untested.map(({ file, complexity, functions }): Untested => {
    const hardest = hardestFunction(functions);
    return {
      file,
      line: hardest?.line ?? 1,
      name: hardest?.name ?? "",
      complexity,
      changes: churn.get(file)?.changes ?? 0,
      functions: functions.length,
    };
  }).sort((a, b) => b.complexity - a.complexity || (a.file < b.file ? -1 : 1));
}

function reach(tests: readonly string[], edges: readonly Edge[]): Set<string> {
  const targets = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edges) {
    if (typeOnly) continue;
    const list = targets.get(from);
    if (list === undefined) targets.set(from, [to]);
    else list.push(to);
  }
  const reached = new Set(tests);
  const open = [...tests];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const target of targets.get(file) ?? []) {
      if (reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return reached;
}

/** A Go test sees its whole package without importing it. */
function packagesWithGoTests(tests: readonly string[]): Set<string> {
  return new Set(tests.filter((file) => file.endsWith("_test.go")).map(folderOf));
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}

function stemOf(file: string): string {
  return (file.split("/").at(-1) ?? "").replace(/\.[^.]+$/, "").toLowerCase();
}
