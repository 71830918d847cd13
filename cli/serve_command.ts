/** `serve`, also without a command: the board and the monitor in the browser. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { sessionOptions } from "./flags.ts";
import type { CliServices, Served } from "./services.ts";

/** Serves until it is interrupted. */
export async function serveCommand(services: CliServices, args: Arguments): Promise<number> {
  const port = readPort(args.value("port"));
  const served = await startServing(services, args, port);
  const address = await served.address();
  await services.stdout.write(`${address}\n`);
  if (services.stdout.isTerminal) {
    const note = served.isOurs
      ? "This address opens one browser; Ctrl-C stops the server, and runs pause.\n"
      : "The server runs already; this is another address for it.\n";
    await services.stderr.write(note);
  }
  if (args.has("open")) await openBrowser(services, address);
  return await untilStopped(services, served);
}

/** Starts a server for the workspace and data folder that the flags name. */
export async function startServing(services: CliServices, args: Arguments, port?: number): Promise<Served> {
  const workspace = services.absolute(args.value("workspace") ?? ".");
  if (!services.isFolder(workspace)) {
    throw new SymphonyError("bad-input", `Cannot serve "${args.value("workspace")}": it is no folder`, {
      hint: "Give an existing folder with --workspace",
    });
  }
  return await services.serve({
    ...sessionOptions(services, args),
    workspace,
    ...port === undefined ? {} : { port },
    onError: (line) => void services.stderr.write(`${line}\n`).catch(() => undefined),
  });
}

/** Waits for an interrupt or the server's end; the second interrupt ends the process at once. */
export async function untilStopped(services: CliServices, served: Served): Promise<number> {
  if (!served.isOurs) return exitCodes.completed;
  const interrupted = Promise.withResolvers<void>();
  let isStopping = false;
  const stopListening = services.onInterrupt(() => {
    if (isStopping) services.exitNow(exitCodes.interrupted);
    isStopping = true;
    interrupted.resolve();
  });
  try {
    await Promise.race([interrupted.promise, served.finished]);
    await served[Symbol.asyncDispose]();
  } finally {
    stopListening();
  }
  return isStopping ? exitCodes.interrupted : exitCodes.completed;
}

async function openBrowser(services: CliServices, address: string): Promise<void> {
  const [program, ...before] = services.platform.startsWith("darwin")
    ? ["open"]
    : services.platform.startsWith("windows")
    ? ["cmd", "/c", "start", ""]
    : ["xdg-open"];
  const opened = await services.programOutput(program as string, [...before, address]);
  if (opened !== undefined) return;
  await services.stderr.write("Cannot open a browser here; open the address yourself.\n");
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new SymphonyError(
    "bad-input",
    `Cannot read --port "${text}": expected a whole number from 0 to 65535`,
  );
}
