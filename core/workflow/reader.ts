/**
 * Reads typed values out of a JSON tree and collects what is wrong instead of stopping at it. Every `read…` gives
 * undefined for what it has reported.
 *
 * @module
 */

import { type JsonNode, nameOf, type ObjectNode, toJson } from "./json_node.ts";
import { MAX_DURATION_MS, parseDuration } from "./duration.ts";
import type { Problem } from "./problem.ts";
import type { Anchor, Fault, JsonPath, Positions } from "./source.ts";
import { didYouMean } from "./suggest.ts";

export class Reader {
  readonly positions: Positions;
  readonly problems: Problem[];

  /** Reports into `problems`, with places from `positions`. */
  constructor(positions: Positions, problems: Problem[]) {
    this.positions = positions;
    this.problems = problems;
  }

  /** Reports a fault. */
  fault(path: JsonPath, anchor: Anchor, fault: Fault): void {
    this.problems.push(this.positions.problem(path, anchor, fault));
  }

  /** Reports a value of the wrong kind or range. */
  wrong(path: JsonPath, node: JsonNode, hint: string): void {
    this.fault(path, "value", { code: "bad-value", message: `Found ${nameOf(node)} as ${last(path)}`, hint });
  }

  /** Reports members that are not among `known`. */
  checkFields(object: ObjectNode, path: JsonPath, known: readonly string[], what: string): void {
    for (const name of object.members.keys()) {
      if (known.includes(name)) continue;
      const given = known.filter((field) => !object.members.has(field));
      const message = `Found the unknown field "${name}" in ${what}`;
      this.fault([...path, name], "name", {
        code: "unknown-field",
        message,
        hint: didYouMean(name, given, "fields"),
      });
    }
  }

  /** Reports a required member that is missing. */
  missing(path: JsonPath, name: string, what: string, hint: string): void {
    this.fault(path, "name", { code: "missing-field", message: `Found no "${name}" in ${what}`, hint });
  }

  /** The member's object. */
  object(object: ObjectNode, name: string, path: JsonPath, hint: string): ObjectNode | undefined {
    const node = object.members.get(name)?.node;
    if (node === undefined || node.kind === "object") return node;
    this.wrong([...path, name], node, hint);
    return undefined;
  }

  /** The member's text, within `max` UTF-16 units. */
  text(object: ObjectNode, name: string, path: JsonPath, max = 10_000): string | undefined {
    const node = object.members.get(name)?.node;
    if (node === undefined) return undefined;
    if (node.kind !== "string") this.wrong([...path, name], node, "Expected a string");
    else if ((node.value as string).length > max) {
      const found = (node.value as string).length;
      const message = `Found ${found} characters as ${last([...path, name])}`;
      this.fault([...path, name], "value", { code: "bad-value", message, hint: `Expected at most ${max}` });
    } else return node.value as string;
    return undefined;
  }

  /** The member's number within a range. */
  number(
    object: ObjectNode,
    name: string,
    path: JsonPath,
    range: { min: number; max: number; integer?: boolean },
  ): number | undefined {
    const node = object.members.get(name)?.node;
    if (node === undefined) return undefined;
    const value = node.kind === "number" ? node.value as number : NaN;
    const fits = value >= range.min && value <= range.max &&
      (range.integer !== true || Number.isInteger(value));
    if (fits) return value;
    const kind = range.integer === true ? "a whole number" : "a number";
    this.wrong([...path, name], node, `Expected ${kind} from ${range.min} to ${range.max}`);
    return undefined;
  }

  /** The member's span, in milliseconds. */
  duration(object: ObjectNode, name: string, path: JsonPath, min = 0): number | undefined {
    const node = object.members.get(name)?.node;
    if (node === undefined) return undefined;
    const ms = parseDuration(toJson(node));
    if (ms !== undefined && ms >= min) return ms;
    const most = MAX_DURATION_MS / 86_400_000;
    const hint = `Expected a span such as "500ms", "2s", "1.5m", "1h" or milliseconds, at most ${most}d`;
    this.wrong([...path, name], node, min > 0 ? `${hint}, more than none` : hint);
    return undefined;
  }

  /** The member's text, one of `words`. */
  word<const W extends string>(
    object: ObjectNode,
    name: string,
    path: JsonPath,
    words: readonly W[],
  ): W | undefined {
    const node = object.members.get(name)?.node;
    if (node === undefined) return undefined;
    const found = words.find((word) => word === (node.kind === "string" ? node.value : undefined));
    if (found === undefined) {
      const hint = node.kind === "string"
        ? didYouMean(String(node.value), words, "values")
        : `Expected one of ${words.join(", ")}`;
      this.wrong([...path, name], node, hint);
    }
    return found;
  }
}

function last(path: JsonPath): string {
  return `"${path.at(-1) ?? ""}"`;
}
