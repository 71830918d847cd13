/** A run that is looked at: its model, its graph, and the commands that a person gives it. @module */

import { effect, signal } from "@preact/signals";
import type { ApproveNode, LogLine, LogQuery, RunCommand, RunDefinition } from "../../../api/runs.ts";
import type { App } from "../../state/app.ts";
import { ApiError } from "../../state/client.ts";
import { announce } from "../../state/announce.ts";
import { stateWord } from "../../parts/state_dot.tsx";
import { messageOf } from "../../parts/states.tsx";
import { showToast } from "../../state/toasts.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { nextFrame } from "../frames.ts";
import { promptsOf } from "../system/prompt_index.ts";
import { graphOfScope } from "./node_rows.ts";
import { runLines } from "./run_index.ts";
import { RunModel } from "./run_model.ts";

const DESCRIBE_MS = 2000;
const LARGE = 2000;

export class RunWatch {
  readonly app: App;
  readonly run: string;
  readonly model: RunModel;
  readonly definition = signal<RunDefinition | undefined>(undefined);
  readonly isDefinitionAsked = signal(false);
  readonly error = signal<unknown>(undefined);
  /** A command is under way. */
  readonly isBusy = signal(false);
  readonly #stop: () => void;
  readonly #stopLines: () => void;
  readonly #stopPrompts: () => void;
  readonly #abort = new AbortController();
  #describeTimer: number | undefined;
  #said: string | undefined;

  constructor(app: App, run: string) {
    this.app = app;
    this.run = run;
    this.model = new RunModel(run, nextFrame);
    // The whole log where it is short enough for the server to give it, else what it comes to.
    this.#stop = app.live.subscribe(`run:${run}`, {
      after: { seq: -1 },
      onEvent: (event) => {
        this.model.take(event, Date.now());
        if (event.kind !== "event" && event.kind !== "snapshot") return;
        this.#stateMayHaveChanged();
        // Who carries it out changes when it stops to ask.
        if (event.kind === "event" && event.event.type === "node.waiting") {
          this.#describeSoon(DESCRIBE_MS / 4);
        }
      },
      // A snapshot says it all; the log alone does not say whether its values are made up.
      onSubscribed: (how) => how === "snapshot" || this.#describeSoon(0),
      onRefused: (problem) =>
        this.error.value = new ApiError(problem, problem.code, problem.detail, problem.hint),
    });
    this.#stopLines = effect(() => {
      const line = runLines.value.get(run);
      if (line !== undefined) this.model.driven(line.driver);
    });
    this.#stopPrompts = effect(() => this.model.asksLeave(promptsOf(run)));
    void this.load();
  }

  close(): void {
    this.#stop();
    this.#stopLines();
    this.#stopPrompts();
    this.#abort.abort();
    clearTimeout(this.#describeTimer);
  }

  /** Asks for what the stream does not tell: the graph, and who carries the run out. */
  async load(): Promise<void> {
    const { client } = this.app;
    const { signal } = this.#abort;
    const params = { run: this.run };
    try {
      const definition = await client.call("GET /runs/{run}/definition", { params, signal }).catch(
        (error: unknown) => {
          if (error instanceof ApiError && error.code !== "offline") return undefined;
          throw error;
        },
      );
      // A run that is not there has no stream either: without asking for itself, one would wait for ever.
      if (definition === undefined && !this.model.isKnown) {
        await client.call("GET /runs/{run}", { params, signal });
      }
      if (signal.aborted) return;
      this.definition.value = definition;
      this.isDefinitionAsked.value = true;
      this.error.value = undefined;
    } catch (error) {
      if (!signal.aborted) this.error.value = error;
    }
  }

  /** How a node is called: by its title, where the definition can be read. */
  titleOf(node: string, scope?: string): string {
    const graph = this.definition.value?.graph;
    const body = graph && graphOfScope(graph, scope);
    return body?.nodes.find(({ id }) => id === node)?.title ?? node;
  }

  /** The log kept by the server, for what was said before this page looked. */
  async logs(
    query: Pick<LogQuery, "node" | "by" | "level" | "offset">,
  ): Promise<{ readonly lines: readonly LogLine[]; readonly total: number }> {
    const page = await this.app.client.call("GET /runs/{run}/log", {
      params: { run: this.run },
      query: { limit: 5000, ...query },
      signal: this.#abort.signal,
    });
    return page;
  }

  /** Gives a command and says how it went. */
  async command(command: RunCommand, title: string): Promise<boolean> {
    return await this.#do(title, async () => {
      const { status } = await this.app.client.call("POST /runs/{run}/commands", {
        params: { run: this.run },
        body: command,
      });
      if (status === "left") {
        showToast({ look: "info", title, text: "The process that carries the run out will take it" });
      }
    });
  }

  /** Carries the run out here from now on. */
  async resume(): Promise<boolean> {
    return await this.#do("Resume", async () => {
      await this.app.client.call("POST /runs/{run}/resume", { params: { run: this.run } });
    });
  }

  async approve(answer: ApproveNode): Promise<boolean> {
    return await this.#do(answer.approved ? "Approve" : "Reject", async () => {
      await this.app.client.call("POST /runs/{run}/approve", { params: { run: this.run }, body: answer });
    });
  }

  /** Starts a new run of the same definition that keeps what need not be done again, and shows it. */
  async rerun(
    how: { readonly from?: readonly string[]; readonly changed?: boolean },
    title: string,
  ): Promise<boolean> {
    return await this.#do(title, async () => {
      const { run } = await this.app.client.call("POST /runs/{run}/rerun", {
        params: { run: this.run },
        body: how,
      });
      navigate(hrefOf("runs", run));
      showToast({ look: "good", title, text: `Run ${run} takes over what it may from ${this.run}` });
    });
  }

  async #do(title: string, work: () => Promise<void>): Promise<boolean> {
    this.isBusy.value = true;
    try {
      await work();
      this.#describeSoon(50);
      return true;
    } catch (error) {
      const hint = error instanceof ApiError ? error.hint : undefined;
      showToast({
        look: "bad",
        title: `${title} was refused`,
        text: [messageOf(error), hint].filter((part) => part !== undefined && part !== "").join(". "),
      });
      return false;
    } finally {
      this.isBusy.value = false;
    }
  }

  #stateMayHaveChanged(): void {
    const { state } = this.model.account;
    if (this.#said !== undefined && this.#said !== state) {
      announce(`Run ${stateWord(state).toLowerCase()}`);
      this.#describeSoon(100);
    }
    this.#said = state;
  }

  #describeSoon(ms: number): void {
    clearTimeout(this.#describeTimer);
    // The account of a large run is megabytes; the list of runs tells who carries it out.
    if (this.model.account.nodes.size > LARGE && this.model.detail !== undefined) return;
    this.#describeTimer = setTimeout(async () => {
      try {
        const detail = await this.app.client.call("GET /runs/{run}", {
          params: { run: this.run },
          signal: this.#abort.signal,
        });
        this.model.describe(detail);
        if (detail.driver === "here" && detail.state !== "running") this.#describeSoon(DESCRIBE_MS);
      } catch {
        // The stream goes on telling; this was only about who carries it out.
      }
    }, ms);
  }
}
