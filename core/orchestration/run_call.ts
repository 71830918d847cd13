/**
 * Carrying out a call node's unit: choose who does it, check the input, lease an instance, call, check the output.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../errors.ts";
import { isObject, own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { FailureClass, NodeFailure } from "../policy/failure.ts";
import type { ArtifactMeta } from "../ports/artifact.ts";
import type { Outcome } from "../ports/conductor.ts";
import type { CallOptions, CallRequest, CallResult, TaskCall } from "../ports/extension.ts";
import type { Lease } from "../ports/pool.ts";
import type { NodeType, TaskType } from "../workflow/catalog.ts";
import type { CallNode } from "../workflow/definition.ts";
import { validate } from "../workflow/json_schema.ts";
import type { PlanNode } from "../workflow/plan.ts";
import { type Assignment, Assignments, taskName } from "./assignment.ts";
import { CallLines } from "./call_lines.ts";
import { renderPrompt } from "./prompt.ts";
import type { ValueRef } from "./event.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";
import type { Draft } from "./draft.ts";
import { attemptsOf } from "./reading.ts";

const MOST_MESSAGE = 600;

/** One call of one unit. */
interface Call {
  readonly scope: RunScope;
  readonly unit: Unit;
  readonly definition: CallNode;
  readonly type: NodeType;
  readonly task: TaskType | undefined;
  readonly request: CallRequest;
}

