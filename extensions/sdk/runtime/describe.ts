/**
 * What an extension contributes, as plain data: taken once from its loaded module and cached beside its bundle.
 *
 * @module
 */

import type { ExtensionDefinition } from "../define.ts";
import type { Plain } from "./client.ts";

type PlainObject = { readonly [key: string]: Plain };

export interface OperatorDescription {
  readonly kind: "operator";
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly input: PlainObject;
  readonly output: PlainObject;
  /** Absent where the definition does not say. */
  readonly effect?: "none" | "read" | "network" | "write";
}

export interface InstrumentDescription {
  readonly kind: "instrument";
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly serves: readonly string[];
  readonly priceIn: number;
  readonly priceOut: number;
  readonly contextTokens?: number;
  readonly promisedQuality?: number;
  /** True where the definition says itself whether it can be used. */
  readonly asks: boolean;
}

export interface TaskDescription {
  readonly kind: "task";
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly system: string;
  readonly prompt: string;
  readonly input: PlainObject;
  readonly output: PlainObject;
}

/** A view or a command: called like an operator, but no node of a workflow. */
export interface UiDescription<K extends "view" | "command"> {
  readonly kind: K;
  readonly type: string;
  readonly title: string;
  readonly description: string;
}

export type Contribution =
  | OperatorDescription
  | InstrumentDescription
  | TaskDescription
  | UiDescription<"view">
  | UiDescription<"command">;

const typePattern = /^[a-z][a-z0-9-]{0,63}\/[a-z][a-z0-9-]{0,63}$/;

/** Describes a module's default export. @throws TypeError that says what is wrong with it */
export function describe(definition: unknown): readonly Contribution[] {
  const contributes = (definition as Partial<ExtensionDefinition> | undefined)?.contributes;
  if (!Array.isArray(contributes)) {
    throw new TypeError(
      "The entry's default export is not an extension: export default defineExtension({ … })",
    );
  }
  const seen = new Set<string>();
  return contributes.map((one: unknown, at) => {
    const contribution = contributionOf(one, `contributes[${at}]`);
    if (seen.has(contribution.type)) {
      throw new TypeError(`The type "${contribution.type}" is contributed twice`);
    }
    seen.add(contribution.type);
    return contribution;
  });
}

function contributionOf(one: unknown, place: string): Contribution {
  if (typeof one !== "object" || one === null) throw new TypeError(`${place} is not a definition`);
  const given = one as Record<string, unknown>;
  const type = textOf(given, "type", place);
  if (!typePattern.test(type)) throw new TypeError(`${place}.type must be group/name, found "${type}"`);
  const named = `${place} (${type})`;
  const base = {
    type,
    title: textOf(given, "title", named),
    description: textOf(given, "description", named),
  };
  if (given["kind"] !== "task" && typeof given["run"] !== "function") {
    throw new TypeError(`${named}.run must be a function`);
  }
  switch (given["kind"]) {
    case "operator":
      return { kind: "operator", ...base, ...schemasOf(given, named), ...effectOf(given, named) };
    case "instrument":
      return {
        kind: "instrument",
        ...base,
        serves: servesOf(given, named),
        priceIn: priceOf(given, "priceIn", named),
        priceOut: priceOf(given, "priceOut", named),
        ...traitOf(given, "contextTokens", named, Infinity),
        ...traitOf(given, "promisedQuality", named, 1),
        asks: typeof given["unavailable"] === "function",
      };
    case "task":
      return {
        kind: "task",
        ...base,
        system: textOf(given, "system", named),
        prompt: textOf(given, "prompt", named),
        ...schemasOf(given, named),
      };
    case "view":
      return { kind: "view", ...base };
    case "command":
      return { kind: "command", ...base };
    default:
      throw new TypeError(
        `${named}.kind must be operator, instrument, task, view or command, found ${String(given["kind"])}`,
      );
  }
}

function textOf(given: Record<string, unknown>, key: string, place: string): string {
  const value = given[key];
  if (typeof value === "string") return value;
  throw new TypeError(`${place}.${key} must be text, found ${typeof value}`);
}

function effectOf(given: Record<string, unknown>, place: string): Pick<OperatorDescription, "effect"> {
  const effect = given["effect"];
  if (effect === undefined) return {};
  if (effect === "none" || effect === "read" || effect === "network" || effect === "write") return { effect };
  throw new TypeError(`${place}.effect must be none, read, network or write, found ${String(effect)}`);
}

function servesOf(given: Record<string, unknown>, place: string): readonly string[] {
  const serves = given["serves"];
  if (Array.isArray(serves) && serves.every((name) => typeof name === "string")) return [...serves];
  throw new TypeError(`${place}.serves must be a list of task names`);
}

/** A trait that need not be told: a number above 0 and at most `most`. */
function traitOf<K extends string>(
  given: Record<string, unknown>,
  key: K,
  place: string,
  most: number,
): { readonly [name in K]?: number } {
  const value = given[key];
  if (value === undefined) return {};
  if (typeof value === "number" && value > 0 && value <= most && Number.isFinite(value)) {
    return { [key]: value } as { readonly [name in K]?: number };
  }
  throw new TypeError(
    `${place}.${key} must be a number above 0${most === 1 ? " and at most 1" : ""}, found ${String(value)}`,
  );
}

function priceOf(given: Record<string, unknown>, key: string, place: string): number {
  const price = given[key];
  if (typeof price === "number" && price >= 0 && Number.isFinite(price)) return price;
  throw new TypeError(`${place}.${key} must be a number of US dollars, found ${String(price)}`);
}

function schemasOf(
  given: Record<string, unknown>,
  place: string,
): { input: PlainObject; output: PlainObject } {
  const schema = (key: string): PlainObject => {
    const value = JSON.parse(JSON.stringify(given[key] ?? null)) as Plain;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as PlainObject;
    throw new TypeError(`${place}.${key} must be an object schema, as Type.Object({ … })`);
  };
  return { input: schema("input"), output: schema("output") };
}
