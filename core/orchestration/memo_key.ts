/**
 * What a result follows from, as a key: equal keys, equal results. And the difference between two keys in words.
 *
 * The whole input goes into the key, defaults filled in, as canonical JSON; large inputs therefore count by content, and a
 * node behind one that was done again and gave the same has the same key (early cut-off).
 *
 * @module
 */

import { canonicalJson } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { MemoParts } from "../ports/memo.ts";
import type { Catalog, NodeType, TaskType } from "../workflow/catalog.ts";
import type { CallNode, NodeDefinition } from "../workflow/definition.ts";
import { renderPrompt } from "./prompt.ts";

/** Raised when the make-up of keys changes: old results are then not found. */
const MAKE_UP = 1;
/** Hex digits of a part's digest: enough to tell two apart. */
const PART_DIGITS = 16;
/** Inputs that are named in a reason. */
const NAMED = 4;

type Digest = (text: string) => string;

/** One call as far as its result follows from it. */
export interface MemoCall {
  readonly definition: CallNode;
  /** Who does it. */
  readonly type: NodeType;
  /** The task that it serves thereby, where the node names a task. */
  readonly task: TaskType | undefined;
  /** Bound, with the schema's defaults. */
  readonly input: JsonObject;
  /** The folder it reads below. */
  readonly workspace: string;
  /** What the operators and the instrument that judge its answer are made of. */
  readonly judges: readonly Json[];
}

/** A key and what it is made of. */
export interface MemoKey {
  readonly key: string;
  readonly parts: MemoParts;
}

/** The key of a call. */
export function memoKey(call: MemoCall, digest: Digest): MemoKey {
  const { definition, type, task, input, workspace, judges } = call;
  const part = (text: string) => digest(text).slice(0, PART_DIGITS);
  const inputs: Record<string, string> = {};
  for (const name of Object.keys(input).sort()) inputs[name] = part(canonicalJson(input[name] as Json));
  const isInstrument = task !== undefined || type.kind === "instrument";
  const { quality } = definition;
  const settings: Json[] = [
    (task ?? type).output,
    quality === undefined ? null : quality as unknown as Json,
    type.settings ?? null,
    looksAround(type) ? workspace : null,
    ...judges,
  ];
  const parts: MemoParts = {
    use: definition.use,
    code: task === undefined ? type.codeHash : part(canonicalJson([task.system, task.prompt])),
    version: type.version,
    model: isInstrument ? `${type.type} ${type.codeHash}` : "",
    prompt: task === undefined ? "" : part(`${task.system}\n${renderPrompt(task.prompt, input)}`),
    settings: part(canonicalJson(settings)),
    inputs,
  };
  const { version: _, inputs: _inputs, ...kept } = parts;
  return { key: digest(canonicalJson([MAKE_UP, kept, input])), parts };
}

/** True where a result follows from what is outside the call, too. An instrument's network is its model, which has a part of its own. */
function looksAround({ kind, effect, instrument }: NodeType): boolean {
  return kind === "instrument" ? instrument?.readsFolder === true || effect === "read" : effect !== "none";
}

/** What a node's checks and judge are made of, by the catalogue; of a judging task, what is asked. */
export function judgesOf(
  { quality }: CallNode,
  { nodes, tasks }: Pick<Catalog, "nodes" | "tasks">,
): readonly Json[] {
  if (quality === undefined) return [];
  const checks = quality.checks.flatMap((check) => "use" in check ? [check.use] : []);
  const uses = quality.judge === undefined ? checks : [...checks, quality.judge];
  return uses.map((use) => {
    const type = nodes.get(use);
    const task = tasks.get(use);
    if (type !== undefined) return [use, type.codeHash, type.settings ?? null];
    return task === undefined ? [use] : [use, task.system, task.prompt];
  });
}

/** The key of something other than a call: a gate or a wait, by what it is shown. */
export function plainKey(definition: NodeDefinition, bound: JsonObject, digest: Digest): string {
  return digest(canonicalJson([MAKE_UP, definitionText(definition), bound]));
}

/** Why no result was found for `parts`, by what was made at the same place before. */
export function missReason(parts: MemoParts, before: MemoParts | undefined): string {
  if (before === undefined) return "nothing is kept of it yet";
  if (before.use !== parts.use) return `it was ${before.use} before`;
  const changes: string[] = [];
  if (before.code !== parts.code) {
    const versions = before.version === parts.version ? "" : ` (${before.version} → ${parts.version})`;
    changes.push(`the ${parts.prompt === "" ? "code" : "prompt"} of ${parts.use} changed${versions}`);
  }
  if (before.model !== parts.model) changes.push(modelChange(before.model, parts.model));
  const inputs = changedInputs(before.inputs, parts.inputs);
  if (inputs.length > 0) {
    const more = inputs.length > NAMED ? ` and ${inputs.length - NAMED} more` : "";
    changes.push(`input ${inputs.slice(0, NAMED).join(", ")}${more} changed`);
  } else if (before.prompt !== parts.prompt && before.code === parts.code) changes.push("the prompt changed");
  if (before.settings !== parts.settings) {
    changes.push("its checks, its answer's form, its extension's settings or its folder changed");
  }
  return changes.length === 0 ? "the earlier result is not kept any more" : changes.join("; ");
}

function modelChange(before: string, now: string): string {
  const [was = "", wasCode] = before.split(" ");
  const [is = "", isCode] = now.split(" ");
  if (was === is && wasCode !== isCode) return `the code of ${is} changed`;
  return `${was === "" ? "an operator" : was} gave it before, ${is} is asked now`;
}

function changedInputs(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => before[name] !== now[name]).sort();
}

/** What a node says that has no part in its result. */
const ASIDE: ReadonlySet<string> = new Set([
  "title",
  "description",
  "retry",
  "timeoutMs",
  "concurrency",
  "importance",
  "memo",
]);

/** What a node's definition says about its result, as text: equal for equal ones. */
export function definitionText(definition: NodeDefinition): string {
  return canonicalJson(essence(definition));
}

function essence(definition: NodeDefinition): Json {
  const members = Object.entries(definition).filter(([name, value]) =>
    !ASIDE.has(name) && name !== "body" && value !== undefined
  );
  const said = Object.fromEntries(members.map(([name, value]) => [name, value as Json]));
  if (!("body" in definition)) return said;
  const { inputs, nodes, outputs } = definition.body;
  return {
    ...said,
    body: {
      inputs: Object.fromEntries(inputs) as unknown as Json,
      // In order: a body that is under way is known by the numbers of its nodes.
      nodes: [...nodes].map(([id, node]): Json => [id, essence(node)]),
      outputs: Object.fromEntries(outputs),
    },
  };
}
