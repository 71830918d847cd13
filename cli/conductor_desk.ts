/**
 * What the `conductor` commands ask of the Conductor; main.ts gives it. Everything comes back as plain facts, which the
 * commands print for a person or, with --json, as they are.
 *
 * @module
 */

import type { JsonObject } from "../core/json.ts";

/** A table of named figures. */
export interface FigureTable {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly digits: number }[];
  readonly rows: readonly {
    readonly name: string;
    readonly isOurs: boolean;
    readonly cells: readonly (number | undefined)[];
  }[];
  readonly notes: readonly string[];
}

export interface EvaluateRequest {
  /** Absolute. */
  readonly folder: string;
  readonly seeds: number;
  readonly rounds: number;
  /** The beginning of the ids of tables to make; all where it is absent. */
  readonly only?: string;
  onProgress(line: string): void;
  /** Called with each table as soon as it is there. */
  onTable(table: FigureTable): void;
}

/** What was read and what was not. */
export interface EvaluateSummary {
  readonly tables: number;
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
}

export interface ConductorDesk {
  /** @throws SymphonyError `bad-input` naming the place; `not-found` */
  evaluate(request: EvaluateRequest): Promise<EvaluateSummary>;
}

export type Facts = JsonObject;
