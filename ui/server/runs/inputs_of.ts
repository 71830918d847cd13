/**
 * What went into a node, as its bindings saw it: the log is replayed into the state that the engine had, and the expressions are
 * evaluated in it again.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import type { NodeId, RunId } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import type { ValueRef } from "../../../core/orchestration/event.ts";
import { readDefinition } from "../../../core/orchestration/run_definition.ts";
import type { RunScope, Unit } from "../../../core/orchestration/run_scope.ts";
import { RunScopes } from "../../../core/orchestration/run_scopes.ts";
import { RunValues } from "../../../core/orchestration/run_values.ts";
import type { ArtifactPort } from "../../../core/ports/artifact.ts";
import type { DagPort, LoggedEvent } from "../../../core/ports/dag.ts";
import { makePlan } from "../../../core/workflow/make_plan.ts";
import type { PlanNode } from "../../../core/workflow/plan.ts";
import type { NodeInput, NodeInputs, ValueQuery } from "../../api/runs.ts";
import { previewOf } from "./values.ts";

/** Stored values that are read for one binding; a list gathered from more is not shown. */
const MOST_READ = 200;

/** @throws SymphonyError `not-found` for a node or item that is not there, and for a run whose definition cannot be read */
export async function inputsOf(
  dag: DagPort,
  artifacts: ArtifactPort,
  run: RunId,
  { node, scope, item }: ValueQuery & { readonly node: NodeId },
): Promise<NodeInputs> {
  const values = new RunValues(artifacts);
  const at = await scopeAt({ dag, artifacts, values, run, path: scope ?? "" });
  const index = at?.plan.indexOf.get(node);
  if (at === undefined || index === undefined) {
    throw new SymphonyError("not-found", `Cannot show what went into ${node}: the run has no such node`);
  }
  const planNode = at.plan.nodes[index] as PlanNode;
  const isFan = planNode.fan.kind !== "single";
  const unit: Unit = { node: index, item: isFan ? item ?? 0 : -1 };
  const inputs: NodeInput[] = [];
  for (const binding of planNode.bindings) {
    const { port } = binding;
    if (binding.kind === "constant") {
      inputs.push({ port, ...previewOf(binding.value) });
      continue;
    }
    const missing: ValueRef[] = [];
    at.collectMissing(unit, binding, missing);
    const text = binding.expression.text;
    if (missing.length > MOST_READ) {
      inputs.push({ port, text, problem: `It is gathered from ${missing.length} stored values` });
      continue;
    }
    for (const ref of missing) await values.load(ref);
    inputs.push({ port, text, ...evaluated(() => at.evaluate(unit, binding)) });
  }
  return { node, ...isFan ? { item: unit.item } : {}, inputs };
}

function evaluated(evaluate: () => Json | undefined): Omit<NodeInput, "port" | "text"> {
  try {
    const value = evaluate();
    return value === undefined ? { problem: "What it reads has no result" } : previewOf(value);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

interface Replayed {
  readonly dag: DagPort;
  readonly artifacts: ArtifactPort;
  readonly values: RunValues;
  readonly run: RunId;
  readonly path: string;
}

/** The graph at `path` as it was when it ended, or as it is now; undefined where the run never came there. */
async function scopeAt({ dag, artifacts, values, run, path }: Replayed): Promise<RunScope | undefined> {
  let scopes: RunScopes | undefined;
  for await (const batch of dag.replay(run)) {
    for (const event of batch) {
      scopes ??= await begun(event, artifacts, values);
      if (event.type === "run.moved") {
        throw new SymphonyError("not-found", "Cannot show what went in: the run went on by another version");
      }
      // A body is forgotten when it has ended.
      if (
        path !== "" && event.scope === path && (event.type === "run.completed" || event.type === "run.failed")
      ) {
        return find(scopes, path);
      }
      scopes?.replay(event);
    }
  }
  return find(scopes, path);
}

function find(scopes: RunScopes | undefined, wanted: string): RunScope | undefined {
  return [...scopes?.all() ?? []].find(({ path }) => path === wanted);
}

async function begun(
  event: LoggedEvent,
  artifacts: ArtifactPort,
  values: RunValues,
): Promise<RunScopes | undefined> {
  if (event.type !== "run.created") return undefined;
  const { definition, catalog } = await readDefinition(artifacts, event.definition);
  const { plan } = makePlan(definition, catalog);
  if (plan === undefined) {
    throw new SymphonyError("corrupt", "Cannot show what went in: its graph cannot be made");
  }
  return new RunScopes(plan, event.inputs, { values, rank: ({ nodes }) => new Float64Array(nodes.length) });
}
