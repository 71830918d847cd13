/**
 * Taking over what changed of the installed extensions: what starts well takes the place of what was there, what does not leaves
 * it where it is.
 *
 * @module
 */

import { messageOf } from "../core/errors.ts";
import type { ExtensionId } from "../core/ids.ts";
import type { Actor } from "./actor.ts";
import type { CatalogProblem } from "./catalog.ts";
import type { Installed, LoadedExtensions } from "./installed.ts";

/** What became of one extension. */
export interface ReloadNews {
  readonly extension: ExtensionId;
  /** `kept`: the new one could not be started, and the one before goes on. */
  readonly what: "added" | "replaced" | "removed" | "kept";
  /** The version that is in use now; of one that was removed, the last. */
  readonly version: string;
  /** Why, for `kept`. */
  readonly reason?: string;
}

export interface Reloaded {
  readonly actors: ReadonlyMap<ExtensionId, Actor>;
  readonly problems: readonly CatalogProblem[];
  readonly news: readonly ReloadNews[];
}

export interface ReloadParts {
  readonly before: ReadonlyMap<ExtensionId, Actor>;
  readonly loaded: LoadedExtensions;
  make(installed: Installed): Actor;
  /** Starts it once. Rejects with why it does not start. */
  tryOut(actor: Actor): Promise<void>;
}

/** What is installed now, as far as it starts. */
export async function reloaded({ before, loaded, make, tryOut }: ReloadParts): Promise<Reloaded> {
  const actors = new Map<ExtensionId, Actor>();
  const problems: CatalogProblem[] = [...loaded.problems];
  const news: ReloadNews[] = [];
  const keep = (old: Actor, reason: string) => {
    const { id, installed: { manifest: { version } } } = old;
    actors.set(id, old);
    news.push({ extension: id, what: "kept", version, reason });
  };
  for (const installed of loaded.installed) {
    const { id, version } = installed.manifest;
    const old = before.get(id);
    const actor = make(installed);
    if (old === undefined) {
      actors.set(id, actor);
      news.push({ extension: id, what: "added", version });
      continue;
    }
    if (stateOf(old) === stateOf(actor)) {
      actors.set(id, old);
      continue;
    }
    try {
      await tryOut(actor);
      actors.set(id, actor);
      news.push({ extension: id, what: "replaced", version });
    } catch (error) {
      const reason = messageOf(error);
      keep(old, reason);
      const goesOn = old.installed.manifest.version;
      const what = goesOn === version ? "What it is now" : `Version ${version}`;
      problems.push({
        where: id,
        message: `${what} cannot be started, ${goesOn} as it was goes on: ${reason}`,
      });
    }
  }
  for (const [id, old] of before) {
    if (actors.has(id)) continue;
    // One that cannot be read any more is not one that is gone.
    const problem = loaded.problems.find(({ where }) => where === id || where === old.installed.folder);
    if (problem !== undefined) keep(old, problem.message);
    else news.push({ extension: id, what: "removed", version: old.installed.manifest.version });
  }
  return { actors, problems, news };
}

/** What makes one state of an extension another than the next. */
export function stateOf({ installed, config, boot }: Actor): string {
  const { manifest, codeHash, origin, folder = "" } = installed;
  return JSON.stringify([codeHash, origin, folder, boot, manifest, config]);
}

/** News in words, for the person. */
export function newsText({ what, version, reason }: ReloadNews): string {
  switch (what) {
    case "added":
      return `${version} is there now`;
    case "replaced":
      return `${version} as it is now is in use`;
    case "removed":
      return `${version} is gone; calls under way end with it`;
    case "kept":
      return `What it is now cannot be started, ${version} as it was goes on: ${reason}`;
  }
}
