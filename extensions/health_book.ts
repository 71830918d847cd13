/**
 * The health of extensions, kept across sessions in `extension-health.json` of the data folder: one that was quarantined
 * stays so until a person releases it or its code is another. Without a folder it is kept in memory.
 *
 * @module
 */

import { join } from "node:path";
import { messageOf, SymphonyError } from "../core/errors.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import {
  type Health,
  healthAfter,
  type HealthClass,
  healthClasses,
  type HealthEvent,
  healthy,
} from "../core/policy/health.ts";
import { readDataFile, writeDataFile } from "./data_file.ts";

const HEAD = "Health of extensions. `symphony extensions release` ends a quarantine.";

interface Entry {
  readonly health: Health;
  readonly codeHash: string;
}

export class HealthBook {
  readonly #file: string | undefined;
  #entries: Map<string, Entry>;
  #writing: Promise<void> = Promise.resolve();

  /** The book of a data folder. A file that cannot be read counts as none: health is advice, not data. */
  static async open(data: string): Promise<HealthBook> {
    const file = join(data, "extension-health.json");
    return new HealthBook(file, parse(await readDataFile(file).catch(() => undefined)));
  }

  constructor(file?: string, entries: Map<string, Entry> = new Map()) {
    this.#file = file;
    this.#entries = entries;
  }

  /** The health of an extension with this code. */
  of(extension: string, codeHash: string): Health {
    const entry = this.#entries.get(extension);
    if (entry === undefined) return healthy;
    if (entry.codeHash !== codeHash && entry.health.class === "quarantined") {
      return healthAfter(entry.health, { type: "replaced" }, Date.now());
    }
    return entry.health;
  }

  /** All that are not healthy. */
  list(): readonly (readonly [string, Health])[] {
    return [...this.#entries].map(([extension, { health }]) => [extension, health] as const);
  }

  /** Notes what happened; gives the health after it. */
  note(extension: string, codeHash: string, event: HealthEvent): Health {
    const before = this.of(extension, codeHash);
    const health = healthAfter(before, event, Date.now());
    if (health === before) return health;
    this.#entries.set(extension, { health, codeHash });
    if (health.class === "healthy") this.#entries.delete(extension);
    // Each answer on the way back is not worth a write.
    if (health.class !== before.class) this.#write(extension);
    return health;
  }

  /** Ends a quarantine; false where there was none. */
  release(extension: string): boolean {
    const entry = this.#entries.get(extension);
    if (entry?.health.class !== "quarantined") return false;
    this.note(extension, entry.codeHash, { type: "released" });
    return true;
  }

  /** Takes over what another process noted, as a release. */
  async reread(): Promise<void> {
    if (this.#file === undefined) return;
    await this.flush();
    const kept = await readDataFile(this.#file).catch(() => undefined);
    if (kept !== undefined) this.#entries = parse(kept);
  }

  /** Waits until all is written. @throws SymphonyError `io` */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Only this extension's entry is replaced: another process may have written about others. */
  #write(extension: string): void {
    const file = this.#file;
    if (file === undefined) return;
    const entry = this.#entries.get(extension);
    this.#writing = this.#writing.catch(() => {}).then(async () => {
      const all = parse(await readDataFile(file).catch(() => undefined));
      if (entry === undefined) all.delete(extension);
      else all.set(extension, entry);
      await writeDataFile(file, HEAD, Object.fromEntries(all) as unknown as Json);
    });
    this.#writing.catch((error) => messageOf(error));
  }
}

function parse(kept: Json | undefined): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  if (!isObject(kept ?? null)) return entries;
  for (const [extension, value] of Object.entries(kept as JsonObject)) {
    const { health, codeHash } = isObject(value) ? value : {};
    if (!isObject(health ?? null) || typeof codeHash !== "string") continue;
    const { class: name, reason, sinceMs, answersWanted, quarantines } = health as JsonObject;
    if (!healthClasses.includes(name as HealthClass)) continue;
    const number = (value: Json | undefined) => typeof value === "number" ? value : 0;
    entries.set(extension, {
      codeHash,
      health: {
        class: name as HealthClass,
        reason: typeof reason === "string" ? reason : "",
        sinceMs: number(sinceMs),
        answersWanted: number(answersWanted),
        quarantines: number(quarantines),
      },
    });
  }
  return entries;
}

/** Ends a quarantine of a data folder. @throws SymphonyError `not-found` where it is in none */
export async function releaseExtension(data: string, extension: string): Promise<void> {
  const book = await HealthBook.open(data);
  if (!book.release(extension)) {
    const known = book.list().filter(([, health]) => health.class === "quarantined").map(([id]) => id);
    throw new SymphonyError("not-found", `Cannot release "${extension}": it is not in quarantine`, {
      hint: known.length === 0 ? "Nothing is" : `In quarantine: ${known.join(", ")}`,
    });
  }
  await book.flush();
}
