/**
 * Host processes to be had: started anew, or taken from the spares, which are booted, sealed and without rights already and
 * only lack their extension. A spare makes the difference between some hundred milliseconds and a few.
 *
 * Invariants: (1) a process serves one owner and is never given to a second; (2) there is at most one spare of a kind, and
 * none where the memory of a running process cannot be limited.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { BootKind } from "./boot.ts";
import { canFence, type HostCommand } from "./host_command.ts";
import { type HostOwner, HostProcess } from "./host_process.ts";

export interface HostsOptions {
  readonly command: HostCommand;
  readonly bootOf: (kind: BootKind) => Promise<Uint8Array>;
  /** Whether a spare is held of the kinds that were asked for once. */
  readonly spares: boolean;
}

export class Hosts {
  readonly #options: HostsOptions;
  readonly #boots = new Map<BootKind, Promise<Uint8Array>>();
  readonly #spares = new Map<BootKind, Promise<HostProcess | undefined>>();
  readonly #closing = new AbortController();

  constructor(options: HostsOptions) {
    this.#options = options;
  }

  /** A process for `owner`, from the spares or anew. @throws SymphonyError `extension` | `closed` */
  async take(kind: BootKind, owner: HostOwner, signal?: AbortSignal): Promise<HostProcess> {
    if (this.#closing.signal.aborted) {
      throw new SymphonyError("closed", "Cannot start a host: hosts are closed");
    }
    const spare = await this.#fromSpares(kind, owner);
    if (spare !== undefined) return spare;
    const host = await this.#start(kind, owner.memoryMb, signal);
    await host.adopt(owner);
    return host;
  }

  /** Holds a spare of `kind` from now on. */
  keepSpare(kind: BootKind): void {
    if (!this.#options.spares || this.#spares.has(kind) || this.#closing.signal.aborted) return;
    const starting = canFence()
      .then((can) => can ? this.#start(kind, undefined, this.#closing.signal) : undefined)
      .catch(() => undefined);
    this.#spares.set(kind, starting);
  }

  /** Resolves when the spare of `kind` is ready, at once where none is held. */
  async spareReady(kind: BootKind): Promise<boolean> {
    return (await this.#spares.get(kind))?.death === undefined && this.#spares.has(kind);
  }

  /** Ends the spares. Repeating is harmless. */
  async close(): Promise<void> {
    this.#closing.abort();
    const spares = [...this.#spares.values()];
    this.#spares.clear();
    for (const starting of spares) {
      const spare = await starting;
      spare?.kill({ class: "crash", reason: "It was not needed" });
      await spare?.gone();
    }
  }

  async #fromSpares(kind: BootKind, owner: HostOwner): Promise<HostProcess | undefined> {
    const starting = this.#spares.get(kind);
    if (starting === undefined) return undefined;
    this.#spares.delete(kind);
    const spare = await starting;
    this.keepSpare(kind);
    if (spare === undefined || spare.death !== undefined) return undefined;
    try {
      await spare.adopt(owner);
      return spare;
    } catch {
      spare.kill({ class: "crash", reason: "It could not be used" });
      return undefined;
    }
  }

  async #start(
    kind: BootKind,
    memoryMb: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<HostProcess> {
    const { command, bootOf } = this.#options;
    let boot = this.#boots.get(kind);
    if (boot === undefined) {
      boot = bootOf(kind);
      this.#boots.set(kind, boot);
      // What could not be read once may be there at the next start.
      boot.catch(() => this.#boots.delete(kind));
    }
    return await HostProcess.start({
      command,
      kind,
      boot: await boot,
      ...(memoryMb === undefined ? {} : { memoryMb }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}
