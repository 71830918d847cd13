/**
 * Connections on a unix socket, for any number of front ends.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Wire } from "./serve.ts";

/** A socket that takes connections until it is closed. */
export interface Listener extends AsyncDisposable {
  /** How many front ends are connected. */
  readonly connected: number;
  /** Resolves when the last front end has gone. */
  deserted(): Promise<void>;
}

/**
 * Listens at `path` and has each connection served. A socket that a dead process left there is taken over.
 * @throws SymphonyError `busy` where somebody listens there, `io` where it cannot be made
 */
export async function listen(
  path: string,
  serve: (wire: Wire) => Promise<unknown>,
  log: (text: string) => void,
): Promise<Listener> {
  await removeDead(path);
  let socket: Deno.UnixListener;
  try {
    socket = Deno.listen({ transport: "unix", path });
    await Deno.chmod(path, 0o600);
  } catch (error) {
    throw new SymphonyError("io", `Cannot listen at "${path}": ${messageOf(error)}`, { cause: error });
  }
  const connections = new Map<Deno.UnixConn, Promise<unknown>>();
  let onDeserted: (() => void) | undefined;
  const accepting = (async () => {
    for await (const connection of socket) {
      const served = serve(wireOf(connection)).finally(() => {
        connections.delete(connection);
        close(connection);
        if (connections.size === 0) onDeserted?.();
      });
      connections.set(connection, served);
    }
  })().catch((error) => log(messageOf(error)));
  return {
    get connected() {
      return connections.size;
    },
    deserted: () =>
      connections.size === 0 ? Promise.resolve() : new Promise((resolve) => {
        onDeserted = resolve;
      }),
    async [Symbol.asyncDispose]() {
      close(socket);
      await accepting;
      for (const connection of connections.keys()) close(connection);
      await Promise.all(connections.values());
      await Deno.remove(path).catch(() => undefined);
    },
  };
}

function wireOf(connection: Deno.UnixConn): Wire {
  return {
    read: (buffer) => connection.read(buffer),
    async write(bytes) {
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    },
  };
}

function close(resource: { close(): void }): void {
  try {
    resource.close();
  } catch { /* closed already */ }
}

/** Removes a socket that nobody listens at. @throws SymphonyError where somebody does */
async function removeDead(path: string): Promise<void> {
  const there = await Deno.lstat(path).catch(() => undefined);
  if (there === undefined || !there.isSocket) return;
  const alive = await Deno.connect({ transport: "unix", path }).then((connection) => {
    close(connection);
    return true;
  }, () => false);
  if (alive) throw new SymphonyError("busy", `Cannot listen at "${path}": another process does`);
  await Deno.remove(path);
}
