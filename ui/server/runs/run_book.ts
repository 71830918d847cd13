/**
 * The runs of a data folder as this server knows them: those that it carries out, those that another process does, and
 * those long past. Each has a topic; the list is a topic too.
 *
 * Invariants:
 * B1. What this server carries out stands in `driving` on the disk, so that it goes on after the server was killed.
 * B2. A run that others carry out is read from the log while somebody looks at it, and only then.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import { type RunId, runId } from "../../../core/ids.ts";
import type { UserCommand } from "../../../core/orchestration/command.ts";
import type { RunAccount } from "../../../core/orchestration/run_account.ts";
import { readDefinition } from "../../../core/orchestration/run_definition.ts";
import type { LiveEvent, RunHandle, StartRequest } from "../../../core/orchestration/run_handle.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { RunStateName, RunSummary } from "../../../core/ports/dag.ts";
import type { Budget, WorkflowDefinition } from "../../../core/workflow/definition.ts";
import type { CommandAnswer, RunDetail, RunDriver, RunLine } from "../../api/runs.ts";
import type { RunsEvent } from "../../api/topics.ts";
import type { KeyedTopic } from "../events/keyed_topic.ts";
import { RunTopic } from "../events/run_topic.ts";
import { Refusal } from "../http/problems.ts";
import type { Backend } from "../services.ts";
import { detailOf, lineOf } from "./run_detail.ts";
import { runTime } from "./run_time.ts";

const LOOK_MS = 250;
const LIST_MS = 1000;
const PROGRESS_MS = 1000;
/** Topics of runs that nobody watches and nobody drives, kept for the next look. */
const TOPICS_KEPT = 32;
const LISTED = 200;
const MAX_PROGRESS_NODES = 500;

export interface RunFacts {
  readonly definition: WorkflowDefinition | undefined;
  readonly isResumed: boolean;
}

/** Hears what happens in runs of this process. */
export interface RunObserver {
  started(run: RunId, facts: RunFacts): void;
  heard(run: RunId, event: LiveEvent, account: RunAccount): void;
  stopped(run: RunId, state: RunStateName): void;
}

/** Keeps the ids of the runs that this server drives. */
export interface DrivingFile {
  read(): readonly string[];
  write(runs: readonly string[]): void;
}

export interface RunBookOptions {
  readonly backend: Backend;
  readonly clock: ClockPort;
  readonly driving: DrivingFile;
  readonly list: KeyedTopic;
  readonly observers: readonly RunObserver[];
  /** Nodes that a breakpoint of the run holds. */
  held(run: RunId): readonly string[];
  /** Whether a call of the run is held until a person gives leave. */
  asksLeave(run: string): boolean;
  onError(what: string, error: unknown): void;
}

interface Driven {
  readonly handle: RunHandle;
  /** Settles when the run has stopped and is no longer among the driven. */
  stopped: Promise<void>;
  stopProgress: (() => void) | undefined;
}

export class RunBook {
  readonly #options: RunBookOptions;
  readonly #topics = new Map<RunId, RunTopic>();
  readonly #driven = new Map<RunId, Driven>();
  readonly #looking = new Map<RunId, () => void>();
  /** What the list said last of each run. */
  readonly #listed = new Map<string, string>();
  #stopListing: (() => void) | undefined;
  #isStopping = false;

  constructor(options: RunBookOptions) {
    this.#options = options;
  }

  /** Runs of this process that have not stopped. */
  get active(): number {
    return this.#driven.size;
  }

  /** Starts a run and drives it here. @throws SymphonyError `busy` while the server stops */
  async start(request: StartRequest): Promise<RunId> {
    this.#mustGoOn();
    const listener = new LateListener();
    const handle = await this.#options.backend.runner.start(request, (event) => listener.hear(event));
    this.#drive(handle, listener, { definition: request.definition, isResumed: false });
    return handle.run;
  }

  /** Drives a run here from where its log ends, with another `budget` where one is given. @throws SymphonyError `not-found` | `busy` */
  async resume(run: RunId, budget?: Budget): Promise<void> {
    if (await this.#driving(run) !== undefined) return;
    this.#mustGoOn();
    const topic = this.#topicOf(run);
    await topic.catchUp();
    const listener = new LateListener();
    const definition = await this.#definitionOf(topic.account);
    const handle = await this.#options.backend.runner.resume(
      run,
      (event) => listener.hear(event),
      budget === undefined ? {} : { budget },
    );
    this.#drive(handle, listener, { definition, isResumed: true });
  }

