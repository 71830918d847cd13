/**
 * Looks for a result that can stand in for a unit's own before it is done, and keeps what was made for later runs.
 * Every answer has a reason, which the log keeps.
 *
 * A run without a request pays for this only where a result could be found: a node whose rule takes nothing, or of whose
 * code nothing is kept, is answered from a table by the node's number.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { ArtifactPort } from "../ports/artifact.ts";
import type { MemoEntry, MemoPort } from "../ports/memo.ts";
import { type NodeType, servingTask, type TaskType } from "../workflow/catalog.ts";
import type { CallNode, NodeDefinition } from "../workflow/definition.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { EarlierResult, EarlierRun } from "./earlier_run.ts";
import type { ValueRef } from "./event.ts";
import { type Redone, redoneNodes, writeBehind } from "./kept_nodes.ts";
import { judgesOf, type MemoKey, memoKey, missReason, plainKey } from "./memo_key.ts";
import { type MemoRule, memoRule } from "./memo_rule.ts";
import type { MemoNote, Pin, Reused, ReuseRequest } from "./reuse.ts";
import { withDefaults } from "./run_assignment.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { RunSetup } from "./run_services.ts";

/** A result that stands in. */
export interface Found {
  readonly reused: Reused;
  readonly output: ValueRef;
  readonly port?: string;
  readonly note: MemoNote;
}

/** What to do about a unit: take this, or do it and say why. */
export type Reuse = Found | { readonly note: MemoNote };

/** What was made, to be kept. */
export interface Made {
  readonly scope: RunScope;
  readonly unit: Unit;
  readonly type: NodeType;
  readonly task: TaskType | undefined;
  /** With the schema's defaults. */
  readonly input: JsonObject;
  readonly output: ValueRef;
  readonly durationMs: number;
  readonly costUsd?: number | undefined;
}

export class RunReuse {
  readonly #memo: MemoPort | undefined;
  readonly #setup: RunSetup;
  readonly #artifacts: Pick<ArtifactPort, "info">;
  readonly #now: () => number;
  readonly #request: ReuseRequest | undefined;
  readonly #earlier: EarlierRun | undefined;
  readonly #pins: ReadonlyMap<NodeId, Pin>;
  readonly #redone: Redone | undefined;
  /** By plan and node: 1 where nothing can be found, 2 where it is worth a look. */
  readonly #looks = new WeakMap<Plan, Uint8Array>();
  readonly #keeping = new Set<Promise<void>>();

