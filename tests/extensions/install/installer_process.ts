/**
 * Installs FOLDER into DATA, and kills itself just before its STEPth change to the disk: those of the staging count from
 * the start, with a minus sign; those of the installation from the moment it was staged. It says how many there were.
 *
 * @module
 */

import { ExtensionStore } from "../../../extensions/install/extension_store.ts";
import { bench, endBundler } from "../dev/bench.ts";

const [data = "", folder = "", step = "0"] = Deno.args;
const wanted = Math.abs(Number(step));
let counting = step.startsWith("-");
let changes = 0;

for (const name of ["rename", "writeTextFile", "writeFile", "mkdir", "remove", "open"] as const) {
  const before = Deno[name] as (...args: unknown[]) => unknown;
  Object.defineProperty(Deno, name, {
    value: (...args: unknown[]) => {
      const isInside = String(args[0]).startsWith(data);
      if (isInside && counting && ++changes === wanted) Deno.kill(Deno.pid, "SIGKILL");
      return before(...args);
    },
  });
}

const store = new ExtensionStore(data, bench, {
  forget: () => Promise.resolve(),
  bundled: () => Promise.resolve([]),
});
await using staged = await store.stage(folder, "/");
if (counting) wanted > 0 && Deno.kill(Deno.pid, "SIGKILL");
counting = true;
changes = 0;
await store.install(staged);
counting = false;
await Deno.stdout.write(new TextEncoder().encode(String(changes)));
await endBundler();
