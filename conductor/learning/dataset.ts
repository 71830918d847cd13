/**
 * Curated training data: routing decisions with what came of them, one JSON object a line, in files that end in `.jsonl`.
 * `conductor export --dataset` writes what the log has; who curates (redacts, drops duplicates, splits) writes the same
 * rows. The format is in conductor/README.md.
 *
 * A dataset that was not curated at all teaches exactly what the log teaches.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { nodeTypeId } from "../../core/ids.ts";
import { type FailureClass, failureClasses } from "../../core/policy/failure.ts";
import type { DecisionRecord, OutcomeRecord } from "../decision.ts";
import type { SourceFile } from "../evaluate/folder_source.ts";
import { Fields, malformed, parseJson, shown } from "../evaluate/read/fields.ts";
import type { Candidate } from "../routing/route_request.ts";
import { TEXT_FEATURES } from "../routing/text_features.ts";
import type { JoinedDecision } from "./log_rows.ts";
import { type RouteFacts, routeFacts } from "./route_record.ts";

/** What every row says it is. */
export const DATASET_FORMAT = "symphony-decisions/1";

export interface Dataset {
  /** In the order of the files' names, then of their lines. */
  readonly train: readonly JoinedDecision[];
  readonly validation: readonly JoinedDecision[];
}

/** Where the rows of a run go: about one run in five to validation, the same for every row of it. */
export function splitOfRun(run: string): "train" | "validation" {
  let hash = 0x811c9dc5;
  for (let at = 0; at < run.length; at++) hash = Math.imul(hash ^ run.charCodeAt(at), 0x01000193);
  return (hash >>> 8) % 5 === 0 ? "validation" : "train";
}

/** A decision that has an outcome as a row of a dataset; undefined for others. */
export function datasetRow(
  { decision, outcome }: JoinedDecision,
  split: "train" | "validation",
): object | undefined {
  if (decision.type !== "route" || outcome === undefined) return undefined;
  const { id, at, run, node, attempt, kind, features, preference, masked, policy } = decision;
  const { tokensIn, candidates, standard, floor, mode } = routeFacts(decision);
  const { quality, source, usd, seconds, failure } = outcome;
  return {
    format: DATASET_FORMAT,
    split,
    id,
    at,
    policy,
    run,
    node,
    attempt,
    state: { kind, features, tokensIn, preference, standard, floor, mode },
    actions: candidates,
    masked: masked.map(({ action }) => action),
    action: decision.action,
    propensities: decision.propensities,
    scores: decision.scores,
    heads: decision.heads,
    rewards: { quality, usd, seconds, failure, source },
  };
}

/**
 * Reads every `.jsonl` file. The same decision may stand in it once.
 * @throws SymphonyError `bad-input` naming file, line and field, or where no row is there
 */
export async function readDataset(files: readonly SourceFile[], folder: string): Promise<Dataset> {
  const train: JoinedDecision[] = [];
  const validation: JoinedDecision[] = [];
  const places = new Map<string, string>();
  for (const file of files) {
    if (!file.name.endsWith(".jsonl")) continue;
    const text = new TextDecoder().decode(await file.bytes());
    let line = 0;
    for (const row of text.split("\n")) {
      line++;
      if (row.trim() === "") continue;
      const place = `${file.name} line ${line}`;
      const fields = new Fields(parseJson(row, place), place);
      const joined = joinedOf(fields);
      const { id } = joined.decision;
      const before = places.get(id);
      if (before !== undefined) {
        throw malformed(fields.at("id"), `"${id}", which ${before} has`, "each decision once");
      }
      places.set(id, place);
      (splitOf(fields) === "train" ? train : validation).push(joined);
    }
  }
  if (places.size > 0) return { train, validation };
  throw new SymphonyError("bad-input", `Cannot train on "${folder}": no .jsonl file in it has a row`, {
    hint:
      `Each line is a decision of the format ${DATASET_FORMAT}; conductor export --dataset DIR writes one`,
  });
}

function splitOf(fields: Fields): "train" | "validation" {
  const split = fields.string("split");
  if (split === "train" || split === "validation") return split;
  throw fields.wrong("split", '"train" or "validation"');
}

