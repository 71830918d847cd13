/**
 * Whom the units of a run are given to, and whom they were given to in vain.
 *
 * @module
 */

import type { NodeTypeId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { CallNode } from "../workflow/definition.ts";
import type { PlanNode } from "../workflow/plan.ts";
import { attemptsOf } from "./reading.ts";
import { assign, type Assignment, withDefaults } from "./run_assignment.ts";
import type { RunBudget } from "./run_budget.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";

export class Assignments {
  readonly #driver: Driver;
  readonly #budget: RunBudget;
  /** Instruments that failed a unit, so that the next attempt goes elsewhere. */
  readonly #tried = new Map<string, NodeTypeId[]>();

  constructor(driver: Driver, budget: RunBudget) {
    this.#driver = driver;
    this.#budget = budget;
  }

  /** The assignment of a unit with its bound input, or why nobody can do it. */
  of(
    scope: RunScope,
    unit: Unit,
    definition: CallNode,
    bound: JsonObject,
  ): Assignment | { readonly failure: NodeFailure } {
    const { catalog } = this.#driver.setup;
    const type = catalog.nodes.get(definition.use);
    // An operator that a node names is always the same, and costs nothing.
    if (type !== undefined && type.instrument === undefined) {
      return { type, task: undefined, input: withDefaults(type.input, bound), expectedUsd: 0 };
    }
    const { conductor } = this.#driver.services;
    return assign(
      definition,
      bound,
      catalog,
      this.#context(scope, unit, definition),
      (request) => conductor.route(request),
    );
  }

  /** Notes that an instrument failed the unit. */
  noteTried(scope: RunScope, unit: Unit, type: NodeTypeId): void {
    const at = key(scope, unit);
    const tried = this.#tried.get(at);
    if (tried === undefined) this.#tried.set(at, [type]);
    else tried.push(type);
  }

  #context(scope: RunScope, unit: Unit, definition: CallNode) {
    const { setup: { run, startedAt }, services: { clock } } = this.#driver;
    const { preference, timeoutMs } = rootOf(scope).plan.definition;
    const budgetUsd = this.#budget.left();
    const leftMs = Math.min(
      definition.timeoutMs ?? Infinity,
      timeoutMs === undefined ? Infinity : startedAt + timeoutMs - clock.now(),
    );
    return {
      run,
      node: (scope.plan.nodes[unit.node] as PlanNode).id,
      tried: this.#tried.get(key(scope, unit)) ?? [],
      attempt: attemptsOf(scope.state, unit.node, unit.item) + 1,
      ...(preference === undefined ? {} : { preference }),
      ...(budgetUsd === undefined ? {} : { budgetUsd }),
      ...(leftMs === Infinity ? {} : { deadlineSeconds: Math.max(0, leftMs / 1000) }),
    };
  }
}

/** The run's own scope: preference and budget are the run's, not a body's. */
function rootOf(scope: RunScope): RunScope {
  let root = scope;
  while (root.origin !== undefined) root = root.origin.parent;
  return root;
}

function key(scope: RunScope, unit: Unit): string {
  return `${scope.path}:${unit.node}:${unit.item}`;
}
