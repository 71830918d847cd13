/**
 * Processes for light extensions: those of one publisher share them, never those of two. A process holds so many engines as
 * the runtime carries without trouble; where it dies, all of them do.
 *
 * @module
 */

import type { Json } from "../core/json.ts";
import type { HostChannel, Unit } from "./host/host_channel.ts";

/** Beyond it the runtime collects garbage at every new engine (each reserves 16 MB of address space). */
const MOST_UNITS = 400;

/** One extension in a shared process. */
export interface LightPlace {
  readonly channel: HostChannel;
  readonly unit: Unit;
  /** Gives its engine back; the process ends with the last. */
  leave(): Promise<void>;
}

interface Shared {
  readonly opening: Promise<HostChannel>;
  readonly deaths: Set<(reason: string) => void>;
  places: number;
}

export interface LightHostsOptions {
  /** Opens a process without any extension. */
  readonly open: (publisher: string, onDeath: (reason: string) => void) => Promise<HostChannel>;
}

export interface LightWish {
  readonly publisher: string;
  readonly code: Uint8Array;
  readonly config: Json;
  readonly memoryMb: number;
  readonly onDeath: (reason: string) => void;
}

export class LightHosts {
  readonly #options: LightHostsOptions;
  readonly #shared = new Map<string, Shared[]>();

  constructor(options: LightHostsOptions) {
    this.#options = options;
  }

  /** Loads an extension into a process of its publisher. @throws SymphonyError `extension` */
  async place(wish: LightWish): Promise<LightPlace> {
    const { publisher, code, config, memoryMb, onDeath } = wish;
    const shared = this.#roomFor(publisher);
    shared.places++;
    try {
      const channel = await shared.opening;
      const unit = await channel.load(code, config, memoryMb);
      shared.deaths.add(onDeath);
      let left = false;
      const leave = async () => {
        if (left) return;
        left = true;
        shared.deaths.delete(onDeath);
        channel.unload(unit);
        await this.#give(publisher, shared);
      };
      return { channel, unit, leave };
    } catch (error) {
      await this.#give(publisher, shared);
      throw error;
    }
  }

  /** Processes that are open, for readings. */
  get processes(): number {
    return [...this.#shared.values()].reduce((sum, all) => sum + all.length, 0);
  }

  #roomFor(publisher: string): Shared {
    const all = this.#shared.get(publisher) ?? [];
    this.#shared.set(publisher, all);
    const room = all.find(({ places }) => places < MOST_UNITS);
    if (room !== undefined) return room;
    const deaths: Shared["deaths"] = new Set();
    const shared: Shared = {
      deaths,
      places: 0,
      opening: this.#options.open(publisher, (reason) => {
        this.#forget(publisher, shared);
        for (const onDeath of deaths) onDeath(reason);
      }),
    };
    shared.opening.catch(() => this.#forget(publisher, shared));
    all.push(shared);
    return shared;
  }

  async #give(publisher: string, shared: Shared): Promise<void> {
    shared.places--;
    if (shared.places > 0) return;
    this.#forget(publisher, shared);
    await shared.opening.then((channel) => channel.close("The instance was ended during the call"), () => {});
  }

  #forget(publisher: string, shared: Shared): void {
    const rest = (this.#shared.get(publisher) ?? []).filter((one) => one !== shared);
    if (rest.length === 0) this.#shared.delete(publisher);
    else this.#shared.set(publisher, rest);
  }
}
