/**
 * The worker of the queue and the watch over the triggers, on an open session: for `queue work`, and for whatever else
 * stays up.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import type { NodeTypeId, RunId } from "../core/ids.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { forecastFor } from "../core/orchestration/run_forecast.ts";
import { keepDefinition, readDefinition } from "../core/orchestration/run_definition.ts";
import type { LiveEvent } from "../core/orchestration/run_handle.ts";
import type { ReuseRequest } from "../core/orchestration/reuse.ts";
import type { NewEntry, QueueEntry, Trigger } from "../core/queue/entry.ts";
import { RunQueue } from "../core/queue/run_queue.ts";
import { TriggerWatch } from "../core/queue/trigger_watch.ts";
import { type Catalog, servingTask } from "../core/workflow/catalog.ts";
import type { WorkflowDefinition } from "../core/workflow/definition.ts";
import { readInputs } from "./inputs.ts";
import type { CliServices, Session } from "./services.ts";
import { checkedDefinition, readWorkflow } from "./workflow_file.ts";

/** Both at work. Disposing stops them; what runs is paused and goes on with the next worker. */
export interface QueueWorker extends AsyncDisposable {
  readonly queue: RunQueue;
  readonly watch: TriggerWatch;
}

export interface WorkerOptions {
  /** Most runs at once in this process. */
  readonly places: number;
  /** Told what each run says. */
  readonly onEvent?: (run: RunId, event: LiveEvent) => void;
  /** Told of every entry whose state changes here. */
  readonly onChange?: (entry: QueueEntry) => void;
}

/** Starts the worker and the watch. */
export function startWorker(services: CliServices, session: Session, options: WorkerOptions): QueueWorker {
  const { clock, random, triggerSource } = services;
  const { pit, control } = session;
  const listener = (run: RunId) => (event: LiveEvent) => options.onEvent?.(run, event);
  const queue = new RunQueue({
    queue: session.queue,
    dag: pit.dag,
    control,
    clock,
    random,
    start: async (entry, run) =>
      await session.runner.start(await requestOf(session, entry, run), listener(run)),
    resume: (run) => session.runner.resume(run, listener(run)),
    ...options.onChange === undefined ? {} : { onChange: options.onChange },
  }, options.places);
  const watch = new TriggerWatch({
    queue: session.queue,
    dag: pit.dag,
    clock,
    sources: triggerSource,
    ask: async (trigger, payload) =>
      await askedBy(services, session, trigger, payload, await session.extensions.describe()),
    onAdded: () => queue.nudge(),
  });
  queue.start();
  watch.start();
  return {
    queue,
    watch,
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      await queue[Symbol.asyncDispose]();
    },
  };
}

/** The session with a worker on it, which stops before the session closes. */
export function withWorker(services: CliServices, session: Session, places: number): Session {
  const worker = startWorker(services, session, { places });
  return {
    ...session,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}

async function requestOf(session: Session, entry: QueueEntry, run: RunId) {
  const { inputs, workspace, mayWrite, before, user, priority } = entry;
  const { definition } = await readDefinition(session.pit.artifacts, entry.definition);
  // What the failed attempt had done is kept.
  const reuse: ReuseRequest | undefined = before !== undefined && await hasLog(session, before)
    ? { of: before, changed: true }
    : undefined;
  return {
    ...{ definition, inputs, workspace, mayWrite, run, priority },
    ...reuse === undefined ? {} : { reuse },
    ...user === undefined ? {} : { user },
  };
}

async function hasLog({ pit }: Session, run: RunId): Promise<boolean> {
  for await (const summary of pit.dag.list()) {
    if (summary.run === run) return true;
    // Ids are in the order of their beginnings.
    if (summary.run < run) return false;
  }
  return false;
}

/** An entry for a workflow, its version kept. */
export async function newEntry(
  session: Pick<Session, "pit">,
  definition: WorkflowDefinition,
  catalog: Catalog,
  more: Pick<NewEntry, "inputs" | "workspace" | "mayWrite" | "user"> & { readonly keys: readonly string[] },
): Promise<NewEntry> {
  const { keys, ...rest } = more;
  const instruments = instrumentsOf(definition, catalog);
  const all = new Set([...keys, ...keysOf(instruments, catalog)]);
  const forecast = definition.budget === undefined
    ? undefined
    : await forecastFor(session.pit.dag, definition);
  return {
    ...rest,
    ...forecast === undefined ? {} : { forecast },
    workflow: definition.id,
    definition: await keepDefinition(session.pit.artifacts, definition, catalog),
    lanes: [
      "all",
      `workflow:${definition.id}`,
      ...[...instruments].sort().map((type) => `instrument:${type}`),
      ...[...all].sort().map((key) => `key:${key}`),
    ],
  };
}

/**
 * Instruments and tasks that a workflow names, bodies and judges included, and every instrument that serves such a task: which
 * one is asked is known only when it is, and a limit on it must hold until then.
 */
function instrumentsOf({ nodes }: WorkflowDefinition, catalog: Catalog): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of nodes.values()) {
    if (node.disabled === true) continue;
    if (node.kind === "loop" || node.kind === "workflow") {
      for (const inner of instrumentsOf(node.body, catalog)) found.add(inner);
    } else if (node.kind === "call") {
      const judge = node.quality?.judge;
      for (const use of judge === undefined ? [node.use] : [node.use, judge]) {
        const task = catalog.tasks.get(use);
        if (task !== undefined) {
          for (const { type } of servingTask(catalog, task)) found.add(type);
        } else if (catalog.nodes.get(use)?.kind !== "instrument") continue;
        found.add(use);
      }
    }
  }
  return found;
}

/** Names of the secrets with which these instruments' requests may be sent. */
function keysOf(instruments: ReadonlySet<string>, { nodes, limits }: Catalog): readonly string[] {
  return [...instruments].flatMap((type) => {
    const extension = nodes.get(type as NodeTypeId)?.extension;
    return extension === undefined ? [] : limits.get(extension)?.keys ?? [];
  });
}

/** What a trigger asks for when `payload` happened. @throws SymphonyError where its workflow or inputs are wrong */
export async function askedBy(
  services: CliServices,
  session: Session,
  trigger: Trigger,
  payload: Json,
  catalog: Catalog,
): Promise<NewEntry> {
  const definition = checkedDefinition(services, readWorkflow(services, trigger.workflow), catalog);
  const inputs = inputsOf(services, definition, trigger, payload);
  const { workspace, mayWrite, keys, priority, most } = trigger;
  const asked = await newEntry(session, definition, catalog, { inputs, workspace, mayWrite, keys });
  return { ...asked, priority, most };
}

function inputsOf(
  services: CliServices,
  { inputs, id }: WorkflowDefinition,
  trigger: Trigger,
  payload: Json,
): JsonObject {
  const given: Record<string, Json> = { ...trigger.inputs };
  if (trigger.pass !== undefined) given[trigger.pass] = payload;
  const unknown = Object.keys(given).find((name) => !inputs.has(name));
  if (unknown !== undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot start "${id}" by ${trigger.id}: it has no input "${unknown}"`,
    );
  }
  const definitions = new Map([...inputs].map(([name, definition]) => {
    const value = given[name];
    return [name, value === undefined ? definition : { ...definition, default: value }] as const;
  }));
  return readInputs(services, [], definitions);
}
