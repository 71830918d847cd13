/**
 * The bundler of a process that runs from source: esbuild's own program.
 *
 * @module
 */

import type { PluginBuild } from "esbuild";
import type { Bundler } from "./bundle.ts";

/**
 * Packages that run on Node as well ask for its modules behind a test of where they are. In a worker that test fails, so
 * what they ask for may be empty; whoever uses it all the same fails at that place.
 */
const withoutNode = {
  name: "without-node",
  setup(build: PluginBuild) {
    build.onResolve(
      { filter: /^(node:)?(fs|fs\/promises|module|path|url|os)$/ },
      ({ path }) => ({ path, namespace: "absent" }),
    );
    build.onLoad(
      { filter: /.*/, namespace: "absent" },
      () => ({ contents: "export default {};", loader: "js" as const }),
    );
  },
};

/** Bundles for a platform that has nothing but the web's own functions: a node built-in does not resolve. */
export const esbuildBundler: Bundler = async (entry, sdk) => {
  // Loaded only when something must be bundled.
  const esbuild = await import("esbuild");
  try {
    const { outputFiles, metafile } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["worker", "browser"],
      target: "es2022",
      alias: { "symphony/sdk": sdk },
      minify: true,
      keepNames: true,
      plugins: [withoutNode],
      metafile: true,
      write: false,
      absWorkingDir: "/",
      logLevel: "silent",
      nodePaths: [new URL("../../node_modules", import.meta.url).pathname],
    });
    return {
      code: outputFiles[0]?.text ?? "",
      inputs: Object.keys(metafile.inputs).filter((path) => !path.startsWith("absent:")).map((path) =>
        path.startsWith("/") ? path : `/${path}`
      ),
    };
  } finally {
    await esbuild.stop();
  }
};
