/**
 * Whom the units of a run are given to.
 *
 * @module
 */

import type { ExtensionId, NodeTypeId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { InstrumentOption } from "../ports/conductor.ts";
import type { CallNode } from "../workflow/definition.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { Draft } from "./draft.ts";
import { attemptsOf } from "./reading.ts";
import { assign, type Assignment, withDefaults } from "./run_assignment.ts";
import type { RunBudget } from "./run_budget.ts";
import type { RunLimits } from "./run_recovery.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";
import { troubleOf } from "./trouble.ts";

export class Assignments {
  readonly #driver: Driver;
  readonly #budget: RunBudget;
  readonly #waitRounds: (extension: ExtensionId) => number;

  /** `waitRounds` tells how long one more call of an extension would wait, in calls. */
  constructor(driver: Driver, budget: RunBudget, waitRounds: (extension: ExtensionId) => number) {
    this.#driver = driver;
    this.#budget = budget;
    this.#waitRounds = waitRounds;
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
      return { type, task: undefined, input: withDefaults(type.input, bound), options: [] };
    }
    const { conductor } = this.#driver.services;
    return assign(
      definition,
      bound,
      catalog,
      this.#context(scope, unit, definition),
      (request) => conductor.route({ ...request, options: this.#known(request.options) }),
    );
  }

  /** The same for another than `without`; a failure where all that could be asked are among them. */
  another(
    scope: RunScope,
    unit: Unit,
    definition: CallNode,
    bound: JsonObject,
    without: readonly NodeTypeId[],
  ): Assignment | { readonly failure: NodeFailure } {
    const { setup: { catalog }, services: { conductor } } = this.#driver;
    const context = this.#context(scope, unit, definition);
    return assign(definition, bound, catalog, context, (request) => {
      const options = request.options.filter(({ instrument }) => !without.includes(instrument));
      if (options.length === 0) return { choice: undefined, reason: "all were asked" };
      return conductor.route({
        ...request,
        options: this.#known(options),
        tried: [...request.tried, ...without],
      });
    });
  }

  /**
   * The same for what an extension asks of models in the midst of a unit: nothing of the unit's own attempts counts, and what is
   * `left` to whoever asks bounds it beside the run's budget.
   */
  aside(
    scope: RunScope,
    unit: Unit,
    definition: CallNode,
    { bound, without, left }: {
      readonly bound: JsonObject;
      readonly without: readonly NodeTypeId[];
      readonly left: { readonly usd?: number; readonly tokens?: number };
    },
  ): Assignment | { readonly failure: NodeFailure } {
    const { setup: { catalog, run }, services: { conductor } } = this.#driver;
    const limits = this.limits(definition);
    const { preference } = rootOf(scope).plan.definition;
    const budgetUsd = least(limits.budgetUsd, left.usd);
    const budgetTokens = least(limits.budgetTokens, left.tokens);
    const context = {
      run,
      node: (scope.plan.nodes[unit.node] as PlanNode).id,
      attempt: 1,
      tried: without,
      ...(preference === undefined ? {} : { preference }),
      ...limits,
      ...(budgetUsd === undefined ? {} : { budgetUsd }),
      ...(budgetTokens === undefined ? {} : { budgetTokens }),
    };
    const assigned = assign(definition, bound, catalog, context, (request) => {
      const options = request.options.filter(({ instrument }) => !without.includes(instrument));
      if (options.length === 0) {
        return { choice: undefined, reason: `nobody else serves ${definition.use}` };
      }
      return conductor.route({ ...request, options: this.#known(options) });
    });
    const isOwn = budgetUsd !== limits.budgetUsd || budgetTokens !== limits.budgetTokens;
    if (!isOwn || !("failure" in assigned) || assigned.failure.class !== "credit") return assigned;
    return {
      failure: {
        ...assigned.failure,
        message: assigned.failure.message.replace("The run's budget", "What its manifest lets it use up"),
      },
    };
  }

  /**
   * The options with how long a call would wait for them and what is the matter with them, so that a free and well one may be
   * taken for a better one.
   */
  #known(options: readonly InstrumentOption[]): readonly InstrumentOption[] {
    const { poolWatch, clock } = this.#driver.services;
    return options.map((option) => {
      const known: Draft<InstrumentOption> = { ...option };
      const waitRounds = this.#waitRounds(option.extension);
      if (waitRounds > 0) known.waitRounds = waitRounds;
      // With nothing to choose from it is of no use.
      const health = options.length < 2 ? undefined : poolWatch?.healthOf(option.extension);
      const trouble = health && troubleOf(health, clock.now());
      if (trouble !== undefined) known.trouble = trouble;
      return known;
    });
  }

  /** What is left of the run's money, and of its time and the node's. */
  limits(definition: CallNode): RunLimits {
    const { setup: { deadline = Infinity }, services: { clock } } = this.#driver;
    const budgetUsd = this.#budget.left();
    const budgetTokens = this.#budget.leftTokens();
    const leftMs = Math.min(definition.timeoutMs ?? Infinity, deadline - clock.now());
    return {
      ...(budgetUsd === undefined ? {} : { budgetUsd }),
      ...(budgetTokens === undefined ? {} : { budgetTokens }),
      ...(leftMs === Infinity ? {} : { deadlineSeconds: Math.max(0, leftMs / 1000) }),
    };
  }

  #context(scope: RunScope, unit: Unit, definition: CallNode) {
    const { preference } = rootOf(scope).plan.definition;
    const { id: node } = scope.plan.nodes[unit.node] as PlanNode;
    return {
      run: this.#driver.setup.run,
      node,
      attempt: attemptsOf(scope.state, unit.node, unit.item) + 1,
      ...scope.attempts.of(node, unit.item),
      ...(preference === undefined ? {} : { preference }),
      ...this.limits(definition),
    };
  }
}

/** The run's own scope: preference and budget are the run's, not a body's. */
export function rootOf(scope: RunScope): RunScope {
  let root = scope;
  while (root.origin !== undefined) root = root.origin.parent;
  return root;
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? a ?? b : Math.min(a, b);
}
