/**
 * The results of an earlier run, by node: what a rerun keeps, and how a move knows what was done.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { NodeId, RunId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { ArtifactPort } from "../ports/artifact.ts";
import type { DagPort } from "../ports/dag.ts";
import { makePlan } from "../workflow/make_plan.ts";
import type { PartNote } from "../workflow/part_of.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunEvent, ValueRef } from "./event.ts";
import { isMockRun } from "./run_created.ts";
import { type KeptDefinition, readDefinition } from "./run_definition.ts";

/** What one node or item gave. */
export interface EarlierResult {
  readonly output: ValueRef;
  readonly port?: string;
  /** As in the event that began it, where there is one. */
  readonly key?: string;
  readonly durationMs: number;
  readonly costUsd?: number;
}

/** An earlier run, read from its log. */
export class EarlierRun {
  readonly run: RunId;
  readonly kept: KeptDefinition;
  readonly plan: Plan;
  readonly inputs: JsonObject;
  readonly workspace: string;
  readonly mayWrite: boolean;
  /** Where it was of a part of its workflow. */
  readonly part: PartNote | undefined;
  /** Its results are made up. */
  readonly isMock: boolean;
  readonly #results = new Map<string, EarlierResult>();
  readonly #keys = new Map<string, string>();

  private constructor(run: RunId, kept: KeptDefinition, created: CreatedEvent) {
    this.run = run;
    this.kept = kept;
    this.plan = plannedAgain(kept);
    this.inputs = created.inputs;
    this.workspace = created.workspace;
    this.mayWrite = created.mayWrite;
    this.isMock = isMockRun(created);
    this.part = created.part;
  }

  /** Reads the run. @throws SymphonyError `not-found` | `corrupt` */
  static async read(dag: DagPort, artifacts: ArtifactPort, run: RunId): Promise<EarlierRun> {
    let earlier: EarlierRun | undefined;
    for await (const batch of dag.replay(run)) {
      for (const event of batch) {
        if (event.type === "run.created" && event.scope === undefined) {
          earlier = new EarlierRun(run, await readDefinition(artifacts, event.definition), event);
        } else if (event.type === "run.moved") {
          const kept = await readDefinition(artifacts, event.definition);
          if (earlier !== undefined) earlier = earlier.#moved(kept, event);
        } else if (earlier !== undefined) earlier.#observe(event);
      }
    }
    if (earlier !== undefined) return earlier;
    throw new SymphonyError("corrupt", `Cannot read run ${run}: its log does not begin with run.created`);
  }

  /** What a node (item -1) or item gave; undefined where it has not completed. */
  result(scope: string, node: NodeId, item: number): EarlierResult | undefined {
    return this.#results.get(placeOf(scope, node, item));
  }

  /** True where the node as a whole has completed. */
  hasCompleted(scope: string, node: NodeId): boolean {
    return this.#results.has(placeOf(scope, node, -1));
  }

  #observe(event: RunEvent): void {
    if (event.type === "nodes.reset") {
      for (const node of event.nodes) {
        this.#forget(event.scope ?? "", node, event.items?.find((left) => left.node === node)?.again);
      }
      return;
    }
    if (!("node" in event) || event.node === undefined || event.type === "run.failed") return;
    const place = placeOf(event.scope ?? "", event.node, event.item ?? -1);
    if (event.type === "node.started" && event.memo?.key !== undefined) {
      this.#keys.set(place, event.memo.key);
    } else if (event.type === "node.completed") {
      const { output, port, durationMs, usage, reused } = event;
      const key = this.#keys.get(place);
      this.#results.set(place, {
        output,
        durationMs: reused?.savedMs ?? durationMs,
        ...(port === undefined ? {} : { port }),
        ...(key === undefined ? {} : { key }),
        ...(usage?.costUsd === undefined ? {} : { costUsd: usage.costUsd }),
      });
    }
  }

  /** All of it, or only these items. */
  #forget(scope: string, node: NodeId, again?: readonly number[]): void {
    const whole = placeOf(scope, node, -1);
    if (again !== undefined) {
      for (const item of [-1, ...again]) this.#results.delete(placeOf(scope, node, item));
      return;
    }
    const items = `${scope}/${node}[`;
    for (const place of this.#results.keys()) {
      if (place === whole || place.startsWith(items)) this.#results.delete(place);
    }
  }

  #moved(kept: KeptDefinition, event: Extract<RunEvent, { readonly type: "run.moved" }>): EarlierRun {
    const { workspace, mayWrite, isMock } = this;
    const mark = isMock ? { isMock } as const : {};
    const moved = new EarlierRun(this.run, kept, { inputs: event.inputs, workspace, mayWrite, ...mark });
    for (const [place, result] of this.#results) moved.#results.set(place, result);
    for (const [place, key] of this.#keys) moved.#keys.set(place, key);
    for (const node of event.reset) moved.#forget("", node);
    return moved;
  }
}

type CreatedEvent = Pick<
  Extract<RunEvent, { readonly type: "run.created" }>,
  "inputs" | "workspace" | "mayWrite" | "isMock" | "reuse" | "part"
>;

function placeOf(scope: string, node: NodeId, item: number): string {
  return item < 0 ? `${scope}/${node}` : `${scope}/${node}[${item}]`;
}

function plannedAgain({ definition, catalog }: KeptDefinition): Plan {
  const { plan, problems } = makePlan(definition, catalog);
  if (plan !== undefined) return plan;
  const first = problems.find(({ severity }) => severity === "error");
  throw new SymphonyError("corrupt", `Cannot plan the kept workflow "${definition.id}": ${first?.message}`);
}
