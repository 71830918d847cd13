/**
 * Everything the command line takes from outside, as one record that main.ts fills. What costs time to open (the data
 * folder's database, extension hosts) stands behind functions, so that `--version`, `--help` and `check` stay quick.
 *
 * The record has two halves: `ProcessServices` is the operating system's side, ready-made for Deno in
 * process_services.ts; the rest names adapters and therefore belongs to main.ts.
 *
 * @module
 */

import type { NodeId, NodeTypeId, RunId } from "../core/ids.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Refusal, UserCommand } from "../core/orchestration/command.ts";
import type { MovePlan } from "../core/orchestration/plan_move.ts";
import type { LiveEvent, RunHandle, StartRequest } from "../core/orchestration/run_handle.ts";
import type { ClockPort } from "../core/ports/clock.ts";
import type { ExtensionPort } from "../core/ports/extension.ts";
import type { LogCompactionPort } from "../core/ports/log_compaction.ts";
import type { MemoPort } from "../core/ports/memo.ts";
import type { MotifPort } from "../core/ports/motif.ts";
import type { PermissionPromptPort } from "../core/ports/permission_prompt.ts";
import type { PitPort } from "../core/ports/pit.ts";
import type { PoolHistoryPort } from "../core/ports/pool.ts";
import type { RandomPort } from "../core/ports/random.ts";
import type { QueuePort } from "../core/ports/queue.ts";
import type { ResourceMonitorPort } from "../core/ports/resource_monitor.ts";
import type { RunControlPort } from "../core/ports/run_control.ts";
import type { DecidedPlace } from "../core/ports/text_editing.ts";
import type { TriggerSourcePort } from "../core/ports/trigger_source.ts";
import type { Result } from "../core/result.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import type { Budget, WorkflowDefinition } from "../core/workflow/definition.ts";
import type { ComposeDesk } from "./compose_desk.ts";
import type { SafetyDesk } from "./safety_desk.ts";
import type { ConductorDesk } from "./conductor_desk.ts";
import type { ExtDesk } from "./ext_desk.ts";

