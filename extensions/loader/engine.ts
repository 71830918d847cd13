/**
 * The bundler behind `bundle`: esbuild's own program where Symphony runs from source, and the same esbuild as
 * WebAssembly in this process in the executable, which has neither that program nor node_modules. Both are loaded only
 * when something must be bundled.
 *
 * @module
 */

import type { BuildOptions, BuildResult, Plugin } from "esbuild";
import { filesPlugin } from "./files_plugin.ts";

export type EngineOptions = BuildOptions & { write: false; metafile: true };

export interface Engine {
  build<T extends EngineOptions>(options: T): Promise<BuildResult<T>>;
  /** What the engine needs besides the caller's plugins. */
  readonly plugins: readonly Plugin[];
  stop(): Promise<void>;
}

export type OpenEngine = () => Promise<Engine>;

// The program is one for the whole process: stopped in the middle of another's build, that build never ends.
let building = 0;
let isUnwanted = false;

/** esbuild's own program, shared by all who open it; `stop` ends it when the last build that is under way is done. */
export const programEngine: OpenEngine = async () => {
  const esbuild = await import("esbuild");
  const run: Engine["build"] = esbuild.build;
  const rest = async () => {
    if (building > 0 || !isUnwanted) return;
    isUnwanted = false;
    await esbuild.stop();
  };
  return {
    async build(options) {
      building++;
      try {
        return await run(options);
      } finally {
        building--;
        await rest();
      }
    },
    plugins: [],
    async stop() {
      isUnwanted = true;
      await rest();
    },
  };
};

let started: Promise<void> | undefined;

/** esbuild as WebAssembly; `file` is its module, compressed with gzip. */
export function wasmEngine(file: string): OpenEngine {
  return async () => {
    const esbuild = await import("esbuild-wasm/esm/browser.js");
    started ??= compiled(file).then((wasmModule) => esbuild.initialize({ wasmModule, worker: false }));
    await started;
    // It holds no process, so there is nothing to stop; initializing it again would be refused.
    return { build: esbuild.build, plugins: [filesPlugin], stop: () => Promise.resolve() };
  };
}

async function compiled(file: string): Promise<WebAssembly.Module> {
  const stream = new Blob([await Deno.readFile(file)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await WebAssembly.compile(await new Response(stream).arrayBuffer());
}
