/**
 * The program's entry. What must be quick loads little of it: the server of the page and the hosts of extensions. All else
 * is main.ts.
 *
 * Deno reads everything that a plain `import("…")` names before the program begins, also where it is never carried out. What
 * is named by a choice is read when it is asked for; the bundler follows both.
 *
 * @module
 */

import { HOST_SUBCOMMAND } from "./extensions/host/host_command.ts";

const [first = "serve", second = ""] = Deno.args;
if (first === HOST_SUBCOMMAND) {
  const hosts: typeof import("./extensions/host/host_main.ts") = await import(
    second === "" ? "./extensions/host/host_main.ts" : "./extensions/host/host_main.ts"
  );
  await hosts.runHost(second, true);
} else {
  const chosen: { main(): Promise<number> } = await import(
    first === "serve" ? "./main_serve.ts" : "./main.ts"
  );
  Deno.exit(await chosen.main());
}