  /** Goes on with what a server that died was driving. */
  async resumeLeft(): Promise<void> {
    const left = this.#options.driving.read();
    const summaries = new Map<string, RunSummary>();
    for await (const summary of this.#options.backend.pit.dag.list()) summaries.set(summary.run, summary);
    for (const id of left) {
      const summary = summaries.get(id);
      if (summary === undefined || summary.state !== "running") continue;
      try {
        await this.resume(summary.run);
      } catch (error) {
        this.#options.onError(`go on with run ${id}`, error);
      }
    }
    this.#keepDriving();
  }

  /** Gives a person's command to whoever may apply it; goes on with a run that nobody drives. */
  async command(run: RunId, command: UserCommand): Promise<CommandAnswer> {
    const driven = await this.#driving(run);
    if (driven !== undefined) {
      const applied = driven.handle.command(command);
      if (!applied.ok) throw refused(run, command, applied.error);
      return { status: "applied" };
    }
    const { control, runner } = this.#options.backend;
    await this.exists(run);
    if (command.type === "resume") {
      await this.resume(run, command.budget);
      return { status: "applied" };
    }
    if (await control.isClaimed(run)) {
      await control.send(run, command);
      return { status: "left" };
    }
    const applied = await runner.command(run, command);
    if (!applied.ok) throw refused(run, command, applied.error);
    await this.#topicOf(run).catchUp();
    if (command.type !== "cancel" && command.type !== "pause") await this.resume(run);
    return { status: "applied" };
  }

  /** The topic of a run. @throws SymphonyError `not-found` | `bad-id` */
  async topic(id: string): Promise<RunTopic> {
    const run = runId(id);
    const known = this.#topics.get(run);
    if (known !== undefined) return known;
    await this.exists(run);
    return this.#topicOf(run);
  }

  /** The account of a run, up to now. @throws SymphonyError `not-found` | `bad-id` */
  async account(id: string): Promise<RunAccount> {
    const topic = await this.topic(id);
    await topic.catchUp();
    return topic.account;
  }

  async detail(id: string): Promise<RunDetail> {
    const topic = await this.topic(id);
    await topic.catchUp();
    return await this.#detail(topic.run, topic.account);
  }

  /** Lines of runs for which `wants`, newest first, at most `limit`. */
  async lines(limit: number, wants: (summary: RunSummary) => boolean = () => true): Promise<RunLine[]> {
    const lines: RunLine[] = [];
    for await (const summary of this.#options.backend.pit.dag.list()) {
      if (!wants(summary)) continue;
      lines.push(await this.#line(summary));
      if (lines.length >= limit) break;
    }
    return lines;
  }

  async driverOf(run: RunId, state: RunStateName): Promise<RunDriver> {
    if (this.#driven.has(run)) return "here";
    if (isEnd(state)) return "ended";
    return await this.#options.backend.control.isClaimed(run) ? "elsewhere" : "nobody";
  }

  /** What the list's readers begin with. */
  async listSnapshot(): Promise<RunsEvent> {
    const runs = await this.lines(LISTED);
    for (const line of runs) this.#listed.set(line.run, JSON.stringify(line));
    return { kind: "snapshot", runs };
  }

  /** Looks at the list of runs for what others did, while somebody reads it. */
  watchList(isWatched: boolean): void {
    this.#stopListing?.();
    this.#stopListing = undefined;
    if (!isWatched) return;
    const look = () => {
      void this.#compareList().catch((error) => this.#options.onError("list runs", error)).finally(() => {
        if (this.#stopListing !== undefined) this.#stopListing = this.#options.clock.schedule(LIST_MS, look);
      });
    };
    this.#stopListing = this.#options.clock.schedule(LIST_MS, look);
  }

  /** A breakpoint holds other nodes now. */
  heldChanged(run: RunId): void {
    this.#topics.get(run)?.tell({ kind: "held", nodes: this.#options.held(run) });
  }

  /** Something beside the log says another thing of the run now. */
  lineChanged(run: string): void {
    const topic = this.#topics.get(runId(run));
    if (topic !== undefined) this.#publishLine(topic.run, topic.account);
  }

  /** Stops driving: every run pauses, and goes on when the next server starts. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.watchList(false);
    for (const stop of this.#looking.values()) stop();
    const running = [...this.#driven.values()];
    for (const { handle, stopProgress } of running) {
      stopProgress?.();
      handle.command({ type: "pause", reason: "the server stops" });
    }
    await Promise.allSettled(running.map(({ handle }) => handle.done));
  }

  /** @throws SymphonyError `not-found` */
  async exists(run: RunId): Promise<RunSummary> {
    for await (const summary of this.#options.backend.pit.dag.list()) {
      if (summary.run === run) return summary;
      // Ids begin with the time: older ones follow.
      if (summary.run < run && summary.startedAt < runTime(run) - 60_000) break;
    }
    throw new SymphonyError("not-found", `Cannot find run ${run}: there is none in this data folder`);
  }

  /** What carries a run out here. Waits for what is about to stop: its log says so before its process is done with it. */
  async #driving(run: RunId): Promise<Driven | undefined> {
    let driven = this.#driven.get(run);
    while (driven?.handle.isStopping === true) {
      await driven.stopped;
      driven = this.#driven.get(run);
    }
    return driven;
  }

  #mustGoOn(): void {
    if (!this.#isStopping) return;
    throw new SymphonyError("busy", "Cannot carry out a run: the server stops", { hint: "Start it again" });
  }

  async #definitionOf({ definition }: RunAccount): Promise<WorkflowDefinition | undefined> {
    if (definition === undefined) return undefined;
    const kept = await readDefinition(this.#options.backend.pit.artifacts, definition).catch(() => undefined);
    return kept?.definition;
  }

  #drive(handle: RunHandle, listener: LateListener, facts: RunFacts): void {
    const { run } = handle;
    const topic = this.#topicOf(run);
    const driven: Driven = { handle, stopped: Promise.resolve(), stopProgress: undefined };
    this.#driven.set(run, driven);
    this.#keepDriving();
    for (const observer of this.#options.observers) observer.started(run, facts);
    listener.attach((event) => {
      topic.hear(event);
      for (const observer of this.#options.observers) observer.heard(run, event, topic.account);
      if (event.durable && (event.event.type.startsWith("run.") || event.event.type === "node.waiting")) {
        this.#publishLine(run, topic.account);
      }
    });
    this.#publishLine(run, topic.account);
    if (topic.isWatched) this.#tellProgress(run);
    driven.stopped = handle.done.then(({ state }) => this.#stopped(run, state), (error) => {
      this.#options.onError(`carry run ${run} out`, error);
      this.#stopped(run, "failed");
    });
  }

  #stopped(run: RunId, state: RunStateName): void {
    const topic = this.#topicOf(run);
    this.#driven.get(run)?.stopProgress?.();
    this.#driven.delete(run);
    this.#keepDriving();
    for (const observer of this.#options.observers) observer.stopped(run, state);
    this.#publishLine(run, topic.account);
    if (topic.isWatched && !isEnd(state)) this.#look(topic);
    this.#forgetTopics();
  }

  #topicOf(run: RunId): RunTopic {
    const known = this.#topics.get(run);
    if (known !== undefined) return known;
    const { backend, clock } = this.#options;
    const topic: RunTopic = new RunTopic(run, {
      dag: backend.pit.dag,
      clock,
      detail: (account) => this.#detail(run, account),
      watched: (isWatched) => this.#watched(topic, isWatched),
    });
    this.#topics.set(run, topic);
    return topic;
  }

