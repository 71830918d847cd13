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

/** esbuild's own program. */
export const programEngine: OpenEngine = async () => {
  const { build, stop } = await import("esbuild");
  return { build, plugins: [], stop: async () => await stop() };
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
