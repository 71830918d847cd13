/**
 * Starting, resuming and commanding runs. The Runner makes the log and the plan; a RunLoop carries the run out.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import { newRunId } from "../ids.ts";
import type { NodeId, RunId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { LoggedEvent, RunStateName, RunSummary } from "../ports/dag.ts";
import type { RunClaim } from "../ports/run_control.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { Catalog } from "../workflow/catalog.ts";
import type { Budget, WorkflowDefinition } from "../workflow/definition.ts";
import type { Plan } from "../workflow/plan.ts";
import type { Refusal, UserCommand } from "./command.ts";
import { consequences, decide } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { createdEvent, isMockRun } from "./run_created.ts";
import { checkpointDefinition, decodeCheckpoint } from "./run_checkpoint.ts";
import { EarlierRun } from "./earlier_run.ts";
import { keepDefinition, type KeptDefinition, readDefinition } from "./run_definition.ts";
import { dispatch } from "./run_dispatch.ts";
import type { LiveEvent, RunHandle, RunOutcome, StartRequest } from "./run_handle.ts";
import { RunLog } from "./run_log.ts";
import { RunLoop } from "./run_loop.ts";
import { movedScopes } from "./run_move.ts";
import { mockServices } from "./mock_run.ts";
import { type MovePlan, planMove } from "./plan_move.ts";
import { keepPlan, keptPlan, planOf } from "./run_plan.ts";
import { RunReuse } from "./run_reuse.ts";
import { RunScopes } from "./run_scopes.ts";
import type { RunServices, RunSetup } from "./run_services.ts";
import { isEnd, marksOf, summaryOf } from "./run_summary.ts";
import { RunValues } from "./run_values.ts";
import { runStateName } from "./reading.ts";

const DEFAULT_CONCURRENCY = 16;

type Listener = (event: LiveEvent) => void;

/** A run as its log tells it. */
interface Recovered {
  readonly scopes: RunScopes;
  readonly setup: RunSetup;
  readonly kept: KeptDefinition;
  readonly values: RunValues;
  readonly nextSeq: number;
  readonly last: LoggedEvent;
}

export class Runner {
  readonly #services: RunServices;
  readonly #catalog: (definition: WorkflowDefinition) => Promise<Catalog>;

  constructor(services: RunServices, catalog: (definition: WorkflowDefinition) => Promise<Catalog>) {
    this.#services = services;
    this.#catalog = catalog;
  }

