/**
 * One run as the page knows it: fed by the topic `run:ID`, either with the whole log or with a snapshot and what comes after.
 * Nothing here touches the page; `tick` grows at most once a frame, whatever arrives.
 *
 * Invariants:
 * M1. After the whole log, every figure is that of core's RunAccount, fed the same events.
 * M2. After a snapshot, states and counts of settled items are exact; the number of items of a fan-out that run at that
 *     moment is bounded by what is still open, and exact again with the next snapshot.
 * M3. A snapshot takes the place of everything before it.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { NodeId } from "../../../../core/ids.ts";
import { engineLine } from "../../../../core/orchestration/engine_words.ts";
import {
  isSettled,
  type NodeAccount,
  nodeState,
  RunAccount,
} from "../../../../core/orchestration/run_account.ts";
import type { NodeProgress } from "../../../../core/orchestration/run_handle.ts";
import type { LoggedEvent, RunStateName } from "../../../../core/ports/dag.ts";
import type { LiveText, RunTopicEvent } from "../../../api/mod.ts";
import type { PermissionPrompt } from "../../../api/permissions.ts";
import type { Asking, ItemState, LogLine, RunDetail, RunDriver, RunNode } from "../../../api/runs.ts";
import { holdsNode } from "../system/prompt_holds.ts";
import { shownState } from "./run_state.ts";

/** `waiting-for-input`: a call of it is held until a person gives leave. */
export type NodeState = ItemState | "pending" | "queued" | "held" | "waiting-for-input";

/** What the calls of a node have said, the newest at the end. */
const MAX_TEXT = 64 * 1024;
const MAX_LINES = 5000;
/** Attempts and other events of a node that are kept for its panel. */
const MAX_HISTORY = 200;

export interface Totals {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly running: number;
  readonly retrying: number;
  readonly waiting: number;
  readonly fallbacks: number;
  readonly attempts: number;
  readonly costUsd: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
}

export class RunModel {
  readonly run: string;
  /** Grows when something has changed, once a frame. */
  readonly tick = signal(0);
  readonly #later: (work: () => void) => void;
  #account = new RunAccount();
  #detail: RunDetail | undefined;
  #asking: Asking[] = [];
  #progress = new Map<string, NodeProgress>();
  #texts = new Map<string, LiveText>();
  #history = new Map<string, LoggedEvent[]>();
  #notes = new Map<string, string>();
  #bodyNodes: string[] = [];
  #bodySet = new Set<string>();
  /** Fan-outs of a snapshot: which of their items were under way then, it does not say. */
  #seededFans = new Set<NodeAccount>();
  #driver: RunDriver | undefined;
  #isDue = false;
  #totals: Totals | undefined;
  #touched = new Set<string>();
  /** What was told since the last snapshot, steps of the engine among it. */
  readonly lines: LogLine[] = [];
  /** Grows with each snapshot: what is in no line then, the server has kept. */
  snapshots = 0;
  etaMs: number | undefined;
  /** When `etaMs` was said; the page's clock. */
  etaAt = 0;
  held: readonly string[] = [];
  /** What its calls wait for leave for, as the page's list of questions tells. */
  #prompts: readonly PermissionPrompt[] = [];
  /** What the run's length hangs on by what earlier runs took. */
  criticalPath: readonly string[] = [];
  isKnown = false;

  /** `later` runs the work with the next frame. */
  constructor(run: string, later: (work: () => void) => void) {
    this.run = run;
    this.#later = later;
  }

  get account(): RunAccount {
    return this.#account;
  }

  /** What the server said of the run beside its log: who carries it out, whether it is a trial with made-up values. */
  get detail(): RunDetail | undefined {
    return this.#detail;
  }

