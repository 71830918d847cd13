/**
 * Reading a value of a file with its place: every refusal names file, line and field, what was found, what would be right.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";

/** A refusal of a file's content. */
export function malformed(place: string, found: string, expected: string): SymphonyError {
  return new SymphonyError("bad-input", `Cannot read ${place}: found ${found}, expected ${expected}`);
}

/** A value in a few characters, for messages. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" && !Number.isFinite(value) ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Parses JSON text. @throws SymphonyError `bad-input` */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(
      place,
      `text that is not JSON (${error instanceof Error ? error.message : String(error)})`,
      "JSON",
    );
  }
}

/** An object of a file and where it stands; its readers check types. All throw SymphonyError `bad-input`. */
export class Fields {
  readonly place: string;
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(value: unknown, place: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw malformed(place, shown(value), "an object");
    }
    this.place = place;
    this.#object = value as Readonly<Record<string, unknown>>;
  }

  /** False for null as well: the sources write it for what was not recorded. */
  has(name: string): boolean {
    return this.raw(name) !== undefined && this.raw(name) !== null;
  }

  raw(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  string(name: string, fallback?: string): string {
    const value = this.raw(name);
    if (!this.has(name) && fallback !== undefined) return fallback;
    if (typeof value !== "string") throw this.wrong(name, "a string");
    return value;
  }

  /** A finite number; a text that is one counts (prices come as both). */
  number(name: string, fallback?: number): number {
    const value = this.raw(name);
    if (!this.has(name) && fallback !== undefined) return fallback;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) throw this.wrong(name, "a number");
    return number;
  }

  array(name: string): readonly unknown[] {
    const value = this.raw(name);
    if (!Array.isArray(value)) throw this.wrong(name, "an array");
    return value;
  }

  /** An array of finite numbers; `length` of them, one for each of `each`. */
  numbers(name: string, length: number, each: string): Float64Array {
    const value = this.array(name);
    if (value.length !== length) {
      throw malformed(this.at(name), `${value.length} numbers`, `${length}, one for each ${each}`);
    }
    const numbers = new Float64Array(length);
    for (let at = 0; at < length; at++) {
      const number = value[at];
      if (typeof number !== "number" || !Number.isFinite(number)) {
        throw malformed(`${this.at(name)}[${at}]`, shown(number), "a number");
      }
      numbers[at] = number;
    }
    return numbers;
  }

  object(name: string): Fields {
    return new Fields(this.raw(name), this.at(name));
  }

  names(): readonly string[] {
    return Object.keys(this.#object);
  }

  at(name: string): string {
    return `${this.place}, field "${name}"`;
  }

  wrong(name: string, expected: string): SymphonyError {
    return malformed(this.at(name), shown(this.raw(name)), expected);
  }
}
