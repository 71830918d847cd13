/**
 * Everything that the server takes from outside, as one record that main.ts fills. What costs time to open (the data
 * folder's database, extension hosts, the text core) stands behind functions that are called after the first page.
 *
 * @module
 */

import type { NodeTypeId, RunId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Refusal, UserCommand } from "../../core/orchestration/command.ts";
import type { LiveEvent, RunHandle, StartRequest } from "../../core/orchestration/run_handle.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { ExtensionPort } from "../../core/ports/extension.ts";
import type { FileProposalPort, ProposedPlaces } from "../../core/ports/file_proposals.ts";
import type { LanguagePort } from "../../core/ports/language.ts";
import type { MotifPort } from "../../core/ports/motif.ts";
import type { NotificationPort } from "../../core/ports/notification.ts";
import type { PitPort } from "../../core/ports/pit.ts";
import type { RunControlPort } from "../../core/ports/run_control.ts";
import type { StructurePort } from "../../core/ports/structure.ts";
import type { TextPorts } from "../../core/ports/text_editing.ts";
import type { Result } from "../../core/result.ts";
import type { Catalog } from "../../core/workflow/catalog.ts";
import type { Budget } from "../../core/workflow/definition.ts";
import type { Problem } from "../../core/workflow/problem.ts";
import type { GrantScope } from "../../core/policy/permission.ts";
import type { HealthClass } from "../../core/policy/health.ts";
import type { SecretLine } from "../api/permissions.ts";
import type { PermissionPrompts } from "./permission_prompts.ts";

/** What starts and continues runs. */
export interface RunStarter {
  start(request: StartRequest, listener: (event: LiveEvent) => void): Promise<RunHandle>;
  resume(
    run: RunId,
    listener: (event: LiveEvent) => void,
    options?: { readonly budget?: Budget },
  ): Promise<RunHandle>;
  command(run: RunId, command: UserCommand): Promise<Result<void, Refusal>>;
}

/** An open data folder with everything that runs on it. */
export interface Backend extends AsyncDisposable {
  readonly runner: RunStarter;
  readonly pit: PitPort;
  readonly control: RunControlPort;
  readonly extensions: ExtensionPort;
  readonly motifs?: MotifPort;
  unavailable?(types: readonly NodeTypeId[]): Promise<ReadonlyMap<NodeTypeId, string | undefined>>;
}

export interface TemplateText {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly text: string;
  readonly file: string;
  /** The extension that brings it, by name; absent for the program's own. */
  readonly from?: string;
}

export interface InstalledExtension {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: string;
  readonly origin: "bundled" | "user" | "given";
  readonly folder: string;
  readonly permissions: readonly {
    readonly permission: string;
    readonly reason: string;
    readonly granted: boolean;
  }[];
  /** Where it is not healthy. */
  readonly health?: { readonly class: HealthClass; readonly reason: string };
}

export interface GrantRecord {
  readonly extension: string;
  readonly permission: string;
  readonly verdict?: "allow" | "deny";
  readonly scope?: GrantScope;
  readonly env?: string;
  readonly until?: number;
}

export interface SettingRecord {
  readonly extension: string;
  readonly name: string;
  readonly value: Json | undefined;
  readonly isSet: boolean;
  readonly description: string;
  readonly schema: JsonObject;
}

/** What of the Conductor is shown. Facts are plain records of its own. */
export interface ConductorView {
  status(): Promise<object>;
  /** `id` may be any unique beginning. @throws SymphonyError `not-found` */
  explain(id: string): Promise<object>;
  /** Entries of the decision log from a place on, each with the place behind it; 0 is the beginning. */
  entries(from: number): AsyncIterable<{ readonly entry: object; readonly next: number }>;
  /** Takes what a person thinks of a run, or of one of its nodes; gives how many choices learn from it. */
  verdict?(
    pit: PitPort,
    about: {
      readonly run: RunId;
      readonly node?: string;
      readonly word: "accept" | "edit" | "reject";
    },
  ): Promise<number>;
}

export interface Composition {
  propose(request: {
    readonly goal: string;
    readonly catalog: Catalog;
    readonly templates: readonly TemplateText[];
  }): Promise<{ readonly candidates: readonly ComposedCandidate[]; readonly notes: readonly string[] }>;
}

export interface ComposedCandidate {
  readonly source: "template" | "parts" | "instrument";
  readonly text: string;
  readonly name: string;
  readonly description: string;
  readonly reason: string;
  readonly problems: readonly Problem[];
  readonly price: { readonly usdMost: number; readonly seconds?: number };
  readonly score: number;
}

/** The text core's ports; disposing lets go of it. */
export interface Texts extends TextPorts, AsyncDisposable {
  readonly language: LanguagePort;
  readonly structure: StructurePort;
}

/** What the first page needs. */
export interface UiShell {
  readonly version: string;
  /** How hints call the program. */
  readonly program: string;
  readonly clock: ClockPort;
  /** Absolute; made where it is not there. */
  readonly data: string;
  /** Absolute folder. */
  readonly workspace: string;
  /** Folder with the page's files. */
  readonly assets: string;
  /** Asks the person at the page; the grants of `open` go by it. */
  readonly prompts: PermissionPrompts;
}

/** Everything else; loaded after the first page. */
export interface UiServices extends UiShell {
  /** What extensions tell the person. */
  readonly notices?: NotificationPort;
  /** Calls `heard` when extensions were replaced, added or removed, until the returned function is called. */
  onReload?(heard: () => void): () => void;
  /** Opens the data folder. `around` is put between the runs and the extensions; `proposals` takes what runs propose to files. */
  open(
    around: (extensions: ExtensionPort) => ExtensionPort,
    proposals: FileProposalPort,
  ): Promise<Backend>;
  /** Judges where runs propose to. */
  readonly proposedPlaces: ProposedPlaces;
  /** The text core; undefined where there is none. */
  openTexts?(): Promise<Texts>;
  templates(): readonly TemplateText[];
  readonly conductor: ConductorView;
  readonly composition: Composition;
  installed(): Promise<readonly InstalledExtension[]>;
  readonly grants: {
    list(): Promise<readonly GrantRecord[]>;
    add(grant: GrantRecord): Promise<void>;
    remove(extension: string, permission: string): Promise<boolean>;
  };
  readonly secrets: {
    list(): Promise<readonly SecretLine[]>;
    /** @throws SymphonyError `bad-input` | `io` */
    keep(name: string, value: string): Promise<void>;
    /** False where nothing was kept. */
    forget(name: string): Promise<boolean>;
  };
  readonly settings: {
    list(): Promise<readonly SettingRecord[]>;
    change(
      change: { readonly extension: string; readonly name: string; readonly value: Json | undefined },
    ): Promise<void>;
  };
}
