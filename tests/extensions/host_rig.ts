/**
 * HostExtensions over fixture extensions, in a data folder of its own; bundles are shared between the tests of a run.
 *
 * @module
 */

import type { LivenessLimits } from "../../core/actor/liveness.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import type { ResourceMonitor } from "../../extensions/monitor/resource_monitor.ts";

const fixtures = new URL("../fixtures/extensions/", import.meta.url).pathname;
const cache = `${Deno.env.get("TMPDIR") ?? "/tmp"}/symphony-test-bundles`;

export interface Rig extends AsyncDisposable {
  readonly extensions: HostExtensions;
  readonly grants: Grants;
  readonly data: string;
  readonly log: string[];
}

/** Opens the fixtures of the given names; `grants` are `EXTENSION=PERMISSION`. */
export async function openRig(
  names: readonly string[],
  options: {
    readonly grants?: readonly string[];
    readonly liveness?: LivenessLimits;
    readonly extra?: readonly string[];
    readonly budget?: number;
    readonly monitor?: ResourceMonitor;
  } = {},
): Promise<Rig> {
  const data = await Deno.makeTempDir({ prefix: "symphony-rig-" });
  const grants = await Grants.open(data);
  for (const grant of options.grants ?? []) grants.addForSession(grant);
  const log: string[] = [];
  const extensions = new HostExtensions({
    source: new ExtensionLoader({
      extra: [...names.map((name) => `${fixtures}${name}`), ...options.extra ?? []],
      cache,
    }),
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
    onLog: (_, line) => log.push(line),
    restarts: { budget: options.budget ?? 100, windowMs: 60_000, firstDelayMs: 0, longestDelayMs: 0 },
    ...(options.monitor === undefined ? {} : { monitor: options.monitor }),
    ...(options.liveness === undefined ? {} : { liveness: options.liveness }),
  });
  return {
    extensions,
    grants,
    data,
    log,
    async [Symbol.asyncDispose]() {
      await extensions.close();
      await Deno.remove(data, { recursive: true });
    },
  };
}
