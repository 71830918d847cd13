/**
 * One graph being carried out: the run's own, or the body of a loop round or sub-workflow. Holds what the engine's
 * state does not: the inputs, the items of each fan-out, and how far each loop has come. Knows how a unit of work sees
 * the values of the nodes before it.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";
import { own } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Budget } from "../workflow/definition.ts";
import type { Plan, PlanExpression, PlanNode } from "../workflow/plan.ts";
import { tokensOf } from "../policy/spent.ts";
import { spentBy } from "./spent_by.ts";
import type { RunEvent, ValueRef } from "./event.ts";
import { RunAttempts } from "./run_attempts.ts";
import type { RunValues } from "./run_values.ts";
import { itemCount, outputOf } from "./reading.ts";
import type { RunState } from "./state.ts";

/** One execution of a node: the item is -1 where the node does not fan out. */
export interface Unit {
  readonly node: number;
  readonly item: number;
}

/** Which node of which scope this scope is the body of. */
export interface ScopeOrigin {
  readonly parent: RunScope;
  readonly unit: Unit;
  /** 1, 2, … for a loop; 0 for a sub-workflow. */
  readonly round: number;
}

export interface LoopProgress {
  readonly rounds: number;
  readonly output: ValueRef;
}

export class RunScope {
  /** Empty at the top, else as in an event's `scope`. */
  readonly path: string;
  readonly plan: Plan;
  readonly origin: ScopeOrigin | undefined;
  readonly inputs: JsonObject;
  readonly state: RunState;
  readonly #values: RunValues;
  /** Failed attempts of what has not settled. */
  readonly attempts: RunAttempts = new RunAttempts();
  readonly #items = new Map<number, ValueRef>();
  readonly #loops = new Map<string, LoopProgress>();
  /** Nodes whose results were taken over, not made here. */
  readonly #taken = new Set<number>();
  /** What it gave, once it has completed. */
  outputs: ValueRef | undefined;
  /** Why it failed, if it did. */
  failure: (NodeFailure & { readonly node?: NodeId }) | undefined;
  /** Nodes without which it completed. */
  degraded: readonly NodeId[] = [];
  /** US dollars that its calls cost, those of its bodies included. */
  spentUsd = 0;
  /** Tokens of the same calls, as far as they are known. */
  spentTokens = 0;
  /** What a person allowed instead of the workflow's budget. */
  raised: Budget = {};
  readonly #activity = { pastMs: 0, since: NaN };

  constructor(plan: Plan, state: RunState, context: {
    path: string;
    origin?: ScopeOrigin | undefined;
    inputs: JsonObject;
    values: RunValues;
  }) {
    this.plan = plan;
    this.state = state;
    this.path = context.path;
    this.origin = context.origin;
    this.inputs = context.inputs;
    this.#values = context.values;
  }

  /** Notes what the engine's state does not keep. Call with every event of the scope, live or replayed. */
  observe(event: RunEvent): void {
    this.attempts.observe(event);
    this.#spend(event);
    if (event.type.startsWith("run.")) this.#noteActivity(event);
    if (event.type === "node.expanded") {
      this.#items.set(this.plan.indexOf.get(event.node) as number, event.items);
    } else if (event.type === "node.iterated") {
      const node = this.plan.indexOf.get(event.node) as number;
      this.#loops.set(unitKey(node, event.item ?? -1), { rounds: event.iteration, output: event.output });
    } else if (event.type === "node.completed") {
      if (event.reused !== undefined) this.#taken.add(this.plan.indexOf.get(event.node) as number);
    } else if (event.type === "run.completed") {
      this.outputs = event.outputs;
      this.degraded = event.degraded;
    } else if (event.type === "run.failed") {
      this.failure = { ...event.failure, ...(event.node === undefined ? {} : { node: event.node }) };
    } else if (event.type === "nodes.reset") {
      this.outputs = this.failure = undefined;
      for (const id of event.nodes) this.#forget(this.plan.indexOf.get(id) as number);
    }
  }

