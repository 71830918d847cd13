/**
 * Reading a routing set: `meta.json`, `items.jsonl` and, where it is there, `texts.jsonl.gz`.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Arm, RewardProfile, RoutingItem, RoutingSet } from "../data.ts";
import { Fields, malformed, parseJson } from "./fields.ts";

export interface RoutingTexts {
  /** Name of the folder, for messages; `.` for the top. */
  readonly folder: string;
  readonly meta: string;
  readonly items: string;
  /** Unpacked `texts.jsonl.gz`. */
  readonly texts?: string;
}

/** @throws SymphonyError `bad-input` naming file, line and field. */
export function readRoutingSet({ folder, meta, items, texts }: RoutingTexts): RoutingSet {
  const prefix = folder === "." ? "" : `${folder}/`;
  const head = new Fields(parseJson(meta, `${prefix}meta.json`), `${prefix}meta.json`);
  const name = head.string("name", folder.slice(folder.lastIndexOf("/") + 1));
  const arms = head.array("arms").map((arm, at) => readArm(new Fields(arm, `${prefix}meta.json, arm ${at}`)));
  if (arms.length === 0) throw malformed(`${prefix}meta.json, field "arms"`, "no arm", "one or more");
  const features = (head.has("features") ? head.array("features") : []).map((feature, at) => {
    if (typeof feature !== "string") throw head.wrong("features", `a name at ${at}`);
    return feature;
  });
  const profiles = head.has("profiles") ? readProfiles(head.object("profiles")) : [qualityAlone];
  const byId = texts === undefined ? undefined : readTexts(texts, `${prefix}texts.jsonl.gz`);
  const read: RoutingItem[] = [];
  for (const { fields } of jsonLines(items, `${prefix}items.jsonl`)) {
    read.push(readItem(fields, arms.length, features.length, byId));
  }
  if (read.length === 0) throw malformed(`${prefix}items.jsonl`, "no line", "one item a line");
  return { name, folder, arms, features, profiles, items: read, isSampled: isSampled(head, name) };
}

function readArm(fields: Fields): Arm {
  const single = fields.number("price", 0);
  return {
    id: fields.string("id"),
    priceIn: fields.number("price_in", single),
    priceOut: fields.number("price_out", single),
  };
}

/** For a set that prices nothing. */
const qualityAlone: RewardProfile = { name: "quality", lc: 0, ll: 0, lf: 0 };

function readProfiles(profiles: Fields): readonly RewardProfile[] {
  return profiles.names().map((name) => {
    const fields = profiles.object(name);
    const penalty = "price_penalty_per_usd_per_million_out";
    return {
      name,
      lc: fields.number("lc", 0),
      ll: fields.number("ll", 0),
      lf: fields.number("lf", 0),
      ...(fields.has(penalty) ? { pricePenalty: fields.number(penalty) } : {}),
    };
  });
}

function readItem(
  fields: Fields,
  arms: number,
  features: number,
  texts: ReadonlyMap<string, string> | undefined,
): RoutingItem {
  const id = fields.string("id");
  const text = texts?.get(id);
  const zeros = (name: string) =>
    fields.has(name) ? fields.numbers(name, arms, "arm") : new Float64Array(arms);
  const quality = fields.numbers("q", arms, "arm");
  const outside = quality.findIndex((value) => value < 0 || value > 1);
  if (outside >= 0) throw malformed(`${fields.at("q")}[${outside}]`, String(quality[outside]), "0 to 1");
  return {
    id,
    slice: fields.string("slice", ""),
    kind: fields.string("kind", ""),
    features: features === 0 && !fields.has("x")
      ? new Float64Array(0)
      : fields.numbers("x", features, 'feature of meta.json ("features")'),
    quality,
    usd: zeros("c"),
    seconds: zeros("l"),
    failure: zeros("f"),
    ...(text === undefined ? {} : { text }),
    ...(fields.has("t") ? { at: fields.number("t") } : {}),
  };
}

function readTexts(text: string, file: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { fields } of jsonLines(text, file)) texts.set(fields.string("id"), fields.string("text"));
  return texts;
}

/** The format says of `lcb_*` that q is a mean over samples; a set that says so itself counts as well. */
function isSampled(head: Fields, name: string): boolean {
  return head.raw("sampled") === true || name.startsWith("lcb_") ||
    /bernoulli\s*\(?\s*q/i.test(head.string("task", ""));
}

/** The objects of a text with one JSON object a line; empty lines are passed over. */
export function* jsonLines(text: string, file: string): Generator<{ fields: Fields; line: number }> {
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    if (row.trim() === "") continue;
    const place = `${file} line ${line}`;
    yield { fields: new Fields(parseJson(row, place), place), line };
  }
}
