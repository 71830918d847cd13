/**
 * The HTTP API, route by route: what goes in and what comes back. This interface is the contract; the JSON Schemas and
 * the OpenAPI document are made from it (build/api_schemas.ts), the server is typed by it, and so is the client.
 *
 * All bodies are JSON (`application/json`), except where `raw` says otherwise. A refusal is an ApiProblem. Names of files
 * travel in the query. Lists are pages: `next` of one is the parameter of the next.
 *
 * @module
 */

import type { ArtifactLabels, ArtifactVersion, LabelChange } from "../../core/ports/artifact_catalog.ts";
import type { ExtensionUi } from "../../core/motif/contributions.ts";
import type { CommandReply, ViewReply } from "../../core/ports/motif.ts";
import type { AskCommand, AskView } from "./motifs.ts";
import type {
  ArtifactDetail,
  ArtifactDiff,
  ArtifactFilter,
  ArtifactPage,
  DiffQuery,
  Lineage,
} from "./artifacts.ts";
import type { CatalogInfo } from "./catalog.ts";
import type { ConductorStatus, DecisionPage, DecisionQuery, Explanation } from "./conductor.ts";
import type { ExtensionLine, PoolInfo } from "./extensions.ts";
import type { FailureChange, FailureDetail, FailureGroup, FailureQuery } from "./failures.ts";
import type {
  FileEntry,
  FileHit,
  FileMove,
  FileSearch,
  FolderQuery,
  NewFile,
  TextHits,
  TextSearch,
} from "./files.ts";
import type { MetricsNow, MetricsSummary, Series, SeriesQuery, SummaryQuery } from "./metrics.ts";
import type {
  AuditLine,
  AuditQuery,
  GrantKey,
  GrantLine,
  NewGrant,
  NewSecret,
  PermissionPrompt,
  PromptAnswer,
  SecretLine,
} from "./permissions.ts";
import type {
  ApproveNode,
  CommandAnswer,
  EventPage,
  EventQuery,
  LogPage,
  LogQuery,
  NodeInputs,
  NodeValues,
  RunCommand,
  RunDefinition,
  RunDetail,
  RunPage,
  RunQuery,
  StartedRun,
  StartRun,
  Timeline,
  ValueQuery,
} from "./runs.ts";
import type { RerunRun } from "./rerun.ts";
import type { RunReviews, WaitingSet } from "./reviews.ts";
import type { OpenSession, ServerInfo, SessionInfo } from "./session.ts";
import type { Preferences, SettingChange, SettingLine } from "./settings.ts";
import type { StaleReview, StorageInfo } from "./storage.ts";
import type {
  CheckedText,
  CheckWorkflow,
  ComposedWorkflow,
  ComposeRequest,
  EditedText,
  InstantiateTemplate,
  JsonEdit,
  SavedWorkflow,
  SaveWorkflow,
  TemplateDetail,
  TemplateLine,
  WorkflowFile,
  WorkflowForecast,
  WorkflowLine,
  WorkflowVersion,
  WorkflowVersionText,
} from "./workflows.ts";

interface FileName {
  /** Path from the workspace, with `/`. */
  readonly file: string;
}

interface OpenedFile extends FileName {
  /** For who checks and draws the text himself: `problems` is empty then, `graph` absent. */
  readonly textOnly?: boolean;
}

/** Keys are `METHOD PATH`; below `/api/v1`. */
export interface Api {
  /** Exchanges the key of the one-time address for a session; the answer sets a cookie. */
  "POST /session": { body: OpenSession; answer: SessionInfo };
  /** Whether there is a session, and until when. */
  "GET /session": { answer: SessionInfo };
  /** Ends the session. */
  "DELETE /session": { answer: null };
  /** Another one-time address; for programs that hold the token of the data folder. */
  "POST /addresses": { answer: { readonly address: string } };
  /** What this server is. */
  "GET /server": { answer: ServerInfo };