  #spend(event: RunEvent): void {
    const spent = spentBy(event);
    if (spent === undefined) return;
    const usd = spent.costUsd ?? 0;
    const tokens = tokensOf(spent) ?? 0;
    if (usd === 0 && tokens === 0) return;
    let scope: RunScope | undefined = this as RunScope;
    for (; scope !== undefined; scope = scope.origin?.parent) {
      scope.spentUsd += usd;
      scope.spentTokens += tokens;
    }
  }

  /** Milliseconds in which the run was carried out, up to `now`. */
  activeMs(now: number): number {
    const { pastMs, since } = this.#activity;
    return pastMs + (Number.isNaN(since) ? 0 : Math.max(0, now - since));
  }

  #noteActivity(event: RunEvent): void {
    if (event.type === "run.started" || event.type === "run.resumed") {
      if (event.type === "run.resumed") this.raised = { ...this.raised, ...event.budget };
      if (Number.isNaN(this.#activity.since)) this.#activity.since = event.at;
    } else if (event.type === "run.paused") {
      this.#activity.pastMs = this.activeMs(event.at);
      this.#activity.since = NaN;
    }
  }

  #forget(node: number): void {
    // A fan-out whose list still holds stays expanded: only some of its items begin anew.
    if (itemCount(this.state, node) < 0) this.#items.delete(node);
    for (const key of this.#loops.keys()) if (key.startsWith(`${node}:`)) this.#loops.delete(key);
  }

  /** True where a node that this one reads did its work in this run. */
  sourcesWereMade(unit: Unit): boolean {
    return this.#node(unit).bindings.some((binding) =>
      binding.kind === "expression" &&
      binding.sources.some((source) =>
        source >= 0 && this.plan.nodes[source]!.definition.kind === "call" && !this.#taken.has(source)
      )
    );
  }

  /** How far a loop has come, if a round has ended. */
  loopProgress(unit: Unit): LoopProgress | undefined {
    return this.#loops.get(unitKey(unit.node, unit.item));
  }

  /** What a snapshot must carry beside the engine's. */
  exportNotes(): Json {
    const attempts = this.attempts.export();
    return {
      items: [...this.#items].map(([node, ref]) => [node, ref as unknown as Json]),
      loops: [...this.#loops].map(([key, progress]) => [key, progress as unknown as Json]),
      ...(this.outputs === undefined ? {} : { outputs: this.outputs as unknown as Json }),
      ...(this.failure === undefined ? {} : { failure: this.failure as unknown as Json }),
      degraded: [...this.degraded],
      spentUsd: this.spentUsd,
      spentTokens: this.spentTokens,
      pastMs: this.#activity.pastMs,
      ...(Number.isNaN(this.#activity.since) ? {} : { since: this.#activity.since }),
      ...(Object.keys(this.raised).length === 0 ? {} : { raised: this.raised as unknown as Json }),
      ...(attempts === undefined ? {} : { attempts }),
    };
  }

  /** Takes back what `exportNotes` gave. */
  importNotes(notes: Json): void {
    for (const [node, ref] of (own(notes, "items") ?? []) as unknown as [number, ValueRef][]) {
      this.#items.set(node, ref);
    }
    for (const [key, progress] of (own(notes, "loops") ?? []) as unknown as [string, LoopProgress][]) {
      this.#loops.set(key, progress);
    }
    this.outputs = own(notes, "outputs") as unknown as ValueRef | undefined;
    this.failure = own(notes, "failure") as unknown as RunScope["failure"];
    this.degraded = (own(notes, "degraded") ?? []) as unknown as readonly NodeId[];
    this.spentUsd = Number(own(notes, "spentUsd") ?? 0);
    this.spentTokens = Number(own(notes, "spentTokens") ?? 0);
    this.#activity.pastMs = Number(own(notes, "pastMs") ?? 0);
    this.#activity.since = Number(own(notes, "since") ?? NaN);
    this.raised = (own(notes, "raised") ?? {}) as unknown as Budget;
    this.attempts.import(own(notes, "attempts"));
  }

  /** Adds to `missing` the stored values that the expression reads for this unit and that are not in memory. */
  collectMissing(unit: Unit, { expression, sources }: PlanExpression, missing: ValueRef[]): void {
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      if (source >= 0) this.#collectOutputs(unit, source, missing);
      else if (expression.references[i]!.root === "item") {
        this.#collect(this.#items.get(this.#node(unit).space), missing);
      }
    }
  }

  /**
   * The value of an expression as the unit sees it; undefined where it reads a node that has no result (skipped, failed,
   * or the other port of a branch). @throws SymphonyError `bad-input` when it cannot be evaluated
   */
  evaluate(unit: Unit, read: PlanExpression, extra: Names = NO_NAMES): Json | undefined {
    const { expression, sources } = read;
    const { path, references } = expression;
    if (path !== undefined) {
      const found = this.#walk(unit, path, sources[0]!, extra);
      if (found !== notPlain) return found as Json | undefined;
    }
    const scope: Record<string, Json | undefined> = { inputs: this.inputs, ...extra };
    for (let i = 0; i < sources.length; i++) {
      const { root, port } = references[i]!;
      const value = sources[i]! >= 0
        ? this.#result(unit, sources[i]!, port, scope[root])
        : this.#named(unit, root, extra);
      if (value === undefined) return undefined;
      scope[root] = value;
    }
    return expression.evaluate(scope);
  }

  /** The elements that a fan-out node runs over, in memory after `missing` was loaded. */
  itemOf(unit: Unit): Json | undefined {
    const ref = this.#items.get(this.#node(unit).space);
    return ref === undefined ? undefined : (this.#values.get(ref) as readonly Json[])[unit.item];
  }

  /** The items of the fan-out that `node` belongs to. */
  itemsRef(node: number): ValueRef | undefined {
    return this.#items.get((this.plan.nodes[node] as PlanNode).space);
  }

  #node(unit: Unit): PlanNode {
    return this.plan.nodes[unit.node] as PlanNode;
  }

  #walk(
    unit: Unit,
    path: readonly string[],
    source: number,
    extra: Names,
  ): Json | undefined | typeof notPlain {
    let value = source >= 0
      ? this.#result(unit, source, path[1], undefined)
      : this.#named(unit, path[0]!, extra);
    if (value === undefined) return undefined;
    for (let at = 1; at < path.length; at++) {
      value = own(value, path[at]!);
      // Let the language say what is wrong with a path that leads nowhere, except for ports that were not taken.
      if (value === undefined) return source >= 0 && at === 1 ? undefined : notPlain;
    }
    return value;
  }

  /** The value of a name that is no node. */
  #named(unit: Unit, name: string, extra: Names): Json | undefined {
    if (Object.hasOwn(extra, name)) return extra[name];
    if (name === "inputs") return this.inputs;
    if (name === "item") return this.itemOf(unit);
    return name === "index" ? unit.item : undefined;
  }

  /** What a node gave; of a gathered fan-out node only the asked port, added to what was gathered before. */
  #result(unit: Unit, source: number, port: string | undefined, before: Json | undefined): Json | undefined {
    const { fan, space } = this.plan.nodes[source] as PlanNode;
    if (fan.kind === "single") return this.#read(outputOf(this.state, source, -1));
    if (unit.item >= 0 && space === this.#node(unit).space) {
      return this.#read(outputOf(this.state, source, unit.item));
    }
    return this.#gather(source, port, before);
  }

  #gather(source: number, port: string | undefined, before: Json | undefined): Json | undefined {
    const outputs: JsonObject[] = [];
    const count = itemCount(this.state, source);
    if (count < 0) return undefined;
    for (let item = 0; item < count; item++) {
      const output = this.#read(outputOf(this.state, source, item));
      if (output !== undefined) outputs.push(output as JsonObject);
    }
    const ports = port === undefined ? Object.keys(outputs[0] ?? {}) : [port];
    const gathered: Record<string, Json> = { ...(before as JsonObject | undefined) };
    for (const name of ports) gathered[name] = outputs.map((output) => own(output, name) ?? null);
    return gathered;
  }

  #collectOutputs(unit: Unit, source: number, missing: ValueRef[]): void {
    const { fan, space } = this.plan.nodes[source] as PlanNode;
    if (fan.kind === "single") return this.#collect(outputOf(this.state, source, -1), missing);
    if (unit.item >= 0 && space === this.#node(unit).space) {
      return this.#collect(outputOf(this.state, source, unit.item), missing);
    }
    const count = itemCount(this.state, source);
    for (let item = 0; item < count; item++) this.#collect(outputOf(this.state, source, item), missing);
  }

  #collect(ref: ValueRef | undefined, missing: ValueRef[]): void {
    if (ref !== undefined && !this.#values.has(ref)) missing.push(ref);
  }

  #read(ref: ValueRef | undefined): Json | undefined {
    return ref === undefined ? undefined : this.#values.get(ref);
  }
}

