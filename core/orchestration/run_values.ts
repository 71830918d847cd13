/**
 * Values beside the log. A small output stays in its event; a large one becomes an artifact, and the decoded value is
 * kept in memory within a bound, to be read again from the store when it was dropped.
 *
 * @module
 */

import { assert, SymphonyError } from "../errors.ts";
import type { ArtifactId } from "../ids.ts";
import type { Json } from "../json.ts";
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