  /** Workflow files below the workspace. */
  "GET /workflows": { answer: readonly WorkflowLine[] };
  /** One workflow file: text, problems, graph. `ETag` is its hash. */
  "GET /workflow": { query: OpenedFile; answer: WorkflowFile };
  /**
   * Saves. `If-Match: "HASH"` names the text that was seen, `If-None-Match: *` makes a new file. Where someone else has
   * changed the file, both are merged; where they contradict, 412 with a WorkflowConflict in `conflict`.
   */
  "PUT /workflow": { query: FileName; body: SaveWorkflow; answer: SavedWorkflow };
  /** Removes the file; its versions stay. Needs `If-Match`. */
  "DELETE /workflow": { query: FileName; answer: null };
  /** Gives it another name; its versions come along. */
  "POST /workflow/rename": { query: FileName; body: { readonly to: string }; answer: WorkflowFile };
  /** Every text that was saved or seen, newest first. */
  "GET /workflow/versions": { query: FileName; answer: readonly WorkflowVersion[] };
  /** The text of a version. */
  "GET /workflow/versions/{hash}": { query: FileName; answer: WorkflowVersionText };
  /** Every problem of a text, and its graph; nothing is saved. */
  "POST /workflows/check": { body: CheckWorkflow; answer: CheckedText };
  /** What earlier runs of the text's workflow spent, and where its budget may not do; nothing is saved. */
  "POST /workflows/forecast": { body: CheckWorkflow; answer: WorkflowForecast };
  /** A text after edits that keep comments and formatting; nothing is saved. */
  "POST /workflows/edit": {
    body: { readonly text: string; readonly edits: readonly JsonEdit[] };
    answer: EditedText;
  };
  /** Workflows for a goal in words, the likeliest first. */
  "POST /workflows/compose": {
    body: ComposeRequest;
    answer: { readonly candidates: readonly ComposedWorkflow[]; readonly notes: readonly string[] };
  };

  /** Node types, tasks and components. */
  "GET /catalog": { answer: CatalogInfo };
  /** Workflows that ship with the program. */
  "GET /templates": { answer: readonly TemplateLine[] };
  /** One template with its text and graph. */
  "GET /templates/{id}": { answer: TemplateDetail };
  /** Writes a workflow file from a template. */
  "POST /templates/{id}/instantiate": { body: InstantiateTemplate; answer: WorkflowFile };

  /** Runs, newest first. */
  "GET /runs": { query: RunQuery; answer: RunPage };
  /** Starts a run that this server carries out; answers as soon as its log stands. */
  "POST /runs": { body: StartRun; answer: StartedRun };
  /** What the run's log says so far. */
  "GET /runs/{run}": { answer: RunDetail };
  /** The graph that it carries out, as it was when it was started. */
  "GET /runs/{run}/definition": { answer: RunDefinition };
  /** Its log, page by page. */
  "GET /runs/{run}/events": { query: EventQuery; answer: EventPage };
  /** Bars for a Gantt chart, and the critical path. */
  "GET /runs/{run}/timeline": { answer: Timeline };
  /** What the engine did, step by step, and what its calls logged, by time. */
  "GET /runs/{run}/log": { query: LogQuery; answer: LogPage };
  /** What it proposed to files: what waits, and what people decided about the rest. */
  "GET /runs/{run}/reviews": { answer: RunReviews };
  /** Output of a node, for previews. */
  "GET /runs/{run}/values/{node}": { query: ValueQuery; answer: NodeValues };
  /** What went into a node, or into one of its items: each port's expression and its value. */
  "GET /runs/{run}/inputs/{node}": { query: ValueQuery; answer: NodeInputs };
  /** A person's command. 409 says what would be legal. */
  "POST /runs/{run}/commands": { body: RunCommand; answer: CommandAnswer };
  /** Answers a gate or a question about a failure. */
  "POST /runs/{run}/approve": { body: ApproveNode; answer: CommandAnswer };
  /** Runs again what it did, from a node or what changed, and keeps the rest of it. */
  "POST /runs/{run}/rerun": { body: RerunRun; answer: StartedRun };
  /** This server carries the run out from now on: paused, waiting, or its process died. */
  "POST /runs/{run}/resume": { answer: CommandAnswer };

  /** Search; without words, the newest. */
  "GET /artifacts": { query: ArtifactFilter; answer: ArtifactPage };
  /** What is known of one. */
  "GET /artifacts/{id}": { answer: ArtifactDetail };
  /** Its bytes; `Range` is understood. Never rendered by the browser as a page. */
  "GET /artifacts/{id}/raw": { answer: "raw" };
  /** Tags, hold, scores. */
  "PATCH /artifacts/{id}/labels": { body: LabelChange; answer: ArtifactLabels };
  /** Line by line against another. */
  "GET /artifacts/{id}/diff": { query: DiffQuery; answer: ArtifactDiff };
  /** What it was made from, and what was made from it. */
  "GET /artifacts/{id}/lineage": { answer: Lineage };
  /** Named artifacts, each with its newest version. */
  "GET /artifact-names": { answer: readonly ArtifactVersion[] };
  /** The versions of a name, oldest first. */
  "GET /artifact-names/{name}": { answer: readonly ArtifactVersion[] };

  /** What is in force, what it has done lately. */
  "GET /conductor": { answer: ConductorStatus };
  /** Decisions, newest first. */
  "GET /conductor/decisions": { query: DecisionQuery; answer: DecisionPage };
  /** Why. */
  "GET /conductor/decisions/{id}": { answer: Explanation };

