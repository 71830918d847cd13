/**
 * Prepares the bundled extensions for the executable: every module, asset and description in one folder, so that it
 * needs no bundler, no node_modules and no host process to know what it can do. Run when the executable is built.
 *
 * @module
 */

import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SymphonyError } from "../../core/errors.ts";
import { HeldArtifacts } from "../capabilities/held_artifacts.ts";
import { Grants } from "../grants.ts";
import { denoHostCommand } from "../host/host_command.ts";
import { HostExtensions } from "../host_extensions.ts";
import type { Installed } from "../installed.ts";
import { bundle } from "./bundle.ts";
import { programEngine } from "./engine.ts";
import { bundledFolder, ExtensionLoader, sdkEntry } from "./loader.ts";
import {
  PREBUILT_BUNDLER,
  PREBUILT_CATALOG,
  PREBUILT_ENGINE,
  PREBUILT_GUEST,
  PREBUILT_SDK,
  type PrebuiltRecord,
  prebuiltWorker,
} from "./prebuilt.ts";

/** Writes the folder that `readPrebuilt` reads. @throws SymphonyError `extension` where a bundled extension is bad */
export async function prebuildBundled(outFolder: string): Promise<void> {
  await Deno.mkdir(outFolder, { recursive: true });
  const scratch = await Deno.makeTempDir({ prefix: "symphony-prebuild-" });
  try {
    const loader = new ExtensionLoader({ bundled: bundledFolder, cache: join(scratch, "cache") });
    const installed = await described(loader, scratch);
    const records: PrebuiltRecord[] = [];
    for (const one of installed) records.push(await writeOne(one, outFolder));
    await Deno.writeTextFile(join(outFolder, PREBUILT_CATALOG), JSON.stringify(records));
    for (const kind of ["open", "sealed", "light"] as const) {
      await Deno.writeFile(join(outFolder, prebuiltWorker(kind)), await loader.workerRoot(kind));
    }
    const { guest, wasm } = await loader.lightEngine();
    await Deno.writeTextFile(join(outFolder, PREBUILT_GUEST), guest);
    await Deno.writeFile(join(outFolder, PREBUILT_ENGINE), wasm);
    const { code } = await bundle(sdkEntry, { sdk: sdkEntry }, programEngine);
    await (await programEngine()).stop();
    await Deno.writeFile(join(outFolder, PREBUILT_SDK), code);
    await writeBundler(join(outFolder, PREBUILT_BUNDLER));
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function writeBundler(path: string): Promise<void> {
  const module = fileURLToPath(import.meta.resolve("esbuild-wasm/esbuild.wasm"));
  const stream = new Blob([await Deno.readFile(module)]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.writeFile(path, stream);
}

async function described(loader: ExtensionLoader, scratch: string): Promise<readonly Installed[]> {
  const loaded = await loader.load();
  const extensions = new HostExtensions({
    source: {
      load: () => Promise.resolve(loaded),
      workerRoot: (kind) => loader.workerRoot(kind),
      lightEngine: () => loader.lightEngine(),
    },
    command: denoHostCommand(),
    grants: await Grants.open(scratch),
    artifacts: new HeldArtifacts(),
  });
  try {
    const { problems } = await extensions.describe();
    const text = problems.map(({ where, message }) => `${where}: ${message}`).join("; ");
    if (problems.length > 0) {
      throw new SymphonyError("extension", `Cannot prepare the bundled extensions: ${text}`);
    }
    return loaded.installed;
  } finally {
    await extensions.close();
  }
}

async function writeOne(installed: Installed, outFolder: string): Promise<PrebuiltRecord> {
  const { manifest, codeHash, contributes = [] } = installed;
  const stem = manifest.id.replace("/", "-");
  const file = `${stem}.js`;
  await Deno.writeFile(join(outFolder, file), await installed.code());
  const assets: Record<string, string> = {};
  for (const name of manifest.assets) {
    const bytes = await installed.asset(name);
    if (bytes === undefined) {
      throw new SymphonyError("not-found", `Cannot find asset "${name}" of ${manifest.id}`);
    }
    // Not the asset's own ending: deno compile would take a .wasm for a module and look for its imports.
    assets[name] = `${stem}-${basename(name)}.asset`;
    await Deno.writeFile(join(outFolder, assets[name]), bytes);
  }
  return { manifest, codeHash, contributes, bundle: file, assets };
}
