/**
 * `code/graph`: who imports whom among the scanned files, and the cycles in it. Type-only imports are edges, but make no
 * cycle: they vanish when the program is built. Nor do imports inside functions, by which authors break a cycle.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import type { Static } from "symphony/sdk";
import { readAliases, readGoModules } from "./aliases.ts";
import { cyclicComponents, shortestCycle } from "./cycles.ts";
import { makeResolve } from "./resolve.ts";
import type { ResolveOptions } from "./resolve.ts";
import { edge, moduleImports } from "./schemas.ts";
import type { Edge, ModuleImports } from "./schemas.ts";

const cycle = Type.Object({
  files: Type.Array(Type.String(), { description: "Every file of the knot" }),
  example: Type.Array(
    Type.Object({ from: Type.String(), to: Type.String(), line: Type.Integer() }),
    { description: "A shortest way round: each import with its line" },
  ),
});

const output = Type.Object({
  edges: Type.Array(edge),
  cycles: Type.Array(cycle, { description: "The largest first" }),
  orphans: Type.Array(Type.String(), {
    description: "Source files that nothing imports and that import nothing here",
  }),
  degrees: Type.Array(
    Type.Object({ file: Type.String(), fanIn: Type.Integer(), fanOut: Type.Integer() }),
    { description: "How many files import a file, and how many it imports; the most imported first" },
  ),
});

export type ImportGraph = Static<typeof output>;

export const graphOperator = defineOperator({
  type: "code/graph",
  title: "Import graph",
  description: "Resolves imports among the scanned files; finds cycles, orphans and what much depends on",
  effect: "read",
  input: Type.Object({
    modules: Type.Array(moduleImports, { description: "Metrics or outlines of the files" }),
    root: Type.Optional(
      Type.String({ description: "Where deno.json, tsconfig.json and go.mod are looked for" }),
    ),
  }),
  output,
  run: async ({ modules, root }, context) => {
    const aliases = await readAliases(root ?? ".", context);
    const goModules = await readGoModules(modules.map(({ file }) => file), context);
    return importGraph(modules, { aliases, goModules });
  },
});

/** The import graph of the files. */
export function importGraph(modules: readonly ModuleImports[], options: ResolveOptions = {}): ImportGraph {
  const edges = edgesOf(modules, options);
  const numbers = new Map(modules.map(({ file }, number) => [file, number]));
  const fanIn = new Map<string, number>();
  const fanOut = new Map<string, number>();
  for (const { from, to } of edges) {
    fanOut.set(from, (fanOut.get(from) ?? 0) + 1);
    fanIn.set(to, (fanIn.get(to) ?? 0) + 1);
  }
  const degrees = modules.map(({ file }) => ({
    file,
    fanIn: fanIn.get(file) ?? 0,
    fanOut: fanOut.get(file) ?? 0,
  }));
  const orphans = modules.filter(({ file, language, isTest }) =>
    isTest !== true && graphLanguages.has(language ?? "") && !fanIn.has(file) && !fanOut.has(file)
  );
  return {
    edges,
    cycles: cyclesOf(modules, edges, numbers),
    orphans: orphans.map(({ file }) => file),
    degrees: degrees.sort((a, b) => b.fanIn - a.fanIn || b.fanOut - a.fanOut || (a.file < b.file ? -1 : 1)),
  };
}

const graphLanguages = new Set([
  "typescript",
  "tsx",
  "javascript",
  "python",
  "go",
  "rust",
  "java",
  "c",
  "cpp",
]);

function edgesOf(modules: readonly ModuleImports[], options: ResolveOptions): Edge[] {
  const resolve = makeResolve(modules, options);
  const edges: Edge[] = [];
  for (const module of modules) {
    const seen = new Map<string, Edge>();
    for (const { specifier, line, names, typeOnly = false, late = false } of module.imports) {
      for (const to of resolve(module, specifier, names ?? [])) {
        if (to === module.file) continue;
        const known = seen.get(to);
        if (known !== undefined && weight(known) >= weight({ typeOnly, late })) continue;
        seen.set(to, { from: module.file, to, line, typeOnly, late });
      }
    }
    edges.push(...seen.values());
  }
  return edges;
}

/** Of two imports of one file, the one that is there earlier counts: at the start, when a function runs, never. */
function weight({ typeOnly, late }: Pick<Edge, "typeOnly" | "late">): number {
  return typeOnly ? 0 : late ? 1 : 2;
}

function cyclesOf(
  modules: readonly ModuleImports[],
  edges: readonly Edge[],
  numbers: ReadonlyMap<string, number>,
): Static<typeof cycle>[] {
  const byLanguage = new Map(modules.map(({ file, language }) => [file, language]));
  const successors: number[][] = modules.map(() => []);
  const lines = new Map<string, number>();
  for (const { from, to, line, typeOnly, late } of edges) {
    // A Rust parent module always names its children, and they it: that is the language, not a fault.
    if (typeOnly || late || byLanguage.get(from) === "rust") continue;
    (successors[numbers.get(from) as number] as number[]).push(numbers.get(to) as number);
    lines.set(`${from}\n${to}`, line);
  }
  const name = (number: number) => (modules[number] as ModuleImports).file;
  return cyclicComponents(successors).map((component) => {
    const round = shortestCycle(successors, component).map(name);
    const example = round.map((from, at) => {
      const to = round[(at + 1) % round.length] as string;
      return { from, to, line: lines.get(`${from}\n${to}`) ?? 1 };
    });
    return { files: component.map(name), example };
  });
}
