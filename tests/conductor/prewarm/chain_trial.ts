/**
 * Chains of nodes over real extension hosts, each node in an extension of its own, so that each needs a process that is
 * not there yet: with a pool that looks ahead, and with one that does not.
 *
 * @module
 */

import { SeededRandom } from "../../../conductor/random.ts";
import { type LearnedForecast, WarmAhead } from "../../../conductor/prewarm/mod.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import type { RunOutcome } from "../../../core/orchestration/run_handle.ts";
import type { PoolCounters, PoolMove } from "../../../core/ports/pool.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { HeldArtifacts } from "../../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../../extensions/grants.ts";
import { denoHostCommand } from "../../../extensions/host/host_command.ts";
import { HostExtensions } from "../../../extensions/host_extensions.ts";
import { ExtensionLoader } from "../../../extensions/loader/loader.ts";
import { memoryPit } from "../../../pit/memory_pit.ts";
import { SystemClock } from "../../../system/clock.ts";

const main = (name: string) =>
  `import { defineExtension, defineOperator, Type } from "symphony/sdk";
   export default defineExtension({ contributes: [defineOperator({ type: "chain/${name}", title: "T", description: "D",
     input: Type.Object({ ms: Type.Number() }), output: Type.Object({ ms: Type.Number() }),
     async run({ ms }) { await new Promise((done) => setTimeout(done, ms)); return { ms }; } })] });`;

export interface ChainRun {
  readonly outcome: RunOutcome;
  readonly seconds: number;
  readonly counters: PoolCounters;
  readonly moves: readonly PoolMove[];
}

/** A folder of extensions, bundled once. */
export class ChainTrial implements AsyncDisposable {
  readonly #folder: string;
  readonly #length: number;

  private constructor(folder: string, length: number) {
    this.#folder = folder;
    this.#length = length;
  }

  static async make(length: number): Promise<ChainTrial> {
    const folder = await Deno.makeTempDir({ prefix: "symphony-chain-" });
    for (let at = 0; at < length; at++) {
      const own = `${folder}/own/n${at}`;
      await Deno.mkdir(own, { recursive: true });
      const manifest = {
        id: `chain/n${at}`,
        name: `n${at}`,
        version: "1.0.0",
        kind: "operator",
        description: "D",
        entry: "main.ts",
        resources: { memoryMb: 128, instances: 1, concurrency: 1 },
      };
      await Deno.writeTextFile(`${own}/symphony.jsonc`, JSON.stringify(manifest));
      await Deno.writeTextFile(`${own}/main.ts`, main(`n${at}`));
    }
    const trial = new ChainTrial(folder, length);
    // Bundles are made by the first.
    await using extensions = await trial.#open();
    await extensions.describe();
    return trial;
  }

  /** One run in a pool that is cold; each node takes `ms`. */
  async run(ms: number, forecast: LearnedForecast | undefined): Promise<ChainRun> {
    await using extensions = await this.#open();
    const clock = new SystemClock();
    await using pit = memoryPit(
      {
        warm: (id) => extensions.activate(id),
        cool: (id) => extensions.deactivate(id),
        isAlive: (id) => extensions.isAlive(id),
      },
      clock,
      forecast === undefined ? {} : { forecast },
    );
    const lookAhead = forecast === undefined ? undefined : new WarmAhead(forecast, pit.pool, clock);
    const services = {
      pit,
      control: pit.control,
      extensions,
      conductor: new SimpleConductor(),
      clock,
      random: new SeededRandom(3),
      poolWatch: pit.pool,
      ...(lookAhead === undefined ? {} : { lookAhead }),
    };
    const catalog = await extensions.describe();
    const names = Array.from({ length: this.#length }, (_, at) => `n${at}`);
    const nodes = Object.fromEntries(names.map((name, at) => [
      name,
      { use: `chain/${name}`, in: { ms: at === 0 ? String(ms) : `${names[at - 1]}.ms` } },
    ]));
    const { definition } = checkWorkflow(JSON.stringify({ schema: 1, id: "chain", nodes }), "chain", catalog);
    if (definition === undefined) throw new Error("The chain does not check");
    const began = clock.monotonic();
    const request = { definition, inputs: {}, workspace: "/", mayWrite: false };
    const handle = await new Runner(services, () => Promise.resolve(catalog)).start(request, () => {});
    const outcome = await handle.done;
    lookAhead?.[Symbol.dispose]();
    const seconds = (clock.monotonic() - began) / 1000;
    return { outcome, seconds, counters: pit.pool.counters(), moves: pit.pool.moves() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #open(): Promise<HostExtensions & AsyncDisposable> {
    const extensions = new HostExtensions({
      source: new ExtensionLoader({ bundled: `${this.#folder}/own`, cache: `${this.#folder}/cache` }),
      command: denoHostCommand(),
      grants: await Grants.open(this.#folder),
      artifacts: new HeldArtifacts(),
    });
    return Object.assign(extensions, { [Symbol.asyncDispose]: () => extensions.close() });
  }
}
