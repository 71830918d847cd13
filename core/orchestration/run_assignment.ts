/**
 * Who does a call node's work: the operator or instrument it names, or for a task the one that the Conductor chooses
 * among those that serve it.
 *
 * @module
 */

import type { NodeTypeId } from "../ids.ts";
import { isObject, own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Recovery } from "../policy/recovery.ts";
import type { InstrumentOption, RoutingRequest } from "../ports/conductor.ts";
import type { TaskCall } from "../ports/extension.ts";
import { type Catalog, type NodeType, servingTask, type TaskType } from "../workflow/catalog.ts";
import type { CallNode } from "../workflow/definition.ts";
import { callBounds, callLimit, type SentText, tokenLimit } from "./call_cost.ts";
import { renderPrompt } from "./prompt.ts";
import { narrowed } from "./run_recovery.ts";

/** Who will do a unit's work, and with what. */
export interface Assignment {
  readonly type: NodeType;
  readonly task: TaskType | undefined;
  /** The bound input with the schema's defaults. */
  readonly input: JsonObject;
  readonly call?: TaskCall;
  readonly reason?: string;
  /** The routing decision, where one was taken. */
  readonly decision?: string;
  /** US dollars that the call may cost at most; undefined where no budget limits it or it costs nothing. */
  readonly maxUsd?: number;
  /** Tokens, sent and answered together, that it may take at most. */
  readonly maxTokens?: number;
  /** Everything that may serve the task; empty where the node names its own type. */
  readonly options: readonly InstrumentOption[];
  /** True for the instrument that was asked because the first was late. */
  readonly isSecond?: boolean;
}

/** What routing needs to know of the run. */
export type RoutingContext =
  & Pick<RoutingRequest, "run" | "node" | "tried" | "attempt">
  & Partial<Pick<RoutingRequest, "preference" | "budgetUsd" | "deadlineSeconds">>
  & {
    /** Tokens that are left of the run's budget. */
    readonly budgetTokens?: number;
    /** What was chosen after the last attempt, and what was wrong with it. */
    readonly recovery?: Recovery | undefined;
    readonly failure?: NodeFailure | undefined;
  };

export type Route = (request: RoutingRequest) => {
  readonly choice: InstrumentOption | undefined;
  readonly reason: string;
  readonly decision?: string;
  readonly expectedUsd?: number;
};

/** The node's own type, or the one that `route` chooses; the failure that says why nobody can do it. */
export function assign(
  definition: CallNode,
  bound: JsonObject,
  catalog: Catalog,
  context: RoutingContext,
  route: Route,
): Assignment | { readonly failure: NodeFailure } {
  const type = catalog.nodes.get(definition.use);
  if (type !== undefined) return ownType(type, bound, context);
  const task = catalog.tasks.get(definition.use);
  if (task === undefined) return unavailable(`No installed extension provides "${definition.use}"`);
  const name = taskName(task);
  const serving = servingTask(catalog, task);
  const able = serving.filter(({ instrument }) => instrument?.unavailable === undefined);
  const input = withDefaults(task.input, bound);
  const prompt = corrected(renderPrompt(task.prompt, input), context);
  const call = { name, system: task.system, prompt, output: task.output };
  const sent = { text: call.system + call.prompt, schema: call.output };
  const usable = able.filter((candidate) => fits(candidate, sent, context));
  if (usable.length === 0 && able.length > 0) return spent(name, context);
  const { quality } = definition;
  const { recovery, failure: _failure, ...asked } = context;
  const options = usable.map(option);
  const decided = route({
    ...asked,
    task: name,
    options: narrowed(options, recovery),
    prompt: `${call.system}\n${call.prompt}`,
    ...(quality?.min === undefined ? {} : { qualityMin: quality.min }),
    ...(quality === undefined ? {} : { mayExplore: quality.mayExplore }),
  });
  const chosen = decided.choice === undefined ? undefined : catalog.nodes.get(decided.choice.instrument);
  if (chosen === undefined) {
    const whys = serving.map(({ type, instrument }) => `${type}: ${firstClause(instrument?.unavailable)}`);
    if (usable.length > 0) return unavailable(capital(decided.reason));
    return unavailable(
      `No instrument is available for ${name}${whys.length > 0 ? ` (${whys.join("; ")})` : ""}`,
    );
  }
  return {
    type: chosen,
    task,
    input,
    call,
    reason: decided.reason,
    options,
    ...limited(chosen, sent, context, decided.expectedUsd),
    ...(decided.decision === undefined ? {} : { decision: decided.decision }),
  };
}

