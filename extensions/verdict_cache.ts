/**
 * Verdicts that were given before, by extension, so that a check made again costs a look into a map, and that it is known
 * who relied on what. One extension cannot fill it: beyond a bound its own are forgotten.
 *
 * @module
 */

import type { Asker, PermissionKey, Verdict } from "../core/policy/permission.ts";

export interface CachedVerdict {
  readonly verdict: Verdict;
  readonly asker: Asker;
  readonly key: PermissionKey;
  readonly folder: string | undefined;
  /** Unix milliseconds. */
  readonly untilMs: number;
}

const MOST_EACH = 500;

export class VerdictCache {
  readonly #by = new Map<string, Map<string, CachedVerdict>>();
  /** Those of whom something allowed was forgotten. */
  readonly #forgotten = new Set<string>();

  /** What was decided for this very manifest: another version of it may ask for other things. */
  get({ extension, permissions }: Asker, key: PermissionKey, folder = ""): CachedVerdict | undefined {
    const found = this.#by.get(extension)?.get(`${key} ${folder}`);
    if (found?.asker.permissions !== permissions) return undefined;
    return found !== undefined && Date.now() < found.untilMs ? found : undefined;
  }

  set(cached: CachedVerdict): void {
    const { asker: { extension }, key, folder = "" } = cached;
    const own = this.#by.get(extension) ?? new Map<string, CachedVerdict>();
    if (own.size >= MOST_EACH) {
      if ([...own.values()].some(({ verdict }) => verdict.verdict === "allowed")) {
        this.#forgotten.add(extension);
      }
      own.clear();
    }
    this.#by.set(extension, own.set(`${key} ${folder}`, cached));
  }

  /** Forgets all, and gives the extensions of which something was allowed that `isAllowed` does not allow any more. */
  clear(isAllowed: (cached: CachedVerdict) => boolean): ReadonlySet<string> {
    const lost = new Set(this.#forgotten);
    for (const [extension, own] of this.#by) {
      const used = [...own.values()].filter(({ verdict }) => verdict.verdict === "allowed");
      if (!used.every(isAllowed)) lost.add(extension);
    }
    this.#by.clear();
    this.#forgotten.clear();
    return lost;
  }
}