  /** Installed extensions with health and use. */
  "GET /extensions": { answer: readonly ExtensionLine[] };
  /** Instances by state, and what the pool did. */
  "GET /pool": { answer: PoolInfo };

  /** What extensions add to the page; runs none of their code. */
  "GET /motifs": { answer: readonly ExtensionUi[] };
  /** Asks a view for its tree. A frame's page is below `frames` of the server: `/PUBLISHER/NAME/FILE`. */
  "POST /motifs/views": { body: AskView; answer: ViewReply };
  /** Carries a command out. */
  "POST /motifs/commands": { body: AskCommand; answer: CommandReply };

  /** What was granted. */
  "GET /grants": { answer: readonly GrantLine[] };
  /** Grants. */
  "PUT /grants": { body: NewGrant; answer: readonly GrantLine[] };
  /** Takes a grant back. */
  "DELETE /grants": { query: GrantKey; answer: readonly GrantLine[] };
  /** Secrets that extensions ask for: who may use them, whether there is one. Never their values. */
  "GET /secrets": { answer: readonly SecretLine[] };
  /** Keeps a key under a secret's name, outside every workflow. Nothing gives it out again. */
  "PUT /secrets/{name}": { body: NewSecret; answer: readonly SecretLine[] };
  /** Forgets a kept key. */
  "DELETE /secrets/{name}": { answer: readonly SecretLine[] };
  /** Extensions that wait for leave. */
  "GET /permissions/prompts": { answer: readonly PermissionPrompt[] };
  /** Answers one. */
  "POST /permissions/prompts/{id}": { body: PromptAnswer; answer: null };
  /** What was decided, newest first. */
  "GET /permissions/audit": {
    query: AuditQuery;
    answer: { readonly lines: readonly AuditLine[]; readonly next?: number };
  };

  /** Settings of all extensions, with their schemas. */
  "GET /settings": { answer: readonly SettingLine[] };
  /** Changes one. */
  "PUT /settings/{publisher}/{extension}/{name}": { body: SettingChange; answer: readonly SettingLine[] };
  /** What the page keeps for the person. */
  "GET /preferences": { answer: Preferences };
  /** Replaces it. */
  "PUT /preferences": { body: Preferences; answer: Preferences };

  /** Room that the data folder takes. */
  "GET /storage": { answer: StorageInfo };
  /** What has aged. */
  "GET /storage/stale": { answer: StaleReview };

  /** Figures now. */
  "GET /metrics/now": { answer: MetricsNow };
  /** What a time until now came to. */
  "GET /metrics/summary": { query: SummaryQuery; answer: MetricsSummary };
  /** Figures over time. */
  "GET /metrics/series": { query: SeriesQuery; answer: Series };

  /** Failures by cause, newest first. */
  "GET /failures": { query: FailureQuery; answer: readonly FailureGroup[] };
  /** One cause with its occurrences. */
  "GET /failures/{fingerprint}": { answer: FailureDetail };
  /** Resolved, ignored, open again. */
  "PATCH /failures/{fingerprint}": { body: FailureChange; answer: FailureGroup };

  /** A folder's entries, folders first. */
  "GET /files": { query: FolderQuery; answer: readonly FileEntry[] };
  /** Makes an empty file or a folder. Nothing outside the workspace, of git's, or in .symphony; the same for those below. */
  "POST /files": { body: NewFile; answer: FileEntry };
  /** Moves or renames a file or folder; nothing is replaced. */
  "POST /files/move": { body: FileMove; answer: FileEntry };
  /** Removes a file, or a folder with all that is in it. */
  "DELETE /files": { query: { readonly path: string }; answer: null };
  /** Changes of files that runs have proposed and nobody has decided about, of all runs. */
  "GET /changes": { answer: readonly WaitingSet[] };
  /** Quick open. */
  "GET /files/search": { query: FileSearch; answer: readonly FileHit[] };
  /** Text in the files of the workspace, those that git ignores left out. */
  "GET /files/text": { query: TextSearch; answer: TextHits };
}

export const API_BASE = "/api/v1";

export type Route = keyof Api;
/** The JSON body that a route takes; never where it takes none. */
export type BodyOf<R extends Route> = Api[R] extends { body: infer B } ? B : never;
export type QueryOf<R extends Route> = Api[R] extends { query: infer Q } ? Q : Record<never, never>;
export type AnswerOf<R extends Route> = Api[R]["answer"];
/** The names in braces. */
export type ParamsOf<R extends string> = R extends `${string}{${infer P}}${infer Rest}` ? P | ParamsOf<Rest>
  : never;
