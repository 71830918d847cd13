/**
 * What a bundle was made of, so that it is made anew only when something changed. A package in node_modules never
 * changes under its version, so its package.json stands for all its files.
 *
 * @module
 */

import { sep } from "node:path";

export interface BundleInput {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Size and time of each input. */
export async function inputsOf(paths: readonly string[]): Promise<BundleInput[]> {
  return await filesAsTheyAre([...new Set(paths.map(standIn))].sort());
}

/** Size and time of each file. */
export async function filesAsTheyAre(paths: readonly string[]): Promise<BundleInput[]> {
  return await Promise.all(paths.map(async (path) => {
    const info = await Deno.stat(path);
    return { path, sizeBytes: info.size, modifiedMs: info.mtime?.getTime() ?? 0 };
  }));
}

/** Files as they are now, each looked at once: most bundles share most of their inputs. */
export class PresentFiles {
  readonly #infos = new Map<string, Promise<Deno.FileInfo | undefined>>();

  /** True where every input is as it was. */
  async hold(inputs: readonly BundleInput[]): Promise<boolean> {
    const same = await Promise.all(inputs.map(async (input) => {
      const info = await this.#info(input.path);
      return info?.size === input.sizeBytes && info.mtime?.getTime() === input.modifiedMs;
    }));
    return same.every((one) => one);
  }

  #info(path: string): Promise<Deno.FileInfo | undefined> {
    let info = this.#infos.get(path);
    if (info === undefined) this.#infos.set(path, info = Deno.stat(path).catch(() => undefined));
    return info;
  }
}

function standIn(path: string): string {
  const mark = `${sep}node_modules${sep}`;
  const at = path.lastIndexOf(mark);
  if (at < 0) return path;
  const steps = path.slice(at + mark.length).split(sep);
  const name = steps.slice(0, steps[0]?.startsWith("@") ? 2 : 1).join(sep);
  return `${path.slice(0, at)}${mark}${name}${sep}package.json`;
}
