/** Running again what an earlier run did, by its own definition, however long past. @module */

export interface RerunRun {
  /** Do these nodes and what hangs on them again; keep everything before. */
  readonly from?: readonly string[];
  /** Do only that again whose code, prompt or inputs changed. Not together with `from`. */
  readonly changed?: boolean;
  /** Only as far as these nodes; what they do not need is left out. */
  readonly to?: readonly string[];
  /** Default as the earlier run. */
  readonly mayWrite?: boolean;
  /** Default as the earlier run. */
  readonly proposes?: boolean;
}