  #watched(topic: RunTopic, isWatched: boolean): void {
    this.#looking.get(topic.run)?.();
    this.#looking.delete(topic.run);
    const driven = this.#driven.get(topic.run);
    if (!isWatched) {
      driven?.stopProgress?.();
      this.#forgetTopics();
    } else if (driven !== undefined) this.#tellProgress(topic.run);
    else this.#look(topic);
  }

  /** Reads on in a log that another process writes. */
  #look(topic: RunTopic): void {
    const { clock, onError } = this.#options;
    const look = () => {
      if (this.#driven.has(topic.run) || !topic.isWatched) return;
      const before = topic.account.lastSeq;
      void topic.catchUp().catch((error) => onError(`read run ${topic.run}`, error)).finally(() => {
        if (topic.account.lastSeq > before) this.#publishLine(topic.run, topic.account);
        // What has ended may be told to go on by somebody else, but nobody needs that at once.
        const wait = isEnd(topic.account.state) ? 8 * LOOK_MS : LOOK_MS;
        if (topic.isWatched) this.#looking.set(topic.run, clock.schedule(wait, look));
      });
    };
    this.#looking.set(topic.run, clock.schedule(LOOK_MS, look));
  }

  #tellProgress(run: RunId): void {
    const driven = this.#driven.get(run);
    const topic = this.#topics.get(run);
    if (driven === undefined || topic === undefined) return;
    const tell = () => {
      const { nodes, ...progress } = driven.handle.progress();
      const underWay = nodes.filter(({ state }) =>
        state !== "pending" && state !== "completed" && state !== "skipped"
      );
      topic.tell({ kind: "progress", progress, nodes: underWay.slice(0, MAX_PROGRESS_NODES) });
      driven.stopProgress = this.#options.clock.schedule(PROGRESS_MS, tell);
    };
    driven.stopProgress?.();
    driven.stopProgress = this.#options.clock.schedule(PROGRESS_MS, tell);
  }

  async #detail(run: RunId, account: RunAccount): Promise<RunDetail> {
    return detailOf(account, {
      run,
      driver: await this.driverOf(run, account.state),
      progress: this.#driven.get(run)?.handle.progress(),
      held: this.#options.held(run),
      asksLeave: this.#options.asksLeave(run),
    });
  }

  async #line(summary: RunSummary): Promise<RunLine> {
    const driver = await this.driverOf(summary.run, summary.state);
    const account = this.#topics.get(summary.run)?.account;
    const line: RunLine = { ...summary, driver, isMock: summary.isMock === true };
    if (account === undefined || account.lastSeq < 0) return line;
    const asksLeave = this.#options.asksLeave(summary.run);
    return { ...lineOf(account, { run: summary.run, driver, asksLeave }), ...line };
  }

  #publishLine(run: RunId, account: RunAccount): void {
    if (account.lastSeq < 0) return;
    const asksLeave = this.#options.asksLeave(run);
    void this.driverOf(run, account.state)
      .then((driver) => this.#publish(lineOf(account, { run, driver, asksLeave })))
      .catch((error) => this.#options.onError("list runs", error));
  }

  #publish(line: RunLine): void {
    const text = JSON.stringify(line);
    if (this.#listed.get(line.run) === text) return;
    this.#listed.set(line.run, text);
    this.#options.list.publish(line.run, { kind: "run", run: line });
  }

  async #compareList(): Promise<void> {
    for (const line of await this.lines(LISTED)) {
      if (line.driver !== "here") this.#publish(line);
    }
  }

  #keepDriving(): void {
    this.#options.driving.write([...this.#driven.keys()]);
  }

  #forgetTopics(): void {
    let over = this.#topics.size - TOPICS_KEPT;
    for (const [run, topic] of this.#topics) {
      if (over <= 0) return;
      if (topic.isWatched || this.#driven.has(run)) continue;
      this.#topics.delete(run);
      over--;
    }
  }
}

/** Keeps what was told before anybody listened. */
class LateListener {
  #early: LiveEvent[] = [];
  #listener: ((event: LiveEvent) => void) | undefined;

  hear(event: LiveEvent): void {
    if (this.#listener === undefined) this.#early.push(event);
    else this.#listener(event);
  }

  attach(listener: (event: LiveEvent) => void): void {
    for (const event of this.#early) listener(event);
    this.#early = [];
    this.#listener = listener;
  }
}

function isEnd(state: RunStateName): boolean {
  return state === "completed" || state === "failed" || state === "cancelled";
}

function refused(
  run: RunId,
  { type }: UserCommand,
  { reason, legal }: { readonly reason: string; readonly legal: readonly UserCommand["type"][] },
): Refusal {
  return new Refusal(409, "refused", `Cannot ${type} in run ${run}: ${reason}`, { legal });
}
