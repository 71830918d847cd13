/**
 * Loops and sub-workflows: a node whose work is another graph. The body is a scope of its own in the same log. When a
 * run is resumed, a body that was under way is taken up where it was; nothing completed inside is done again.
 *
 * @module
 */

import { own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { parseExpression } from "../workflow/cel.ts";
import type { LoopNode, SubWorkflowNode, WorkflowDefinition } from "../workflow/definition.ts";
import { unevaluatedAt } from "../workflow/expression.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { ValueRef } from "./event.ts";
import type { MemoNote } from "./reuse.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";

/** Opens, finds and closes scopes; the loop that owns them. */
export interface ScopeHost {
  /** A fresh scope for a body, started. */
  open(parent: RunScope, unit: Unit, round: number, inputs: JsonObject): void;
  close(scope: RunScope): void;
}

export class RunBodies {
  readonly #driver: Driver;
  readonly #host: ScopeHost;

  constructor(driver: Driver, host: ScopeHost) {
    this.#driver = driver;
    this.#host = host;
  }

  /** Begins a loop or sub-workflow with its bound inputs. */
  begin(scope: RunScope, unit: Unit, bound: JsonObject, memo?: MemoNote): void {
    if (!this.#driver.report(scope, { type: "begin", ...unit, memo })) return;
    this.#driver.track(this.#next(scope, unit, bound));
  }

  /** The body at `scope` has completed with `outputs`: the next round, or the node's end. */
  completed(body: RunScope, outputs: ValueRef): void {
    const { parent, unit } = body.origin as NonNullable<RunScope["origin"]>;
    this.#host.close(body);
    const { definition } = parent.plan.nodes[unit.node] as PlanNode;
    if (definition.kind !== "loop") {
      this.#driver.report(parent, { type: "complete", ...unit, output: outputs, durationMs: 0 });
      return;
    }
    this.#driver.track(this.#nextRound(body, definition, outputs));
  }

  async #nextRound(body: RunScope, definition: LoopNode, outputs: ValueRef): Promise<void> {
    const { parent, unit, round } = body.origin as NonNullable<RunScope["origin"]>;
    const values = await this.#driver.values.load(outputs) as JsonObject;
    this.#driver.report(parent, { type: "iterate", ...unit, iteration: round, output: outputs });
    const inputs = bodyInputs(definition.body, { ...body.inputs, ...values });
    await this.#advance(parent, unit, round, values, inputs);
  }

  /** The body failed: so does the node. */
  failed(body: RunScope, message: string): void {
    const { parent, unit } = body.origin as NonNullable<RunScope["origin"]>;
    this.#host.close(body);
    this.#driver.report(parent, { type: "fail", ...unit, failure: { class: "thrown", message } });
  }

  async #next(scope: RunScope, unit: Unit, bound: JsonObject): Promise<void> {
    const { definition } = scope.plan.nodes[unit.node] as PlanNode;
    const { body } = definition as LoopNode | SubWorkflowNode;
    if (definition.kind === "workflow") return this.#host.open(scope, unit, 0, bodyInputs(body, bound));
    const progress = scope.loopProgress(unit);
    if (progress === undefined) return this.#host.open(scope, unit, 1, bodyInputs(body, bound));
    // A loop that is retried or resumed between two rounds goes on from the last round that ended.
    const before = await this.#driver.values.load(progress.output) as JsonObject;
    await this.#advance(scope, unit, progress.rounds, before, bodyInputs(body, { ...bound, ...before }));
  }

  /** After round `round` gave `outputs`: ends the loop, or opens the next round with `inputs`. */
  async #advance(
    scope: RunScope,
    unit: Unit,
    round: number,
    outputs: JsonObject,
    inputs: JsonObject,
  ): Promise<void> {
    const definition = (scope.plan.nodes[unit.node] as PlanNode).definition as LoopNode;
    const ended = this.#isDone(definition, outputs, inputs, round);
    if (ended instanceof Error) {
      const failure = { class: "expression", message: ended.message } as const;
      this.#driver.report(scope, { type: "fail", ...unit, failure });
    } else if (ended || round >= definition.max) {
      const output = await this.#driver.values.store({ ...outputs, iterations: round, done: ended }, {});
      this.#driver.report(scope, { type: "complete", ...unit, output, durationMs: 0 });
    } else this.#host.open(scope, unit, round + 1, inputs);
  }

  #isDone(definition: LoopNode, outputs: JsonObject, inputs: JsonObject, iteration: number): boolean | Error {
    if (definition.until === undefined) return false;
    const parsed = parseExpression(definition.until);
    if ("problem" in parsed) return new Error(parsed.problem.message);
    try {
      const holds = parsed.expression.evaluate({ ...outputs, outputs, inputs, iteration });
      if (typeof holds === "boolean") return holds;
      return new Error(`"until" gives ${JSON.stringify(holds)}: expected true or false`);
    } catch (error) {
      return new Error(unevaluatedAt("until", error));
    }
  }
}

/** Of `given`, what the body declares as inputs, with its defaults. */
export function bodyInputs(body: WorkflowDefinition, given: JsonObject): JsonObject {
  const inputs: Record<string, Json> = {};
  for (const [name, { default: fallback }] of body.inputs) {
    const value = own(given, name) ?? fallback;
    if (value !== undefined) inputs[name] = value;
  }
  return inputs;
}