export class RunCalls {
  readonly #driver: Driver;
  readonly #assignments: Assignments;
  readonly #lines: CallLines<Call>;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#assignments = new Assignments(driver);
    this.#lines = new CallLines(
      driver,
      (call, lease) => this.#start(call, lease),
      ({ scope, unit }, reason) => this.#fail(scope, unit, "unavailable", reason),
    );
  }

  /** Begins the unit. May complete it at once, where the extension answers at once. */
  run(scope: RunScope, unit: Unit, bound: JsonObject): void {
    const { setup } = this.#driver;
    const { node, item } = unit;
    const { gated, definition } = scope.plan.nodes[node] as PlanNode & { readonly definition: CallNode };
    const assigned = this.#assignments.of(scope, unit, definition.use);
    if ("failure" in assigned) return this.#unassigned(scope, unit, definition, assigned.failure);
    const { type, task, reason } = assigned;
    const instrument = type.kind === "instrument" ? type.type : undefined;
    if (!this.#driver.report(scope, { type: "begin", node, item, instrument, reason })) return;

    const inputSchema = (task ?? type).input;
    const input = withDefaults(inputSchema, bound);
    const problems = validate(inputSchema, input);
    if (problems.length > 0) {
      return this.#fail(scope, unit, "input", `Input does not fit ${definition.use}: ${listed(problems)}`);
    }
    const isWrite = type.effect === "write";
    if (isWrite && !setup.mayWrite && !gated) {
      const message = `${type.type} writes: start the run with --allow-write, or put a gate before the node`;
      return this.#fail(scope, unit, "permission", message);
    }
    const call = {
      scope,
      unit,
      definition,
      type,
      task,
      request: this.#request(scope, unit, assigned, input),
    };
    if (isWrite) this.#driver.track(this.#write(call));
    else this.#lines.enter(call);
  }

  /** Forgets the calls that wait and whose scope was aborted. */
  dropAborted(): void {
    this.#lines.dropAborted();
  }

  #request(scope: RunScope, unit: Unit, { type, task }: Assignment, input: JsonObject): CallRequest {
    const { run, workspace, mayWrite } = this.#driver.setup;
    const { id, gated } = scope.plan.nodes[unit.node] as PlanNode;
    const request: Draft<CallRequest> = {
      nodeType: type.type,
      input,
      run,
      node: id,
      attempt: attemptsOf(scope.state, unit.node, unit.item),
      idempotencyKey: `${run}:${scope.path}:${id}:${unit.item}`,
      workspace,
      mayWrite: mayWrite || gated,
    };
    if (unit.item >= 0) request.item = unit.item;
    if (task !== undefined) request.task = taskCall(task, input);
    return request;
  }

  /** Begins the call with its place, and ends it at once where it is answered at once. */
  #start(call: Call, lease: Lease): void {
    const started = this.#driver.services.clock.monotonic();
    const result = this.#call(call, lease);
    const ending = result instanceof Promise
      ? result.then((later) => this.#done(call, lease, started, later))
      : this.#done(call, lease, started, result);
    if (ending !== undefined) this.#driver.track(ending);
  }

  /** A call with an effect: it is never ahead of the log that says it was begun, and alone has what it writes to. */
  async #write(call: Call): Promise<void> {
    const { log, services: { pit, clock } } = this.#driver;
    const signal = this.#driver.signalOf(call.scope);
    let claim: number | undefined;
    try {
      await log.flush();
      claim = await this.#exclusive(call, signal);
      if (claim === undefined) return;
      const lease = await this.#lines.acquire(call, signal);
      if (lease === undefined) return;
      const started = clock.monotonic();
      await this.#done(call, lease, started, await this.#call(call, lease));
    } finally {
      if (claim !== undefined) pit.arbitration.release(claim);
    }
  }

  /** The call's result, at once where the extension gives it at once. Never throws. */
  #call({ scope, unit, definition, request }: Call, lease: Lease): CallResult | Promise<CallResult> {
    const { pit, extensions } = this.#driver.services;
    const options: Draft<CallOptions> = {
      signal: this.#driver.signalOf(scope),
      onEvent: (event) => this.#driver.say(scope, unit, event),
    };
    if (definition.timeoutMs !== undefined) options.timeoutMs = definition.timeoutMs;
    try {
      const result = extensions.call(pit.pool.instanceOf(lease), request, options);
      return result instanceof Promise ? result.catch(crashOf) : result;
    } catch (error) {
      return crashOf(error);
    }
  }

  /** Gives the place back and reports how the call ended. */
  #done(call: Call, lease: Lease, started: number, result: CallResult): void | Promise<void> {
    const { type, task, definition } = call;
    const crashed = !result.ok && result.failure.class === "crash" ? result.failure.message : undefined;
    this.#lines.release(call, lease, crashed);
    if (this.#driver.isStopping) return;
    const durationMs = Math.round((this.#driver.services.clock.monotonic() - started) * 1000) / 1000;
    const checked = result.ok ? checkOutput(result, task ?? type, definition) : result;
    this.#tellConductor(type, durationMs, checked);
    const ending = checked.ok
      ? this.#complete(call, durationMs, checked)
      : this.#failed(call, clipped(checked.failure));
    this.#lines.advance(call);
    return ending;
  }

  #complete({ scope, unit }: Call, durationMs: number, { output, usage }: Success): void | Promise<void> {
    const { node, item } = unit;
    const origin: Draft<ArtifactOrigin> = {
      run: this.#driver.setup.run,
      node: (scope.plan.nodes[node] as PlanNode).id,
    };
    if (item >= 0) origin.item = item;
    const complete = (ref: ValueRef) =>
      void this.#driver.report(scope, { type: "complete", node, item, output: ref, durationMs, usage });
    const stored = this.#driver.values.store(output, { origin });
    return stored instanceof Promise ? stored.then(complete) : complete(stored);
  }

  #failed({ scope, unit, type }: Call, failure: NodeFailure): void {
    if (type.kind === "instrument") this.#assignments.noteTried(scope, unit, type.type);
    this.#driver.report(scope, { type: "fail", node: unit.node, item: unit.item, failure });
  }

  #fail(scope: RunScope, { node, item }: Unit, kind: FailureClass, message: string): void {
    this.#driver.report(scope, { type: "fail", node, item, failure: { class: kind, message } });
  }

  #tellConductor({ type }: NodeType, durationMs: number, result: CallResult): void {
    const outcome: Draft<Outcome> = { nodeType: type, durationMs };
    if (result.ok) {
      const quality = qualityOf(result.output);
      const costUsd = result.usage?.costUsd;
      if (quality !== undefined) outcome.quality = quality;
      if (costUsd !== undefined) outcome.costUsd = costUsd;
    } else outcome.failure = result.failure;
    this.#driver.services.conductor.report(outcome);
  }

  /** The exclusive right to what the call writes, as soon as it is free; undefined where `signal` fired meanwhile. */
  async #exclusive(
    { scope, unit, request: { input, node } }: Call,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { arbitration } = this.#driver.services.pit;
    const place = own(input, "path") ?? own(input, "root") ?? ".";
    const by = {
      run: this.#driver.setup.run,
      node,
      priority: 0,
      ...(unit.item >= 0 ? { item: unit.item } : {}),
    };
    while (!signal.aborted) {
      const verdict = arbitration.request({ by, exclusive: [`file:${String(place)}`] });
      if (verdict.verdict === "granted") return verdict.token;
      if (verdict.verdict === "denied") throw new SymphonyError("permission", verdict.reason);
      this.#driver.say(scope, unit, { kind: "log", level: "info", text: verdict.reason });
      await arbitration.released();
    }
    return undefined;
  }

  #unassigned(scope: RunScope, { node, item }: Unit, definition: CallNode, failure: NodeFailure): void {
    if (definition.importance === "essential") {
      if (this.#driver.report(scope, { type: "begin", node, item })) {
        this.#driver.report(scope, { type: "fail", node, item, failure });
      }
    } else {
      this.#driver.report(scope, { type: "skip", node, item, reason: failure.message, failure });
    }
  }
}