/** Values by name that an expression may use beside the nodes. */
type Names = Readonly<Record<string, Json>>;
const NO_NAMES: Names = {};

/** The path cannot be followed; the language's own error says more. */
const notPlain = Symbol("not plain");

function unitKey(node: number, item: number): string {
  return `${node}:${item}`;
}

const STEP = /^(?:(.*)\/)?([A-Za-z_][A-Za-z0-9_]*)(?:\[(\d+)\])?(?:#(\d+))?$/;

/** The path of the scope below `parent` for a node's unit; `round` 0 for a sub-workflow. */
export function scopePath(parent: string, node: string, unit: Unit, round: number): string {
  return `${parent === "" ? "" : `${parent}/`}${node}${unit.item >= 0 ? `[${unit.item}]` : ""}${
    round > 0 ? `#${round}` : ""
  }`;
}

/** The parts of a scope's path; undefined where it is none. */
export function parseScopePath(
  path: string,
): { parent: string; node: string; item: number; round: number } | undefined {
  const found = STEP.exec(path);
  if (found === null) return undefined;
  return {
    parent: found[1] ?? "",
    node: found[2] as string,
    item: found[3] === undefined ? -1 : Number(found[3]),
    round: found[4] === undefined ? 0 : Number(found[4]),
  };
}
