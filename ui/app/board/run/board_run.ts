/**
 * Running from the board, and watching: starts a run of what is shown (also unsaved), follows its events, and tells the overlay
 * what becomes of each node. Only what changed runs again, where an earlier run of the board can be taken from.
 *
 * @module
 */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Json, JsonObject } from "../../../../core/json.ts";
import type { BudgetForecast } from "../../../../core/orchestration/run_forecast.ts";
import type { NodeProgress } from "../../../../core/orchestration/run_handle.ts";
import type { NodeId } from "../../../../core/ids.ts";
import type { PermissionPrompt } from "../../../api/permissions.ts";
import type { ApproveNode, RunCommand, RunDetail, RunNode, StartRun } from "../../../api/runs.ts";
import type { RunTopicEvent } from "../../../api/topics.ts";
import { shownState } from "../../monitor/runs/run_state.ts";
import { holdsNode } from "../../monitor/system/prompt_holds.ts";
import { promptNote, promptsOf } from "../../monitor/system/prompt_index.ts";
import { announce } from "../../state/announce.ts";
import type { App } from "../../state/app.ts";
import { ApiError } from "../../state/client.ts";
import { showToast } from "../../state/toasts.ts";
import { stateWord } from "../../parts/state_dot.tsx";
import type { Board } from "../board.ts";
import type { NodeStatus, RunOverlay } from "./run_overlay.ts";

/** What a run does to files: nothing, propose changes of them to the person, change them. */
export type Writing = "no" | "propose" | "write";
export type RunMode = "all" | "changed" | "mock" | { readonly fromNode: string } | {
  /** Only what these need. */
  readonly toNodes: readonly string[];
};

const ended: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

export class BoardRun {
  readonly detail = signal<RunDetail | undefined>(undefined);
  readonly runId = signal<string | undefined>(undefined);
  readonly isStarting = signal(false);
  /** True while a command or an answer is on its way. */
  readonly isTelling = signal(false);
  /** Inputs that were given last, offered again. */
  readonly inputs = signal<JsonObject>({});
  /** What the last run might do to files; a run again from there may what it might. */
  readonly writing = signal<Writing>("no");
  /** Streamed text of nodes, newest run only. */
  readonly said = signal<ReadonlyMap<string, string>>(new Map());
  /** Nodes whose outputs were taken as given; they must never look as if they had run. */
  readonly pinned = signal<ReadonlySet<string>>(new Set());
  /** What earlier runs spent, and where the budget may not do; undefined where there are none, or it is not known. */
  readonly forecast = signal<BudgetForecast | undefined>(undefined);
  /** Grows when outputs may be new. */
  readonly outputs = signal(0);
  /** Its state as a person sees it: one that has stopped to ask is not one that runs. */
  readonly shown = computed(() => {
    const detail = this.detail.value;
    if (detail !== undefined && detail.held.length > 0) return "held";
    return detail === undefined ? "queued" : shownState({
      ...detail,
      isAsking: detail.asking.some(({ for: what }) => what.kind !== "time"),
      asksLeave: this.prompts.value.length > 0,
    });
  });
  /** What its calls wait for leave for. */
  readonly prompts = computed(() => this.runId.value === undefined ? [] : promptsOf(this.runId.value));
  readonly #app: App;
  readonly #board: Board;
  readonly #overlay: RunOverlay;
  readonly #stopPrompts: () => void;
  #stop: (() => void) | undefined;
  #reload: ReturnType<typeof setTimeout> | undefined;

