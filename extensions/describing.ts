/**
 * Finding out what extensions contribute, once for each version of their code.
 *
 * @module
 */

import { messageOf } from "../core/errors.ts";
import type { Actor } from "./actor.ts";
import { effectBy } from "./capabilities/effect.ts";
import { type CatalogProblem, type Described, keysOf, readsFolder } from "./catalog.ts";
import type { HostChannel } from "./host/host_channel.ts";
import type { Contribution } from "./sdk/runtime/describe.ts";

/** Opens a process for an actor, with nothing loaded. @throws SymphonyError where none of its code may run */
export type OpenChannel = (actor: Actor) => Promise<HostChannel>;
/** Loads the actor's module. */
export type LoadActor = (channel: HostChannel, actor: Actor) => Promise<readonly Contribution[]>;

/** Descriptions of all actors; one that cannot be described is a problem of its own. */
export async function describeAll(
  actors: readonly Actor[],
  open: OpenChannel,
  load: LoadActor,
): Promise<{ readonly described: readonly Described[]; readonly problems: readonly CatalogProblem[] }> {
  const describing = new Describing(open, load);
  const fresh = actors.filter(({ installed }) =>
    installed.origin === "bundled" && installed.contributes === undefined
  );
  const [some, others] = halves(fresh.toSorted((a, b) => memoryOf(b) - memoryOf(a)));
  await Promise.all([describing.together(some), describing.together(others)]);
  const described: Described[] = [];
  const problems: CatalogProblem[] = [];
  // One after the other: describing is rare, and starting many processes at once starves each of them.
  for (const actor of actors) {
    try {
      described.push(await describing.one(actor));
    } catch (error) {
      const message = messageOf(error);
      problems.push({ where: actor.id, message: await actor.installed.inSource?.(message) ?? message });
    }
  }
  return { described, problems };
}

class Describing {
  readonly #open: OpenChannel;
  readonly #load: LoadActor;

  constructor(open: OpenChannel, load: LoadActor) {
    this.#open = open;
    this.#load = load;
  }

  async one(actor: Actor): Promise<Described> {
    const { manifest, codeHash, origin } = actor.installed;
    const { id, version, resources, permissions } = manifest;
    let contributes = actor.installed.contributes;
    if (contributes === undefined) {
      const channel = await this.#open(actor);
      try {
        contributes = await this.#load(channel, actor);
      } catch (error) {
        actor.notDescribed(messageOf(error));
        throw error;
      } finally {
        await channel.close("It was only described");
      }
      await actor.remember(contributes);
    }
    const reads = readsFolder(permissions);
    const more = {
      readsFolder: reads,
      keys: keysOf(permissions),
      effect: effectBy(permissions),
      isShared: origin !== "bundled",
    };
    return { id, version, codeHash, settings: actor.config, resources, contributes, ...more };
  }

  /**
   * Describes extensions that ship with the program in one process, with the memory of the first: starting a process
   * costs more than describing many. What fails, and those behind it, are left to `one`.
   */
  async together(actors: readonly Actor[]): Promise<void> {
    const [first, ...others] = actors;
    if (first === undefined || others.length === 0) return;
    try {
      const channel = await this.#open(first);
      try {
        for (const actor of [first, ...others]) await actor.remember(await this.#load(channel, actor));
      } finally {
        await channel.close("It was only described");
      }
    } catch {
      // Described alone, the one that failed says why.
    }
  }
}

function halves<T>(all: readonly T[]): [readonly T[], readonly T[]] {
  return [all.filter((_, at) => at % 2 === 0), all.filter((_, at) => at % 2 === 1)];
}

function memoryOf({ installed }: Actor): number {
  return installed.manifest.resources.memoryMb;
}
