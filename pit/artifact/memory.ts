/**
 * Artifacts in memory, for tests and benches.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../../core/ids.ts";
import type {
  ArtifactFault,
  ArtifactFilter,
  ArtifactInfo,
  ArtifactMeta,
  ArtifactPort,
} from "../../core/ports/artifact.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { corruptArtifact, hashOf, infoOf } from "./record.ts";

interface Entry {
  readonly info: ArtifactInfo;
  readonly bytes: Uint8Array;
  readonly runs: Set<RunId>;
}

/** ArtifactPort that forgets everything with the process. */
export class MemoryArtifacts implements ArtifactPort {
  readonly #clock: ClockPort;
  /** Told of each artifact that a run stores. */
  onUse: (id: ArtifactId, at: number, run: RunId) => void = () => {};
  /** Told of each artifact that is stored, known or not. */
  onPut: (id: ArtifactId) => void = () => {};
  /** Told of each that is read, with Unix milliseconds. */
  onRead: (id: ArtifactId, at: number) => void = () => {};
  readonly #entries = new Map<ArtifactId, Entry>();

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async put(bytes: Uint8Array, meta: ArtifactMeta = {}): Promise<ArtifactId> {
    const id = hashOf(bytes);
    const info = infoOf(id, bytes.length, this.#clock.now(), meta);
    const entry = this.#entries.get(id) ?? { info, bytes: bytes.slice(), runs: new Set<RunId>() };
    if (meta.origin !== undefined) {
      entry.runs.add(meta.origin.run);
      this.onUse(id, info.createdAt, meta.origin.run);
    }
    this.#entries.set(id, entry);
    this.onPut(id);
    return id;
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async get(id: ArtifactId): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    if (hashOf(entry.bytes) !== id) throw corruptArtifact(id, "its content does not hash to its id");
    this.onRead(id, this.#clock.now());
    return entry.bytes.slice();
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async info(id: ArtifactId): Promise<ArtifactInfo | undefined> {
    return this.#entries.get(id)?.info;
  }

  async *list({ run, beginning }: ArtifactFilter = {}): AsyncIterable<ArtifactInfo> {
    if (beginning !== undefined) {
      const ids = [...this.#entries.keys()].filter((id) => id.startsWith(beginning)).sort();
      for (const id of ids) yield await Promise.resolve((this.#entries.get(id) as Entry).info);
      return;
    }
    const chosen = [...this.#entries.values()].filter((entry) => run === undefined || entry.runs.has(run));
    const infos = chosen.map((entry) => entry.info);
    infos.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    for (const info of infos) yield await Promise.resolve(info);
  }

  async *verify(): AsyncIterable<ArtifactFault> {
    for (const [id, entry] of this.#entries) {
      if (hashOf(entry.bytes) !== id) yield await Promise.resolve({ id, fault: "changed" } as const);
    }
  }

  infoNow(id: ArtifactId): ArtifactInfo | undefined {
    return this.#entries.get(id)?.info;
  }

  ids(): readonly ArtifactId[] {
    return [...this.#entries.keys()];
  }

  has(id: ArtifactId): boolean {
    return this.#entries.has(id);
  }

  /** Forgets an artifact; gives its size, undefined where it was unknown. */
  remove(id: ArtifactId): number | undefined {
    const size = this.#entries.get(id)?.bytes.length;
    this.#entries.delete(id);
    return size;
  }
}
