/**
 * The whole evaluation of a folder: every area's tables, in order. One policy with one configuration for all sets; it
 * sees what a run would see, and of a routing set only the outcome of the instrument it took.
 *
 * Ring: conductor, pure; files and time come in.
 *
 * @module
 */

import { evaluateDispatch } from "../dispatch/mod.ts";
import { evaluatePrewarm } from "../prewarm/mod.ts";
import { evaluateRecovery } from "../recovery/mod.ts";
import { questScoreboard } from "../simulation/mod.ts";
import { arrivalTable, driftTable } from "./bandit/change_tables.ts";
import { gateTable } from "./bandit/gate_table.ts";
import { loggedTable, offPolicyTable } from "./bandit/off_policy_tables.ts";
import { referenceTables } from "./bandit/reference_table.ts";
import { routingTables } from "./bandit/routing_tables.ts";
import { resumptionTable, speedTable } from "./bandit/speed_tables.ts";
import type { EvaluationData } from "./data.ts";
import type { ReportTable } from "./report_table.ts";

export interface WholeEvaluationOptions {
  readonly seeds: number;
  readonly rounds: number;
  /** Milliseconds that only rise. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
  /** Only tables whose id begins so are made. */
  readonly only?: string;
  /** Called with each table as soon as it is there. */
  readonly onTable?: (table: ReportTable) => void;
}

type Table = ReportTable | undefined;
type Tables = Iterable<Table> | AsyncIterable<Table>;

/** Evaluates whatever the folder holds. */
export async function evaluateFolder(
  data: EvaluationData,
  options: WholeEvaluationOptions,
): Promise<readonly ReportTable[]> {
  const tables: ReportTable[] = [];
  const { routing, logged } = data;
  const parts: readonly (readonly [ids: string, make: () => Tables])[] = [
    ...routing.map((set) => [`routing/${set.name}/`, () => routingTables([set], options)] as const),
    ["routing/drift", () => one(driftTable(routing, options))],
    ["routing/new-instrument", () => one(arrivalTable(routing, options))],
    ["routing/conservative", () => one(gateTable(routing, options))],
    ["off-policy/routing", () => one(offPolicyTable(routing, options))],
    ["off-policy/logged", () => [loggedTable(logged)]],
    ["routing/resumption", () => [resumptionTable(routing)]],
    ["routing/speed", () => [speedTable(routing, options.now)]],
    ["reference/", () => referenceTables(data.references)],
    ["dispatch/", () => all(evaluateDispatch(data, options))],
    ["prewarm/ instances/", () => all(evaluatePrewarm(data, options))],
    ["recovery/", () => all(evaluateRecovery(data, options))],
    ["quest/", () => one(questScoreboard(options))],
  ];
  const wanted = (id: string) => options.only === undefined || id.startsWith(options.only);
  for (const [ids, make] of parts) {
    options.signal?.throwIfAborted();
    // A part is made where it may hold a table that is asked for.
    if (!ids.split(" ").some((id) => wanted(id) || options.only?.startsWith(id) === true)) continue;
    for await (const table of make()) {
      if (table === undefined || !wanted(table.id)) continue;
      tables.push(table);
      options.onTable?.(table);
    }
  }
  return tables;
}

async function* one(table: Promise<Table>): AsyncGenerator<Table> {
  yield await table;
}

async function* all(tables: Promise<readonly Table[]>): AsyncGenerator<Table> {
  yield* await tables;
}
