/** The catalogue as it goes over the wire: maps become lists. @module */

import type { JsonObject } from "../../core/json.ts";
import type { NodeType, TaskType } from "../../core/workflow/catalog.ts";
import type { NodeDefinition } from "../../core/workflow/definition.ts";

export interface CatalogInfo {
  readonly nodes: readonly NodeType[];
  readonly tasks: readonly TaskType[];
  readonly components: readonly Component[];
  /** Extensions that could not be read. */
  readonly problems: readonly { readonly where: string; readonly message: string }[];
  readonly limits: Readonly<Record<string, { readonly instances: number; readonly concurrency: number }>>;
}

/** A node kind of the language itself: branch, merge, gate, wait, loop, workflow, input, output. */
export interface Component {
  readonly kind: Exclude<NodeDefinition["kind"], "call">;
  /** As a node's `use` names it: `control/branch`. */
  readonly use: string;
  readonly group: "control" | "input" | "output";
  readonly title: string;
  readonly description: string;
  /** JSON Schema of the node's fields in the file, besides those that every node has. */
  readonly fields: JsonObject;
  /** Ports that it always has. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What a new one begins as, in the file. */
  readonly example: JsonObject;
}
