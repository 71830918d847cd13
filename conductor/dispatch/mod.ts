/**
 * Which ready task next, on which worker: rolling HEFT on learned run times inside a workflow, the least remaining work
 * with ageing across workflows.
 *
 * Ring: conductor. Imports core and conductor. Start reading at `dispatcher.ts`, then `duration_model.ts`; `trial/` holds
 * the recorded world in which it is measured.
 *
 * @module
 */

export { Dispatcher } from "./dispatcher.ts";
export type { DispatcherOptions, OnStart, Prospect } from "./dispatcher.ts";
export { DurationModel } from "./duration_model.ts";
export type { DurationPrior } from "./duration_model.ts";
export { FixedEstimates } from "./estimates.ts";
export type { Estimates } from "./estimates.ts";
export { kindOfNode, makeTaskGraph, taskGraphOf } from "./task_graph.ts";
export type { TaskGraph, TaskSpec } from "./task_graph.ts";
export { rankPlan } from "./rank_plan.ts";
export { evaluateDispatch } from "./trial/evaluate_dispatch.ts";
export { upwardRanks } from "./upward_rank.ts";
