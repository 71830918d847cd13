/**
 * `symphony serve`, and `symphony` alone: a composition with what the first page needs. Everything else is main.ts, loaded
 * when the page asks for more.
 *
 * @module
 */

import { runServe } from "./cli/mod.ts";
import { processServices } from "./cli/process_services.ts";
import type { ServeServices } from "./cli/services.ts";
import { VERSION } from "./core/version.ts";
import { pageFromSource, serveUi } from "./main_ui.ts";
import { SystemClock } from "./system/clock.ts";
import { dataFolderPath, makeDataFolder } from "./system/data_folder.ts";

/** Runs the command; gives the exit code. */
export function main(): Promise<number> {
  return runServe(services());
}

function services(): ServeServices {
  const system = processServices();
  const isCompiled = Deno.build.standalone;
  const program = isCompiled ? "symphony" : "deno task -q symphony";
  return {
    ...system,
    version: VERSION,
    program,
    dataFolder: (flag) => system.absolute(dataFolderPath(flag)),
    async serve(request) {
      const options = { ...request, data: makeDataFolder(request.data) };
      return await serveUi(options, {
        version: VERSION,
        program,
        clock: new SystemClock(),
        assets: isCompiled ? `${import.meta.dirname ?? "."}/ui` : await pageFromSource(),
        async parts(prompt) {
          // By a choice, as in symphony.ts: what it names is not read before it is asked for.
          const rest: typeof import("./main.ts") = await import(isCompiled ? "./main.ts" : "./main.ts");
          return rest.uiParts(options, prompt);
        },
      });
    },
  };
}