  constructor(app: App, board: Board, overlay: RunOverlay) {
    this.#app = app;
    this.#board = board;
    this.#overlay = overlay;
    this.#stopPrompts = effect(() => {
      void this.prompts.value;
      const detail = this.detail.peek();
      if (detail !== undefined) untracked(() => this.#mark(detail));
    });
  }

  close(): void {
    this.#stop?.();
    this.#stopPrompts();
    clearTimeout(this.#reload);
  }

  get isRunning(): boolean {
    const state = this.detail.value?.state;
    return state !== undefined && !ended.has(state);
  }

  /** Asks what a run of what is on the board is likely to spend. */
  async loadForecast(): Promise<void> {
    const body = { text: this.#board.document.text, file: this.#board.file };
    try {
      this.forecast.value = (await this.#app.client.call("POST /workflows/forecast", { body })).forecast;
    } catch {
      // The connection's own state says so; a run can be started without it.
      this.forecast.value = undefined;
    }
  }

  /** Starts a run of what is on the board; where it is refused, says why in passing. */
  async start(mode: RunMode, inputs: JsonObject, writing = this.writing.peek()): Promise<void> {
    const refused = await this.tryStart(mode, inputs, writing);
    if (refused === undefined) return;
    const text = [refused.message, refused.hint].filter(Boolean).join(". ");
    showToast({ look: "bad", title: "Cannot run", text });
  }

  /** Starts a run of what is on the board. Gives why not, where it is refused. */
  async tryStart(mode: RunMode, inputs: JsonObject, writing: Writing): Promise<ApiError | undefined> {
    const before = this.runId.peek();
    const pins = Object.fromEntries([...this.#overlay.pins.peek()].filter(([id]) => this.#isThere(id)));
    const breakpoints = [...this.#overlay.breakpoints.peek()].filter((id) => this.#isThere(id));
    const body: StartRun = {
      workflow: { text: this.#board.document.text, file: this.#board.file },
      inputs,
      mayWrite: writing === "write",
      ...(writing === "propose" ? { proposes: true } : {}),
      ...(Object.keys(pins).length === 0 ? {} : { pins }),
      ...(mode === "mock" ? { mock: true } : {}),
      ...(mode === "changed" && before !== undefined
        ? { from: { run: before, changed: true as const } }
        : {}),
      ...(typeof mode === "object" && "toNodes" in mode ? { to: mode.toNodes } : {}),
      ...(typeof mode === "object" && "fromNode" in mode && before !== undefined
        ? { from: { run: before, node: mode.fromNode } }
        : {}),
      ...(breakpoints.length === 0 ? {} : { breakpoints }),
    };
    this.isStarting.value = true;
    this.inputs.value = inputs;
    this.writing.value = writing;
    try {
      const { run, pinned } = await this.#app.client.call("POST /runs", { body });
      announce("The run has started");
      this.watch(run, pinned);
      return undefined;
    } catch (error) {
      return error instanceof ApiError ? error : new ApiError(undefined, "bug", String(error));
    } finally {
      this.isStarting.value = false;
    }
  }

  /** False for a node that was removed after something was noted for it. */
  #isThere(id: string): boolean {
    const { graph, scope } = this.#board.document;
    return scope.length > 0 || graph.nodes.has(id);
  }

  /** Shows a run on the board. */
  watch(run: string, pinned: readonly string[] = []): void {
    this.#stop?.();
    this.pinned.value = new Set(pinned);
    this.#overlay.clear();
    this.said.value = new Map();
    this.runId.value = run;
    this.detail.value = undefined;
    this.#stop = this.#app.live.subscribe(`run:${run}`, {
      onEvent: (event) => this.#take(run, event),
      onRefused: ({ detail, hint }) =>
        showToast({ look: "bad", title: detail, ...(hint === undefined ? {} : { text: hint }) }),
    });
    this.#look(run);
  }

  /** Takes the run off the board. */
  leave(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.runId.value = undefined;
    this.detail.value = undefined;
    this.#overlay.clear();
  }

  async command(type: "pause" | "resume" | "cancel"): Promise<void> {
    const reason = type === "pause" ? "paused on the board" : "cancelled on the board";
    await this.#command(type === "resume" ? { type } : { type, reason });
  }

  /** Sends a signal that a node waits for. */
  async signal(signal: string, value: Json): Promise<void> {
    await this.#command({ type: "signal", signal, value });
  }

  /** Goes on from a breakpoint; `step` stops before the next node. */
  async goOn(step: boolean, node?: string): Promise<void> {
    await this.#command({ type: "continue", step, ...(node === undefined ? {} : { node }) });
  }

  /** Goes on without a node, or without one of its items. */
  async skip(node: string, item?: number): Promise<void> {
    await this.#command({
      type: "skip-node",
      node: node as NodeId,
      ...(item === undefined ? {} : { item }),
      reason: "skipped on the board after it failed",
    });
  }

  /** Begins a failed node again, and with it the run that failed at it. */
  async retry(node: string): Promise<void> {
    await this.#command({ type: "retry-node", node: node as NodeId });
  }

  /** How a node is called on the board. */
  titleOf(node: string): string {
    return this.#board.graph.value.nodes.get(node)?.title ?? node;
  }

  async approve(answer: ApproveNode): Promise<void> {
    await this.#told((run) =>
      this.#app.client.call("POST /runs/{run}/approve", { params: { run }, body: answer })
    );
  }

  async #command(body: RunCommand): Promise<void> {
    await this.#told((run) => this.#app.client.call("POST /runs/{run}/commands", { params: { run }, body }));
  }

  async #told(call: (run: string) => Promise<unknown>): Promise<void> {
    const run = this.runId.peek();
    if (run === undefined || this.isTelling.peek()) return;
    this.isTelling.value = true;
    try {
      await call(run);
    } catch (error) {
      const hint = error instanceof ApiError ? error.hint : undefined;
      const title = error instanceof Error ? error.message : String(error);
      showToast({ look: "bad", title, ...(hint === undefined ? {} : { text: hint }) });
    } finally {
      this.isTelling.value = false;
    }
  }

  #take(run: string, event: RunTopicEvent): void {
    switch (event.kind) {
      case "snapshot":
        this.#show(event.run);
        for (const { node, text } of event.live) this.#hear(node, text, true);
        return;
      case "token":
        return this.#hear(event.text.node, event.text.text, false);
      case "progress":
        for (const node of event.nodes) this.#progress(node);
        return;
      case "note": {
        const share = event.total === undefined || event.total === 0 ? undefined : event.done / event.total;
        const before = this.#overlay.of(event.node).peek();
        if (before !== undefined) {
          this.#overlay.set(event.node, { ...before, share, note: event.note ?? before.note });
        }
        return;
      }
      case "event":
      case "held":
        return this.#lookSoon(run);
      case "log":
        return;
    }
  }

  #hear(node: string, text: string, isWhole: boolean): void {
    const said = new Map(this.said.peek());
    said.set(node, ((isWhole ? "" : said.get(node) ?? "") + text).slice(-20_000));
    this.said.value = said;
  }

  #progress({ node, state, done, total }: NodeProgress): void {
    const before = this.#overlay.of(node).peek();
    if (before?.state === "held" && state === "pending") return;
    const isFan = total > 1 || before?.counts !== "" && before !== undefined;
    const prompt = state === "running" ? this.#promptOf(node) : undefined;
    const share = isFan && total > 0 && (state === "running" || state === "retrying")
      ? done / total
      : undefined;
    this.#overlay.set(node, {
      state: prompt === undefined ? state : "waiting-for-input",
      counts: isFan ? `${done}/${total}` : "",
      share,
      note: prompt === undefined ? before?.note : promptNote(prompt),
    });
  }

  #promptOf(node: string): PermissionPrompt | undefined {
    return this.prompts.peek().find((prompt) => holdsNode(prompt, node));
  }

  /** Asks for the state a moment after an event: many events, one question. */
  #lookSoon(run: string): void {
    this.#reload ??= setTimeout(() => {
      this.#reload = undefined;
      this.#look(run);
    }, 80);
  }

  async #look(run: string): Promise<void> {
    try {
      const detail = await this.#app.client.call("GET /runs/{run}", { params: { run } });
      if (this.runId.peek() === run) this.#show(detail);
    } catch {
      // The connection's own state says so.
    }
  }

  #show(detail: RunDetail): void {
    const before = this.detail.peek();
    if (before !== undefined && before.run === detail.run && before.seq > detail.seq) return;
    this.detail.value = detail;
    this.#mark(detail);
    this.outputs.value++;
    if (before?.state !== detail.state && (before !== undefined || ended.has(detail.state))) {
      this.#tell(detail);
    }
  }

  /** The states of all nodes on the board. */
  #mark(detail: RunDetail): void {
    const held = new Set(detail.held);
    for (const node of detail.nodes) {
      if (node.scope !== undefined && node.scope !== "") continue;
      this.#overlay.set(node.node, statusOf(node, held.has(node.node), this.#promptOf(node.node)));
    }
    if (detail.part === undefined) return;
    const to = detail.part.to.map((node) => this.titleOf(node)).join(", ");
    const note = `Left out: the run goes only as far as ${to}`;
    for (const node of detail.part.nodes) {
      this.#overlay.set(node, { state: "left-out", counts: "", share: undefined, note });
    }
  }

  #tell({ state, failure }: RunDetail): void {
    announce(`The run: ${stateWord(state)}`);
    if (ended.has(state)) void this.loadForecast();
    if (state === "failed") {
      showToast({
        look: "bad",
        title: failure?.node === undefined ? "The run failed" : `${this.titleOf(failure.node)} failed`,
        ...(failure === undefined ? {} : { text: failure.message }),
        ...(failure?.node === undefined
          ? {}
          : { action: { title: "Show", run: () => this.#reveal(failure.node as string) } }),
      });
    }
  }

  #reveal(node: string): void {
    this.#board.select([node]);
    this.#board.reveal(node);
  }
}

function statusOf(node: RunNode, isHeld: boolean, prompt: PermissionPrompt | undefined): NodeStatus {
  const { state, isFan, total, counts, note } = node;
  const done = counts.completed + counts.failed + counts.skipped;
  const isUnderWay = state === "running" || state === "retrying";
  const asksLeave = prompt !== undefined && state === "running";
  return {
    state: isHeld ? "held" : asksLeave ? "waiting-for-input" : state,
    counts: isFan && total !== undefined ? `${done}/${total}` : "",
    share: isUnderWay && isFan && total !== undefined && total > 0 ? done / total : undefined,
    note: asksLeave ? promptNote(prompt) : node.failures[0]?.failure.message ?? note ?? node.skipReason,
  };
}
