/**
 * Published runs of many instruments over one benchmark, seen with each preference: which one it takes, what that gives
 * and costs beside the most accurate and the cheapest. Nothing is learned here; it shows what the preferences mean.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { type PreferenceName, preferences, utility } from "../../../core/policy/preference.ts";
import type { ReferenceRun, ReferenceTable } from "../data.ts";
import type { ReportRow, ReportTable } from "../report_table.ts";

/** One table for each benchmark. Runs without a price are left out. */
export function referenceTables(references: readonly ReferenceTable[]): readonly ReportTable[] {
  return references.flatMap(({ name, runs }) => {
    const priced = runs.filter(({ usd }) => usd > 0);
    if (priced.length === 0) return [];
    const names = Object.keys(preferences) as PreferenceName[];
    return [{
      id: `reference/${name}`,
      title: `Reference ${name}: what each preference takes of ${priced.length} priced runs`,
      columns: [
        { title: "quality", digits: 3 },
        { title: "USD a case", digits: 4 },
        { title: "seconds", digits: 1 },
        { title: "reward", digits: 3 },
      ],
      rows: [
        ...names.map((preference) => {
          const reward = (run: ReferenceRun) =>
            utility(preferences[preference], run.quality, run.usd, run.seconds, 1 - run.wellFormed);
          const best = most(priced, reward);
          return row(`${preference}: ${best.instrument}`, best, reward(best), true);
        }),
        row("the most accurate", most(priced, ({ quality }) => quality), undefined, false),
        row("the cheapest", most(priced, ({ usd }) => -usd), undefined, false),
      ],
      notes: [
        "Quality is the published pass rate at the second try; a case that is not well formed counts as a failure.",
      ],
    }];
  });
}

function row(name: string, run: ReferenceRun, reward: number | undefined, isOurs: boolean): ReportRow {
  const shown = isOurs ? name : `${name}: ${run.instrument}`;
  return { name: shown, isOurs, cells: [run.quality, run.usd, run.seconds, reward] };
}

function most(runs: readonly ReferenceRun[], value: (run: ReferenceRun) => number): ReferenceRun {
  return runs.reduce((best, run) => value(run) > value(best) ? run : best);
}
