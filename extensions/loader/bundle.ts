/**
 * One JavaScript module of an extension's TypeScript, kept beside what it was made of: while no input has changed, a
 * start reads the kept one and never wakes the bundler.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Discovered } from "./discover.ts";
import { demandSealed } from "./sealed.ts";

export interface Bundle {
  readonly code: string;
  /** SHA-256 of the code. */
  readonly hash: string;
}

/** Turns an entry into one module and says which files went in. The bundler of this process; see esbuild_bundler.ts. */
export type Bundler = (
  entry: string,
  sdk: string,
) => Promise<{ readonly code: string; readonly inputs: readonly string[] }>;

interface Kept {
  readonly entry: string;
  readonly inputs: readonly { readonly path: string; readonly mtime: number; readonly size: number }[];
  readonly hash: string;
}

/** Changes with what the bundler is asked to do, so that older bundles are made anew. */
const RECIPE = 3;

export class Bundles {
  readonly #cache: string;
  readonly #sdk: string;
  readonly #bundler: Bundler;

  /** `cache`: a folder for bundles; `sdk`: the SDK's entry. */
  constructor(cache: string, sdk: string, bundler: Bundler) {
    this.#cache = cache;
    this.#sdk = sdk;
    this.#bundler = bundler;
  }

  /** The extension's module. @throws SymphonyError `bad-manifest` where it cannot be made */
  async of({ manifest, folder }: Discovered): Promise<Bundle> {
    const entry = `${folder}/${manifest.entry}`;
    const name = createHash("sha256").update(`${RECIPE}\n${entry}`).digest("hex").slice(0, 32);
    const kept = await this.#read(name, entry);
    if (kept !== undefined) return kept;
    let made: Awaited<ReturnType<Bundler>>;
    try {
      made = await this.#bundler(entry, this.#sdk);
    } catch (cause) {
      throw new SymphonyError("bad-manifest", `Cannot bundle ${manifest.id}: ${messageOf(cause)}`, { cause });
    }
    await demandSealed(made.code, manifest.id);
    const bundle = { code: made.code, hash: createHash("sha256").update(made.code).digest("hex") };
    await this.#keep(name, { entry, inputs: await stamps(made.inputs), hash: bundle.hash }, bundle.code);
    return bundle;
  }

  async #read(name: string, entry: string): Promise<Bundle | undefined> {
    try {
      const kept = JSON.parse(await Deno.readTextFile(`${this.#cache}/${name}.json`)) as Kept;
      if (kept.entry !== entry) return undefined;
      const now = await stamps(kept.inputs.map(({ path }) => path));
      const isSame = kept.inputs.every(({ mtime, size }, i) =>
        now[i]?.mtime === mtime && now[i]?.size === size
      );
      if (!isSame) return undefined;
      const code = await Deno.readTextFile(`${this.#cache}/${name}.js`);
      // What was torn by a crash or changed by hand is made anew.
      return createHash("sha256").update(code).digest("hex") === kept.hash
        ? { code, hash: kept.hash }
        : undefined;
    } catch {
      return undefined;
    }
  }

  async #keep(name: string, kept: Kept, code: string): Promise<void> {
    await Deno.mkdir(this.#cache, { recursive: true });
    await replace(`${this.#cache}/${name}.js`, code);
    await replace(`${this.#cache}/${name}.json`, JSON.stringify(kept));
  }
}

/** Writes a file as a whole, so that two processes starting at once never read half of one. */
export async function replace(path: string, text: string): Promise<void> {
  const part = `${path}.${crypto.randomUUID()}.part`;
  await Deno.writeTextFile(part, text);
  await Deno.rename(part, path);
}

async function stamps(paths: readonly string[]): Promise<Kept["inputs"]> {
  return await Promise.all(paths.map(async (path) => {
    const info = await Deno.stat(path);
    return { path, mtime: info.mtime?.getTime() ?? 0, size: info.size };
  }));
}
