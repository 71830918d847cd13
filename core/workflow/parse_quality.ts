/**
 * Reading a node's `quality` and a workflow's `preference` and `budget`.
 *
 * @module
 */

import { isNodeTypeId, type NodeTypeId } from "../ids.ts";
import { type Preference, type PreferenceName, preferences } from "../policy/preference.ts";
import { builtInCheck, builtInChecks } from "../quality/measure.ts";
import type { QualityCheck } from "../quality/quality_check.ts";
import { budgetFields, checkFields, preferenceFields, qualityFields } from "./fields.ts";
import type { Budget, NodeQuality } from "./definition.ts";
import { type JsonNode, type ObjectNode, toObject } from "./json_node.ts";
import { validate } from "./json_schema.ts";
import type { Reader } from "./reader.ts";
import type { JsonPath } from "./source.ts";
import { didYouMean } from "./suggest.ts";

/** Most instruments that are asked at once for one answer. */
const MOST_CANDIDATES = 8;
/** Most checks of one node. */
const MOST_CHECKS = 50;

/** Undefined where the node says nothing of quality. */
export function readQuality(tree: ObjectNode, path: JsonPath, reader: Reader): NodeQuality | undefined {
  const quality = reader.object(tree, "quality", path, 'Expected an object, for example { "min": 0.6 }');
  if (quality === undefined) return undefined;
  const inner = [...path, "quality"];
  reader.checkFields(quality, inner, qualityFields, '"quality"');
  const min = reader.number(quality, "min", inner, { min: 0, max: 1 });
  const explore = quality.members.get("explore")?.node;
  if (explore !== undefined && explore.kind !== "boolean") {
    reader.wrong([...inner, "explore"], explore, "Expected true or false");
  }
  const checks = readChecks(quality.members.get("checks")?.node, [...inner, "checks"], reader);
  const candidates = reader.number(quality, "candidates", inner, {
    min: 2,
    max: MOST_CANDIDATES,
    integer: true,
  });
  const judge = readJudge(quality, inner, reader);
  if (judge !== undefined && candidates === undefined) {
    reader.missing(inner, "candidates", '"quality"', 'A judge compares candidates: add "candidates": 2');
  }
  return {
    ...(candidates === undefined ? {} : { candidates }),
    ...(judge === undefined ? {} : { judge }),
    ...(min === undefined ? {} : { min }),
    checks,
    mayExplore: explore?.kind !== "boolean" || explore.value === true,
  };
}

function readJudge(quality: ObjectNode, path: JsonPath, reader: Reader): NodeTypeId | undefined {
  const judge = reader.text(quality, "judge", path, 200);
  if (judge === undefined || isNodeTypeId(judge)) return judge;
  const hint = "Expected group/name in lower case, for example instrument/judge";
  reader.fault([...path, "judge"], "value", {
    code: "bad-value",
    message: `Found "${judge}" as "judge"`,
    hint,
  });
  return undefined;
}

function readChecks(node: JsonNode | undefined, path: JsonPath, reader: Reader): readonly QualityCheck[] {
  if (node === undefined) return [];
  if (node.kind !== "array") {
    reader.wrong(
      path,
      node,
      'Expected a list, for example [ "json", { "check": "length", "with": { "min": 50 } } ]',
    );
    return [];
  }
  if (node.items.length > MOST_CHECKS) {
    reader.wrong(path, node, `Expected at most ${MOST_CHECKS} checks`);
    return [];
  }
  return node.items.flatMap((item, at) => readCheck(item, [...path, at], reader) ?? []);
}

function readCheck(node: JsonNode, path: JsonPath, reader: Reader): QualityCheck | undefined {
  if (node.kind === "string") {
    const check = readName(String(node.value), path, reader);
    return check === undefined ? undefined : withSettings(check, undefined, {}, path, reader);
  }
  if (node.kind !== "object") {
    reader.wrong(path, node, 'Expected a name, or { "check": … }, or { "use": … }');
    return undefined;
  }
  reader.checkFields(node, path, checkFields, "the check");
  const name = reader.text(node, "check", path, 100);
  const use = reader.text(node, "use", path, 200);
  const port = reader.text(node, "port", path, 100);
  const given = reader.object(node, "with", path, "Expected an object of settings");
  const settings = given === undefined ? {} : toObject(given);
  if ((name === undefined) === (use === undefined)) {
    reader.missing(path, "check", "the check", 'Say either "check", a built-in one, or "use", an operator');
    return undefined;
  }
  if (use !== undefined) {
    if (!isNodeTypeId(use)) {
      const hint = "Expected group/name in lower case, for example check/parses";
      reader.fault([...path, "use"], "value", {
        code: "bad-value",
        message: `Found "${use}" as "use"`,
        hint,
      });
      return undefined;
    }
    return { use, with: settings, ...(port === undefined ? {} : { port }) };
  }
  const check = readName(name as string, [...path, "check"], reader);
  return check === undefined ? undefined : withSettings(check, port, settings, path, reader);
}

function readName(name: string, path: JsonPath, reader: Reader): string | undefined {
  if (builtInCheck(name) !== undefined) return name;
  const hint = didYouMean(name, builtInChecks.map((check) => check.name), "checks");
  reader.fault(path, "value", { code: "bad-value", message: `Found the unknown check "${name}"`, hint });
  return undefined;
}

function withSettings(
  check: string,
  port: string | undefined,
  settings: ReturnType<typeof toObject>,
  path: JsonPath,
  reader: Reader,
): QualityCheck | undefined {
  const [fault] = validate(builtInCheck(check)?.settings ?? true, settings);
  if (fault === undefined) return { check, with: settings, ...(port === undefined ? {} : { port }) };
  const message = `Found settings that the check "${check}" does not take: ${fault.message}`;
  reader.fault(path, "value", { code: "bad-value", message, hint: builtInCheck(check)?.summary ?? "" });
  return undefined;
}

/** A named preference or three weights. */
export function readPreference(tree: ObjectNode, reader: Reader): Preference | undefined {
  const node = tree.members.get("preference")?.node;
  if (node === undefined) return undefined;
  if (node.kind !== "object") {
    const names = Object.keys(preferences) as PreferenceName[];
    const name = reader.word<PreferenceName>(tree, "preference", [], names);
    return name === undefined ? undefined : preferences[name];
  }
  reader.checkFields(node, ["preference"], preferenceFields, '"preference"');
  const weight = (name: keyof Preference) =>
    reader.number(node, name, ["preference"], { min: 0, max: 1_000_000 }) ?? 0;
  return { perUsd: weight("perUsd"), perSecond: weight("perSecond"), perFailure: weight("perFailure") };
}

/** What a run may spend: money, tokens, time. */
export function readBudget(tree: ObjectNode, reader: Reader): Budget | undefined {
  const node = reader.object(tree, "budget", [], 'Expected an object, for example { "usd": 0.5 }');
  if (node === undefined) return undefined;
  reader.checkFields(node, ["budget"], budgetFields, '"budget"');
  if (node.members.size === 0) {
    reader.missing(["budget"], "usd", '"budget"', 'Add "usd": 0.5, "tokens" or "time"');
  }
  const usd = reader.number(node, "usd", ["budget"], { min: 0, max: 1_000_000 });
  const tokens = reader.number(node, "tokens", ["budget"], { min: 0, max: 1e12, integer: true });
  const timeMs = reader.duration(node, "time", ["budget"], 1);
  return {
    ...(usd === undefined ? {} : { usd }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(timeMs === undefined ? {} : { timeMs }),
  };
}
