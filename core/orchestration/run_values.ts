/**
 * Values beside the log. A small output stays in its event; a large one becomes an artifact, and the decoded value is
 * kept in memory within a bound, to be read again from the store when it was dropped.
 *
 * @module
 */

import { assert, SymphonyError } from "../errors.ts";
import type { ArtifactId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ArtifactMeta, ArtifactPort } from "../ports/artifact.ts";
import type { ValueRef } from "./event.ts";

/** JSON texts up to this many UTF-16 units stay in the event. */
const INLINE_UNITS = 1024;
/** Decoded artifacts kept in memory, by the size of their JSON. */
const CACHE_BYTES = 256 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class RunValues {
  readonly #artifacts: ArtifactPort;
  /** In order of use, the least recent first. */
  readonly #cache = new Map<ArtifactId, { readonly value: Json; readonly sizeBytes: number }>();
  #cachedBytes = 0;

  constructor(artifacts: ArtifactPort) {
    this.#artifacts = artifacts;
  }

  /** The reference for `value`: at once when it is small, else after it is stored. @throws SymphonyError `disk-full` */
  store(value: Json, meta: ArtifactMeta): ValueRef | Promise<ValueRef> {
    if (unitsLeft(value, INLINE_UNITS) >= 0) return { value };
    const text = JSON.stringify(value);
    if (text.length <= INLINE_UNITS) return { value };
    const bytes = encoder.encode(text);
    return this.#artifacts.put(bytes, { type: "application/json", ...meta }).then((artifact) => {
      this.#keep(artifact, value, bytes.length);
      return { artifact, sizeBytes: bytes.length };
    });
  }

  /** True where `value` can be read without waiting. */
  has(ref: ValueRef): boolean {
    return "value" in ref || this.#cache.has(ref.artifact);
  }

  /** The value of a reference that `has` said is here. */
  get(ref: ValueRef): Json {
    if ("value" in ref) return ref.value;
    const kept = this.#cache.get(ref.artifact);
    assert(kept !== undefined, "the value was loaded before it is read");
    return kept.value;
  }

  /** The value, from the store where need be. @throws SymphonyError `not-found` | `corrupt` */
  async load(ref: ValueRef): Promise<Json> {
    if ("value" in ref) return ref.value;
    const kept = this.#cache.get(ref.artifact);
    if (kept !== undefined) return kept.value;
    const bytes = await this.#artifacts.get(ref.artifact);
    if (bytes === undefined) {
      throw new SymphonyError(
        "not-found",
        `Cannot read result: artifact ${ref.artifact} is missing from the store`,
      );
    }
    const value = JSON.parse(decoder.decode(bytes)) as Json;
    this.#keep(ref.artifact, value, bytes.length);
    return value;
  }

  /** Drops the least recently stored values until the bound holds. Call when no unit is between `load` and `get`. */
  trim(): void {
    if (this.#cachedBytes <= CACHE_BYTES) return;
    for (const [id, { sizeBytes }] of this.#cache) {
      if (this.#cachedBytes <= CACHE_BYTES) return;
      this.#cache.delete(id);
      this.#cachedBytes -= sizeBytes;
    }
  }

  #keep(id: ArtifactId, value: Json, sizeBytes: number): void {
    if (this.#cache.has(id)) return;
    this.#cache.set(id, { value, sizeBytes });
    this.#cachedBytes += sizeBytes;
  }
}

/** Most units of a number, `true`, `false` or `null` in JSON. */
const SCALAR_UNITS = 25;
/** Most units of a character in a JSON string: `\\u0000`. */
const ESCAPED_UNITS = 6;

/**
 * What is left of `budget` units after the value's JSON at its longest; negative where that may not fit. Nearly all
 * values are so small that this settles it without making the text.
 */
function unitsLeft(value: Json, budget: number): number {
  if (typeof value === "string") return budget - 2 - ESCAPED_UNITS * value.length;
  if (typeof value !== "object" || value === null) return budget - SCALAR_UNITS;
  let left = budget - 2;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && left >= 0; i++) left = unitsLeft(value[i], left - 1);
    return left;
  }
  for (const name of Object.keys(value)) {
    if (left < 0) break;
    left = unitsLeft((value as JsonObject)[name]!, left - 4 - ESCAPED_UNITS * name.length);
  }
  return left;
}
