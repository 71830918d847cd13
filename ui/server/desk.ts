/**
 * What the routes work with: the services, and what is made of them once, when it is first asked for.
 *
 * @module
 */

import type { Catalog } from "../../core/workflow/catalog.ts";
import type { FilesEvent } from "../api/topics.ts";
import type { ConductorBook } from "./conductor_book.ts";
import type { MetricsNow } from "../api/metrics.ts";
import type { KeyedTopic } from "./events/keyed_topic.ts";
import type { FailureBook } from "./metrics/failure_book.ts";
import type { Figures } from "./metrics/figures.ts";
import type { MetricStore } from "./metrics/metric_store.ts";
import type { PermissionDesk } from "./permissions.ts";
import type { Prober } from "./metrics/prober.ts";
import type { RunBook } from "./runs/run_book.ts";
import type { RunLogs } from "./runs/run_logs.ts";
import type { Steering } from "./runs/steering.ts";
import type { Backend, TemplateText, UiServices } from "./services.ts";
import type { StateFolder } from "./state_folder.ts";
import type { FileProposals } from "./texts/file_proposals.ts";
import type { ReviewBook } from "./texts/review_book.ts";
import type { Versions } from "./workflows/versions.ts";
import type { WorkflowStore } from "./workflows/workflow_store.ts";
import type { WorkspaceFiles } from "./workspace_files.ts";

export interface Desk {
  readonly services: UiServices;
  readonly state: StateFolder;
  readonly files: WorkspaceFiles;
  readonly workflows: WorkflowStore;
  readonly versions: Versions;
  readonly steering: Steering;
  readonly figures: Figures;
  readonly failures: FailureBook;
  readonly logs: RunLogs;
  readonly permissions: PermissionDesk;
  readonly prober: Prober;
  readonly startedAt: number;
  readonly epoch: string;
  readonly framesAt: string;
  readonly filesTopic: KeyedTopic;
  readonly conductor: ConductorBook;
  readonly reviews: ReviewBook;
  /** What runs propose to files. */
  readonly proposals: FileProposals;
  backend(): Promise<Backend>;
  /** The backend, where it is open already. */
  openBackend(): Backend | undefined;
  runs(): Promise<RunBook>;
  metrics(): MetricStore;
  /** Texts of files that are open, by their names. */
  openFiles(): Promise<ReadonlyMap<string, string>>;
  catalog(): Promise<Catalog>;
  /** The program's templates and those of extensions. */
  templates(): Promise<readonly TemplateText[]>;
  figuresNow(): MetricsNow;
  /** Takes the failures of runs that others carried out. */
  lookThroughFailed(): Promise<void>;
  /** Tells readers of `files`. */
  fileChanged(path: string, change: Extract<FilesEvent, { kind: "changed" }>["change"], hash?: string): void;
}
