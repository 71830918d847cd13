/**
 * The command line in this process: real runner, real Pit in memory, real extensions in process; only the terminal, the
 * files and the signals are adapters that a test can look into.
 *
 * @module
 */

import { runCli } from "../../cli/mod.ts";
import { ReaderGone } from "../../cli/reader_gone.ts";
import type { CliServices, Grant, Output, Served, ServeRequest, Template } from "../../cli/services.ts";
import { CompositionDesk } from "../../conductor/composition/mod.ts";
import { ConductorDesk } from "../../conductor/desk.ts";
import { FileDecisionLog } from "../../conductor/learning/file_log.ts";
import { FolderPolicies } from "../../conductor/learning/folder_policies.ts";
import { MemoryPolicies } from "../../conductor/learning/policy_store.ts";
import { SimpleConductor } from "../../conductor/simple_conductor.ts";
import { SymphonyError } from "../../core/errors.ts";
import { extensionId, newRunId } from "../../core/ids.ts";
import type { StartRequest } from "../../core/orchestration/run_handle.ts";
import { Runner } from "../../core/orchestration/runner.ts";
import type { ExtensionPort } from "../../core/ports/extension.ts";
import { InProcessExtensions } from "../../extensions/in_process.ts";
import { memoryPit } from "../../pit/memory_pit.ts";
import type { OpenPit } from "../../pit/open_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { folderFiles } from "../../system/folder_files.ts";
import { SystemRandom } from "../../system/random.ts";
import { SystemTriggers } from "../../system/triggers/system_triggers.ts";
import { trialExtension } from "./trial_extension.ts";

/** An output that keeps what is written and can lose its reader. */
export class MemoryOutput implements Output {
  isTerminal = false;
  text = "";
  writes: string[] = [];
  width = 80;
  /** Writes after which the reader goes. */
  readerLeavesAfter = Number.POSITIVE_INFINITY;
  onWrite: (text: string) => void = () => {};

  columns(): number {
    return this.width;
  }

  rows(): number {
    return 24;
  }

  write(text: string | Uint8Array): Promise<void> {
    if (this.writes.length >= this.readerLeavesAfter) return Promise.reject(new ReaderGone());
    const piece = typeof text === "string" ? text : new TextDecoder().decode(text);
    this.writes.push(piece);
    this.text += piece;
    this.onWrite(piece);
    return Promise.resolve();
  }
}

/** What a command said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A machine with a data folder in memory on which commands are given one after another. */
export class Desk {
  readonly files = new Map<string, Uint8Array>();
  readonly environment = new Map<string, string>([["TERM", "xterm"]]);
  readonly templates: Template[] = [];
  readonly granted: Grant[] = [];
  readonly exits: number[] = [];
  readonly policies = new MemoryPolicies();
  stdout = new MemoryOutput();
  stderr = new MemoryOutput();
  /** Set by a test to look at the outputs before a command starts. */
  prepare: () => void = () => {};
  readonly pit: OpenPit;
  readonly extensions: ExtensionPort;
  readonly #clock = new SystemClock();
  readonly #interrupts = new Set<() => void>();

