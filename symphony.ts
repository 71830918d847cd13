/**
 * The program's entry. What must be quick loads little of it: the server of the page and the hosts of extensions. All else
 * is main.ts.
 *
 * @module
 */

import { HOST_SUBCOMMAND } from "./extensions/host/host_command.ts";

const [first = "serve", second = ""] = Deno.args;
if (first === HOST_SUBCOMMAND) await (await import("./extensions/host/host_main.ts")).runHost(second);
else {
  const { main } = first === "serve" ? await import("./main_serve.ts") : await import("./main.ts");
  Deno.exit(await main());
}
