/**
 * Installs FOLDER into DATA and says so when it begins to write, for the test that kills it.
 *
 * @module
 */

import { ExtensionStore } from "../../../extensions/install/extension_store.ts";
import { bench, endBundler } from "../dev/bench.ts";

const [data = "", folder = ""] = Deno.args;
const store = new ExtensionStore(data, bench, {
  forget: () => Promise.resolve(),
  bundled: () => Promise.resolve([]),
});
await using staged = await store.stage(folder, "/");
await Deno.stdout.write(new TextEncoder().encode("staged\n"));
await store.install(staged);
await endBundler();
