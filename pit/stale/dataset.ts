/**
 * The decision log as a dataset to learn from: one routing decision with what came of it a line, in the format that
 * `conductor train --dataset` reads (pit/README.md, conductor/README.md), and a card that says what is in it.
 *
 * Deterministic: the same log and options give the same bytes, so an unchanged log adds no version.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { SymphonyError } from "../../core/errors.ts";
import { canonicalJson, isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import type { ArtifactCatalogPort } from "../../core/ports/artifact_catalog.ts";
import type { ArtifactStreamPort } from "../../core/ports/artifact_stream.ts";
import type {
  CurateOptions,
  Dataset,
  DatasetSummary,
  TrainingDataPort,
} from "../../core/ports/training_data.ts";
import { TRAINING_TAG } from "./policy.ts";
import { redacted } from "./redact.ts";

const FORMAT = "symphony-decisions/1";
/** The names under which datasets and their cards are kept. */
export const DATASET_NAME = "training/decisions";
export const CARD_NAME = "training/card";
export const DATASET_TYPE = "application/x-ndjson";

export interface DatasetParts {
  /** The lines of the decision log, in order; none where there is no log. */
  readonly lines: () => AsyncIterable<string>;
  readonly streams: ArtifactStreamPort;
  readonly catalog: ArtifactCatalogPort;
}

export class TrainingData implements TrainingDataPort {
  readonly #parts: DatasetParts;

  constructor(parts: DatasetParts) {
    this.#parts = parts;
  }

  async curate(options: CurateOptions): Promise<Dataset> {
    const { lines, streams, catalog } = this.#parts;
    const { text, summary } = datasetOf(await collect(lines()), options);
    if (summary.decisions === 0) {
      throw new SymphonyError("not-found", "Cannot make a dataset: the Conductor has decided nothing yet");
    }
    const encoder = new TextEncoder();
    const artifact = await streams.putStream(once(encoder.encode(text)), {
      type: DATASET_TYPE,
      name: "decisions.jsonl",
    });
    const card = { format: FORMAT, dataset: artifact, ...options, ...summary };
    const cardText = `${JSON.stringify(card, null, 2)}\n`;
    const cardId = await streams.putStream(once(encoder.encode(cardText)), { name: "card.json" });
    const message = `${summary.train} rows to train, ${summary.validation} to validate`;
    const version = await catalog.addVersion(DATASET_NAME, { artifact, message });
    await catalog.addVersion(CARD_NAME, { artifact: cardId, message });
    for (const id of [artifact, cardId]) await catalog.label(id, { addTags: [TRAINING_TAG] });
    return { version, summary };
  }
}

interface Row {
  readonly key: string;
  readonly row: { [name: string]: Json };
}

/** The dataset's text, and what is in it. */
export function datasetOf(
  lines: readonly string[],
  { validationShare, since = -Infinity }: CurateOptions,
): { readonly text: string; readonly summary: DatasetSummary } {
  const { decisions, outcomes, unreadable } = readLog(lines);
  const rows = new Map<string, Row>();
  const found = { count: 0 };
  let withoutOutcome = 0;
  let duplicates = 0;
  let otherKinds = 0;
  let considered = 0;
  for (const decision of decisions.values()) {
    if (Number(decision["at"]) < since) continue;
    considered++;
    const outcome = outcomes.get(String(decision["id"]));
    if (outcome === undefined) {
      withoutOutcome++;
      continue;
    }
    const made = rowOf(decision, outcome, validationShare, found);
    if (made === undefined) {
      otherKinds++;
      continue;
    }
    const { key, row } = made;
    const known = rows.get(key);
    if (known === undefined) rows.set(key, { key, row });
    else {
      known.row["weight"] = Number(known.row["weight"]) + 1;
      duplicates++;
    }
  }
  const all = [...rows.values()].map(({ row }) => row);
  const validation = all.filter((row) => row["split"] === "validation").length;
  const summary: DatasetSummary = {
    rows: all.length,
    train: all.length - validation,
    validation,
    decisions: considered,
    withoutOutcome,
    otherKinds,
    duplicates,
    redacted: found.count,
    unreadable,
  };
  return { text: all.map((row) => `${JSON.stringify(row)}\n`).join(""), summary };
}

function readLog(lines: readonly string[]) {
  const decisions = new Map<string, JsonObject>();
  const outcomes = new Map<string, JsonObject>();
  let unreadable = 0;
  for (const line of lines) {
    if (line === "") continue;
    let entry: Json;
    try {
      entry = JSON.parse(line) as Json;
    } catch {
      // A torn line: a process died while it wrote.
      unreadable++;
      continue;
    }
    const decision = own(entry, "decision");
    const outcome = own(entry, "outcome");
    if (isObject(decision) && isDecision(decision)) decisions.set(String(decision["id"]), decision);
    else if (isObject(outcome) && typeof outcome["decision"] === "string") {
      const before = outcomes.get(outcome["decision"]);
      outcomes.set(outcome["decision"], before === undefined ? outcome : merged(before, outcome));
    } else if (own(entry, "entry") !== "policy") unreadable++;
  }
  return { decisions, outcomes, unreadable };
}

function isDecision(decision: JsonObject): boolean {
  const { id, at, action, actions, propensities } = decision;
  return typeof id === "string" && typeof at === "number" && typeof action === "number" &&
    Array.isArray(actions) &&
    Array.isArray(propensities) && actions.length === propensities.length &&
    typeof actions[action] === "string";
}

/** Of several outcomes a person's quality counts, else the last; as the Conductor joins its log. */
function merged(before: JsonObject, later: JsonObject): JsonObject {
  const both = { ...before, ...later };
  if (before["source"] !== "person" || later["source"] === "person") return both;
  const { quality } = before;
  return { ...both, source: "person", ...(quality === undefined ? {} : { quality }) };
}

/** Undefined for what is no routing decision, or lacks what its learner needs. */
function rowOf(
  decision: JsonObject,
  outcome: JsonObject,
  validationShare: number,
  found: { count: number },
): Row | undefined {
  const { id, at, run, node, attempt, kind, features, preference, action, propensities, scores, heads } =
    decision;
  const candidates = own(decision["facts"], "candidates");
  if (decision["type"] !== "route" || !Array.isArray(candidates)) return undefined;
  const { tokensIn, standard, floor, mode } = decision["facts"] as JsonObject;
  const { quality, usd, seconds, failure, source } = outcome;
  const masked = Array.isArray(decision["masked"])
    ? decision["masked"].map((one) => own(one, "action") ?? null)
    : [];
  const body = redacted({
    policy: decision["policy"] ?? "",
    state: present({ kind, features, tokensIn, preference, standard, floor, mode }),
    actions: candidates,
    masked,
    action: action ?? 0,
    propensities: propensities ?? [],
    ...present({ scores, heads }),
    rewards: present({ quality, usd, seconds, failure, source }),
  }, found) as JsonObject;
  const key = createHash("sha256").update(canonicalJson(body)).digest("hex");
  const split = isValidation(typeof run === "string" ? run : String(id), validationShare)
    ? "validation"
    : "train";
  return {
    key,
    row: {
      format: FORMAT,
      split,
      id: id ?? "",
      at: at ?? 0,
      ...present({ run, node, attempt }),
      weight: 1,
      ...body,
    },
  };
}

/** Decisions of one run are all on one side, whatever else is in the log. */
function isValidation(group: string, share: number): boolean {
  return createHash("sha256").update(`split ${group}`).digest().readUInt32BE(0) / 2 ** 32 < share;
}

function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}
