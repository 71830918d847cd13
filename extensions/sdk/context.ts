/**
 * What a handler is given beside its input. Every power is a capability that the core carries out and checks against
 * what the manifest asked for and the user granted; without the grant a call rejects with an ExtensionFailure of class
 * `permission`.
 *
 * @module
 */

export interface FileEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Files below the run's workspace (and granted folders). Relative paths start there; links out of it are refused. */
export interface FilesCapability {
  read(path: string): Promise<Uint8Array>;
  /** UTF-8; rejects with class `input` where the bytes are not. */
  readText(path: string): Promise<string>;
  /** The entries of one directory, sorted by name. */
  list(path: string): Promise<readonly FileEntry[]>;
  /** Undefined where nothing is there. */
  stat(path: string): Promise<FileEntry | undefined>;
  /** Replaces the file atomically, making parent folders. Only where the run may write. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Removes one file; harmless where nothing is. Only where the run may write. */
  remove(path: string): Promise<void>;
}

/** Git, with fixed arguments: the core runs the command. Paths are relative to the workspace. */
export interface GitCapability {
  /** `git log`, newest first; with `stats`, the added and removed lines of each file. */
  log(
    options?: { range?: string; max?: number; since?: string; paths?: readonly string[]; stats?: boolean },
  ): Promise<readonly GitCommit[]>;
  /** A unified diff: of the work tree, or between two revisions. */
  diff(options?: { from?: string; to?: string; paths?: readonly string[] }): Promise<string>;
  /** Tags, newest first. */
  tags(): Promise<readonly { readonly name: string; readonly commit: string; readonly atMs: number }[]>;
  /** False where the workspace is in no repository, or git is not installed. */
  isRepository(): Promise<boolean>;
}

export interface GitCommit {
  readonly hash: string;
  readonly author: string;
  readonly atMs: number;
  readonly subject: string;
  readonly body: string;
  readonly parents: readonly string[];
  readonly files: readonly { readonly path: string; readonly added: number; readonly removed: number }[];
}

/** Files that the extension's manifest lists under `assets`. */
export interface AssetsCapability {
  bytes(name: string): Promise<Uint8Array>;
}

export interface ArtifactsCapability {
  /** Stores bytes; the id is their SHA-256. */
  put(bytes: Uint8Array, options?: { type?: string; name?: string }): Promise<string>;
  get(id: string): Promise<Uint8Array>;
}

/** What a model answered. */
export interface ModelReply {
  /** For a task the structure that it promises; of an instrument `text`, `model`, `finish`, and `data` where a `schema` was given. */
  readonly output: Readonly<Record<string, unknown>>;
  /** Who answered: the instrument's name. */
  readonly instrument: string;
  /** Tokens, sent and answered together, and US dollars, as the core counted them. */
  readonly tokens: number;
  readonly usd: number;
}

/**
 * Models of the person, in the nodes of a run. What is asked counts against the run's budget and the manifest's `resources`; no key is
 * seen. Needs `{ "kind": "models", "use": […] }`.
 */
export interface ModelsCapability {
  /**
   * Asks a task (`instrument/review`), for which the Conductor chooses a model, or an instrument by its name (`openai/gpt`); `input` is
   * what a node of a workflow would be given: the task's inputs, or `prompt`, `system`, `schema`, `maxTokens`, `temperature`. Four are
   * asked at a time, the others wait. Rejects with class `permission`, `credit` (a budget is spent), `unavailable`, `input`, `output` (the
   * answer is not as it must be), or whatever the model's extension failed with.
   */
  ask(use: string, input: Readonly<Record<string, unknown>>): Promise<ModelReply>;
}

/** A text as it is in the editor. */
export interface EditorText {
  readonly text: string;
  /** Names this state of the text; a proposal may be made from it. */
  readonly revision: number;
  /** True where the file holds something else. */
  readonly unsaved: boolean;
}

/** A finished text that was made from an older one. */
export interface TextProposal {
  /** What it was made from: the text, or the revision that was read. */
  readonly base: string | number;
  readonly text: string;
  /** Why, in a few words, for the person. */
  readonly note?: string;
}

/**
 * Texts in the page's editor, below the run's workspace: reading what is there, unsaved changes too, and proposing changes, which the
 * person reviews place by place. Nothing is written into a file. Where no editor is (the command line), calls reject with class
 * `unavailable`. Needs `{ "kind": "editor", "access": "read" }` or `"propose"`.
 */
export interface EditorCapability {
  read(path: string): Promise<EditorText>;
  /**
   * Brings a proposal into the newest text. Gives how many places of the text it changed, and how many contradict what others changed
   * meanwhile; all of them wait for the person's review.
   */
  propose(
    path: string,
    proposal: TextProposal,
  ): Promise<{ readonly changes: number; readonly waiting: number }>;
}

/** Messages to the person, under the extension's name. Needs `{ "kind": "notifications" }`. */
export interface NotificationsCapability {
  /**
   * Shows one line of plain text; what is longer than 300 characters is cut. Rejects with class `rate-limit` and the time to wait after
   * ten at once; one more each six seconds.
   */
  show(text: string, level?: "info" | "warn" | "error"): Promise<void>;
}

export interface CallContext {
  /** Fires when the call is cancelled or its time is over; stop soon. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** The same for every attempt of this node and item. */
  readonly idempotencyKey: string;
  readonly files: FilesCapability;
  readonly git: GitCapability;
  readonly assets: AssetsCapability;
  readonly artifacts: ArtifactsCapability;
  readonly models: ModelsCapability;
  readonly editor: EditorCapability;
  readonly notifications: NotificationsCapability;
  /** As the platform's fetch, to granted hosts only; the core adds granted secrets, which are never seen here. */
  readonly fetch: typeof fetch;
  /** The extension's settings: defaults of its `config` schema under what the user set. */
  readonly config: Readonly<Record<string, unknown>>;
  progress(done: number, total?: number, note?: string): void;
  log(level: "debug" | "info" | "warn" | "error", text: string): void;
}

export interface InstrumentContext extends CallContext {
  /** Streams a piece of the answer to whoever watches. */
  token(text: string): void;
}

export interface InstrumentRequest {
  readonly system: string;
  readonly prompt: string;
  /** The name of the task (`review`), or undefined when the instrument was called by its own name. */
  readonly task: string | undefined;
  /** The node's input as it was bound. */
  readonly input: Readonly<Record<string, unknown>>;
  /** JSON Schema of the asked structure; undefined for free text. */
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly model: string | undefined;
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
  /** US dollars that serving the request may cost at most; undefined where nothing limits it. */
  readonly maxUsd: number | undefined;
  /** Tokens, sent and answered together, that serving the request may take at most; undefined where nothing limits it. */
  readonly maxTokensInAll: number | undefined;
}

export interface InstrumentReply {
  readonly text: string;
  /** The structured answer where a schema was asked. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly finish: "stop" | "length" | "tool" | "filter" | "other";
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  readonly costUsd?: number;
}
