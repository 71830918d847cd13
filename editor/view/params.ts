/**
 * Reading the parameters of messages: every reader says what was missing or wrong, in the words of the protocol's core.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../../core/json.ts";

/** What is wrong with a message; goes into the error's `data`. */
export class ParamsError extends Error {}

/** The members of an object, read with checks. */
export class Params {
  readonly #members: JsonObject;

  private constructor(members: JsonObject) {
    this.#members = members;
  }

  /** @throws ParamsError where `value` is no object; absent and an empty list count as `{}` */
  static of(value: Json | undefined): Params {
    if (value === undefined || value === null) return new Params({});
    if (Array.isArray(value) && value.length === 0) return new Params({});
    if (!isObject(value)) throw new ParamsError(`invalid type: ${describe(value)}, expected a map`);
    return new Params(value);
  }

  /** Undefined where absent or null. */
  get(name: string): Json | undefined {
    return Object.hasOwn(this.#members, name) ? this.#members[name] ?? undefined : undefined;
  }

  need(name: string): Json {
    const value = this.get(name);
    if (value === undefined) throw new ParamsError(`missing field \`${name}\``);
    return value;
  }

  string(name: string): string {
    return asString(this.need(name));
  }

  optionalString(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : asString(value);
  }

  boolean(name: string): boolean {
    const value = this.need(name);
    if (typeof value !== "boolean") {
      throw new ParamsError(`invalid type: ${describe(value)}, expected a boolean`);
    }
    return value;
  }

  flag(name: string, otherwise = false): boolean {
    return this.get(name) === undefined ? otherwise : this.boolean(name);
  }

  count(name: string): number {
    return asCount(this.need(name));
  }

  number(name: string): number {
    return asNumber(this.need(name));
  }

  /** One of `choices`; `otherwise` where absent. */
  choice<T extends string>(name: string, choices: readonly T[], otherwise?: T): T {
    const value = this.get(name);
    if (value === undefined && otherwise !== undefined) return otherwise;
    return asChoice(value === undefined ? this.need(name) : value, choices);
  }
}

export function asString(value: Json): string {
  if (typeof value !== "string") throw new ParamsError(`invalid type: ${describe(value)}, expected a string`);
  return value.toWellFormed();
}

export function asNumber(value: Json): number {
  if (typeof value !== "number") throw new ParamsError(`invalid type: ${describe(value)}, expected f64`);
  return value;
}

/** A whole number from 0 on; one too large for a line or column counts as the largest. */
export function asCount(value: Json): number {
  if (typeof value !== "number" || value < 0 || !Number.isInteger(value)) {
    throw new ParamsError(`invalid value: ${describe(value)}, expected u64`);
  }
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** A whole number; huge ones count as the largest. */
export function asInteger(value: Json): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new ParamsError(`invalid value: ${describe(value)}, expected i64`);
  }
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(value, Number.MAX_SAFE_INTEGER));
}

export function asChoice<T extends string>(value: Json, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw new ParamsError(unknownVariant(describeName(value), choices));
  return choice;
}

export function asArray(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) {
    throw new ParamsError(`invalid type: ${describe(value ?? null)}, expected a sequence`);
  }
  return value;
}

/** What to say of a name that is none of `choices`. */
export function unknownVariant(name: string, choices: readonly string[]): string {
  return `unknown variant \`${name}\`, expected one of ${
    choices.map((choice) => `\`${choice}\``).join(", ")
  }`;
}

function describeName(value: Json): string {
  return typeof value === "string" ? value.slice(0, 200) : describe(value);
}

/** A value as the protocol's core names it in complaints. */
export function describe(value: Json): string {
  if (value === null) return "null";
  if (typeof value === "string") return `string ${JSON.stringify(value.slice(0, 200))}`;
  if (typeof value === "boolean") return `boolean \`${value}\``;
  if (typeof value === "number") {
    return `${Number.isInteger(value) ? "integer" : "floating point"} \`${value}\``;
  }
  return Array.isArray(value) ? "sequence" : "map";
}
