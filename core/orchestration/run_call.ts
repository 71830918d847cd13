/**
 * Carrying out a call node's unit: choose who does it, check the input, lease an instance, call, check the output.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../errors.ts";
import type { NodeTypeId } from "../ids.ts";
import { isObject, own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { FailureClass, NodeFailure } from "../policy/failure.ts";
import type { InstrumentOption } from "../ports/conductor.ts";
import type { CallRequest, CallResult, TaskCall } from "../ports/extension.ts";
import { noLease } from "../ports/pool.ts";
import type { Lease } from "../ports/pool.ts";
import type { NodeType, TaskType } from "../workflow/catalog.ts";
import type { CallNode } from "../workflow/definition.ts";
import { validate } from "../workflow/json_schema.ts";
import type { PlanNode } from "../workflow/plan.ts";
import { renderPrompt } from "./prompt.ts";
import type { ValueRef } from "./event.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";
import { attemptsOf } from "./reading.ts";

const MOST_MESSAGE = 600;

/** Who will do a unit's work. */
interface Assignment {
  readonly type: NodeType;
  readonly task: TaskType | undefined;
  readonly reason: string | undefined;
}

export class RunCalls {
  readonly #driver: Driver;
  /** Instruments that failed a unit, so that the next attempt goes elsewhere. */
  readonly #tried = new Map<string, NodeTypeId[]>();

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Begins the unit. May complete it at once, where the extension answers at once. */
  run(scope: RunScope, unit: Unit, bound: JsonObject): void {
    const { setup, services } = this.#driver;
    const node = scope.plan.nodes[unit.node] as PlanNode;
    const definition = node.definition as CallNode;
    const assigned = this.#assign(scope, unit, definition);
    if ("failure" in assigned) return this.#unassigned(scope, unit, definition, assigned.failure);
    const { type, task } = assigned;
    const instrument = type.kind === "instrument" ? { instrument: type.type } : {};
    const reason = assigned.reason === undefined ? {} : { reason: assigned.reason };
    if (!this.#driver.report(scope, { type: "begin", ...unit, ...instrument, ...reason })) return;

    const fail = (kind: FailureClass, message: string) =>
      void this.#driver.report(scope, { type: "fail", ...unit, failure: { class: kind, message } });
    const inputSchema = (task ?? type).input;
    const input = withDefaults(inputSchema, bound);
    const problems = validate(inputSchema, input);
    if (problems.length > 0) {
      return fail("input", `Input does not fit ${definition.use}: ${listed(problems)}`);
    }
    if (type.effect === "write" && !setup.mayWrite && !node.gated) {
      return fail(
        "permission",
        `${type.type} writes: start the run with --allow-write, or put a gate before the node`,
      );
    }

    const attempt = attemptsOf(scope.state, unit.node, unit.item);
    const request: CallRequest = {
      nodeType: type.type,
      input,
      run: setup.run,
      node: node.id,
      ...(unit.item >= 0 ? { item: unit.item } : {}),
      attempt,
      idempotencyKey: `${setup.run}:${scope.path}:${node.id}:${unit.item}`,
      workspace: setup.workspace,
      mayWrite: setup.mayWrite || node.gated,
      ...(task === undefined ? {} : { task: taskCall(task, input) }),
    };
    const limits = setup.catalog.limits.get(type.extension) ?? { instances: 1, concurrency: 1 };
    const kind = services.pit.pool.register(type.extension, limits);
    const lease = type.effect === "write" ? noLease : services.pit.pool.lease(kind);
    const started = services.clock.monotonic();
    const done = (held: Lease, result: CallResult) =>
      this.#done(scope, unit, { type, task, definition, started }, held, result);

    if (lease !== noLease) {
      this.#driver.track(scope, unit, (signal) => {
        const result = this.#call(scope, unit, lease, request, definition, signal);
        return result instanceof Promise ? result.then((later) => done(lease, later)) : done(lease, result);
      });
      return;
    }
    this.#driver.track(scope, unit, async (signal) => {
      let claim: number | undefined;
      try {
        if (type.effect === "write") {
          // An effect must never be ahead of the log that says it was begun.
          await this.#driver.log.flush();
          claim = await this.#exclusive(scope, unit, node, input, signal);
        }
        let held: Lease;
        try {
          held = await services.pit.pool.acquire(kind, signal);
        } catch (error) {
          if (signal.aborted) return;
          return fail("unavailable", messageOf(error));
        }
        await done(held, await this.#call(scope, unit, held, request, definition, signal));
      } finally {
        if (claim !== undefined) services.pit.arbitration.release(claim);
      }
    });
  }

  /** The call's result, at once where the extension gives it at once. Never throws. */
  #call(
    scope: RunScope,
    unit: Unit,
    lease: Lease,
    request: CallRequest,
    definition: CallNode,
    signal: AbortSignal,
  ): CallResult | Promise<CallResult> {
    const { pit, extensions } = this.#driver.services;
    try {
      const result = extensions.call(pit.pool.instanceOf(lease), request, {
        signal,
        ...(definition.timeoutMs === undefined ? {} : { timeoutMs: definition.timeoutMs }),
        onEvent: (event) => this.#driver.say(scope, unit, event),
      });
      return result instanceof Promise ? result.catch(crashOf) : result;
    } catch (error) {
      return crashOf(error);
    }
  }

  #done(
    scope: RunScope,
    unit: Unit,
    call: { type: NodeType; task: TaskType | undefined; definition: CallNode; started: number },
    lease: Lease,
    result: CallResult,
  ): void | Promise<void> {
    const { clock, conductor, pit } = this.#driver.services;
    const { type, task, definition } = call;
    const crashed = !result.ok && result.failure.class === "crash" ? result.failure.message : undefined;
    pit.pool.release(lease, crashed);
    if (this.#driver.isStopping) return;
    const durationMs = Math.round((clock.monotonic() - call.started) * 1000) / 1000;
    const checked = result.ok ? checkOutput(result, task ?? type, definition) : result;
    const quality = checked.ok ? qualityOf(checked.output) : undefined;
    conductor.report({
      nodeType: type.type,
      durationMs,
      ...(checked.ok ? {} : { failure: checked.failure }),
      ...(quality === undefined ? {} : { quality }),
      ...(checked.ok && checked.usage?.costUsd !== undefined ? { costUsd: checked.usage.costUsd } : {}),
    });
    if (!checked.ok) {
      if (type.kind === "instrument") this.#noteTried(scope, unit, type.type);
      this.#driver.report(scope, { type: "fail", ...unit, failure: clipped(checked.failure) });
      return;
    }
    const node = scope.plan.nodes[unit.node] as PlanNode;
    const { run } = this.#driver.setup;
    const usage = checked.usage === undefined ? {} : { usage: checked.usage };
    const complete = (output: ValueRef) =>
      void this.#driver.report(scope, { type: "complete", ...unit, output, durationMs, ...usage });
    const origin = { run, node: node.id, ...(unit.item >= 0 ? { item: unit.item } : {}) };
    const stored = this.#driver.values.store(checked.output, { origin });
    return stored instanceof Promise ? stored.then(complete) : complete(stored);
  }

  /** Waits for the exclusive right to what the node writes; undefined where it names nothing. */
  async #exclusive(
    scope: RunScope,
    unit: Unit,
    node: PlanNode,
    input: JsonObject,
    signal: AbortSignal,
  ): Promise<number> {
    const { arbitration } = this.#driver.services.pit;
    const place = own(input, "path") ?? own(input, "root") ?? ".";
    const by = {
      run: this.#driver.setup.run,
      node: node.id,
      priority: 0,
      ...(unit.item >= 0 ? { item: unit.item } : {}),
    };
    for (;;) {
      const verdict = arbitration.request({ by, exclusive: [`file:${String(place)}`] });
      if (verdict.verdict === "granted") return verdict.token;
      if (verdict.verdict === "denied") throw new SymphonyError("permission", verdict.reason);
      this.#driver.say(scope, unit, { kind: "log", level: "info", text: verdict.reason });
      await arbitration.released();
      signal.throwIfAborted();
    }
  }

  #assign(scope: RunScope, unit: Unit, definition: CallNode): Assignment | { failure: NodeFailure } {
    const { catalog, run } = this.#driver.setup;
    const type = catalog.nodes.get(definition.use);
    if (type !== undefined) {
      const why = type.instrument?.unavailable;
      if (why !== undefined) return { failure: { class: "unavailable", message: `${type.type}: ${why}` } };
      return { type, task: undefined, reason: undefined };
    }
    const task = catalog.tasks.get(definition.use);
    if (task === undefined) {
      return {
        failure: { class: "unavailable", message: `No installed extension provides "${definition.use}"` },
      };
    }
    const name = task.type.slice(task.type.indexOf("/") + 1);
    const serving = [...catalog.nodes.values()].filter((candidate) =>
      candidate.instrument !== undefined &&
      (candidate.instrument.serves.includes(name) || candidate.instrument.serves.includes("*"))
    );
    const usable = serving.filter((candidate) => candidate.instrument?.unavailable === undefined);
    const node = (scope.plan.nodes[unit.node] as PlanNode).id;
    const decision = this.#driver.services.conductor.route({
      run,
      node,
      task: name,
      options: usable.map(option),
      tried: this.#tried.get(key(scope, unit)) ?? [],
    });
    const chosen = decision.choice === undefined ? undefined : catalog.nodes.get(decision.choice.instrument);
    if (chosen !== undefined) return { type: chosen, task, reason: decision.reason };
    const whys = serving.map((candidate) =>
      `${candidate.type}: ${firstClause(candidate.instrument?.unavailable)}`
    );
    const message = `No instrument is available for ${name}${whys.length > 0 ? ` (${whys.join("; ")})` : ""}`;
    return { failure: { class: "unavailable", message } };
  }

  #unassigned(scope: RunScope, unit: Unit, definition: CallNode, failure: NodeFailure): void {
    if (definition.importance === "essential") {
      if (this.#driver.report(scope, { type: "begin", ...unit })) {
        this.#driver.report(scope, { type: "fail", ...unit, failure });
      }
    } else {
      this.#driver.report(scope, { type: "skip", ...unit, reason: failure.message, failure });
    }
  }

  #noteTried(scope: RunScope, unit: Unit, type: NodeTypeId): void {
    const at = key(scope, unit);
    const tried = this.#tried.get(at);
    if (tried === undefined) this.#tried.set(at, [type]);
    else tried.push(type);
  }
}

/** The whole reason is what `doctor` shows; a list of them keeps to the point. */
function firstClause(reason = ""): string {
  return reason.split(/[;.] |[;.]$/)[0] ?? "";
}

/** Failures stand in the log and on the screen: what an extension wrote into one is bounded. */
function clipped(failure: NodeFailure): NodeFailure {
  if (failure.message.length <= MOST_MESSAGE) return failure;
  return { ...failure, message: `${failure.message.slice(0, MOST_MESSAGE)}…` };
}

function crashOf(error: unknown): CallResult {
  return { ok: false, failure: { class: "crash", message: messageOf(error) } };
}

function key(scope: RunScope, unit: Unit): string {
  return `${scope.path}:${unit.node}:${unit.item}`;
}

function option(type: NodeType): InstrumentOption {
  return {
    instrument: type.type,
    extension: type.extension,
    priceIn: type.instrument?.priceIn ?? 0,
    priceOut: type.instrument?.priceOut ?? 0,
  };
}

function taskCall(task: TaskType, input: JsonObject): TaskCall {
  return {
    name: task.type.slice(task.type.indexOf("/") + 1),
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
