/**
 * One unit of work from ready to begun: load what its expressions read, decide `when`, expand a fan-out, bind the
 * inputs, then do what its kind says.
 *
 * @module
 */

import { own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { FailureClass } from "../policy/failure.ts";
import type { BranchNode, GateNode, PassNode, WaitNode } from "../workflow/definition.ts";
import { unevaluatedAt } from "../workflow/expression.ts";
import type { PlanExpression, PlanNode } from "../workflow/plan.ts";
import type { RunBodies } from "./run_body.ts";
import type { RunCalls } from "./run_call.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Reuse } from "./run_reuse.ts";
import type { Driver } from "./run_services.ts";
import type { MemoNote, Reused } from "./reuse.ts";
import type { ValueRef } from "./event.ts";

const PASSED: Reused = { how: "passed", why: "it is disabled, and handed on what it takes" };

/** Thrown inside this file only: a condition or binding could not be evaluated. */
class BadExpression extends Error {}

export class RunUnits {
  readonly #driver: Driver;
  readonly #calls: RunCalls;
  readonly #bodies: RunBodies;

  constructor(driver: Driver, calls: RunCalls, bodies: RunBodies) {
    this.#driver = driver;
    this.#calls = calls;
    this.#bodies = bodies;
  }

  /** Starts a unit that the engine said is ready. */
  launch(scope: RunScope, unit: Unit): void {
    const node = scope.plan.nodes[unit.node] as PlanNode;
    const missing = missingFor(scope, unit, node);
    if (missing.length === 0) this.#proceed(scope, unit, node);
    else this.#driver.track(this.#load(scope, unit, node, missing));
  }

  async #load(scope: RunScope, unit: Unit, node: PlanNode, missing: readonly ValueRef[]): Promise<void> {
    for (const ref of missing) await this.#driver.values.load(ref);
    if (!this.#driver.isStopping) this.#proceed(scope, unit, node);
  }

  #proceed(scope: RunScope, unit: Unit, node: PlanNode): void {
    try {
      if (node.fan.kind === "over" && unit.item < 0) return this.#expand(scope, unit, node, node.fan.items);
      if (node.when !== undefined) {
        const holds = this.#evaluate(scope, unit, node.when, "when");
        if (holds === undefined) {
          return this.#skip(scope, unit, "its condition reads a node that has no result");
        }
        if (typeof holds !== "boolean") {
          throw new BadExpression(
            `Condition "${node.when.expression.text}" gives ${JSON.stringify(holds)}: expected true or false`,
          );
        }
        if (!holds) return this.#skip(scope, unit, `condition is false: ${node.when.expression.text}`);
      }
      this.#perform(scope, unit, node, this.#bind(scope, unit, node));
    } catch (error) {
      if (!(error instanceof BadExpression)) throw error;
      this.#fail(scope, unit, "expression", error.message);
    }
  }

  /** Takes over a result that stands in for the unit's own, or does it. */
  #perform(scope: RunScope, unit: Unit, node: PlanNode, bound: JsonObject): void {
    const found = this.#driver.reuse.of(scope, unit, bound);
    if (found === undefined) return this.#do(scope, unit, node, bound);
    if (!(found instanceof Promise)) return this.#take(scope, unit, node, bound, found);
    this.#driver.track(found.then((later) => {
      if (!this.#driver.isStopping) this.#take(scope, unit, node, bound, later);
    }));
  }

  #take(scope: RunScope, unit: Unit, node: PlanNode, bound: JsonObject, reuse: Reuse | undefined): void {
    if (reuse === undefined || !("reused" in reuse)) return this.#do(scope, unit, node, bound, reuse?.note);
    const { note, output, port, reused } = reuse;
    const memo = note.key === undefined ? undefined : note;
    if (!this.#driver.report(scope, { type: "begin", ...unit, memo })) return;
    this.#driver.report(scope, { type: "complete", ...unit, output, durationMs: 0, port, reused });
  }

  #do(scope: RunScope, unit: Unit, node: PlanNode, bound: JsonObject, memo?: MemoNote): void {
    const { definition } = node;
    switch (definition.kind) {
      case "call":
        return this.#calls.run(scope, unit, bound, memo);
      case "branch":
        return this.#branch(scope, unit, node, definition, bound);
      case "merge": {
        const first = node.bindings.find(({ port }) => Object.hasOwn(bound, port));
        return this.#complete(scope, unit, {
          value: first === undefined ? null : own(bound, first.port) ?? null,
        });
      }
      case "gate":
        return this.#gate(scope, unit, definition, bound, memo);
      case "wait":
        return this.#wait(scope, unit, definition, memo);
      case "loop":
      case "workflow":
        return this.#bodies.begin(scope, unit, bound, memo);
      case "input":
        return this.#complete(scope, unit, { value: own(scope.inputs, definition.name) ?? null });
      case "output":
        return this.#complete(scope, unit, { value: own(bound, "value") ?? null });
      case "pass":
        return this.#complete(scope, unit, handedOn(definition, bound), undefined, PASSED);
      default:
        definition satisfies never;
    }
  }

  #expand(scope: RunScope, unit: Unit, node: PlanNode, list: PlanExpression): void {
    const items = this.#evaluate(scope, unit, list, "each");
    if (items === undefined) return this.#skip(scope, unit, "what it runs over has no result");
    if (!Array.isArray(items)) {
      throw new BadExpression(`"each": "${list.expression.text}" gives ${typeof items}: expected an array`);
    }
    const expand = (ref: ValueRef) =>
      void this.#driver.report(scope, { type: "expand", ...unit, count: items.length, items: ref });
    const origin = { run: this.#driver.setup.run, node: node.id };
    const stored = this.#driver.values.store(items as Json, { origin });
    if (stored instanceof Promise) this.#driver.track(stored.then(expand));
    else expand(stored);
  }

  #bind(scope: RunScope, unit: Unit, node: PlanNode): JsonObject {
    const bound: Record<string, Json> = {};
    for (const binding of node.bindings) {
      if (binding.kind === "constant") bound[binding.port] = binding.value;
      else {
        const value = this.#evaluate(scope, unit, binding, "in", binding.port);
        if (value !== undefined) bound[binding.port] = value;
      }
    }
    return bound;
  }

  #branch(scope: RunScope, unit: Unit, node: PlanNode, definition: BranchNode, bound: JsonObject): void {
    const value = own(bound, "value") ?? null;
    for (let i = 0; i < node.cases.length; i++) {
      const port = definition.cases[i]?.port as string;
      const holds = this.#evaluate(scope, unit, node.cases[i]!, "cases", port, { value });
      if (holds === true) return this.#complete(scope, unit, { [port]: value }, port);
      if (holds !== false && holds !== undefined) {
        throw new BadExpression(`Case "${port}" gives ${JSON.stringify(holds)}: expected true or false`);
      }
    }
    this.#complete(scope, unit, {}, "");
  }

  #gate(scope: RunScope, unit: Unit, definition: GateNode, bound: JsonObject, memo?: MemoNote): void {
    if (!this.#driver.report(scope, { type: "begin", ...unit, memo })) return;
    const shown = Object.keys(bound).length === 0 ? "" : `\n${JSON.stringify(bound, null, 2).slice(0, 4000)}`;
    const question = `${definition.question}${shown}`;
    const { schema } = definition;
    this.#driver.report(scope, {
      type: "wait",
      ...unit,
      for: { kind: "approval", question, ...schema === undefined ? {} : { schema } },
    });
  }

  #wait(scope: RunScope, unit: Unit, { wait }: WaitNode, memo?: MemoNote): void {
    if (!this.#driver.report(scope, { type: "begin", ...unit, memo })) return;
    const untilMs = "forMs" in wait
      ? this.#driver.services.clock.now() + wait.forMs
      : "until" in wait
      ? Date.parse(wait.until)
      : undefined;
    if ("signal" in wait) {
      this.#driver.report(scope, { type: "wait", ...unit, for: { kind: "signal", signal: wait.signal } });
    } else if (untilMs === undefined || Number.isNaN(untilMs)) {
      this.#fail(
        scope,
        unit,
        "expression",
        `Cannot wait until "${"until" in wait ? wait.until : ""}": not a moment`,
      );
    } else {
      this.#driver.report(scope, { type: "wait", ...unit, for: { kind: "time", untilMs } });
    }
  }

  #complete(scope: RunScope, unit: Unit, output: JsonObject, port?: string, reused?: Reused): void {
    if (!this.#driver.report(scope, { type: "begin", ...unit })) return;
    const report = (ref: ValueRef) =>
      void this.#driver.report(scope, {
        type: "complete",
        ...unit,
        output: ref,
        durationMs: 0,
        port,
        reused,
      });
    const node = (scope.plan.nodes[unit.node] as PlanNode).id;
    const stored = this.#driver.values.store(output, { origin: { run: this.#driver.setup.run, node } });
    if (stored instanceof Promise) this.#driver.track(stored.then(report));
    else report(stored);
  }

  #skip(scope: RunScope, unit: Unit, reason: string): void {
    this.#driver.report(scope, { type: "skip", ...unit, reason });
  }

  #fail(scope: RunScope, unit: Unit, kind: FailureClass, message: string): void {
    this.#driver.report(scope, { type: "begin", ...unit });
    this.#driver.report(scope, { type: "fail", ...unit, failure: { class: kind, message } });
  }

  #evaluate(
    scope: RunScope,
    unit: Unit,
    read: PlanExpression,
    field: string,
    name?: string,
    extra?: Readonly<Record<string, Json>>,
  ): Json | undefined {
    try {
      return scope.evaluate(unit, read, extra);
    } catch (error) {
      const place = name === undefined ? field : `${field}.${name}`;
      throw new BadExpression(unevaluatedAt(place, error));
    }
  }
}

/** Of what a pass takes, what it gives. */
function handedOn({ types }: PassNode, bound: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(bound).filter(([name]) => Object.hasOwn(types, name)));
}

/** The stored values that the node's expressions read for this unit and that are not in memory. */
function missingFor(scope: RunScope, unit: Unit, node: PlanNode): readonly ValueRef[] {
  const missing: ValueRef[] = [];
  if (node.when !== undefined) scope.collectMissing(unit, node.when, missing);
  if (node.fan.kind === "over") scope.collectMissing(unit, node.fan.items, missing);
  for (const binding of node.bindings) {
    if (binding.kind === "expression") scope.collectMissing(unit, binding, missing);
  }
  for (const one of node.cases) scope.collectMissing(unit, one, missing);
  return missing;
}