function joinedOf(fields: Fields): JoinedDecision {
  if (fields.string("format") !== DATASET_FORMAT) throw fields.wrong("format", `"${DATASET_FORMAT}"`);
  const state = fields.object("state");
  const candidates = fields.array("actions").map((one, at) =>
    candidateOf(new Fields(one, `${fields.at("actions")}[${at}]`))
  );
  if (candidates.length === 0) throw malformed(fields.at("actions"), "none", "at least one");
  const count = candidates.length;
  const propensities = probabilities(fields, count);
  const action = index(fields, "action", 0, count);
  if ((propensities[action] ?? 0) <= 0) {
    throw malformed(
      `${fields.at("propensities")}[${action}]`,
      "0",
      "more than 0 for the action that was taken",
    );
  }
  const mode = state.string("mode", "learned");
  if (mode !== "learned" && mode !== "means" && mode !== "critical") {
    throw state.wrong("mode", '"learned", "means" or "critical"');
  }
  const facts: RouteFacts = {
    tokensIn: state.number("tokensIn"),
    candidates,
    standard: index(state, "standard", -1, count),
    ...(state.has("floor") ? { floor: state.number("floor") } : {}),
    isGated: false,
    seen: [],
    structures: {},
    drivers: [],
    mode,
  };
  const preference = state.object("preference");
  const at = fields.number("at");
  const decision: DecisionRecord = {
    id: fields.string("id"),
    type: "route",
    at,
    kind: state.string("kind"),
    features: [...state.numbers("features", TEXT_FEATURES, "feature of the prompt")],
    preference: {
      perUsd: preference.number("perUsd"),
      perSecond: preference.number("perSecond"),
      perFailure: preference.number("perFailure"),
    },
    actions: candidates.map(({ id }) => id),
    masked: fields.has("masked")
      ? fields.array("masked").map((name) => ({ action: textOf(name, fields.at("masked")), reason: "" }))
      : [],
    action,
    propensities,
    heads: fields.has("heads")
      ? fields.array("heads").map((one) => headsOf(new Fields(one, fields.at("heads"))))
      : [],
    scores: fields.has("scores") ? [...fields.numbers("scores", count, "action")] : [],
    explored: false,
    policy: fields.string("policy"),
    facts: facts as unknown as NonNullable<DecisionRecord["facts"]>,
  };
  return { decision, outcome: outcomeOf(fields.object("rewards"), decision.id, at) };
}

function candidateOf(fields: Fields): Candidate {
  const id = fields.string("id");
  try {
    nodeTypeId(id);
  } catch {
    throw fields.wrong("id", "the type of an instrument, as in openai/gpt");
  }
  return {
    id,
    priceIn: fields.number("priceIn"),
    priceOut: fields.number("priceOut"),
    ...(fields.has("promisedQuality") ? { promisedQuality: fields.number("promisedQuality") } : {}),
    ...(fields.has("waitRounds") ? { waitRounds: fields.number("waitRounds") } : {}),
    ...(fields.has("lateSeconds") ? { lateSeconds: fields.number("lateSeconds") } : {}),
    ...(fields.has("lateFailures") ? { lateFailures: fields.number("lateFailures") } : {}),
    ...(fields.has("quoteUsd") ? { quoteUsd: fields.number("quoteUsd") } : {}),
  };
}

function headsOf(fields: Fields): DecisionRecord["heads"][number] {
  return {
    quality: fields.number("quality"),
    qualitySd: fields.number("qualitySd", 0),
    usd: fields.number("usd"),
    seconds: fields.number("seconds"),
    failure: fields.number("failure"),
  };
}

function outcomeOf(fields: Fields, decision: string, at: number): OutcomeRecord {
  const quality = fields.has("quality") ? fields.number("quality") : undefined;
  if (quality !== undefined && !(quality >= 0 && quality <= 1)) {
    throw fields.wrong("quality", "a number from 0 to 1");
  }
  const failure = fields.has("failure") ? fields.string("failure") : undefined;
  if (failure !== undefined && !isFailure(failure)) throw fields.wrong("failure", failureClasses.join(", "));
  const amount = (name: "usd" | "seconds") => {
    if (!fields.has(name)) return {};
    const value = fields.number(name);
    if (value < 0) throw fields.wrong(name, "0 or more");
    return { [name]: value };
  };
  return {
    decision,
    at,
    ...(quality === undefined ? {} : { quality }),
    ...(fields.has("source") ? { source: fields.string("source") } : {}),
    ...amount("usd"),
    ...amount("seconds"),
    ...(failure === undefined ? {} : { failure }),
  };
}

function probabilities(fields: Fields, count: number): readonly number[] {
  const all = [...fields.numbers("propensities", count, "action")];
  const sum = all.reduce((total, one) => total + one, 0);
  if (all.some((one) => !(one >= 0)) || Math.abs(sum - 1) > 1e-6) {
    throw malformed(
      fields.at("propensities"),
      `numbers that sum to ${Number(sum.toPrecision(6))}`,
      "probabilities that sum to 1",
    );
  }
  return all;
}

function index(fields: Fields, name: string, from: number, count: number): number {
  const value = fields.number(name);
  if (Number.isInteger(value) && value >= from && value < count) return value;
  throw fields.wrong(name, `a whole number from ${from} to ${count - 1}`);
}

function textOf(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  throw malformed(place, shown(value), "names");
}

function isFailure(name: string): name is FailureClass {
  return (failureClasses as readonly string[]).includes(name);
}