  /** Starts a run. @throws SymphonyError `bad-workflow` | `disk-full` | `io` */
  async start(request: StartRequest, listener: Listener): Promise<RunHandle> {
    const { clock, random, pit, control } = this.#services;
    const { definition } = request;
    const user = request.user ?? this.#services.user;
    const catalog = await this.#catalog(definition);
    const plan = planOf(definition, catalog);
    const run = request.run ?? newRunId(clock.now(), () => random.next());
    const values = new RunValues(pit.artifacts);
    const setup: RunSetup = {
      run,
      // What is carried out: without its disabled nodes.
      definition: await keepDefinition(pit.artifacts, plan.definition, catalog),
      catalog,
      workspace: request.workspace,
      mayWrite: request.mayWrite,
      proposes: request.proposes === true,
      concurrency: request.concurrency ?? definition.concurrency ?? DEFAULT_CONCURRENCY,
      ...timesOf(definition, clock.now()),
      ...(request.reuse === undefined ? {} : { reuse: request.reuse }),
      isMock: request.isMock === true,
      ...(request.part === undefined ? {} : { part: request.part }),
      ...(user === undefined ? {} : { user }),
      priority: request.priority ?? 0,
    };
    const reuse = await this.#reuse(setup, plan, request.inputs);
    const claim = await control.claim(run);
    if (claim === undefined) {
      throw new SymphonyError("busy", `Cannot start run ${run}: another process has it`);
    }
    // In the transaction that opens the log, or nearly so.
    const keeping = keepPlan(this.#services.plans, setup.definition, plan);
    const { startedAt } = setup;
    await this.#create(
      { run, workflow: definition.id, state: "running", startedAt, ...marksOf(setup) },
      claim,
    );
    await keeping;
    const scopes = new RunScopes(plan, request.inputs, {
      values,
      rank: (of) => this.#services.conductor.rank(of),
    });
    const log = new RunLog(pit.dag, run, { nextSeq: 0, deliver: deliverTo(listener) });
    const started = decide(scopes.root.state, { type: "start" }, this.#context());
    if (!started.ok) throw new SymphonyError("bad-workflow", `Cannot start run: ${started.error.reason}`);
    for (const event of [createdEvent(scopes.root, setup, setup.startedAt), ...started.value]) {
      evolve(scopes.root.state, event);
      scopes.root.observe(event);
      log.push(event);
    }
    return this.#loop({ scopes, setup, values, log, listener, claim, reuse });
  }

  /**
   * Goes on with a run that was paused, waits, or lost its process; with a `budget`, that is what it may spend in all. Of a run that has ended, gives the outcome again.
   * @throws SymphonyError `not-found` | `busy` while another process drives it | `corrupt`
   */
  async resume(
    run: RunId,
    listener: Listener,
    options: { readonly budget?: Budget } = {},
  ): Promise<RunHandle> {
    const claim = await this.#claim(run, "resume");
    try {
      const recovered = await this.#recover(run);
      const { scopes, setup, values, nextSeq, last } = recovered;
      const state = runStateName(scopes.root.state);
      if (isEnd(state)) {
        // A process that died between the end of the log and its summary has left the run as one that is at work.
        if (!await this.#isListedAsEnded(setup)) {
          const { dag, stale } = this.#services.pit;
          await dag.summarize(summaryOf(setup, scopes, state, last.at));
          await stale.settle(run, last.at);
        }
        await claim.release();
        return await endedHandle(recovered, state, listener, last);
      }
      const reuse = await this.#reuse(setup, scopes.root.plan, scopes.root.inputs);
      const log = new RunLog(this.#services.pit.dag, run, { nextSeq, deliver: deliverTo(listener) });
      await this.#services.pit.dag.summarize(summaryOf(setup, scopes, "running", this.#services.clock.now()));
      const handle = this.#loop({
        scopes,
        setup,
        values,
        log,
        listener,
        claim,
        reuse,
        isResumed: true,
        ...options,
      });
      return handle;
    } catch (error) {
      await claim.release();
      throw error;
    }
  }