/** One of the two output streams. */
export interface Output {
  /** Resolves when the text is handed over; writes keep their order. @throws ReaderGone on a broken pipe. */
  write(text: string | Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
  /** Width in cells; asked anew for each painting. */
  columns(): number;
  rows(): number;
}

/** The operating system's side. */
export interface ProcessServices {
  readonly args: readonly string[];
  env(name: string): string | undefined;
  /** Who is logged in, where the system tells. */
  loginName?(): string | undefined;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Absolute path of the current folder. */
  readonly folder: string;
  /** Calls `handler` on SIGINT and SIGTERM until the returned function is called. */
  onInterrupt(handler: () => void): () => void;
  /** Ends the process at once, for the second Ctrl-C. */
  exitNow(code: number): void;
  /** The file's bytes. @throws SymphonyError `not-found` | `permission` | `io` */
  readFile(path: string): Uint8Array;
  /** Replaces the file as a whole or not at all, making its folder. @throws SymphonyError `permission` | `io` | … */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Joins `path` to `base` (the current folder) where it is relative. */
  absolute(path: string, base?: string): string;
  /** Asks for a yes; undefined where nobody can be asked. */
  confirm?(question: string): Promise<boolean | undefined>;
  /** True for a folder that is there. */
  isFolder(path: string): boolean;
  /** What a program prints, for `git --version`; undefined where it cannot be started or fails. */
  programOutput(program: string, args: readonly string[]): Promise<string | undefined>;
  /** True where a person sits before standard input. */
  readonly isInteractive?: boolean;
  /** The next line that the person types; undefined at the end of the input or where `signal` fires. */
  readLine?(signal: AbortSignal): Promise<string | undefined>;
  /** Free bytes on the disk that holds `path`; undefined where that cannot be told. */
  freeSpace(path: string): number | undefined;
  /** A fresh folder of this process's own. */
  makeTempFolder(prefix: string): Promise<string>;
  /** Removes a folder and what is in it. */
  removeFolder(path: string): Promise<void>;
  /** Starts this program again as another process, with other words. */
  startSelf(words: readonly string[]): SelfProcess;
  /** For `doctor`: operating system, processor and runtime. */
  readonly platform: string;
}

/** This program as another process. */
export interface SelfProcess {
  /** What it prints, line by line, to its end. */
  readonly lines: AsyncIterable<string>;
  /** What it says on standard error, once it has ended. */
  readonly errors: Promise<string>;
  /** Ends it at once, with SIGKILL: it can do nothing about it. */
  kill(): void;
}

/** A workflow that ships with the program. */
export interface Template {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly text: string;
  /** What problems name as the file. */
  readonly file: string;
}

export interface SessionOptions {
  readonly data: string;
  /** Further folders with extensions, absolute. */
  readonly extensions: readonly string[];
  /** `EXTENSION:PERMISSION`, for this process only. */
  readonly grants: readonly string[];
  /** Puts something between the runs and the extensions. */
  readonly wrap?: (extensions: ExtensionPort) => ExtensionPort;
  /** Asks the person for permissions in the moment of use, where one is there. */
  readonly prompt?: PermissionPromptPort;
}

/** What starts and continues runs; the Runner of core/orchestration/runner.ts is one. */
export interface RunStarter {
  /** Starts a run and drives it in this process. `listener` sees every event, durable ones once they are. */
  start(request: StartRequest, listener: (event: LiveEvent) => void): Promise<RunHandle>;
  /** Continues a run that is paused, waits or lost its process; `budget` is what it may spend in all. @throws SymphonyError `not-found` | `busy` | … */
  resume(
    run: RunId,
    listener: (event: LiveEvent) => void,
    options?: { readonly budget?: Budget },
  ): Promise<RunHandle>;
  /**
   * Puts a command into the log of a run that no process drives; nothing is executed by it. For `runs cancel`, answers
   * to gates and signals. @throws SymphonyError `not-found` | `busy` where a living process drives the run.
   */
  command(run: RunId, command: UserCommand): Promise<Result<void, Refusal>>;
  /** Moves a run that no process drives to another version of its workflow; an error lists what is against it. */
  move(
    run: RunId,
    definition: WorkflowDefinition,
    options: { readonly mayWriteAgain: boolean; readonly isTrial?: boolean },
  ): Promise<Result<MovePlan, readonly string[]>>;
  /** The names of the run's own nodes. @throws SymphonyError `not-found` */
  nodes(run: RunId): Promise<readonly NodeId[]>;
}

/** An open data folder with everything that runs on it. Disposing closes the hosts and the database. */
export interface Session extends AsyncDisposable {
  readonly runner: RunStarter;
  readonly pit: PitPort;
  readonly control: RunControlPort;
  readonly queue: QueuePort;
  readonly extensions: ExtensionPort;
  /** What extensions use up. */
  readonly monitor?: ResourceMonitorPort;
  /** What extensions add to a user interface. */
  readonly motifs?: MotifPort;
  /** Asks instruments why they cannot be used; undefined for one that can. For `doctor`. */
  unavailable?(types: readonly NodeTypeId[]): Promise<ReadonlyMap<NodeTypeId, string | undefined>>;
}

/** The data folder only, without extensions: for `runs list`, `artifacts get` and the like. */
export type Store = AsyncDisposable & Pick<Session, "pit" | "control" | "queue"> & {
  readonly memo: MemoPort;
  readonly compaction: LogCompactionPort;
  readonly pools: PoolHistoryPort;
};

/** One line of `extensions list`. */
export interface InstalledExtension {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: string;
  readonly origin: "bundled" | "user" | "given";
  readonly folder: string;
  /** Absent where nothing is to be said of its health. */
  readonly health?: { readonly class: string; readonly reason: string };
  readonly permissions: readonly {
    /** As `grants add` takes it. */
    readonly permission: string;
    readonly reason: string;
    readonly granted: boolean;
  }[];
}

/** One line of `grants list`; never the secret itself. */
export interface Grant {
  readonly extension: string;
  readonly permission: string;
  /** For a secret: the environment variable it is read from. */
  readonly env?: string;
  /** Unix milliseconds; absent for always. */
  readonly until?: number;
  /** Absent for a grant. */
  readonly verdict?: "deny";
}

/** One line of `limits list`: a kind and its limit as a person writes it, such as `60/min`. */
export interface Limit {
  readonly kind: string;
  readonly limit: string;
}

/** A limit and who said it: a person, or nobody and it is what the machine has. */
export interface ListedLimit extends Limit {
  readonly from: "machine" | "set";
}

/** One line of `settings list`. */
export interface Setting {
  readonly extension: string;
  readonly name: string;
  /** Undefined where it is not set and has no default. */
  readonly value: Json | undefined;
  readonly isSet: boolean;
  readonly description: string;
  readonly schema: JsonObject;
}

export interface ServeRequest extends SessionOptions {
  /** Absolute folder whose files are shown and that runs may read. */
  readonly workspace: string;
  /** 0 for any; without it the one that was used last, or any. */
  readonly port?: number;
  /** Hears what goes wrong and concerns no request. */
  onError(line: string): void;
}

/** What serving needs; little of it costs anything to make. */
export type ServeServices =
  & ProcessServices
  & Pick<CliServices, "version" | "program" | "dataFolder" | "serve">;

/** A server of the page. */
export interface Served extends AsyncDisposable {
  /** False where another process serves this data folder already. */
  readonly isOurs: boolean;
  /** A new one-time address; `place` is the view that it opens, such as `/runs/ID`. */
  address(place?: string): Promise<string>;
  /** Starts a run in the server. */
  start(request: StartRequest): Promise<RunId>;
  readonly finished: Promise<void>;
}

/** What `doctor` finds. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
  /** What to do about it; empty where nothing need be done. */
  readonly remedy: string;
}

