/**
 * Who does a call node's work: the node type that it names, or for a task the instrument that the Conductor chooses.
 *
 * @module
 */

import type { NodeTypeId } from "../ids.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { InstrumentOption } from "../ports/conductor.ts";
import type { NodeType, TaskType } from "../workflow/catalog.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";

/** Who will do a unit's work. */
export interface Assignment {
  readonly type: NodeType;
  readonly task: TaskType | undefined;
  readonly reason: string | undefined;
}

export class Assignments {
  readonly #driver: Driver;
  /** Nodes that name their type: always the same. */
  readonly #direct = new Map<NodeTypeId, Assignment>();
  /** Instruments that failed a unit, so that the next attempt goes elsewhere. */
  readonly #tried = new Map<string, NodeTypeId[]>();

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** The assignment of a unit whose node says `use`, or why nobody can do it. */
  of(scope: RunScope, unit: Unit, use: NodeTypeId): Assignment | { readonly failure: NodeFailure } {
    const known = this.#direct.get(use);
    if (known !== undefined) return known;
    const { catalog } = this.#driver.setup;
    const type = catalog.nodes.get(use);
    if (type !== undefined) {
      const why = type.instrument?.unavailable;
      if (why !== undefined) return unavailable(`${type.type}: ${why}`);
      const direct: Assignment = { type, task: undefined, reason: undefined };
      this.#direct.set(use, direct);
      return direct;
    }
    const task = catalog.tasks.get(use);
    if (task === undefined) return unavailable(`No installed extension provides "${use}"`);
    return this.#routed(scope, unit, task);
  }

  /** Notes that an instrument failed the unit. */
  noteTried(scope: RunScope, unit: Unit, type: NodeTypeId): void {
    const at = key(scope, unit);
    const tried = this.#tried.get(at);
    if (tried === undefined) this.#tried.set(at, [type]);
    else tried.push(type);
  }

  #routed(scope: RunScope, unit: Unit, task: TaskType): Assignment | { readonly failure: NodeFailure } {
    const { catalog, run } = this.#driver.setup;
    const name = taskName(task);
    const serving = [...catalog.nodes.values()].filter((candidate) =>
      candidate.instrument !== undefined &&
      (candidate.instrument.serves.includes(name) || candidate.instrument.serves.includes("*"))
    );
    const usable = serving.filter((candidate) => candidate.instrument?.unavailable === undefined);
    const decision = this.#driver.services.conductor.route({
      run,
      node: (scope.plan.nodes[unit.node] as PlanNode).id,
      task: name,
      options: usable.map(option),
      tried: this.#tried.get(key(scope, unit)) ?? [],
    });
    const chosen = decision.choice === undefined ? undefined : catalog.nodes.get(decision.choice.instrument);
    if (chosen !== undefined) return { type: chosen, task, reason: decision.reason };
    const whys = serving.map((candidate) =>
      `${candidate.type}: ${firstClause(candidate.instrument?.unavailable)}`
    );
    return unavailable(
      `No instrument is available for ${name}${whys.length > 0 ? ` (${whys.join("; ")})` : ""}`,
    );
  }
}

/** A task's name without its group. */
export function taskName({ type }: TaskType): string {
  return type.slice(type.indexOf("/") + 1);
}

function unavailable(message: string): { readonly failure: NodeFailure } {
  return { failure: { class: "unavailable", message } };
}

/** The whole reason is what `doctor` shows; a list of them keeps to the point. */
function firstClause(reason = ""): string {
  return reason.split(/[;.] |[;.]$/)[0] ?? "";
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