  /**
   * Puts a command into the log of a run that no process drives; nothing is executed by it. Cancelling ends a run whose log is
   * damaged as well: its summary says so.
   * @throws SymphonyError `not-found` | `busy` where a living process drives the run
   */
  async command(run: RunId, command: UserCommand): Promise<Result<void, Refusal>> {
    const claim = await this.#claim(run, command.type);
    try {
      if (command.type === "cancel" && await this.#giveUpDamaged(run)) return ok(undefined);
      const { scopes, setup, nextSeq } = await this.#recover(run);
      const dispatched = dispatch(scopes, command, this.#context());
      if (!dispatched.ok) return dispatched;
      const log = new RunLog(this.#services.pit.dag, run, { nextSeq, deliver: () => {} });
      for (const { scope, events } of dispatched.value) {
        for (let batch = events; batch.length > 0; batch = consequences(scope.state, this.#context())) {
          for (const event of batch) {
            evolve(scope.state, event);
            scope.observe(event);
            log.push(scope.path === "" ? event : { ...event, scope: scope.path });
          }
        }
      }
      await log.flush();
      const state = runStateName(scopes.root.state);
      await this.#services.pit.dag.summarize(
        summaryOf(setup, scopes, state, this.#services.clock.now()),
      );
      return ok(undefined);
    } finally {
      await claim.release();
    }
  }

  /**
   * Moves a run that no process drives to another version of its workflow; nothing is executed by it. With `isTrial` it
   * only says what would happen. An error lists every reason against it.
   * @throws SymphonyError `not-found` | `busy` where a living process drives the run | `bad-workflow`
   */
  async move(
    run: RunId,
    definition: WorkflowDefinition,
    options: { readonly mayWriteAgain: boolean; readonly isTrial?: boolean },
  ): Promise<Result<MovePlan, readonly string[]>> {
    const claim = await this.#claim(run, "move");
    try {
      const { scopes, setup, kept, nextSeq } = await this.#recover(run);
      const catalog = await this.#catalog(definition);
      const { root } = scopes;
      const plan = planOf(definition, catalog);
      const planned = planMove(root.state, {
        before: { plan: root.plan, catalog: kept.catalog },
        now: { plan, catalog },
        inputs: root.inputs,
      }, options);
      if (!planned.ok || options.isTrial === true) return planned;
      const { pit, clock } = this.#services;
      const log = new RunLog(pit.dag, run, { nextSeq, deliver: () => {} });
      log.push({
        type: "run.moved",
        at: clock.now(),
        version: definition.version,
        definition: await keepDefinition(pit.artifacts, plan.definition, catalog),
        inputs: planned.value.inputs,
        reset: planned.value.redone.map(({ node }) => node),
      });
      await log.flush();
      const state = root.state.run === "paused" ? "paused" : "running";
      await pit.dag.summarize(summaryOf(setup, scopes, state, clock.now()));
      return planned;
    } finally {
      await claim.release();
    }
  }

  /** The names of the run's own nodes, by the version it goes by. @throws SymphonyError `not-found` */
  async nodes(run: RunId): Promise<readonly NodeId[]> {
    const { pit } = this.#services;
    const { plan } = await EarlierRun.read(pit.dag, pit.artifacts, run);
    return plan.nodes.map(({ id }) => id);
  }

  /** What is listed so has been filed, or will be: once more would make its outputs the newest versions again. */
  async #isListedAsEnded({ run, startedAt }: RunSetup): Promise<boolean> {
    for await (const summary of this.#services.pit.dag.list()) {
      if (summary.run === run) return isEnd(summary.state);
      if (summary.startedAt < startedAt) break;
    }
    return false;
  }

  /** Ends a run whose log cannot be read, by its summary alone; false where it can be. */
  async #giveUpDamaged(run: RunId): Promise<boolean> {
    const { dag } = this.#services.pit;
    try {
      for await (const _ of dag.replay(run));
      return false;
    } catch (error) {
      if (!(error instanceof SymphonyError) || error.code !== "corrupt") throw error;
    }
    for await (const summary of dag.list()) {
      if (summary.run !== run || isEnd(summary.state)) continue;
      await dag.summarize({ ...summary, state: "cancelled", endedAt: this.#services.clock.now() });
      return true;
    }
    return false;
  }

  #context(): { now: number; random: () => number } {
    return { now: this.#services.clock.now(), random: () => this.#services.random.next() };
  }

  async #claim(run: RunId, what: string): Promise<RunClaim> {
    const claim = await this.#services.control.claim(run);
    if (claim !== undefined) return claim;
    throw new SymphonyError("busy", `Cannot ${what} run ${run}: another process is carrying it out`, {
      hint: "Wait for it, or cancel the run from here; the other process takes the command",
    });
  }

  #loop(parts: {
    scopes: RunScopes;
    setup: RunSetup;
    values: RunValues;
    log: RunLog;
    listener: Listener;
    claim: RunClaim;
    reuse: RunReuse;
    isResumed?: boolean;
    budget?: Budget;
  }): RunHandle {
    const { claim, isResumed, budget, ...rest } = parts;
    const services = parts.setup.isMock ? mockServices(this.#services) : this.#services;
    const loop = new RunLoop({ services, ...rest, stopped: () => claim.release() });
    loop.begin(isResumed === true, budget);
    return loop;
  }

  /** Opens the log. One that a killed process opened and wrote nothing into is this run's. @throws `exists` */
  async #create(summary: RunSummary, claim: RunClaim): Promise<void> {
    const { dag } = this.#services.pit;
    try {
      await dag.create(summary);
    } catch (error) {
      const isTaken = error instanceof SymphonyError && error.code === "exists";
      if (isTaken && await firstEvent(dag.replay(summary.run)) === undefined) return;
      await claim.release();
      throw error;
    }
  }

  async #reuse(setup: RunSetup, plan: Plan, inputs: JsonObject): Promise<RunReuse> {
    const { clock, pit } = this.#services;
    const { reuse: request } = setup;
    const memo = setup.isMock ? undefined : this.#services.memo;
    const needsEarlier = request?.of !== undefined &&
      (request.from !== undefined || request.changed === true);
    const earlier = needsEarlier && request?.of !== undefined
      ? await EarlierRun.read(pit.dag, pit.artifacts, request.of)
      : undefined;
    if (earlier?.isMock === true && !setup.isMock) {
      throw new SymphonyError(
        "bad-input",
        `Cannot keep results of run ${earlier.run}: it is a mock run, so they are made up`,
        { hint: "Start the workflow anew, or name a run that was carried out for real" },
      );
    }
    const { artifacts } = pit;
    return new RunReuse(setup, { plan, inputs, memo, artifacts, now: () => clock.now(), request, earlier });
  }

