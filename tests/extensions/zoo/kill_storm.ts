/**
 * SIGKILL to host processes at random moments while honest extensions are called without pause.
 *
 * @module
 */

import { extensionId, type InstanceId } from "../../../core/ids.ts";
import type { CallResult } from "../../../core/ports/extension.ts";
import { HeldArtifacts } from "../../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../../extensions/grants.ts";
import type { HostCommand } from "../../../extensions/host/host_command.ts";
import { HostExtensions } from "../../../extensions/host_extensions.ts";
import { request } from "../../contracts/extension_contract.ts";
import { installedOf, sourceOf, told } from "./zoo.ts";

export interface StormOptions {
  readonly command: HostCommand;
  readonly durationMs: number;
  /** Between two kills, at random up to twice as much. */
  readonly everyMs: number;
  /** Gives numbers from 0 to 1. */
  readonly random: () => number;
  readonly spares: boolean;
}

export interface StormReport {
  readonly kills: number;
  readonly answered: number;
  /** Calls that failed typed and were made again by the caller. */
  readonly retried: number;
  /** Calls that ended with a wrong answer, or not at all. */
  readonly lost: readonly string[];
  /** From the kill to the answer of each call that was under way, in milliseconds. */
  readonly recoveries: readonly number[];
}

const any = `{ type: "object", properties: {} }`;
const code =
  `const extension = { contributes: [{ kind: "operator", type: "storm/work", title: "t", description: "d", input: ${any},
  output: ${any}, run: async ({ n }) => { await new Promise((resolve) => setTimeout(resolve, 2)); return { n: n * 2 }; } }] };
  export { extension as default };\n`;
const extensions = ["storm/one", "storm/two"] as const;
const LANES = 4;
const never = new AbortController().signal;

export async function killStorm(options: StormOptions): Promise<StormReport> {
  const data = await Deno.makeTempDir({ prefix: "symphony-storm-" });
  const port = new HostExtensions({
    source: sourceOf(extensions.map((id) => installedOf(id, code.replaceAll("storm/work", `${id}`)))),
    command: options.command,
    grants: await Grants.open(data),
    artifacts: new HeldArtifacts(),
    restarts: { budget: 1e9, windowMs: 60_000, firstDelayMs: 0, longestDelayMs: 0 },
    spares: options.spares,
  });
  const storm = new Storm(port, options);
  try {
    return await storm.rage();
  } finally {
    await port.close();
    await Deno.remove(data, { recursive: true });
  }
}

class Storm {
  readonly #port: HostExtensions;
  readonly #options: StormOptions;
  readonly #current = new Map<string, Promise<InstanceId>>();
  /** When the latest process of an extension was killed. */
  readonly #killedAt = new Map<string, number>();
  readonly #lost: string[] = [];
  readonly #recoveries: number[] = [];
  #kills = 0;
  #answered = 0;
  #retried = 0;
  #over = false;

  constructor(port: HostExtensions, options: StormOptions) {
    this.#port = port;
    this.#options = options;
  }

  async rage(): Promise<StormReport> {
    const lanes = extensions.flatMap((id) => Array.from({ length: LANES }, () => this.#lane(id)));
    await Promise.all(extensions.map((id) => this.#instance(id)));
    await this.#port.spareReady();
    const end = performance.now() + this.#options.durationMs;
    while (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, this.#options.random() * 2 * this.#options.everyMs));
      await this.#killOne();
    }
    this.#over = true;
    await Promise.all(lanes);
    return {
      kills: this.#kills,
      answered: this.#answered,
      retried: this.#retried,
      lost: this.#lost,
      recoveries: this.#recoveries.toSorted((a, b) => a - b),
    };
  }

  async #killOne(): Promise<void> {
    const id = extensions[this.#options.random() < 0.5 ? 0 : 1];
    const pid = this.#port.pidOf(await this.#instance(id));
    if (pid === undefined) return;
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      return;
    }
    this.#kills++;
    this.#killedAt.set(id, performance.now());
  }

  /** The living instance of an extension, started anew where the last one is dead. */
  async #instance(id: string): Promise<InstanceId> {
    const known = this.#current.get(id);
    if (known !== undefined && this.#port.isAlive(await known)) return await known;
    if (this.#current.get(id) === known) this.#current.set(id, this.#port.activate(extensionId(id)));
    return await (this.#current.get(id) as Promise<InstanceId>);
  }

  async #lane(id: string): Promise<void> {
    for (let n = 0; !this.#over; n++) {
      const began = performance.now();
      const result = await this.#insist(id, n);
      const killedAt = this.#killedAt.get(id) ?? -Infinity;
      const ended = performance.now();
      if (killedAt > began && killedAt < ended) this.#recoveries.push(ended - killedAt);
      if (!result.ok || result.output["n"] !== n * 2) this.#lost.push(`${id} ${n}: ${told(result)}`);
      else this.#answered++;
    }
  }

  /** Calls until it is answered, as the engine does after a failure that may be tried again. */
  async #insist(id: string, n: number): Promise<CallResult> {
    for (;;) {
      const instance = await this.#instance(id);
      const result = await this.#port.call(instance, request(id, { n }), {
        signal: never,
        timeoutMs: 60_000,
      });
      if (result.ok || result.failure.class !== "crash") return result;
      this.#retried++;
    }
  }
}