/** A named check; it gives one finding or several and does not throw for what it looks for. */
export interface DoctorCheck {
  readonly name: string;
  run(): Promise<Finding | readonly Finding[]>;
}

/** Finds the text of a workflow by file or template name, for sub-workflows beside `from`; undefined where unknown. */
export type WorkflowResolver = (
  reference: string,
  from: string,
) => { readonly file: string; readonly text: string } | undefined;

/** What people decided about the changes that a run proposed to files. */
export interface RunReviewed {
  /** Oldest first; times are Unix milliseconds. */
  readonly places: readonly (DecidedPlace & {
    readonly file?: string;
    readonly at: number;
    readonly takenBack?: { readonly at: number; readonly by: string };
  })[];
  /** What all decisions about a change set came to, and how many of the Conductor's choices learned from it. */
  readonly verdicts: readonly {
    readonly changeSet: string;
    readonly verdict: "accept" | "edit" | "reject";
    readonly at: number;
    readonly credited: number;
  }[];
}

export interface CliServices extends ProcessServices {
  /** What was decided in the page about the changes of a run. */
  reviews?(data: string, run: RunId): Promise<RunReviewed>;
  readonly version: string;
  /** How hints call the program: `symphony` when compiled, else `deno task -q symphony`. */
  readonly program: string;
  readonly clock: ClockPort;
  readonly random: RandomPort;
  /** Schedules, files, git and the web, for triggers. */
  readonly triggerSource: TriggerSourcePort;
  /** The absolute data folder: the flag, else SYMPHONY_DATA, else the platform's convention. Does not make it. */
  dataFolder(flag: string | undefined): string;
  templates(): readonly Template[];
  /** Node types for `check`; opens no database and starts no extension that was described before. */
  catalog(options: SessionOptions): Promise<Catalog>;
  openSession(options: SessionOptions): Promise<Session>;
  openStore(data: string): Promise<Store>;
  /** Serves the board and the monitor. @throws SymphonyError `busy` where the port is taken */
  serve(request: ServeRequest): Promise<Served>;
  /** The Conductor's own commands. */
  conductor(): ConductorDesk;
  /** Composes workflows; what it learns is kept in the data folder. */
  composition(data: string): ComposeDesk;
  /** Making and installing extensions, for the data folder. */
  ext?(data: string): Promise<ExtDesk>;
  installed(options: SessionOptions): Promise<readonly InstalledExtension[]>;
  readonly grants: {
    list(data: string): Promise<readonly Grant[]>;
    /** Gives the permission as it was kept: a secret's with where it goes. */
    add(data: string, grant: Grant): Promise<string | void>;
    /** False where there was none. */
    remove(data: string, extension: string, permission: string): Promise<boolean>;
  };
  readonly settings: {
    /** Of all installed extensions, or of one. @throws SymphonyError `not-found` | `bad-input` */
    list(options: SessionOptions, extension?: string): Promise<readonly Setting[]>;
    /** Without a value, back to the default. @throws SymphonyError `not-found` | `bad-input` | `io` */
    change(
      options: SessionOptions,
      change: { readonly extension: string; readonly name: string; readonly value: Json | undefined },
    ): Promise<void>;
  };
  readonly limits: {
    list(data: string): Promise<readonly ListedLimit[]>;
    /** @throws SymphonyError `bad-input` */
    set(data: string, limit: Limit): Promise<void>;
    /** False where there was none. */
    remove(data: string, kind: string): Promise<boolean>;
  };
  /** Permissions, health and use of extensions beyond grants. */
  readonly safety?: SafetyDesk;
  /** Checks beyond those that doctor_command.ts makes itself through the ports. */
  doctorChecks?(options: SessionOptions): readonly DoctorCheck[];
}