  constructor(
    setup: RunSetup,
    parts: {
      readonly plan: Plan;
      readonly inputs: JsonObject;
      readonly memo: MemoPort | undefined;
      readonly artifacts: Pick<ArtifactPort, "info">;
      readonly now: () => number;
      readonly request: ReuseRequest | undefined;
      readonly earlier: EarlierRun | undefined;
    },
  ) {
    const { plan, inputs, memo, artifacts, now, request, earlier } = parts;
    this.#artifacts = artifacts;
    this.#setup = setup;
    this.#memo = memo;
    this.#now = now;
    this.#request = request;
    this.#earlier = earlier;
    this.#pins = new Map((request?.pins ?? []).map((pin) => [pin.node, pin]));
    if (earlier !== undefined && request?.from !== undefined) {
      const before = { plan: earlier.plan, catalog: earlier.kept.catalog, inputs: earlier.inputs };
      this.#redone = redoneNodes(before, { plan, catalog: setup.catalog, inputs }, {
        from: [...request.from, ...this.#pins.keys()],
        byCode: false,
        holds: (node) => !isDone(node) || earlier.hasCompleted("", node.id),
      });
    }
  }

  /** What stands in for the unit; undefined where nothing can and nothing need be said. */
  of(scope: RunScope, unit: Unit, bound: JsonObject): Reuse | undefined | Promise<Reuse | undefined> {
    const node = scope.plan.nodes[unit.node] as PlanNode;
    if (this.#request === undefined) {
      return this.#isWorthALook(scope.plan, unit.node) ? this.#look(scope, unit, node, bound) : undefined;
    }
    if (scope.path === "" && unit.item < 0) {
      const pin = this.#pins.get(node.id);
      if (pin !== undefined) return pinned(pin);
    }
    if (this.#redone !== undefined) return this.#fromHere(scope, unit, node, bound);
    return isDone(node) ? this.#look(scope, unit, node, bound) : undefined;
  }

  /** Keeps what a call made, where its rule says so. Does not wait; `settled` does. */
  keep(made: Made): void {
    const memo = this.#memo;
    if (memo === undefined) return;
    const { scope, unit, type, task } = made;
    const { id: node, definition } = scope.plan.nodes[unit.node] as PlanNode & { definition: CallNode };
    const rule = memoRule(definition, { type, task }, this.#request);
    if (!rule.keep || made.durationMs < rule.leastMs) return;
    const { key, parts } = this.#key(definition, { type, task, input: made.input }, memo);
    const entry: MemoEntry = {
      key,
      output: made.output,
      run: this.#setup.run,
      node,
      at: this.#now(),
      durationMs: made.durationMs,
      ...(made.costUsd === undefined ? {} : { costUsd: made.costUsd }),
      ...(type.kind === "instrument" ? { instrument: type.type } : {}),
    };
    // What could not be kept is made again another time; the run has its result.
    const kept: Promise<void> = memo.keep({ entry, parts, place: placeOf(scope, unit) })
      .catch(() => {}).finally(() => this.#keeping.delete(kept));
    this.#keeping.add(kept);
  }

  /** Resolves when all that was to be kept is durable, or could not be kept. */
  async settled(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping);
  }

  #isWorthALook(plan: Plan, index: number): boolean {
    let looks = this.#looks.get(plan);
    if (looks === undefined) this.#looks.set(plan, looks = new Uint8Array(plan.nodes.length));
    if (looks[index] === 0) looks[index] = this.#mayFind(plan.nodes[index] as PlanNode) ? 2 : 1;
    return looks[index] === 2;
  }

  /** False where a plain run can have no result from elsewhere, by the node alone. */
  #mayFind({ definition }: PlanNode): boolean {
    if (this.#memo === undefined) return false;
    // What a person said, and what was written, is compared by later reruns: the log notes what it was about.
    if (definition.kind === "gate" || definition.kind === "wait") return true;
    if (definition.kind !== "call") return false;
    const { type, task } = this.#who(definition);
    if (type?.effect === "write") return true;
    const rule = memoRule(definition, { type, task }, undefined);
    // What says so itself is told why not; the others are not worth a line before anything is kept.
    if (definition.memo?.use === true) return true;
    return rule.take && type !== undefined && this.#memo.knows(definition.use, type.codeHash);
  }

  #who(definition: CallNode): { type: NodeType | undefined; task: TaskType | undefined } {
    const { nodes, tasks } = this.#setup.catalog;
    const type = nodes.get(definition.use);
    return { type, task: type === undefined ? tasks.get(definition.use) : undefined };
  }

  /** A rerun from a node: what is not behind it is kept, whatever it was. */
  #fromHere(
    scope: RunScope,
    unit: Unit,
    node: PlanNode,
    bound: JsonObject,
  ): Reuse | undefined | Promise<Reuse | undefined> {
    const why = scope.path === "" ? this.#redone?.[unit.node] : undefined;
    if (!isDone(node)) return undefined;
    if (scope.path !== "" || why !== undefined) {
      // Doing it again was asked for: no kept result may stand in for it.
      return this.#withKey({ why: why ?? "the node it is part of is done again" }, node, bound);
    }
    const earlier = this.#earlier as EarlierRun;
    const result = earlier.result("", node.id, unit.item);
    if (result === undefined) {
      return this.#withKey({ why: `it had not completed in run ${earlier.run}` }, node, bound);
    }
    return this.#ifThere(taken(result, earlier, `not behind ${(this.#request?.from ?? []).join(", ")}`));
  }

  /** The result, unless it is an artifact that has been removed meanwhile. */
  #ifThere(found: Found): Reuse | Promise<Reuse> {
    const { output, note } = found;
    if ("value" in output) return found;
    return this.#artifacts.info(output.artifact).then((info) =>
      info === undefined ? { note: { ...note, why: "its result was removed from the store" } } : found
    );
  }

  #withKey(note: MemoNote, node: PlanNode, bound: JsonObject): Reuse {
    const key = this.#plainKey(node, bound);
    return { note: key === undefined ? note : { ...note, key } };
  }

  /** The key of what later reruns compare by it: effects and gates. */
  #plainKey({ definition }: PlanNode, bound: JsonObject): string | undefined {
    const memo = this.#memo;
    if (memo === undefined) return undefined;
    if (definition.kind !== "call") return plainKey(definition, bound, memo.digest.bind(memo));
    const { type, task } = this.#who(definition);
    if (type === undefined || type.kind === "instrument") return undefined;
    return this.#key(definition, { type, task, input: withDefaults(type.input, bound) }, memo).key;
  }

  #key(
    definition: CallNode,
    { type, task, input }: { type: NodeType; task: TaskType | undefined; input: JsonObject },
    memo: MemoPort,
  ): MemoKey {
    const { workspace, catalog } = this.#setup;
    const judges = judgesOf(definition, catalog);
    return memoKey({ definition, type, task, input, workspace, judges }, (text) => memo.digest(text));
  }

  #look(
    scope: RunScope,
    unit: Unit,
    node: PlanNode,
    bound: JsonObject,
  ): Reuse | undefined | Promise<Reuse | undefined> {
    const { definition } = node;
    if (definition.kind !== "call") return this.#same(scope, unit, node, bound);
    const { type, task } = this.#who(definition);
    const rule = memoRule(definition, { type, task }, this.#request);
    if (type?.effect === "write") return this.#same(scope, unit, node, bound);
    if (!rule.take) return { note: { why: rule.why } };
    const memo = this.#memo;
    if (memo === undefined) return { note: { why: "no results are kept here" } };
    return this.#search(scope, unit, { definition, type, task, rule, bound, memo });
  }

  /** The earlier run's own result of something that nothing else stands in for: an effect, an answer, a wait. */
  #same(scope: RunScope, unit: Unit, node: PlanNode, bound: JsonObject): Reuse | undefined | Promise<Reuse> {
    const earlier = this.#earlier;
    if (node.body !== undefined) return undefined;
    if (earlier === undefined || this.#request?.changed !== true) {
      const why = "it writes, and an effect is not taken from elsewhere";
      const isTold = this.#request !== undefined && node.definition.kind === "call";
      return this.#withKey(isTold ? { why } : {}, node, bound);
    }
    const key = this.#plainKey(node, bound);
    const result = earlier.result(scope.path, node.id, unit.item);
    if (result === undefined) {
      return this.#withKey({ why: `it had not completed in run ${earlier.run}` }, node, bound);
    }
    if (node.definition.kind === "gate") {
      const write = writeBehind(scope.plan, this.#setup.catalog, node.index, () => true);
      if (write !== undefined) {
        return this.#withKey({ why: `${write} behind it writes, so a person is asked again` }, node, bound);
      }
    }
    if (key === undefined || result.key !== key) {
      const why = result.key === undefined
        ? `run ${earlier.run} did not note what it was given`
        : `what it is given is not what it was given in run ${earlier.run}`;
      return this.#withKey({ why }, node, bound);
    }
    return this.#ifThere({ ...taken(result, earlier, "it was given the same"), note: { key } });
  }

  async #search(
    scope: RunScope,
    unit: Unit,
    asked: {
      definition: CallNode;
      type: NodeType | undefined;
      task: TaskType | undefined;
      rule: MemoRule;
      bound: JsonObject;
      memo: MemoPort;
    },
  ): Promise<Reuse> {
    const { definition, type, task, rule, bound, memo } = asked;
    const input = withDefaults((type ?? task)?.input ?? {}, bound);
    // Of those that serve a task, some may look at files: what they gave is not taken unless the node says so.
    const mayTake = (candidate: NodeType) =>
      memoRule(definition, { type: candidate, task }, this.#request).take;
    const keys = this.#candidates(type, task).filter(mayTake).map((candidate) =>
      this.#key(definition, { type: candidate, task, input }, memo)
    );
    let best: MemoEntry | undefined;
    for (const { key } of keys) {
      const entry = await memo.find(key);
      if (entry !== undefined && (best === undefined || entry.at > best.at)) best = entry;
    }
    const first = keys[0];
    const single = task === undefined && first !== undefined ? { key: first.key } : {};
    if (best !== undefined) {
      const ageMs = this.#now() - best.at;
      if (rule.forMs === undefined || ageMs <= rule.forMs) {
        return await this.#ifThere({ ...memoFound(best, scope, unit), note: { key: best.key } });
      }
      return { note: { ...single, why: `the kept result is older than ${Math.round(rule.forMs / 1000)} s` } };
    }
    const before = await memo.latest(placeOf(scope, unit));
    // Who would be asked is not known yet: compare with whoever gave it before.
    const same = keys.find(({ parts }) => parts.model === before?.model) ?? first;
    const why = same === undefined
      ? "no installed instrument serves it"
      : before === undefined && rule.leastMs > 0
      ? `nothing is kept of it yet; what takes under ${rule.leastMs} ms is not`
      : missReason(same.parts, before);
    return { note: { ...single, why } };
  }

  #candidates(type: NodeType | undefined, task: TaskType | undefined): readonly NodeType[] {
    if (task === undefined) return type === undefined ? [] : [type];
    return servingTask(this.#setup.catalog, task);
  }
}

