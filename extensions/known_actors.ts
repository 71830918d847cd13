/**
 * The extensions that there are, each as an actor; made when they are first asked for, and anew where something of one is another.
 *
 * @module
 */

import { defaultRestartPolicy, type RestartPolicy } from "../core/actor/supervision.ts";
import { messageOf, SymphonyError } from "../core/errors.ts";
import type { ExtensionId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isMadeLight } from "../core/policy/permission_policy.ts";
import { Actor } from "./actor.ts";
import type { CatalogProblem } from "./catalog.ts";
import type { Grants } from "./grants.ts";
import type { HealthBook } from "./health_book.ts";
import type { ExtensionSource, Installed } from "./installed.ts";
import type { ResourceMonitor } from "./monitor/resource_monitor.ts";
import { askerOf, memoryOf, type Placement } from "./placement.ts";
import { reloaded, type ReloadNews, stateOf } from "./reloading.ts";
import { withDefaults } from "./value_check.ts";

export interface KnownActorsOptions {
  readonly source: ExtensionSource;
  readonly grants: Grants;
  /** Settings by extension; defaults come from the manifests. */
  readonly settings?: ReadonlyMap<ExtensionId, JsonObject>;
  /** Reads them anew, for `reload`. */
  readonly readSettings?: () => Promise<ReadonlyMap<ExtensionId, JsonObject>>;
  readonly restarts?: RestartPolicy;
}

export interface KnownActorsParts {
  readonly book: HealthBook;
  readonly monitor: ResourceMonitor;
  readonly placement: Placement;
}

interface Known {
  readonly actors: ReadonlyMap<ExtensionId, Actor>;
  readonly problems: readonly CatalogProblem[];
}

export class KnownActors {
  readonly #options: KnownActorsOptions;
  readonly #parts: KnownActorsParts;
  #settings: ReadonlyMap<ExtensionId, JsonObject>;
  /** What did not start, by its state: it is not tried again before something of it is another. */
  readonly #refused = new Map<ExtensionId, { readonly state: string; readonly reason: string }>();
  /** Why each extension that goes on as it was does so, as it was told. */
  #kept: ReadonlyMap<ExtensionId, string> = new Map();
  #known: Promise<Known> | undefined;

  constructor(options: KnownActorsOptions, parts: KnownActorsParts) {
    this.#options = options;
    this.#parts = parts;
    this.#settings = options.settings ?? new Map();
  }

  known(): Promise<Known> {
    this.#known ??= this.#options.source.load().then(({ installed, problems }) => ({
      actors: new Map(installed.map((one) => [one.manifest.id, this.#accounted(this.#made(one))])),
      problems,
    }));
    return this.#known;
  }

  /** Reads all anew and takes over what starts, unless `isOver` by then; what happened to which, as far as it was not told before. */
  async reload(isOver: () => boolean): Promise<readonly ReloadNews[]> {
    const { actors: before } = await this.known();
    const { source, readSettings } = this.#options;
    if (readSettings !== undefined) this.#settings = await readSettings();
    const loaded = await source.load();
    const { actors, problems, news } = await reloaded({
      before,
      loaded,
      make: (installed) => this.#made(installed),
      tryOut: (actor) => this.#tryOut(actor),
    });
    if (isOver()) return [];
    this.#known = Promise.resolve({ actors, problems });
    for (const [id, actor] of actors) if (before.get(id) !== actor) this.#accounted(actor);
    const told = this.#kept;
    const kept = news.filter(({ what }) => what === "kept");
    this.#kept = new Map(kept.map(({ extension, reason = "" }) => [extension, reason]));
    return news.filter(({ extension, what, reason }) => what !== "kept" || told.get(extension) !== reason);
  }

  /** Starts a new state of an extension once, and takes note of what it contributes. */
  async #tryOut(actor: Actor): Promise<void> {
    const { placement } = this.#parts;
    placement.admit(actor);
    const state = stateOf(actor);
    const refused = this.#refused.get(actor.id);
    if (refused?.state === state) throw new SymphonyError("extension", refused.reason);
    const channel = await placement.open(actor, () => {});
    try {
      const code = await actor.installed.code();
      await actor.remember((await channel.load(code, actor.config, memoryOf(actor))).contributes);
      this.#refused.delete(actor.id);
    } catch (error) {
      const reason = await actor.installed.inSource?.(messageOf(error)) ?? messageOf(error);
      this.#refused.set(actor.id, { state, reason });
      throw new SymphonyError("extension", reason, { cause: error });
    } finally {
      await channel.close("It was only tried");
    }
  }

  #accounted(actor: Actor): Actor {
    const { id, resources } = actor.installed.manifest;
    this.#parts.monitor.register(id, resources, () => actor.health.class);
    return actor;
  }

  #made(installed: Installed): Actor {
    const { id, config } = installed.manifest;
    const { grants, restarts = defaultRestartPolicy } = this.#options;
    const actor: Actor = new Actor({
      installed,
      authority: grants.authorityOf(askerOf(installed)),
      config: withDefaults(config, this.#settings.get(id) ?? {}),
      isMadeLight: isMadeLight(id, grants.book.policy),
      book: this.#parts.book,
      restarts,
      onFailure: (reason, health) =>
        grants.noteEnd(id, reason, health.class === "quarantined" ? "quarantined" : "ended"),
    });
    return actor;
  }
}
