/**
 * From a goal in words to proposals: templates that speak of it, a workflow made of parts, and one by an instrument where
 * one may be asked. Every proposal has passed the check that any workflow passes, is priced, and stands in the order in
 * which this person is likely to accept it.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { Catalog } from "../../core/workflow/catalog.ts";
import { checkWorkflow } from "../../core/workflow/check.ts";
import type { Plan, PlanNode } from "../../core/workflow/plan.ts";
import type { DurationModel } from "../dispatch/mod.ts";
import type { Candidate, Draft } from "./candidate.ts";
import { type DraftPort, fromInstrument } from "./from_instrument.ts";
import { fromParts } from "./from_parts.ts";
import { fromPrompt } from "./from_prompt.ts";
import { Knowledge, type KnownTemplate } from "./knowledge.ts";
import { featuresOf, type PreferenceModel } from "./preference_model.ts";
import { priceOf } from "./price.ts";
import { words } from "./words.ts";

/** Templates that are proposed at most. */
const MOST_TEMPLATES = 2;
/** A template is proposed where it speaks of at least this share of the goal. */
const LEAST_COVERAGE = 0.3;
/** What speaks of less than this share of what the best speaks of only distracts. */
const NEAR_COVERAGE = 0.6;
const LONGEST_GOAL = 2000;

export interface ComposeRequest {
  readonly goal: string;
  readonly catalog: Catalog;
  readonly templates: readonly KnownTemplate[];
  readonly preference: PreferenceModel;
  readonly durations?: DurationModel;
  /** Undefined for proposals by retrieval alone. */
  readonly instrument?: DraftPort;
  readonly signal?: AbortSignal;
}

export interface Composed {
  /** The likeliest to be accepted first; empty where nothing fits. */
  readonly candidates: readonly Candidate[];
  /** What did not come about, in words. */
  readonly notes: readonly string[];
}

/** @throws SymphonyError `bad-input` for a goal without words. */
export async function compose(request: ComposeRequest): Promise<Composed> {
  const goal = request.goal.trim();
  if (goal === "" || goal.length > LONGEST_GOAL) {
    throw new SymphonyError(
      "bad-input",
      `Cannot compose: the goal has ${goal.length} characters, expected 1 to ${LONGEST_GOAL}`,
    );
  }
  const knowledge = new Knowledge(request.catalog, request.templates);
  const notes: string[] = [];
  const candidates: Candidate[] = [];
  const propose = (draft: Draft) => {
    const made = candidateOf(draft, goal, knowledge, request);
    if (made !== undefined && !candidates.some(({ text }) => text === made.text)) candidates.push(made);
    return made;
  };
  for (const { found } of knowledge.findTemplates(goal)) {
    if (candidates.length >= MOST_TEMPLATES) break;
    const draft: Draft = { source: "template", text: found.text, reason: `the template ${found.id}` };
    const made = candidateOf(draft, goal, knowledge, request);
    if (made !== undefined && made.coverage >= LEAST_COVERAGE) candidates.push(made);
  }
  const parts = fromParts(goal, knowledge);
  if (parts === undefined) notes.push("no installed part speaks of this goal");
  else if (propose(parts) === undefined) notes.push("the parts that speak of this goal cannot be joined");
  const prompted = knowledge.isStrange(goal) ? fromPrompt(goal, knowledge) : undefined;
  if (prompted !== undefined) propose(prompted);
  if (request.instrument !== undefined) notes.push(...await byInstrument(goal, knowledge, request, propose));
  candidates.sort((a, b) => b.score - a.score);
  const most = Math.max(0, ...candidates.map(({ coverage }) => coverage));
  return {
    candidates: candidates.filter(({ coverage, source }) =>
      source === "instrument" || coverage >= NEAR_COVERAGE * most
    ),
    notes,
  };
}

async function byInstrument(
  goal: string,
  knowledge: Knowledge,
  { instrument, catalog, signal }: ComposeRequest,
  propose: (draft: Draft) => Candidate | undefined,
): Promise<readonly string[]> {
  if (instrument === undefined) return [];
  const check = (text: string) => checkWorkflow(text, "proposal", catalog);
  try {
    const { draft, rounds, problems } = await fromInstrument(goal, knowledge, instrument, check, signal);
    if (draft !== undefined) {
      propose(draft);
      return [];
    }
    return [`the instrument's workflow still had ${problems.length} errors after ${rounds} rounds`];
  } catch (error) {
    if (signal?.aborted === true || !(error instanceof SymphonyError)) throw error;
    return [`no instrument has composed: ${error.message}`];
  }
}

function candidateOf(
  draft: Draft,
  goal: string,
  knowledge: Knowledge,
  { catalog, durations, preference }: ComposeRequest,
): Candidate | undefined {
  const { definition, plan, problems } = checkWorkflow(draft.text, "proposal", catalog);
  if (definition === undefined || plan === undefined) return undefined;
  const nodes = plan.nodes.map(({ id, definition: node }) => ({
    id,
    use: node.kind === "call" ? node.use : `control/${node.kind}`,
    title: node.title ?? "",
  }));
  const said = draft.source === "parts" ? "" : `${definition.name} ${definition.description}`;
  const made = {
    ...draft,
    id: definition.id,
    name: definition.name,
    description: definition.description,
    nodes,
    inputs: [...definition.inputs].map(([name, { schema, default: given }]) => ({
      name,
      isRequired: given === undefined,
      description: descriptionOf(schema),
    })),
    outputs: [...definition.outputs.keys()],
    problems,
    price: priceOf(plan, catalog, durations),
    writes: writesFiles(plan, catalog),
    coverage: knowledge.coverage(goal, nodes.map(({ use }) => use), said, draft.isTold),
    missing: draft.isTold === true ? [] : knowledge.missing(goal, nodes.map(({ use }) => use), said),
    // What is called as the goal says is to the point, whatever it takes to get there.
    focus: Math.max(
      knowledge.focus(goal, nodes.map(({ use }) => use)),
      draft.source === "template" ? shareNamed(goal, `${definition.id} ${definition.name}`) : 0,
    ),
  };
  return { ...made, score: preference.score(featuresOf(made)) };
}

/** Share of the goal's words that stand in a name. */
function shareNamed(goal: string, name: string): number {
  const asked = new Set(words(goal));
  const named = new Set(words(name));
  return asked.size === 0 ? 0 : [...asked].filter((word) => named.has(word)).length / asked.size;
}

function descriptionOf(schema: unknown): string {
  if (typeof schema !== "object" || schema === null) return "";
  const { description, title } = schema as { readonly description?: unknown; readonly title?: unknown };
  return typeof description === "string" ? description : typeof title === "string" ? title : "";
}

function writesFiles(plan: Plan, catalog: Catalog): boolean {
  const writes = ({ definition, body }: PlanNode): boolean =>
    (definition.kind === "call" && catalog.nodes.get(definition.use)?.effect === "write") ||
    (body !== undefined && body.nodes.some(writes));
  return plan.nodes.some(writes);
}
