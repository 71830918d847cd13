/** The catalogue of the bundled extensions, as the program itself reads it. @module */

import type { Catalog } from "../../../core/workflow/catalog.ts";
import { Grants } from "../../../extensions/grants.ts";
import { denoHostCommand } from "../../../extensions/host/host_command.ts";
import { HostExtensions } from "../../../extensions/host_extensions.ts";
import { bundledFolder, ExtensionLoader } from "../../../extensions/loader/loader.ts";
import { MemoryArtifacts } from "../../../pit/artifact/memory.ts";
import { SystemClock } from "../../../system/clock.ts";

export async function realCatalog(): Promise<Catalog> {
  const data = await Deno.makeTempDir();
  try {
    const extensions = new HostExtensions({
      source: new ExtensionLoader({ bundled: bundledFolder, cache: `${data}/cache` }),
      command: denoHostCommand(),
      grants: await Grants.open(data),
      artifacts: new MemoryArtifacts(new SystemClock()),
      settings: new Map(),
    });
    try {
      return await extensions.describe();
    } finally {
      await extensions.close();
    }
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}
