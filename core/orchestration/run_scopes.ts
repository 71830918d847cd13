/**
 * All graphs that one run is carrying out, by path: its own at "" and the bodies of loops and sub-workflows below.
 *
 * @module
 */

import { assert, SymphonyError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { RunEvent } from "./event.ts";
import { createState, evolve } from "./evolve.ts";
import { parseScopePath, RunScope, scopePath } from "./run_scope.ts";
import type { Unit } from "./run_scope.ts";
import type { RunValues } from "./run_values.ts";
import { restoreSnapshot } from "./snapshot.ts";
import type { RunState } from "./state.ts";

export class RunScopes {
  readonly root: RunScope;
  readonly #byPath = new Map<string, RunScope>();
  /** The bodies under way of each scope's nodes. */
  readonly #bodies = new Map<RunScope, Set<RunScope>>();
  readonly #values: RunValues;
  readonly #rank: (plan: Plan) => Float64Array;

  constructor(
    plan: Plan,
    inputs: JsonObject,
    context: { values: RunValues; rank: (plan: Plan) => Float64Array; snapshot?: Uint8Array },
  ) {
    const ranks = new WeakMap<Plan, Float64Array>();
    this.#rank = (of) => {
      const rank = ranks.get(of) ?? context.rank(of);
      ranks.set(of, rank);
      return rank;
    };
    this.#values = context.values;
    const state = this.#state(plan, context.snapshot);
    this.root = new RunScope(plan, state, { path: "", inputs, values: context.values });
    this.#byPath.set("", this.root);
  }

  /** Every scope, the run's own first. */
  all(): IterableIterator<RunScope> {
    return this.#byPath.values();
  }

  has(scope: RunScope): boolean {
    return this.#byPath.get(scope.path) === scope;
  }

  /** True where bodies of `scope`'s nodes are under way. */
  hasBodies(scope: RunScope): boolean {
    return this.#bodies.has(scope);
  }

  /** True where the body of this unit is under way. */
  hasBody(parent: RunScope, unit: Unit): boolean {
    return this.#bodiesOf(parent, unit).length > 0;
  }

  /** A fresh scope for the body of a node's unit; one that is at the same path already is forgotten. */
  open(parent: RunScope, unit: Unit, round: number, inputs: JsonObject, snapshot?: Uint8Array): RunScope {
    const node = nodeOf(parent, unit);
    assert(node.body !== undefined, "only loops and sub-workflows have a body");
    const path = scopePath(parent.path, node.id, unit, round);
    const before = this.#byPath.get(path);
    if (before !== undefined) this.remove(before);
    const scope = new RunScope(node.body, this.#state(node.body, snapshot), {
      path,
      origin: { parent, unit, round },
      inputs,
      values: this.#values,
    });
    this.#byPath.set(path, scope);
    const siblings = this.#bodies.get(parent);
    if (siblings === undefined) this.#bodies.set(parent, new Set([scope]));
    else siblings.add(scope);
    return scope;
  }

  /** Opens the scope at a path of the log. @throws SymphonyError `corrupt` where the path leads nowhere */
  openAt(path: string, inputs: JsonObject, snapshot?: Uint8Array): RunScope {
    const parts = parseScopePath(path);
    const parent = parts === undefined ? undefined : this.#byPath.get(parts.parent);
    const node = parts === undefined ? undefined : parent?.plan.indexOf.get(parts.node as NodeId);
    if (parts === undefined || parent === undefined || node === undefined) {
      throw new SymphonyError(
        "corrupt",
        `Cannot read run: its log names the scope "${path}", which the workflow does not have`,
      );
    }
    return this.open(parent, { node, item: parts.item }, parts.round, inputs, snapshot);
  }

  /** Forgets a scope and everything below it, and says what that was. */
  remove(scope: RunScope): readonly RunScope[] {
    const removed = [...this.#bodies.get(scope) ?? []].flatMap((body) => this.remove(body));
    if (this.has(scope)) this.#byPath.delete(scope.path);
    const parent = scope.origin?.parent;
    const siblings = parent === undefined ? undefined : this.#bodies.get(parent);
    siblings?.delete(scope);
    if (parent !== undefined && siblings?.size === 0) this.#bodies.delete(parent);
    return [...removed, scope];
  }

  /** Applies an event of the log. */
  replay(event: RunEvent): void {
    const path = event.scope ?? "";
    if (event.type === "run.created" && path !== "") this.openAt(path, event.inputs);
    const scope = this.#byPath.get(path);
    // A body that has ended was dropped when its node went on; what is late for it changes nothing.
    if (scope === undefined) return;
    evolve(scope.state, event);
    scope.observe(event);
    this.#dropEndedBodies(scope, event);
  }

  #dropEndedBodies(scope: RunScope, event: RunEvent): void {
    const isOver = event.type === "node.completed" || event.type === "node.failed" ||
      event.type === "node.retrying" ||
      event.type === "node.iterated";
    if (!isOver) return;
    const node = scope.plan.indexOf.get(event.node);
    if (node === undefined || scope.plan.nodes[node]?.body === undefined) return;
    for (const body of this.#bodiesOf(scope, { node, item: event.item ?? -1 })) this.remove(body);
  }

  #bodiesOf(parent: RunScope, unit: Unit): readonly RunScope[] {
    const bodies = [...this.#bodies.get(parent) ?? []];
    return bodies.filter(({ origin }) => origin?.unit.node === unit.node && origin.unit.item === unit.item);
  }

  #state(plan: Plan, snapshot: Uint8Array | undefined): RunState {
    return snapshot === undefined
      ? createState(plan, this.#rank(plan))
      : restoreSnapshot(plan, snapshot, this.#rank(plan));
  }
}

function nodeOf(scope: RunScope, unit: Unit): PlanNode {
  return scope.plan.nodes[unit.node] as PlanNode;
}
