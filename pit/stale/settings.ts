/**
 * Reading a person's retention settings: every member is understood or refused with its place and what would be right.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import type {
  ColdTarget,
  LogPolicy,
  RetentionCondition,
  RetentionPolicy,
  RetentionSettings,
} from "../../core/ports/retention.ts";

export const defaultSettings: RetentionSettings = { policies: [], graceDays: 7 };

/** @throws SymphonyError `bad-input` naming the place, what was found and what would be right */
export function retentionSettings(value: unknown): RetentionSettings {
  const object = members(value, "the settings", [
    "policies",
    "graceDays",
    "everyHours",
    "poolMovesDays",
    "cold",
    "logs",
  ]);
  const policies = object["policies"] ?? [];
  if (!Array.isArray(policies)) throw wrong("policies", policies, "a list of policies");
  const read = policies.map((one, at) => policyOf(one, `policies[${at}]`));
  const names = new Set<string>();
  for (const { name } of read) {
    if (names.has(name)) {
      throw new SymphonyError("bad-input", `Cannot use the policies: "${name}" is there twice`);
    }
    names.add(name);
  }
  const poolMovesDays = number(object, "poolMovesDays", "poolMovesDays", 0);
  const everyHours = number(object, "everyHours", "everyHours", 1 / 60);
  return {
    policies: read,
    graceDays: number(object, "graceDays", "graceDays", 0) ?? defaultSettings.graceDays,
    ...(everyHours === undefined ? {} : { everyHours }),
    ...(poolMovesDays === undefined ? {} : { poolMovesDays }),
    ...(object["cold"] === undefined ? {} : { cold: coldOf(object["cold"]) }),
    ...(object["logs"] === undefined ? {} : { logs: logsOf(object["logs"]) }),
  };
}

/** One policy. @throws SymphonyError `bad-input` */
export function policyOf(value: unknown, place: string): RetentionPolicy {
  const object = members(value, place, ["name", "priority", "enabled", "action", "when", "untilHotBytes"]);
  const { name, action, enabled } = object;
  if (typeof name !== "string" || name === "") throw wrong(`${place}.name`, name, "a name");
  if (action !== "keep" && action !== "warm" && action !== "cold" && action !== "delete") {
    throw wrong(`${place}.action`, action, '"keep", "warm", "cold" or "delete"');
  }
  if (enabled !== undefined && typeof enabled !== "boolean") {
    throw wrong(`${place}.enabled`, enabled, "true or false");
  }
  const priority = number(object, "priority", `${place}.priority`, -Infinity);
  const untilHotBytes = number(object, "untilHotBytes", `${place}.untilHotBytes`, 0);
  const when = conditionOf(object["when"] ?? {}, `${place}.when`);
  if (action === "delete" && Object.keys(when).length === 0 && untilHotBytes === undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot use ${place}: it would delete everything that nothing refers to`,
      {
        hint: 'Say when, for example { "olderThanDays": 30 } or { "references": "none" }',
      },
    );
  }
  return {
    name,
    action,
    when,
    ...(priority === undefined ? {} : { priority }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(untilHotBytes === undefined ? {} : { untilHotBytes }),
  };
}

const numbers = [
  "olderThanDays",
  "unusedForDays",
  "usedAtMost",
  "qualityBelow",
  "largerThanBytes",
  "smallerThanBytes",
] as const;
const lists = ["types", "tags", "withoutTags"] as const;

function conditionOf(value: unknown, place: string): RetentionCondition {
  const object = members(value, place, [...numbers, ...lists, "references"]);
  const condition: Record<string, unknown> = {};
  for (const name of numbers) {
    const found = number(object, name, `${place}.${name}`, 0);
    if (found !== undefined) condition[name] = found;
  }
  for (const name of lists) {
    const found = object[name];
    if (found === undefined) continue;
    if (!Array.isArray(found) || !found.every((one) => typeof one === "string")) {
      throw wrong(`${place}.${name}`, found, "a list of texts");
    }
    condition[name] = found;
  }
  const { references } = object;
  if (references !== undefined) {
    if (references !== "none" && references !== "ended-runs" && references !== "any") {
      throw wrong(`${place}.references`, references, '"none", "ended-runs" or "any"');
    }
    condition["references"] = references;
  }
  return condition as RetentionCondition;
}

function coldOf(value: unknown): ColdTarget {
  const names = ["endpoint", "bucket", "region", "prefix", "keyIdFrom", "secretFrom"];
  const object = members(value, "cold", names);
  const text = (name: string, otherwise?: string): string => {
    const found = object[name] ?? otherwise;
    if (typeof found !== "string" || (found === "" && otherwise !== "")) {
      throw wrong(`cold.${name}`, found, "a text");
    }
    return found;
  };
  const endpoint = text("endpoint");
  if (!/^https?:\/\/[^/]/.test(endpoint)) throw wrong("cold.endpoint", endpoint, "an address, https://HOST");
  if (/^http:\/\/(?!127\.0\.0\.1|localhost|\[::1\])/.test(endpoint)) {
    throw wrong("cold.endpoint", endpoint, "https; http only to this machine");
  }
  const bucket = text("bucket");
  if (!/^[a-z0-9][a-z0-9.-]{1,62}$/.test(bucket)) {
    throw wrong("cold.bucket", bucket, "3 to 63 of a-z, 0-9, dot and hyphen");
  }
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    bucket,
    region: text("region", "us-east-1"),
    prefix: text("prefix", ""),
    keyIdFrom: text("keyIdFrom", "AWS_ACCESS_KEY_ID"),
    secretFrom: text("secretFrom", "AWS_SECRET_ACCESS_KEY"),
  };
}

function logsOf(value: unknown): LogPolicy {
  const object = members(value, "logs", ["enabled", "endedForHours", "growsBeyondBytes"]);
  const { enabled } = object;
  if (enabled !== undefined && typeof enabled !== "boolean") {
    throw wrong("logs.enabled", enabled, "true or false");
  }
  const endedForHours = number(object, "endedForHours", "logs.endedForHours", 0);
  const growsBeyondBytes = number(object, "growsBeyondBytes", "logs.growsBeyondBytes", 2 ** 20);
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(endedForHours === undefined ? {} : { endedForHours }),
    ...(growsBeyondBytes === undefined ? {} : { growsBeyondBytes }),
  };
}

function members(value: unknown, place: string, known: readonly string[]): JsonObject {
  if (!isObject(value)) throw wrong(place, value, "an object");
  const odd = Object.keys(value).find((name) => !known.includes(name));
  if (odd !== undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot use "${odd}" in ${place}: expected one of ${known.join(", ")}`,
    );
  }
  return value;
}

function number(object: JsonObject, name: string, place: string, least: number): number | undefined {
  const found = object[name];
  if (found === undefined) return undefined;
  if (typeof found !== "number" || !(found >= least)) {
    throw wrong(place, found, Number.isFinite(least) ? `a number from ${least}` : "a number");
  }
  return found;
}

function wrong(place: string, found: unknown, expected: string): SymphonyError {
  const text = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 80);
  return new SymphonyError("bad-input", `Cannot use ${place}: found ${text}, expected ${expected}`);
}
