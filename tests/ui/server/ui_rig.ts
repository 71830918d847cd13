/**
 * The page's server in this process: real sockets, real runner, the Pit in memory, extensions in process.
 *
 * @module
 */

import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { extensionId } from "../../../core/ids.ts";
import type { FileProposalPort } from "../../../core/ports/file_proposals.ts";
import type { MotifPort } from "../../../core/ports/motif.ts";
import { MockExtensions } from "../../../core/orchestration/mock_run.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import { proposedPlaces } from "../../../extensions/capabilities/proposed_place.ts";
import { Grants } from "../../../extensions/grants.ts";
import { InProcessExtensions } from "../../../extensions/in_process.ts";
import { liveSecrets } from "../../../extensions/secret_book.ts";
import type { ExtensionDefinition } from "../../../extensions/sdk/mod.ts";
import { memoryPit } from "../../../pit/memory_pit.ts";
import type { OpenPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";
import { PermissionPrompts, startServer, type UiServer, type UiServices } from "../../../ui/server/mod.ts";
import { type AnswerOf, API_BASE, type ApiProblem, type Route } from "../../../ui/api/mod.ts";
import { trialExtension } from "../../cli/trial_extension.ts";
import { EventClient } from "./event_client.ts";

export interface RigOptions {
  readonly extensions?: readonly ExtensionDefinition[];
  readonly openTexts?: NonNullable<UiServices["openTexts"]>;
  readonly port?: number;
  readonly motifs?: MotifPort;
  /** A folder that the page was built into; none by default. */
  readonly assets?: string;
}

export interface Answered<T> {
  readonly status: number;
  readonly value: T;
  readonly headers: Headers;
}

export class UiRig implements AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  readonly pit: OpenPit;
  readonly extensions: InProcessExtensions;
  readonly errors: string[] = [];
  readonly prompts = new PermissionPrompts(new SystemClock());
  readonly granted: { extension: string; permission: string }[] = [];
  readonly decisions: object[] = [];
  readonly #options: RigOptions;
  #proposals: FileProposalPort | undefined;
  #server: UiServer | undefined;
  cookie = "";

  static async start(options: RigOptions = {}): Promise<UiRig> {
    const rig = new UiRig(options);
    await rig.open();
    return rig;
  }

  private constructor(options: RigOptions) {
    this.#options = options;
    const temporary = Deno.makeTempDirSync({ prefix: "symphony-ui-" });
    this.folder = `${temporary}/workspace`;
    this.data = `${temporary}/data`;
    Deno.mkdirSync(this.folder);
    Deno.mkdirSync(this.data);
    const clock = new SystemClock();
    const definitions = options.extensions ?? [trialExtension];
    this.extensions = new InProcessExtensions(
      definitions.map((definition, at) => ({
        id: extensionId(`trial/kit${at === 0 ? "" : at}`),
        definition,
      })),
      {
        proposals: {
          propose: (proposal) => this.#takes().propose(proposal),
          files: (run) => this.#takes().files(run),
          read: (run, file) => this.#takes().read(run, file),
        },
      },
    );
    this.pit = memoryPit({
      warm: (extension) => this.extensions.activate(extension),
      cool: (instance) => this.extensions.deactivate(instance),
      isAlive: (instance) => this.extensions.isAlive(instance),
    }, clock);
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the server and opens a session. */
  async open(): Promise<void> {
    const services = this.#services();
    this.#server = await startServer(services, () => Promise.resolve(services), {
      onError: (line) => this.errors.push(line),
      ...this.#options.port === undefined ? {} : { port: this.#options.port },
    });
    if (this.cookie === "") this.cookie = await this.newSession();
  }

  address(): string {
    return this.#server?.address() ?? "";
  }

  async newSession(): Promise<string> {
    const key = this.address().split("#t=")[1] ?? "";
    const response = await fetch(`${this.origin}${API_BASE}/session`, {
      method: "POST",
      headers: { origin: this.origin, "content-type": "application/json" },
      body: JSON.stringify({ key }),
    });
    await response.body?.cancel();
    return (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  }

  /** Stops the server; the Pit stays. */
  async stop(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    this.#server = undefined;
  }

  /** Calls a route. */
  async call<R extends Route>(
    route: R,
    options: {
      readonly path?: string;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Answered<AnswerOf<R>>> {
    const [method = "", pattern = ""] = route.split(" ");
    const response = await fetch(`${this.origin}${API_BASE}${options.path ?? pattern}`, {
      method,
      headers: {
        cookie: this.cookie,
        origin: this.origin,
        ...options.body === undefined ? {} : { "content-type": "application/json" },
        ...options.headers,
      },
      ...options.body === undefined ? {} : { body: JSON.stringify(options.body) },
    });
    const text = await response.text();
    return { status: response.status, value: JSON.parse(text) as AnswerOf<R>, headers: response.headers };
  }

  /** Calls a route that refuses. */
  async refused(route: Route, options: Parameters<UiRig["call"]>[1] = {}): Promise<ApiProblem> {
    const { value } = await this.call(route, options);
    return value as unknown as ApiProblem;
  }

  /** @param window names the author of edits */
  connect(window?: string): Promise<EventClient> {
    return EventClient.connect(this.port, this.cookie, window);
  }

  write(name: string, content: string | object): void {
    const text = typeof content === "string" ? content : JSON.stringify(content, undefined, 2);
    Deno.writeTextFileSync(`${this.folder}/${name}`, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.pit[Symbol.asyncDispose]();
    await this.extensions.close();
    await Deno.remove(`${this.folder}/..`, { recursive: true });
  }

  #takes(): FileProposalPort {
    if (this.#proposals === undefined) throw new Error("The server is not open");
    return this.#proposals;
  }

  #services(): UiServices {
    const clock = new SystemClock();
    return {
      version: "0.0.1-test",
      program: "symphony",
      clock,
      data: this.data,
      workspace: this.folder,
      assets: this.#options.assets ?? `${this.folder}/none`,
      open: (around, proposals) => {
        this.#proposals = proposals;
        const { pit } = this;
        const extensions = around(this.extensions);
        const mockExtensions = around(new MockExtensions(this.extensions));
        const conductor = new SimpleConductor();
        const random = new SystemRandom();
        const runner = new Runner(
          { pit, control: pit.control, extensions, mockExtensions, conductor, clock, random, mayAsk: true },
          () => extensions.describe(),
        );
        return Promise.resolve({
          runner,
          pit,
          control: pit.control,
          extensions,
          ...this.#options.motifs === undefined ? {} : { motifs: this.#options.motifs },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        });
      },
      proposedPlaces,
      templates: () => [],
      prompts: this.prompts,
      conductor: {
        status: () => Promise.resolve({ decisions: this.decisions.length }),
        explain: (id) => Promise.resolve({ decision: id, why: ["because"] }),
        entries: async function* (this: UiRig, from: number) {
          for (let at = from; at < this.decisions.length; at++) {
            yield { entry: this.decisions[at] as object, next: at + 1 };
          }
        }.bind(this),
      },
      composition: { propose: () => Promise.resolve({ candidates: [], notes: [] }) },
      installed: () =>
        Promise.resolve([{
          id: "trial/kit",
          name: "Trial",
          version: "1.0.0",
          kind: "operator",
          origin: "given" as const,
          folder: "",
          permissions: [],
        }]),
      grants: {
        list: () => Promise.resolve(this.granted),
        add: (grant) => {
          this.granted.push(grant);
          return Promise.resolve();
        },
        remove: (extension, permission) => {
          const at = this.granted.findIndex((one) =>
            one.extension === extension && one.permission === permission
          );
          if (at >= 0) this.granted.splice(at, 1);
          return Promise.resolve(at >= 0);
        },
      },
      secrets: liveSecrets(
        { load: () => Promise.resolve({ installed: [], problems: [] }) },
        Grants.open(this.data),
      ),
      settings: { list: () => Promise.resolve([]), change: () => Promise.resolve() },
      ...this.#options.openTexts === undefined ? {} : { openTexts: this.#options.openTexts },
    };
  }
}

/** Waits until `is` holds; fails after `ms`. */
export async function until(is: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!await is()) {
    if (performance.now() > end) throw new Error(`Not within ${ms} ms: ${is}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