  constructor() {
    const extensions = new InProcessExtensions([{
      id: extensionId("tests/trial"),
      definition: trialExtension,
    }]);
    this.extensions = extensions;
    this.pit = memoryPit({
      warm: (id) => extensions.activate(id),
      cool: (id) => extensions.deactivate(id),
      isAlive: (id) => extensions.isAlive(id),
    }, this.#clock);
  }

  /** Puts a file into the current folder. */
  put(name: string, content: string | object): void {
    const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
    this.files.set(`/here/${name}`, new TextEncoder().encode(text));
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path));
  }

  /** Ctrl-C. */
  interrupt(): void {
    for (const handler of [...this.#interrupts]) handler();
  }

  get listensToInterrupts(): boolean {
    return this.#interrupts.size > 0;
  }

  /** Asked to serve. */
  readonly served: ServeRequest[] = [];
  readonly startedInBrowser: StartRequest[] = [];
  readonly #server: Served = {
    isOurs: false,
    address: (place = "") => Promise.resolve(`http://127.0.0.1:1/#t=key${place}`),
    start: (request) => {
      this.startedInBrowser.push(request);
      return Promise.resolve(newRunId(0, () => 0));
    },
    finished: Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };

  /** Gives one command. */
  async say(...args: string[]): Promise<Said> {
    this.stdout = new MemoryOutput();
    this.stderr = new MemoryOutput();
    this.prepare();
    const code = await runCli(this.#services(args));
    return { code, out: this.stdout.text, err: this.stderr.text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pit[Symbol.asyncDispose]();
    await this.extensions.close();
  }

  #services(args: readonly string[]): CliServices {
    const { pit, extensions } = this;
    const runner = new Runner({
      pit,
      memo: pit.memo,
      control: pit.control,
      extensions,
      conductor: new SimpleConductor(),
      clock: this.#clock,
      random: new SystemRandom(),
    }, () => extensions.describe());
    const stay = () => Promise.resolve();
    return {
      args,
      env: (name) => this.environment.get(name),
      stdout: this.stdout,
      stderr: this.stderr,
      clock: this.#clock,
      random: new SystemRandom(),
      triggerSource: new SystemTriggers(),
      folder: "/here",
      onInterrupt: (handler) => {
        this.#interrupts.add(handler);
        return () => this.#interrupts.delete(handler);
      },
      exitNow: (code) => this.exits.push(code),
      readFile: (path) => {
        const bytes = this.files.get(path);
        if (bytes === undefined) {
          throw new SymphonyError("not-found", `Cannot read "${path}": there is no such file`);
        }
        return bytes;
      },
      writeFile: (path, bytes) => {
        this.files.set(path, bytes);
        return Promise.resolve();
      },
      isFolder: (path) =>
        path === "/here" || [...this.files.keys()].some((file) => file.startsWith(`${path}/`)),
      dataFolder: (flag) => flag ?? "/data",
      absolute: (path, base = "/here") => new URL(path, `file://${base}/`).pathname.replace(/(.)\/$/, "$1"),
      programOutput: (program) => Promise.resolve(program === "git" ? "git version 2.47.0" : undefined),
      makeTempFolder: () => Promise.reject(new Error("no folders here")),
      removeFolder: () => Promise.resolve(),
      startSelf: () => {
        throw new Error("no processes here");
      },
      freeSpace: () => 10 * 1024 ** 3,
      platform: "test",
      version: "0.0.1-test",
      program: "symphony",
      templates: () => this.templates,
      catalog: () => extensions.describe(),
      openSession: () =>
        Promise.resolve({
          runner,
          pit,
          queue: pit.queue,
          control: pit.control,
          extensions,
          [Symbol.asyncDispose]: stay,
        }),
      serve: (request) => {
        this.served.push(request);
        return Promise.resolve(this.#server);
      },
      openStore: () =>
        Promise.resolve({
          pit,
          queue: pit.queue,
          compaction: pit.compaction,
          control: pit.control,
          memo: pit.memo,
          pools: pit.pools,
          [Symbol.asyncDispose]: stay,
        }),
      composition: () =>
        new CompositionDesk({
          store: this.policies,
          clock: this.#clock,
          readFile: (path) => {
            const bytes = this.files.get(path);
            if (bytes === undefined) throw new Error(`no file ${path}`);
            return bytes;
          },
        }),
      conductor: () =>
        new ConductorDesk({
          folderFiles,
          monotonic: () => this.#clock.monotonic(),
          now: () => this.#clock.now(),
          open: (data) => ({
            log: new FileDecisionLog(`${data}/decisions.jsonl`),
            store: new FolderPolicies(data),
          }),
        }),
      installed: () => Promise.resolve([]),
      limits: {
        list: () => Promise.resolve([]),
        set: () => Promise.resolve(),
        remove: () => Promise.resolve(false),
      },
      settings: { list: () => Promise.resolve([]), change: () => Promise.resolve() },
      grants: {
        list: () => Promise.resolve(this.granted),
        add: (_data, grant) => {
          this.granted.push(grant);
          return Promise.resolve();
        },
        remove: (_data, extension, permission) => {
          const at = this.granted.findIndex((one) =>
            one.extension === extension && one.permission === permission
          );
          if (at >= 0) this.granted.splice(at, 1);
          return Promise.resolve(at >= 0);
        },
      },
    };
  }
}

/** The values of JSON lines; throws where a line is not JSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  assertEnds(text);
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>);
}

function assertEnds(text: string): void {
  if (text !== "" && !text.endsWith("\n")) throw new Error(`The last line has no end: ${text.slice(-80)}`);
}