  async #recover(run: RunId): Promise<Recovered> {
    const { pit, conductor } = this.#services;
    const values = new RunValues(pit.artifacts);
    const rank = (plan: Plan) => conductor.rank(plan);
    const first = await firstEvent(pit.dag.replay(run));
    if (first === undefined || first.type !== "run.created") {
      throw new SymphonyError("corrupt", `Cannot read run ${run}: its log does not begin with run.created`);
    }
    const checkpoint = await pit.dag.loadCheckpoint(run);
    let definition = (checkpoint && checkpointDefinition(checkpoint.bytes)) ?? first.definition;
    let kept = await readDefinition(pit.artifacts, definition);
    const plan = await keptPlan(this.#services.plans, definition, kept);
    let scopes = checkpoint === undefined
      ? new RunScopes(plan, first.inputs, { values, rank })
      : decodeCheckpoint(checkpoint.bytes, plan, { values, rank });
    let nextSeq = checkpoint?.nextSeq ?? 0;
    let last: LoggedEvent = first;
    for await (const batch of pit.dag.replay(run, nextSeq)) {
      for (const event of batch) {
        if (event.type === "run.moved") {
          definition = event.definition;
          kept = await readDefinition(pit.artifacts, definition);
          const now = await keptPlan(this.#services.plans, definition, kept);
          scopes = movedScopes(scopes, now, event, { values, rank });
        } else scopes.replay(event);
        nextSeq = event.seq + 1;
        last = event;
      }
    }
    const current = await this.#catalog(kept.definition);
    const catalog: Catalog = {
      ...current,
      nodes: new Map([...kept.catalog.nodes, ...current.nodes]),
      tasks: new Map([...kept.catalog.tasks, ...current.tasks]),
    };
    const setup: RunSetup = {
      run,
      definition,
      catalog,
      workspace: first.workspace,
      mayWrite: first.mayWrite,
      proposes: first.proposes === true,
      concurrency: kept.definition.concurrency ?? DEFAULT_CONCURRENCY,
      ...timesOf(kept.definition, first.at),
      ...(first.reuse === undefined ? {} : { reuse: first.reuse }),
      isMock: isMockRun(first),
      // One that was moved goes by the whole of another version.
      ...(first.part === undefined || definition !== first.definition ? {} : { part: first.part }),
      ...(first.user === undefined ? {} : { user: first.user }),
      priority: first.priority ?? 0,
    };
    return { scopes, setup, kept, values, nextSeq, last };
  }
}

function timesOf({ timeoutMs }: WorkflowDefinition, startedAt: number) {
  return timeoutMs === undefined ? { startedAt } : { startedAt, deadline: startedAt + timeoutMs };
}

function deliverTo(listener: Listener): (event: LoggedEvent) => void {
  return (event) => listener({ durable: true, event });
}

async function firstEvent(batches: AsyncIterable<readonly LoggedEvent[]>): Promise<LoggedEvent | undefined> {
  for await (const batch of batches) if (batch[0] !== undefined) return batch[0];
  return undefined;
}

/** The handle of a run that has ended already: its last event is delivered again. */
async function endedHandle(
  { scopes, setup, values }: Recovered,
  state: RunStateName,
  listener: Listener,
  last: LoggedEvent,
): Promise<RunHandle> {
  const { root } = scopes;
  const outputs = root.outputs === undefined ? {} : await values.load(root.outputs) as RunOutcome["outputs"];
  const outcome: RunOutcome = {
    run: setup.run,
    state,
    outputs,
    degraded: root.degraded,
    ...(root.failure === undefined ? {} : { failure: root.failure }),
  };
  deliverTo(listener)(last);
  return {
    run: setup.run,
    done: Promise.resolve(outcome),
    isStopping: true,
    command: () => ({ ok: false, error: { reason: `the run is ${state}`, legal: [] } }),
    progress: () => ({ state, nodes: [], elapsedMs: 0, etaMs: undefined }),
  };
}