/** True for what does something: everything else is worked out again in no time. */
function isDone({ definition }: { readonly definition: NodeDefinition }): boolean {
  const { kind } = definition;
  return kind === "call" || kind === "gate" || kind === "wait" || kind === "loop" || kind === "workflow";
}

function pinned({ artifact, sizeBytes, from }: Pin): Found {
  const output = { artifact, sizeBytes };
  return { output, reused: { how: "pinned", why: `given by hand: ${from}` }, note: {} };
}

function taken(result: EarlierResult, { run }: EarlierRun, why: string): Found {
  const { output, port, key, durationMs, costUsd } = result;
  return {
    output,
    reused: {
      how: "kept",
      why,
      run,
      savedMs: durationMs,
      ...(costUsd === undefined ? {} : { savedUsd: costUsd }),
    },
    note: key === undefined ? {} : { key },
    ...(port === undefined ? {} : { port }),
  };
}

function memoFound(entry: MemoEntry, scope: RunScope, unit: Unit): Found {
  const { output, run, node, durationMs, costUsd, instrument } = entry;
  const who = instrument === undefined ? "" : `, answered by ${instrument}`;
  const cut = scope.sourcesWereMade(unit) ? "; what comes before was done again and gave the same" : "";
  return {
    output,
    reused: {
      how: "memo",
      why: `same code and inputs as ${node} in run ${run}${who}${cut}`,
      run,
      savedMs: durationMs,
      ...(costUsd === undefined ? {} : { savedUsd: costUsd }),
    },
    note: {},
  };
}

function placeOf(scope: RunScope, unit: Unit): string {
  let root = scope;
  while (root.origin !== undefined) root = root.origin.parent;
  const { id } = scope.plan.nodes[unit.node] as PlanNode;
  const item = unit.item < 0 ? "" : `[${unit.item}]`;
  return `${root.plan.definition.id}/${scope.path}/${id}${item}`;
}
