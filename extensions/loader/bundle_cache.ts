/**
 * Bundles on disk: one small record for each entry (inputs, hash, contributions) and the module under its own hash. A
 * damaged or missing file only means that the bundle is made again.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";
import { type Bundle, bundle, type BundleOptions, bundleTogether } from "./bundle.ts";
import type { OpenEngine } from "./engine.ts";
import { type BundleInput, PresentFiles } from "./bundle_input.ts";

/** Changes when bundles of an older program must not be used. */
const FORMAT = 7;

interface CacheRecord {
  readonly format: number;
  readonly entry: string;
  readonly sdk: string;
  /** As for `bundle`; what was made without a bound is not taken for what has one. */
  readonly within?: string;
  readonly codeHash: string;
  readonly inputs: readonly BundleInput[];
  readonly contributes?: readonly Contribution[];
}

export class BundleCache {
  readonly #folder: string;
  readonly #sdk: string;
  readonly #openEngine: OpenEngine;
  /** Records that were read or made by `prepare`. */
  readonly #prepared = new Map<string, CacheRecord>();
  #bundling = 0;
  #started = false;

  /** `folder` keeps the bundles; `sdk` is the module that `symphony/sdk` stands for. */
  constructor(folder: string, sdk: string, openEngine: OpenEngine) {
    this.#folder = folder;
    this.#sdk = sdk;
    this.#openEngine = openEngine;
  }

  /** The bundle of `entry`, made anew only where an input changed; options as for `bundle`. @throws SymphonyError `extension` */
  async bundle(
    entry: string,
    { open = false, within }: Pick<BundleOptions, "open" | "within"> = {},
  ): Promise<CachedBundle> {
    const known = this.#prepared.get(entry) ?? await this.#read(entry, within);
    this.#prepared.delete(entry);
    const record = known ?? await this.#making(async () => {
      const bound = within === undefined ? {} : { within };
      const made = await bundle(entry, { sdk: this.#sdk, open, maps: !open, ...bound }, this.#openEngine);
      return await this.#keep(entry, made, within);
    });
    return new CachedBundle(this.#folder, this.#fileOf(entry), record);
  }

  /**
   * Makes what is missing of these entries below `folder` in one go, for `bundle` to find. Where that fails `bundle`
   * says of which entry and why.
   */
  async prepare(entries: readonly string[], folder: string): Promise<void> {
    const files = new PresentFiles();
    const records = await Promise.all(entries.map((entry) => this.#read(entry, undefined, files)));
    const missing = entries.filter((_, at) => records[at] === undefined);
    for (const record of records) if (record !== undefined) this.#prepared.set(record.entry, record);
    if (missing.length < 2) return;
    await this.#making(async () => {
      const made = await bundleTogether(missing, folder, { sdk: this.#sdk }, this.#openEngine).catch(
        () => [],
      );
      await Promise.all(made.map(async (one, at) => {
        const entry = missing[at] as string;
        this.#prepared.set(entry, await this.#keep(entry, one));
      }));
    });
  }

  /** Removes what was made of `entry`. */
  async forget(entry: string): Promise<void> {
    const file = this.#fileOf(entry);
    const text = await Deno.readTextFile(file).catch(() => undefined);
    if (text === undefined) return;
    const { codeHash } = JSON.parse(text) as CacheRecord;
    for (const path of [file, ...["js", "js.map"].map((end) => join(this.#folder, `${codeHash}.${end}`))]) {
      await Deno.remove(path).catch(() => undefined);
    }
  }

  #fileOf(entry: string): string {
    return join(this.#folder, `${sha256(new TextEncoder().encode(entry)).slice(0, 32)}.json`);
  }

  async #making<T>(make: () => Promise<T>): Promise<T> {
    this.#bundling++;
    this.#started = true;
    try {
      return await make();
    } finally {
      this.#bundling--;
    }
  }

  async #keep(entry: string, { code, inputs, map }: Bundle, within?: string): Promise<CacheRecord> {
    const codeHash = sha256(code);
    if (map !== undefined) await writeWhole(join(this.#folder, `${codeHash}.js.map`), map);
    await writeWhole(join(this.#folder, `${codeHash}.js`), code);
    const bound = within === undefined ? {} : { within };
    const record = { format: FORMAT, entry, sdk: this.#sdk, ...bound, codeHash, inputs };
    await writeWhole(this.#fileOf(entry), new TextEncoder().encode(JSON.stringify(record)));
    return record;
  }

  /** Ends the bundler where it was started and is not needed any more. */
  async rest(): Promise<void> {
    if (!this.#started || this.#bundling > 0) return;
    this.#started = false;
    await (await this.#openEngine()).stop();
  }

  async #read(entry: string, within?: string, files = new PresentFiles()): Promise<CacheRecord | undefined> {
    try {
      const record = JSON.parse(await Deno.readTextFile(this.#fileOf(entry))) as CacheRecord;
      if (record.format !== FORMAT || record.entry !== entry || record.sdk !== this.#sdk) return undefined;
      if (record.within !== within) return undefined;
      if (!await files.hold(record.inputs)) return undefined;
      const info = await Deno.stat(join(this.#folder, `${record.codeHash}.js`));
      return info.isFile ? record : undefined;
    } catch {
      return undefined;
    }
  }
}

export class CachedBundle {
  readonly codeHash: string;
  readonly #folder: string;
  readonly #file: string;
  #record: CacheRecord;

  constructor(folder: string, file: string, record: CacheRecord) {
    this.#folder = folder;
    this.#file = file;
    this.#record = record;
    this.codeHash = record.codeHash;
  }

  get contributes(): readonly Contribution[] | undefined {
    return this.#record.contributes;
  }

  /** The module, verified. @throws SymphonyError `corrupt` */
  async code(): Promise<Uint8Array<ArrayBuffer>> {
    const path = join(this.#folder, `${this.codeHash}.js`);
    const code = await Deno.readFile(path);
    if (sha256(code) === this.codeHash) return code;
    await Deno.remove(path);
    throw new SymphonyError(
      "corrupt",
      `Cannot use "${path}": it was changed. It is made again at the next start`,
    );
  }

  /** The module's source map; undefined where none was kept. */
  async map(): Promise<string | undefined> {
    return await Deno.readTextFile(join(this.#folder, `${this.codeHash}.js.map`)).catch(() => undefined);
  }

  async remember(contributes: readonly Contribution[]): Promise<void> {
    this.#record = { ...this.#record, contributes };
    await writeWhole(this.#file, new TextEncoder().encode(JSON.stringify(this.#record)));
  }
}

/** SHA-256 in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Writes a file so that it is there as a whole or not at all. @throws SymphonyError `io` */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeFile(temporary, bytes);
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new SymphonyError("io", `Cannot write "${path}": ${messageOf(cause)}`, { cause });
  }
}
