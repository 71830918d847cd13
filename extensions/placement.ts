/**
 * Where extensions run: a process of their own, or an engine in a shared one; and what must hold before they may.
 *
 * @module
 */

import type { LivenessLimits } from "../core/actor/liveness.ts";
import { messageOf, SymphonyError } from "../core/errors.ts";
import type { ExtensionId } from "../core/ids.ts";
import type { Actor } from "./actor.ts";
import type { Grants } from "./grants.ts";
import type { LightEngine } from "./host/boot.ts";
import { HostChannel, type Unit } from "./host/host_channel.ts";
import type { Hosts } from "./host/hosts.ts";
import type { ExtensionSource, Installed } from "./installed.ts";
import { LightHosts } from "./light_hosts.ts";
import type { Metered } from "./monitor/meter.ts";
import type { ResourceMonitor } from "./monitor/resource_monitor.ts";

/** A process of an actor with its module loaded. */
export interface Place {
  readonly channel: HostChannel;
  readonly unit: Unit;
  /** Where what it takes is read. */
  readonly metered: Metered;
  /** Ends it, or gives back its place in a shared process. */
  readonly end: () => Promise<void>;
}

export interface PlacementOptions {
  readonly hosts: Hosts;
  readonly source: ExtensionSource;
  readonly grants: Grants;
  readonly monitor: ResourceMonitor;
  readonly onLog?: (extension: ExtensionId, line: string) => void;
  readonly liveness?: LivenessLimits;
  readonly loadingMs?: number;
}

/** Memory of a process of light extensions: their engines' least memory, and room for some to grow. */
const LIGHT_HOST_MB = 400 * 16 + 2_048;
const ENDED = "The instance was ended during the call";

export class Placement {
  readonly #options: PlacementOptions;
  readonly #light: LightHosts;
  #engine: Promise<LightEngine> | undefined;

  constructor(options: PlacementOptions) {
    this.#options = options;
    this.#light = new LightHosts({ open: (publisher, onDeath) => this.#openLight(publisher, onDeath) });
  }

  /** A process with the actor's module in it. A spare is held for the next one of others. @throws SymphonyError `extension` */
  async place(
    actor: Actor,
    signal: AbortSignal,
    onEnd: () => { readonly inFlight: number } | undefined,
  ): Promise<Place> {
    this.admit(actor);
    const place = await this.#place(actor, signal, onEnd);
    if (actor.isAsDescribed(place.unit.contributes)) return place;
    await place.end();
    const reason = "it contributes other things than when it was described";
    actor.failed(reason);
    throw new SymphonyError("extension", `Extension ${actor.id} is not started: ${reason}`, {
      hint: "What a module contributes follows from its code alone",
    });
  }

