/**
 * Parameters of requests as they come over the wire: read member by member, refused by name.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type AuthorId, authorId, type BufferId, bufferId } from "../../core/ids.ts";
import { isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import type { TextChange, TextRange } from "../../core/ports/text_editing.ts";

/** Reads the members of one request's parameters. Every method throws SymphonyError `bad-input` naming the member. */
export class Params {
  readonly #method: string;
  readonly #members: JsonObject;

  constructor(method: string, params: unknown) {
    this.#method = method;
    if (!isObject(params)) this.#refuse("params", "an object", params as Json);
    this.#members = params;
  }

  has(name: string): boolean {
    return own(this.#members, name) !== undefined && own(this.#members, name) !== null;
  }

  text(name: string): string {
    const value = own(this.#members, name);
    return typeof value === "string" ? value : this.#refuse(name, "a string", value);
  }

  /** The member, or undefined where it is absent or null. */
  maybeText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  flag(name: string): boolean {
    if (!this.has(name)) return false;
    const value = own(this.#members, name);
    return typeof value === "boolean" ? value : this.#refuse(name, "true or false", value);
  }

  number(name: string): number {
    const value = own(this.#members, name);
    return typeof value === "number" ? value : this.#refuse(name, "a number", value);
  }

  maybeNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  buffer(): BufferId {
    const number = this.number("buffer");
    return Number.isSafeInteger(number) && number >= 0
      ? bufferId(number)
      : this.#refuse("buffer", "a whole number", number);
  }

  author(): AuthorId {
    return authorId(this.text("author"));
  }

  range(name: string): TextRange {
    const value = own(this.#members, name);
    const [from, to] = [own(value, "from"), own(value, "to")];
    if (typeof from === "number" && typeof to === "number") return { from, to };
    return this.#refuse(name, "{from, to}", value);
  }

  list(name: string): readonly Json[] {
    const value = own(this.#members, name) ?? [];
    return Array.isArray(value) ? value : this.#refuse(name, "a list", value);
  }

  /** A list of objects, each read as parameters. */
  objects(name: string): Params[] {
    return this.list(name).map((item, at) => new Params(`${this.#method} ${name}[${at}]`, item));
  }

  changes(): TextChange[] {
    return this.list("changes").map((item, at) => {
      const [from, to, insert] = Array.isArray(item) ? item : [];
      if (typeof from === "number" && typeof to === "number" && typeof insert === "string") {
        return { from, to, insert };
      }
      return this.#refuse(`changes[${at}]`, "[from, to, insert]", item);
    });
  }

  /** The one change of `changes`. */
  change(): TextChange {
    const [change, ...more] = this.changes();
    if (change !== undefined && more.length === 0) return change;
    return this.#refuse("changes", "one change", own(this.#members, "changes"));
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T {
    const value = own(this.#members, name);
    return words.find((word) => word === value) ?? this.#refuse(name, words.join(", "), value);
  }

  #refuse(name: string, expected: string, found: Json | undefined): never {
    const shown = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 100);
    throw new SymphonyError(
      "bad-input",
      `Cannot carry out ${this.#method}: "${name}" is ${shown}, expected ${expected}`,
    );
  }
}
