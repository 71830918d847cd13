/**
 * Reading logged decisions with true propensities: the Open Bandit Dataset's tables and Vowpal Wabbit's `cb_eval` lines.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { LoggedRow } from "../data.ts";
import { csvHeader, csvRows } from "./csv.ts";
import { malformed, shown } from "./fields.ts";

const OBD_COLUMNS = ["item", "position", "click", "propensity"] as const;

/** True for the header of an Open Bandit table. */
export function isBanditTable(text: string): boolean {
  const header = csvHeader(text);
  return OBD_COLUMNS.every((name) => header.includes(name));
}

/** Rows of an Open Bandit table: the position is the kind, the user's hashed features are tokens. */
export function readBanditTable(text: string, file: string): readonly LoggedRow[] {
  const features = csvHeader(text).filter((name) => /^u\d+$/.test(name));
  const rows: LoggedRow[] = [];
  for (const row of csvRows(text, file)) {
    rows.push({
      kind: `position/${row.text("position")}`,
      tokens: features.map((name) => `${name}=${row.text(name)}`),
      action: wholeNumber(row.text("item"), `${row.place}, column "item"`),
      reward: row.number("click"),
      propensity: probability(row.number("propensity"), `${row.place}, column "propensity"`),
    });
  }
  return rows;
}

/** A row of `cb_eval`: the action of the policy to evaluate, then what was logged. */
export interface EvaluatedRow extends LoggedRow {
  readonly evaluated: number;
}

const VW_LINE =
  /^(?<evaluated>\d+)\s+(?<action>\d+):(?<cost>[^:\s]+):(?<probability>[^:\s]+)\s*\|(?<words>.*)$/;

/** Lines `evaluated action:cost:probability | features`; actions count from 1, the reward is 1 less the cost. */
export function readVowpal(text: string, file: string): readonly EvaluatedRow[] {
  const rows: EvaluatedRow[] = [];
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    if (row.trim() === "") continue;
    const place = `${file} line ${line}`;
    const groups = VW_LINE.exec(row)?.groups;
    if (groups === undefined) {
      throw malformed(place, shown(row), "ACTION ACTION:COST:PROBABILITY | FEATURES");
    }
    const cost = Number(groups["cost"]);
    if (!Number.isFinite(cost)) throw malformed(`${place}, cost`, shown(groups["cost"]), "a number");
    rows.push({
      kind: "",
      tokens: (groups["words"] ?? "").trim().split(/\s+/).filter((word) => word !== ""),
      evaluated: fromOne(groups["evaluated"], `${place}, evaluated action`),
      action: fromOne(groups["action"], `${place}, action`),
      reward: 1 - cost,
      propensity: probability(Number(groups["probability"]), `${place}, probability`),
    });
  }
  return rows;
}

function wholeNumber(text: string, place: string): number {
  if (!/^\d+$/.test(text)) throw malformed(place, shown(text), "a whole number from 0");
  return Number(text);
}

function fromOne(text: string | undefined, place: string): number {
  const number = wholeNumber(text ?? "", place);
  if (number < 1) throw malformed(place, "0", "a whole number from 1");
  return number - 1;
}

function probability(value: number, place: string): number {
  if (value > 0 && value <= 1) return value;
  throw malformed(place, String(value), "a probability above 0 and at most 1");
}