  async #place(
    actor: Actor,
    signal: AbortSignal,
    onEnd: () => { readonly inFlight: number } | undefined,
  ): Promise<Place> {
    const code = await actor.installed.code();
    if (actor.boot === "light") return await this.#placeLight(actor, code, onEnd);
    // An end that nobody asked for is a failure; the flag tells it from deactivate.
    let isAsked = false;
    const open: { metered?: Metered } = {};
    const channel = await this.open(actor, (reason) => {
      onEnd();
      if (open.metered !== undefined) this.#options.monitor.unwatchProcess(actor.id, open.metered);
      if (!isAsked) actor.failed(reason);
    }, signal);
    const metered = open.metered = meteredProcess(channel);
    this.#options.monitor.watchProcess(actor.id, metered);
    if (actor.boot === "sealed") this.#options.hosts.keepSpare("sealed");
    const unit = await channel.load(code, actor.config, memoryOf(actor));
    const end = async () => {
      isAsked = true;
      this.#options.monitor.unwatchProcess(actor.id, metered);
      await channel.close(ENDED);
    };
    return { channel, unit, metered, end };
  }

  /**
   * What must hold before any code of an extension runs, be it only to describe it.
   * @throws SymphonyError `extension` | `permission` where it is in quarantine, not approved, or has spent what it may
   */
  admit(actor: Actor): void {
    const { quarantine } = actor;
    if (quarantine !== undefined) {
      throw new SymphonyError("extension", `Extension ${actor.id} is in quarantine: ${quarantine}`, {
        hint: `symphony extensions release ${actor.id}`,
      });
    }
    const more = this.#options.grants.unapproved(askerOf(actor.installed));
    if (more !== undefined) {
      throw new SymphonyError("permission", `Extension ${actor.id} stays off: ${more}`, {
        hint: `symphony grants approve ${actor.id}`,
      });
    }
    const spent = this.#options.monitor.spent(actor.id);
    if (spent !== undefined) {
      throw new SymphonyError("extension", `Extension ${actor.id} is not started again: ${spent}`);
    }
  }

  async #placeLight(
    actor: Actor,
    code: Uint8Array,
    onEnd: () => { readonly inFlight: number } | undefined,
  ): Promise<Place> {
    const open: { metered?: Metered } = {};
    try {
      const { channel, unit, leave } = await this.#light.place({
        publisher: publisherOf(actor.id),
        code,
        config: actor.config,
        memoryMb: memoryOf(actor),
        // Those that were at work may have ended it; the others are only its victims.
        onDeath: (reason) => {
          if (open.metered !== undefined) this.#options.monitor.unwatchProcess(actor.id, open.metered);
          if ((onEnd()?.inFlight ?? 0) > 0) actor.failed(reason);
        },
      });
      const metered = open.metered = meteredUnit(channel, unit, () => {
        onEnd();
        void leave();
      });
      this.#options.monitor.watchProcess(actor.id, metered);
      const end = async () => {
        this.#options.monitor.unwatchProcess(actor.id, metered);
        await leave();
      };
      return { channel, unit, metered, end };
    } catch (error) {
      actor.failed(messageOf(error));
      throw error;
    }
  }

  open(actor: Actor, onDeath: (reason: string) => void, signal?: AbortSignal): Promise<HostChannel> {
    if (actor.boot === "light") return this.#openLight(publisherOf(actor.id), onDeath);
    const { memoryMb, concurrency } = actor.installed.manifest.resources;
    return HostChannel.open({
      ...this.#channelOptions(actor.id),
      hosts: this.#options.hosts,
      kind: actor.boot,
      memoryMb,
      concurrency,
      onDeath: ({ reason }) => onDeath(reason),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #openLight(publisher: string, onDeath: (reason: string) => void): Promise<HostChannel> {
    const { source } = this.#options;
    if (source.lightEngine === undefined) {
      throw new SymphonyError("unsupported", "Cannot start a light extension: there is no engine for it");
    }
    this.#engine ??= source.lightEngine();
    return await HostChannel.open({
      ...this.#channelOptions(`${publisher}/light` as ExtensionId),
      hosts: this.#options.hosts,
      kind: "light",
      engine: await this.#engine,
      memoryMb: LIGHT_HOST_MB,
      concurrency: 64,
      onDeath: ({ reason }) => onDeath(reason),
    });
  }

  #channelOptions(id: ExtensionId) {
    const { onLog, grants, liveness, loadingMs } = this.#options;
    return {
      onLog: (line: string) => onLog?.(id, line),
      redact: (text: string) => grants.secrets.redact(text),
      ...(liveness === undefined ? {} : { liveness }),
      ...(loadingMs === undefined ? {} : { loadingMs }),
    };
  }
}

/** Who asks for permissions. */
export function askerOf({ manifest: { id, permissions }, origin, folder, codeHash, isLoose }: Installed) {
  const asker = { extension: id, origin, permissions };
  return isLoose === true && folder !== undefined ? { ...asker, code: { folder, hash: codeHash } } : asker;
}

/** Memory that an actor's data may take, in MB. */
export function memoryOf(actor: Actor): number {
  return actor.installed.manifest.resources.memoryMb;
}

function meteredProcess(channel: HostChannel): Metered {
  return {
    get cpuMs() {
      return channel.cpuMs;
    },
    get memoryBytes() {
      return channel.memoryBytes;
    },
    get messages() {
      return channel.traffic.messagesIn + channel.traffic.messagesOut;
    },
    get messageBytes() {
      return channel.traffic.bytesIn + channel.traffic.bytesOut;
    },
    end: (reason) => channel.kill(reason),
  };
}

/** Its share of a process; what others of the publisher do there is not its own. */
function meteredUnit(channel: HostChannel, unit: Unit, end: () => void): Metered {
  return {
    get cpuMs() {
      return channel.useOf(unit).cpuMs;
    },
    get memoryBytes() {
      return channel.useOf(unit).memoryBytes;
    },
    get messages() {
      return channel.useOf(unit).messages;
    },
    get messageBytes() {
      return channel.useOf(unit).messageBytes;
    },
    end,
  };
}

function publisherOf(id: ExtensionId): string {
  return id.split("/")[0] as string;
}
