/**
 * `ext dev`: the extension in a living host, replaced when its files change. A new version takes over only once it was
 * bundled, loaded and answers; until then, and where it fails, the old one goes on.
 *
 * Invariants: (1) `current` is a version that was loaded; (2) a version that failed leaves nothing running.
 *
 * @module
 */

import type { Problem } from "../../core/workflow/problem.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";
import type { BuiltExtension } from "./built_extension.ts";
import { checkFolder } from "./check_folder.ts";
import { type FixtureResult, runFixtures } from "./run_fixtures.ts";
import type { OpenExtension, Workbench } from "./workbench.ts";

export type DevEvent =
  | {
    readonly type: "loaded" | "reloaded";
    readonly generation: number;
    readonly version: string;
    readonly contributes: readonly string[];
    readonly problems: readonly Problem[];
    readonly durationMs: number;
  }
  /** It did not load: nothing runs, or generation `kept` goes on. */
  | { readonly type: "failed"; readonly kept: number | undefined; readonly problems: readonly Problem[] }
  | { readonly type: "changed"; readonly files: readonly string[] }
  | { readonly type: "test"; readonly result: FixtureResult }
  | { readonly type: "log"; readonly line: string }
  | { readonly type: "ended" };

interface Generation {
  readonly number: number;
  readonly built: BuiltExtension;
  readonly contributes: readonly Contribution[];
  readonly open: OpenExtension;
}

/** Several files are often written at once. */
const SETTLED_MS = 80;

export class LiveExtension implements AsyncDisposable {
  readonly #folder: string;
  readonly #bench: Workbench;
  readonly #tell: (event: DevEvent) => void;
  #current: Generation | undefined;
  #number = 0;

  constructor(folder: string, bench: Workbench, tell: (event: DevEvent) => void) {
    this.#folder = folder;
    this.#bench = bench;
    this.#tell = tell;
  }

  /** The version that runs. */
  get current():
    | { readonly number: number; readonly built: BuiltExtension; readonly open: OpenExtension }
    | undefined {
    return this.#current;
  }

  /** Tries what is in the folder now. True where it runs. */
  async reload(): Promise<boolean> {
    const began = performance.now();
    const { problems, built, contributes } = await checkFolder(this.#folder, this.#bench);
    const isWrong = problems.some(({ severity }) => severity === "error");
    const next = isWrong || built === undefined || contributes === undefined
      ? undefined
      : await this.#start(built, contributes);
    if (next === undefined) {
      this.#tell({ type: "failed", kept: this.#current?.number, problems });
      return false;
    }
    const before = this.#current;
    this.#current = next;
    await before?.open[Symbol.asyncDispose]();
    this.#tell({
      type: before === undefined ? "loaded" : "reloaded",
      generation: next.number,
      version: next.built.manifest.version,
      contributes: contributes?.map(({ type }) => type) ?? [],
      problems,
      durationMs: performance.now() - began,
    });
    return true;
  }

  /** Runs the fixtures with the version that runs. */
  async test(): Promise<void> {
    if (this.#current === undefined) return;
    await runFixtures(this.#current.built, this.#bench, {
      onResult: (result) => {
        for (const line of result.log) this.#tell({ type: "log", line });
        this.#tell({ type: "test", result });
      },
    });
  }

  /** Reloads at each change until `signal` fires. */
  async watch(signal: AbortSignal): Promise<void> {
    using watcher = Deno.watchFs(this.#folder, { recursive: true });
    const stop = () => watcher.close();
    signal.addEventListener("abort", stop, { once: true });
    if (await this.reload()) await this.test();
    let changed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let working: Promise<void> = Promise.resolve();
    try {
      for await (const { kind, paths } of watcher) {
        if (kind === "access" || kind === "other") continue;
        for (const path of paths) if (this.#counts(path)) changed.add(path.slice(this.#folder.length + 1));
        if (changed.size === 0) continue;
        clearTimeout(timer);
        timer = setTimeout(() => {
          const files = [...changed].sort();
          changed = new Set();
          working = working.then(async () => {
            this.#tell({ type: "changed", files });
            if (await this.reload()) await this.test();
          });
        }, SETTLED_MS);
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      await working;
      this.#tell({ type: "ended" });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current?.open[Symbol.asyncDispose]();
    this.#current = undefined;
  }

  /** Golden files are written by tests, so they start none. */
  #counts(path: string): boolean {
    const below = path.slice(this.#folder.length + 1);
    return below !== "" && !/(^|[\\/])(\.|node_modules|dist)/.test(below) &&
      !below.endsWith(".golden.json") &&
      !below.endsWith("~");
  }

  async #start(built: BuiltExtension, contributes: readonly Contribution[]): Promise<Generation | undefined> {
    const open = await this.#bench.open(built, { onLog: (line) => this.#tell({ type: "log", line }) });
    try {
      await open.extensions.activate(built.manifest.id);
      this.#number++;
      return { number: this.#number, built, contributes, open };
    } catch {
      await open[Symbol.asyncDispose]();
      return undefined;
    }
  }
}
