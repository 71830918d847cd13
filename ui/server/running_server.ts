/**
 * One server for each data folder: a lock that ends with its process, and an error that says where the other one is.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { own } from "../../core/json.ts";
import type { StateFolder } from "./state_folder.ts";

export interface ServerLock {
  release(): void;
}

/** Takes the lock, or gives undefined where a living server has it. */
export async function serverLock(state: StateFolder): Promise<ServerLock | undefined> {
  const file = await Deno.open(`${state.path}/server.lock`, { create: true, write: true, mode: 0o600 });
  // A lock that is not free would be waited for; the system gives it up with the process that holds it.
  const taken = await Promise.race([file.lock(true).then(() => true), later(200).then(() => false)]);
  if (taken) return { release: () => file.close() };
  file.close();
  return undefined;
}

/** This data folder has a server already. */
export class RunningServer extends SymphonyError {
  readonly port: number | undefined;
  readonly token: string | undefined;

  constructor(state: StateFolder) {
    const port = own(state.read("server.json"), "port");
    super(
      "busy",
      `Cannot start: a server for this data folder runs already${
        port === undefined ? "" : ` at port ${port}`
      }`,
      {
        hint: "Use it, or give another folder with --data",
      },
    );
    this.port = typeof port === "number" ? port : undefined;
    const token = own(state.read("token.json"), "token");
    this.token = typeof token === "string" ? token : undefined;
  }
}

/** Asks the server that runs for another address. @throws the error itself where it does not answer */
export async function anotherAddress(running: RunningServer): Promise<string> {
  const { port, token } = running;
  if (port === undefined || token === undefined) throw running;
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/addresses`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(2000),
  }).catch(() => undefined);
  const { address } = response?.ok === true ? await response.json() as { readonly address?: string } : {};
  if (address === undefined) throw running;
  return address;
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
