/**
 * One thing wrong with a workflow file, at a place.
 *
 * @module
 */

export interface Problem {
  readonly severity: "error" | "warning";
  /** Stable, kebab-case, for tools and tests: `cycle`, `unknown-node`, `type-mismatch`, … */
  readonly code: string;
  /** What was found. */
  readonly message: string;
  /** What would be right. */
  readonly hint: string;
  readonly file: string;
  /** 1-based; columns count UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** JSON path, for example `nodes.review.when`. */
  readonly path: string;
}
