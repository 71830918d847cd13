/**
 * What the `ext`, `mcp` and `agents` commands ask of the extensions; main.ts gives it. Everything comes back as plain
 * facts, which the commands print for a person or, with --json, as they are.
 *
 * @module
 */

import type { Problem } from "../core/workflow/problem.ts";

export interface Packed {
  readonly id: string;
  readonly version: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
}

export interface TestResult {
  readonly name: string;
  readonly file: string;
  readonly passed: boolean;
  readonly faults: readonly string[];
  readonly durationMs: number;
  readonly updated: boolean;
  readonly log: readonly string[];
}

export interface TestRequest {
  readonly update: boolean;
  readonly only?: string;
  readonly onResult: (result: TestResult) => void;
}

/** What `ext dev` tells; every kind has its `type`. */
export type DevNews =
  | {
    readonly type: "loaded" | "reloaded";
    readonly generation: number;
    readonly version: string;
    readonly contributes: readonly string[];
    readonly problems: readonly Problem[];
    readonly durationMs: number;
  }
  | { readonly type: "failed"; readonly kept: number | undefined; readonly problems: readonly Problem[] }
  | { readonly type: "changed"; readonly files: readonly string[] }
  | { readonly type: "test"; readonly result: TestResult }
  | { readonly type: "log"; readonly line: string }
  | { readonly type: "ended" };

export interface InspectFacts {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: string;
  readonly description: string;
  readonly license: string | undefined;
  readonly moduleBytes: number;
  readonly codeHash: string;
  readonly permissions: readonly {
    readonly permission: string;
    readonly reason: string;
    readonly risk: string;
  }[];
  readonly contributes: readonly { readonly kind: string; readonly type: string; readonly title: string }[];
  readonly ui: Readonly<Record<string, number>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
  readonly files: readonly string[];
  readonly assets: readonly { readonly name: string; readonly sizeBytes: number }[];
}

export interface ConsentFacts {
  readonly asks: readonly {
    readonly permission: string;
    readonly what: string;
    readonly why: string;
    readonly risk: string;
    /** False where it is granted by itself later. */
    readonly given: boolean;
  }[];
  readonly doesNotAsk: readonly string[];
  readonly risk: string;
}

/** Fetched and checked, not installed. */
export interface StagedFacts extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly from: { readonly kind: string; readonly where: string };
  readonly before: string | undefined;
  readonly isSame: boolean;
  /** False for an update to an older version. */
  readonly isNewer: boolean;
  readonly problems: readonly Problem[];
  readonly refusal: string | undefined;
  readonly consent: ConsentFacts;
  install(): Promise<void>;
}

export interface InstalledFacts {
  readonly id: string;
  readonly version: string;
  readonly from: { readonly kind: string; readonly where: string };
  readonly installedAtMs: number;
  readonly previous: string | undefined;
  /** Why it cannot be used; undefined where it can. */
  readonly problem: string | undefined;
}

export interface ServerFacts {
  readonly name: string;
  /** A command with its words, or an address. */
  readonly target: string;
  /** As a workflow's `use` says them. */
  readonly tools: readonly {
    readonly type: string;
    readonly tool: string;
    readonly title: string;
    readonly description: string;
    readonly effect: string;
  }[];
}

export interface ServerRequest {
  readonly name: string;
  /** A command's words, or one address. */
  readonly target: readonly string[];
  /** Names of environment variables that are passed on. */
  readonly env: readonly string[];
  /** `Name: VARIABLE`, for an address. */
  readonly headers: readonly string[];
  readonly cwd: string;
  /** Overrides what the server says of its tools. */
  readonly effect?: string;
}

export interface AgentFacts {
  readonly name: string;
  readonly type: string;
  readonly target: string;
  readonly policy: string;
}

export interface AgentRequest {
  readonly name: string;
  readonly target: readonly string[];
  readonly env: readonly string[];
  readonly policy: string;
  readonly serves: readonly string[];
}

/** Starting a program of somebody else's: what to know before. */
export interface ProgramConsent {
  readonly what: string;
  readonly why: string;
  readonly risk: string;
  readonly notes: readonly string[];
}

export interface ExtDesk {
  /** @throws SymphonyError `bad-input` | `exists` */
  create(request: { readonly name: string; readonly kind: string; readonly folder: string }): Promise<{
    readonly id: string;
    readonly folder: string;
    readonly files: readonly string[];
  }>;
  check(folder: string): Promise<{ readonly id: string | undefined; readonly problems: readonly Problem[] }>;
  /** The problems that stand in the way, or the results. */
  test(folder: string, request: TestRequest): Promise<{
    readonly problems: readonly Problem[];
    readonly results: readonly TestResult[];
  }>;
  /** Until `signal` fires. */
  dev(folder: string, onNews: (news: DevNews) => void, signal: AbortSignal): Promise<void>;
  pack(
    folder: string,
  ): Promise<{ readonly problems: readonly Problem[]; readonly packed: Packed | undefined }>;
  docs(folder: string): Promise<{ readonly problems: readonly Problem[]; readonly page: string | undefined }>;
  /** A folder, an archive, an address, a package of npm, or the id of what is installed. */
  inspect(
    spec: string,
  ): Promise<{ readonly problems: readonly Problem[]; readonly facts: InspectFacts | undefined }>;
  installed(): Promise<readonly InstalledFacts[]>;
  stage(spec: string): Promise<StagedFacts>;
  stageUpdate(id: string): Promise<StagedFacts>;
  uninstall(id: string): Promise<void>;
  rollBack(id: string): Promise<{ readonly version: string }>;
  readonly mcp: {
    consent(request: ServerRequest): ProgramConsent;
    /** Starts it once, to see its tools, and keeps it. @throws SymphonyError where it does not answer */
    add(request: ServerRequest): Promise<ServerFacts>;
    list(): Promise<readonly ServerFacts[]>;
    /** Asks the server anew. */
    refresh(name: string): Promise<ServerFacts>;
    remove(name: string): Promise<boolean>;
  };
  readonly agents: {
    consent(request: AgentRequest): ProgramConsent;
    add(request: AgentRequest): Promise<AgentFacts>;
    list(): Promise<readonly AgentFacts[]>;
    remove(name: string): Promise<boolean>;
  };
}
