/**
 * What an evaluation gives: tables of named figures. `symphony conductor evaluate` prints them, and with `--json` gives
 * them as they are. Every evaluator (routing, dispatch, prewarming, recovery, puzzles) is a function from the texts of
 * a folder to such tables; none reads a file or prints a line itself.
 *
 * @module
 */

/** A file of an evaluation folder, named relative to that folder. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

export interface ReportColumn {
  readonly title: string;
  /** Digits after the point where the cell is a number. */
  readonly digits: number;
}

export interface ReportRow {
  readonly name: string;
  /** True for the product's own policy; the others are what it is held against. */
  readonly isOurs: boolean;
  /** One for each column; undefined where the row has no such figure. */
  readonly cells: readonly (number | undefined)[];
}

export interface ReportTable {
  /** For programs: `dispatch/affinity`, `prewarm/azure2019_apps/15`. */
  readonly id: string;
  readonly title: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly ReportRow[];
  /** What a reader must know: how it was measured, paired intervals, bars. */
  readonly notes: readonly string[];
}

export interface EvaluationOptions {
  /** Repetitions with different chance. */
  readonly seeds: number;
  readonly signal?: AbortSignal;
  /** Called now and then with a short line of what is being done. */
  readonly onProgress?: (line: string) => void;
}