type Success = Extract<CallResult, { readonly ok: true }>;
type ArtifactOrigin = NonNullable<ArtifactMeta["origin"]>;

/** Failures stand in the log and on the screen: what an extension wrote into one is bounded. */
function clipped(failure: NodeFailure): NodeFailure {
  if (failure.message.length <= MOST_MESSAGE) return failure;
  return { ...failure, message: `${failure.message.slice(0, MOST_MESSAGE)}…` };
}

function crashOf(error: unknown): CallResult {
  return { ok: false, failure: { class: "crash", message: messageOf(error) } };
}

function taskCall(task: TaskType, input: JsonObject): TaskCall {
  return {
    name: taskName(task),
    system: task.system,
    prompt: renderPrompt(task.prompt, input),
    output: task.output,
  };
}

/** The input with the schema's top-level defaults where nothing was bound. */
function withDefaults(schema: JsonObject, bound: JsonObject): JsonObject {
  const properties = schema["properties"];
  if (!isObject(properties)) return bound;
  let filled: Record<string, Json> | undefined;
  for (const name of Object.keys(properties)) {
    const fallback = own(properties[name], "default");
    if (fallback === undefined || Object.hasOwn(bound, name)) continue;
    filled ??= { ...bound };
    filled[name] = fallback;
  }
  return filled ?? bound;
}

function checkOutput(
  result: CallResult & { ok: true },
  type: NodeType | TaskType,
  definition: CallNode,
): CallResult {
  const problems = validate(type.output, result.output);
  if (problems.length > 0) {
    const message = `Output of ${type.type} does not fit its schema: ${listed(problems)}`;
    return { ok: false, failure: { class: "output", message } };
  }
  const quality = qualityOf(result.output);
  if (definition.qualityMin !== undefined && quality !== undefined && quality < definition.qualityMin) {
    const message = `Quality ${quality} is below the asked ${definition.qualityMin}`;
    return { ok: false, failure: { class: "quality", message } };
  }
  return result;
}

function qualityOf(output: JsonObject): number | undefined {
  const quality = own(output, "quality");
  return typeof quality === "number" ? quality : undefined;
}

function listed(problems: readonly { readonly path: string; readonly message: string }[]): string {
  const shown = problems.slice(0, 3).map(({ path, message }) =>
    `${path === "" ? "the whole" : path}: ${message}`
  );
  return shown.join("; ") + (problems.length > 3 ? `; and ${problems.length - 3} more` : "");
}
