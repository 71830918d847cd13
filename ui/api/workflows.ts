/**
 * Workflow files: list, open, save, check, plan, versions. A file is named by its path from the workspace, with `/`.
 * `hash` is the SHA-256 of the text; whoever saves says which text they saw (`If-Match: "HASH"`).
 *
 * @module
 */

import type { BudgetForecast } from "../../core/orchestration/run_forecast.ts";
import type { Json, JsonObject, JsonSchema } from "../../core/json.ts";
import type { Problem } from "../../core/workflow/problem.ts";
import type { Fan } from "../../core/workflow/plan.ts";

export interface WorkflowLine {
  readonly file: string;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly hash: string;
  readonly modifiedAt: number;
  readonly nodes: number;
  /** Of the text alone, without the catalogue. */
  readonly errors: number;
}

export interface WorkflowFile {
  readonly file: string;
  readonly text: string;
  readonly hash: string;
  readonly modifiedAt: number;
  readonly isWritable: boolean;
  readonly problems: readonly Problem[];
  /** Absent where the text cannot be read as a workflow. */
  readonly graph?: WorkflowGraph;
}

/** A value in the file by its path; `value` absent removes it. Comments and formatting outside stay. */
export interface JsonEdit {
  readonly path: readonly (string | number)[];
  readonly value?: Json;
}

/** Either the whole text, or edits of the text that `If-Match` names. */
export type SaveWorkflow = { readonly text: string; readonly message?: string } | {
  readonly edits: readonly JsonEdit[];
  readonly message?: string;
};

export interface SavedWorkflow extends WorkflowFile {
  /** True where someone else had changed the file and both changes could be brought together. */
  readonly isMerged: boolean;
}

/** What comes with status 412: the file is another now, and the two contradict. */
export interface WorkflowConflict {
  readonly current: WorkflowFile;
  /** The common ancestor, where it is known. */
  readonly base?: string;
  /** Both, with conflict marks. */
  readonly merged: string;
}

export interface EditedText {
  readonly text: string;
  readonly hash: string;
}

export interface CheckWorkflow {
  readonly text: string;
  /** What problems name, and where sub-workflows are looked for; default `workflow.jsonc`. */
  readonly file?: string;
}

export interface WorkflowForecast {
  /** Absent where no run of it has completed. */
  readonly forecast?: BudgetForecast;
}

export interface CheckedText {
  readonly problems: readonly Problem[];
  /** Absent where the text cannot be read as a workflow. */
  readonly graph?: WorkflowGraph;
}

/** What the board draws: nodes with the types of their ports, and edges with what they mean. */
export interface WorkflowGraph {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly inputs: readonly { readonly name: string; readonly schema: JsonSchema; readonly default?: Json }[];
  readonly outputs: readonly { readonly name: string; readonly expression: string }[];
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** False while there are errors: then nodes and edges are as far as they could be read. */
  readonly isComplete: boolean;
}

export interface GraphNode {
  readonly id: string;
  readonly kind: string;
  /** For a call: the node type or task. */
  readonly use?: string;
  readonly title: string;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly fan: Fan["kind"];
  /** Longest path from any source, in edges. */
  readonly level: number;
  readonly importance: string;
  /** For a loop or sub-workflow. */
  readonly body?: WorkflowGraph;
}

export interface GraphPort {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

export interface GraphEdge {
  readonly from: string;
  /** Absent for the node as a whole. */
  readonly fromPort?: string;
  readonly to: string;
  /** Absent for `after`, `when` and `each`. */
  readonly toPort?: string;
  readonly kind: "needs" | "wants" | "order" | "any";
}

export interface WorkflowVersion {
  readonly hash: string;
  readonly savedAt: number;
  /** `board`, `outside` (seen on the disk), `restored`. */
  readonly by: string;
  readonly message: string;
  readonly sizeBytes: number;
}

export interface WorkflowVersionText extends WorkflowVersion {
  readonly text: string;
  readonly graph?: WorkflowGraph;
}

export interface TemplateLine {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly nodes: number;
  /** Its inputs as in the file: schemas by name. */
  readonly inputs: JsonObject;
  /** Names of its outputs. */
  readonly outputs: readonly string[];
  /** The extension that brings it, by name; absent for the program's own. */
  readonly from?: string;
}

export interface TemplateDetail extends TemplateLine {
  readonly text: string;
  readonly graph?: WorkflowGraph;
}

export interface InstantiateTemplate {
  /** Where to write it; refused where there is a file already. */
  readonly file: string;
  readonly name?: string;
  /** Defaults of the workflow's inputs. */
  readonly inputs?: Readonly<Record<string, Json>>;
}

export interface ComposeRequest {
  readonly goal: string;
}

export interface ComposedWorkflow {
  readonly source: "template" | "parts" | "instrument";
  readonly text: string;
  readonly name: string;
  readonly description: string;
  readonly reason: string;
  readonly problems: readonly Problem[];
  readonly usdMost: number;
  readonly seconds?: number;
  readonly score: number;
}
