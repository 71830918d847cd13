/** What the page and the checking worker say to each other. @module */

import type { JsonSchema } from "../../../../core/json.ts";
import type { Problem } from "../../../../core/workflow/problem.ts";
import type { CatalogInfo } from "../../../api/catalog.ts";

export type CheckQuestion =
  | { readonly kind: "catalog"; readonly catalog: Pick<CatalogInfo, "nodes" | "tasks"> }
  | {
    readonly kind: "check";
    readonly number: number;
    readonly text: string;
    readonly file: string;
    /** Texts of other workflows by the reference that names them; null where there is none. */
    readonly others: Readonly<Record<string, string | null>>;
  };

export interface CheckAnswer {
  readonly number: number;
  readonly problems: readonly Problem[];
  /** References to workflows whose text the worker does not have. */
  readonly missing: readonly string[];
  /** Types of outputs, and who runs once per item; of the top graph, as far as it could be planned. */
  readonly nodes: readonly CheckedNode[];
  readonly tookMs: number;
}

export interface CheckedNode {
  readonly id: string;
  readonly isFan: boolean;
  readonly outputs: readonly (readonly [string, JsonSchema])[];
}
