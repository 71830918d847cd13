/**
 * The trivial operator in a real host process.
 *
 * @module
 */

import { HeldArtifacts } from "../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../extensions/grants.ts";
import { denoHostCommand } from "../extensions/host/host_command.ts";
import { HostExtensions } from "../extensions/host_extensions.ts";
import { ExtensionLoader } from "../extensions/loader/loader.ts";

/** Opens it with its own data folder; disposing ends the process. */
export async function openTrivialHost(
  data: string,
): Promise<AsyncDisposable & { readonly extensions: HostExtensions }> {
  const extensions = new HostExtensions({
    source: new ExtensionLoader({
      extra: [new URL("./trivial", import.meta.url).pathname],
      cache: `${data}/cache`,
    }),
    command: denoHostCommand(),
    grants: await Grants.open(data),
    artifacts: new HeldArtifacts(),
  });
  return { extensions, [Symbol.asyncDispose]: () => extensions.close() };
}