function ownType(
  type: NodeType,
  bound: JsonObject,
  left: Left,
): Assignment | { readonly failure: NodeFailure } {
  const why = type.instrument?.unavailable;
  if (why !== undefined) return unavailable(`${type.type}: ${why}`);
  const input = withDefaults(type.input, bound);
  const sent = { text: JSON.stringify(input) };
  if (!fits(type, sent, left)) return spent(type.type, left);
  return { type, task: undefined, input, options: [], ...limited(type, sent, left) };
}

/** What is left of the run's budget. */
type Left = Pick<RoutingContext, "budgetUsd" | "budgetTokens">;

/** True where what is left pays for a short answer to what is sent. */
function fits({ instrument }: NodeType, sent: SentText, { budgetUsd, budgetTokens }: Left): boolean {
  if (instrument === undefined || (budgetUsd === undefined && budgetTokens === undefined)) return true;
  const { leastUsd, leastTokens } = callBounds(sent, instrument);
  const isPayable = budgetUsd === undefined || !isPaid({ instrument }) || leastUsd <= budgetUsd;
  return isPayable && (budgetTokens === undefined || leastTokens <= budgetTokens);
}

function limited(
  { instrument }: NodeType,
  sent: SentText,
  { budgetUsd, budgetTokens }: Left,
  expectedUsd = 0,
): Pick<Assignment, "maxUsd" | "maxTokens"> {
  if (instrument === undefined || (budgetUsd === undefined && budgetTokens === undefined)) return {};
  const bounds = callBounds(sent, instrument);
  return {
    ...(budgetUsd === undefined || !isPaid({ instrument })
      ? {}
      : { maxUsd: callLimit(bounds, expectedUsd, budgetUsd) }),
    ...(budgetTokens === undefined ? {} : { maxTokens: tokenLimit(bounds, budgetTokens) }),
  };
}

/** The prompt, with what was wrong with the last answer where it is to be corrected. */
function corrected(prompt: string, { recovery, failure }: RoutingContext): string {
  if (recovery?.action !== "correct" || failure === undefined) return prompt;
  return `${prompt}\n\nAn earlier answer was not accepted: ${failure.message}\nGive the whole answer again, corrected.`;
}

function isPaid({ instrument }: Pick<NodeType, "instrument">): boolean {
  return (instrument?.priceIn ?? 0) + (instrument?.priceOut ?? 0) > 0;
}

function spent(what: string, { budgetUsd, budgetTokens }: Left): { readonly failure: NodeFailure } {
  const left = (budgetUsd ?? Infinity) <= 0 || (budgetTokens ?? Infinity) <= 0 ? "nothing is left" : `${
    [
      ...(budgetUsd === undefined ? [] : [`$${budgetUsd.toFixed(4)}`]),
      ...(budgetTokens === undefined ? [] : [`${budgetTokens} tokens`]),
    ].join(" and ")
  } are left, too little`;
  return { failure: { class: "credit", message: `The run's budget is spent: ${left} for ${what}` } };
}

function unavailable(message: string): { readonly failure: NodeFailure } {
  return { failure: { class: "unavailable", message } };
}

/** The task's name behind the slash. */
function taskName({ type }: { readonly type: NodeTypeId }): string {
  return type.slice(type.indexOf("/") + 1);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The whole reason is what `doctor` shows; a list of them keeps to the point. */
function firstClause(reason = ""): string {
  return reason.split(/[;.] |[;.]$/)[0] ?? "";
}

function option({ type, extension, instrument }: NodeType): InstrumentOption {
  return {
    instrument: type,
    extension,
    priceIn: instrument?.priceIn ?? 0,
    priceOut: instrument?.priceOut ?? 0,
    ...(instrument?.contextTokens === undefined ? {} : { contextTokens: instrument.contextTokens }),
    ...(instrument?.promisedQuality === undefined ? {} : { promisedQuality: instrument.promisedQuality }),
  };
}

/** The input with the schema's top-level defaults where nothing was bound. */
export function withDefaults(schema: JsonObject, bound: JsonObject): JsonObject {
  const properties = schema["properties"];
  if (!isObject(properties)) return bound;
  let filled: Record<string, Json> | undefined;
  for (const name of Object.keys(properties)) {
    const fallback = own(properties[name], "default");
    if (fallback === undefined || Object.hasOwn(bound, name)) continue;
    filled ??= { ...bound };
    filled[name] = fallback;
  }
  return filled ?? bound;
}