  get asking(): readonly Asking[] {
    return [...this.#asking, ...this.#account.waiting.map((one) => one as Asking)];
  }

  /** Nodes inside bodies that the log has named: what the graph's own nodes do not tell. */
  get bodyNodes(): readonly string[] {
    return this.#bodyNodes;
  }

  /** Who carries it out, as the list of runs tells. */
  get driver(): RunDriver | undefined {
    return this.#driver ?? this.#detail?.driver;
  }

  driven(by: RunDriver): void {
    if (this.#driver === by) return;
    this.#driver = by;
    this.#changed();
  }

  /** As a person sees it: a run that has stopped to ask is not one that runs. */
  get state(): RunStateName | "held" {
    if (this.held.length > 0) return "held";
    return shownState({
      state: this.#account.state,
      driver: this.driver,
      isAsking: this.asking.some((one) => one.for.kind !== "time"),
      asksLeave: this.#prompts.length > 0,
    });
  }

  get prompts(): readonly PermissionPrompt[] {
    return this.#prompts;
  }

  /** Its calls wait for leave for these now. */
  asksLeave(prompts: readonly PermissionPrompt[]): void {
    if (prompts.length === 0 && this.#prompts.length === 0) return;
    for (const key of this.#account.nodes.keys()) {
      const isHeld = (prompt: PermissionPrompt) => holdsNode(prompt, nodeIn(key));
      if (this.#prompts.some(isHeld) || prompts.some(isHeld)) this.#touched.add(key);
    }
    this.#prompts = prompts;
    this.#changed();
  }

  /** The key of the node of that name that runs, at the top or in a body. */
  keyNamed(node: string): string {
    const top = keyOf(node, undefined);
    if (this.#account.nodes.has(top)) return top;
    return [...this.#account.nodes.keys()].find((key) => nodeIn(key) === node) ?? top;
  }

  /** What a call of the node waits for leave for. */
  promptOf(key: string): PermissionPrompt | undefined {
    return this.#prompts.find((prompt) => holdsNode(prompt, nodeIn(key)));
  }

  /** Keys of nodes that changed since this was last asked. */
  takeTouched(): ReadonlySet<string> {
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  take(event: RunTopicEvent, now: number): void {
    switch (event.kind) {
      case "snapshot":
        this.snapshot(event.run);
        for (const text of event.live) this.#say(text);
        break;
      case "event":
        this.#event(event.event);
        break;
      case "token":
        this.#say(event.text);
        break;
      case "log":
        this.#line(event.line);
        break;
      case "note":
        this.#notes.set(keyOf(event.node, event.scope), event.note ?? "");
        this.#touched.add(keyOf(event.node, event.scope));
        break;
      case "progress":
        this.etaMs = event.progress.etaMs;
        this.etaAt = now;
        this.criticalPath = event.progress.criticalPath ?? this.criticalPath;
        // Those under way; who is not among them any more is told by the log.
        for (const name of this.#progress.keys()) this.#touched.add(keyOf(name, undefined));
        this.#progress.clear();
        for (const node of event.nodes) {
          this.#progress.set(node.node, node);
          this.#touched.add(keyOf(node.node, undefined));
        }
        break;
      case "held":
        for (const node of [...this.held, ...event.nodes]) this.#touched.add(keyOf(node, undefined));
        this.held = event.nodes;
    }
    this.#changed();
  }

  /** Takes the place of what was known (M3). */
  snapshot(detail: RunDetail): void {
    this.snapshots++;
    this.#detail = detail;
    this.isKnown = true;
    this.#account = seeded(detail);
    this.#seededFans = new Set([...this.#account.nodes.values()].filter(({ isFan }) => isFan));
    this.#asking = [...detail.asking];
    this.#progress.clear();
    this.#history.clear();
    this.#texts.clear();
    this.held = detail.held;
    this.etaMs = detail.etaMs;
    this.#bodyNodes = detail.nodes.filter(({ scope }) => scope !== undefined).map(({ node, scope }) =>
      keyOf(node, scope)
    );
    this.#bodySet = new Set(this.#bodyNodes);
    for (const key of this.#account.nodes.keys()) this.#touched.add(key);
    this.#changed();
  }

  /** What the server says beside the log; the nodes stay as they are. */
  describe(detail: RunDetail): void {
    if (detail.seq > this.#account.lastSeq) return this.snapshot(detail);
    this.#detail = detail;
    this.held = detail.held;
    this.isKnown = true;
    this.#changed();
  }

  node(key: string): NodeAccount | undefined {
    return this.#account.nodes.get(key);
  }

  stateOf(key: string): NodeState {
    const node = this.#account.nodes.get(key);
    if (this.held.length > 0 && this.held.includes(nodeIn(key))) return "held";
    const state = node === undefined ? "pending" : nodeState(node);
    // The same name in another scope, where nothing runs, waits for nothing.
    if (state === "running" && this.#prompts.length > 0 && this.promptOf(key) !== undefined) {
      return "waiting-for-input";
    }
    if (state === "pending" && key.startsWith("/") && this.#progress.get(key.slice(1))?.state === "queued") {
      return "queued";
    }
    return state;
  }

  /** Of 0 to 1 where items are counted. */
  shareOf(key: string): number | undefined {
    const node = this.#account.nodes.get(key);
    if (node === undefined || !node.isFan || node.count === undefined || node.count === 0) return undefined;
    const { completed, failed, skipped } = node.counts;
    return Math.min(1, (completed + failed + skipped) / node.count);
  }

  noteOf(key: string): string {
    return this.#notes.get(key) ?? (key.startsWith("/") ? this.#progress.get(key.slice(1))?.note ?? "" : "");
  }

  /** What the node's calls have said, by item. */
  textsOf(key: string): readonly LiveText[] {
    return [...this.#texts.values()].filter((text) => keyOf(text.node, text.scope) === key);
  }

  historyOf(key: string): readonly LoggedEvent[] {
    return this.#history.get(key) ?? [];
  }

  /** With nodes of the graph that the log has not named yet, so that a run that has just begun is not half done. */
  totals(graph: readonly { readonly id: string }[] = []): Totals {
    if (this.#totals === undefined) {
      const sum = sumOf(this.#account);
      const unseen = graph.filter(({ id }) => !this.#account.nodes.has(keyOf(id, undefined))).length;
      this.#totals = { ...sum, total: sum.total + unseen };
    }
    return this.#totals;
  }

  #event(event: LoggedEvent): void {
    if (event.seq <= this.#account.lastSeq) return;
    this.isKnown = true;
    const before = this.#account.state;
    const node = this.#account.add(event);
    if (node !== undefined && this.#seededFans.has(node)) boundOpen(node);
    const line = engineLine(event);
    if (line !== undefined) this.#line(line);
    if (before !== this.#account.state) this.etaMs = undefined;
    if (event.type === "nodes.reset" || event.type === "run.moved") {
      for (const key of this.#account.nodes.keys()) this.#touched.add(key);
      this.#asking = [];
    }
    if (node === undefined || !("node" in event) || event.type === "run.failed") return;
    const key = keyOf(event.node, event.scope);
    this.#touched.add(key);
    if (event.scope !== undefined && !this.#bodySet.has(key)) {
      this.#bodySet.add(key);
      this.#bodyNodes.push(key);
    }
    const history = this.#history.get(key);
    if (history === undefined) this.#history.set(key, [event]);
    else if (history.push(event) > MAX_HISTORY * 2) history.splice(0, history.length - MAX_HISTORY);
    if (this.#asking.length > 0) {
      this.#asking = this.#asking.filter((one) =>
        one.node !== event.node || one.scope !== event.scope || one.item !== event.item
      );
    }
    if (event.type === "node.completed" || event.type === "node.failed") this.#notes.delete(key);
    if (event.type === "node.started") this.#texts.delete(textKey(event.node, event.scope, event.item));
  }

  #line(line: LogLine): void {
    this.lines.push(line);
    if (this.lines.length > 2 * MAX_LINES) this.lines.splice(0, this.lines.length - MAX_LINES);
  }

  #say(text: LiveText): void {
    const key = textKey(text.node, text.scope, text.item);
    const known = this.#texts.get(key);
    this.#touched.add(keyOf(text.node, text.scope));
    if (known === undefined || known.attempt !== text.attempt || text.from < known.from) {
      this.#texts.set(key, text);
      return;
    }
    // What was cut on the way shows as a gap.
    const end = known.from + known.text.length;
    const joined = text.from <= end
      ? known.text.slice(0, text.from - known.from) + text.text
      : `${known.text}\n…\n${text.text}`;
    const cut = Math.max(0, joined.length - MAX_TEXT);
    this.#texts.set(key, { ...known, from: known.from + cut, text: joined.slice(cut) });
  }

  #changed(): void {
    this.#totals = undefined;
    if (this.#isDue) return;
    this.#isDue = true;
    this.#later(() => {
      this.#isDue = false;
      this.tick.value = this.tick.peek() + 1;
    });
  }
}

/** No more can be under way than have not ended (M2). */
function boundOpen(node: NodeAccount): void {
  const { counts } = node;
  let open = isSettled(node)
    ? 0
    : (node.count ?? Infinity) - counts.completed - counts.failed - counts.skipped;
  for (const state of ["running", "retrying", "waiting"] as const) {
    counts[state] = Math.max(0, Math.min(counts[state], open));
    open -= counts[state];
  }
}

/** Names a node of the run: its scope and its id. */
export function keyOf(node: string, scope: string | undefined): string {
  return `${scope ?? ""}/${node}`;
}

/** The node's own name in its key. */
function nodeIn(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

function textKey(node: string, scope: string | undefined, item: number | undefined): string {
  return `${keyOf(node, scope)}/${item ?? ""}`;
}

function sumOf(account: RunAccount): Totals {
  let [done, total, failed, running, retrying, waiting] = [0, 0, 0, 0, 0, 0];
  let [fallbacks, attempts, costUsd, tokensIn, tokensOut] = [0, 0, 0, 0, 0];
  for (const node of account.nodes.values()) {
    const { counts } = node;
    const items = counts.running + counts.retrying + counts.waiting + counts.completed + counts.failed +
      counts.skipped;
    total += Math.max(1, node.isFan ? node.count ?? items : items);
    done += counts.completed + counts.failed + counts.skipped;
    // A fan-out without items, and one that was skipped as a whole, have ended too.
    if (items === 0 && isSettled(node)) done++;
    failed += counts.failed;
    running += counts.running;
    retrying += counts.retrying;
    waiting += counts.waiting;
    fallbacks += node.fallbacks;
    attempts += node.attempts;
    costUsd += node.costUsd;
    tokensIn += node.tokensIn;
    tokensOut += node.tokensOut;
  }
  return {
    done,
    total,
    failed,
    running,
    retrying,
    waiting,
    fallbacks,
    attempts,
    costUsd,
    tokensIn,
    tokensOut,
  };
}

/** The account that the detail was made of, as far as it tells (M2). */
function seeded(detail: RunDetail): RunAccount {
  const account = new RunAccount();
  account.workflow = detail.workflow;
  account.version = detail.version;
  account.workspace = detail.workspace;
  account.mayWrite = detail.mayWrite;
  account.proposes = detail.proposes === true;
  account.part = detail.part;
  account.state = detail.state;
  account.createdAt = detail.startedAt;
  account.endedAt = detail.endedAt;
  account.lastSeq = detail.seq;
  account.failure = detail.failure as RunAccount["failure"];
  account.outputs = detail.outputs;
  account.inputs = detail.inputs;
  account.degraded = detail.degraded as readonly NodeId[];
  for (const node of detail.nodes) account.nodes.set(keyOf(node.node, node.scope), accountOf(node));
  return account;
}

function accountOf(node: RunNode): NodeAccount {
  const items = new Map<number, ItemState>();
  if (!node.isFan && node.state !== "pending") items.set(-1, node.state);
  const hasEnded = node.state === "completed" || node.state === "failed" || node.state === "skipped";
  return {
    node: node.node as NodeId,
    scope: node.scope,
    isFan: node.isFan,
    count: node.total,
    items,
    whole: node.isFan && hasEnded ? node.state as ItemState : undefined,
    counts: { ...node.counts },
    attempts: node.attempts,
    startedAt: node.startedAt,
    endedAt: node.endedAt,
    instrument: node.instrument,
    reason: node.reason,
    fallbacks: node.fallbacks,
    rounds: node.rounds ?? 0,
    tokensIn: node.tokensIn,
    tokensOut: node.tokensOut,
    costUsd: node.costUsd,
    skipReason: node.skipReason,
    skipFailure: undefined,
    failures: node.failures.map(({ item, failure }) => ({ item, failure })),
    output: node.output,
    reused: node.reused,
    reusedItems: node.reusedItems ?? 0,
    missed: node.missed,
  };
}
