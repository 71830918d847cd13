/**
 * Where one host process meets the core: a unix socket in a folder of its own, on Windows a named pipe of a random name, and
 * a token that is good once. Never standard input or output, which extension code could read and forge.
 *
 * @module
 */

import { createServer, type Server, type Socket } from "node:net";

/** The core's end of a connection. */
export interface Channel {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

export interface Rendezvous {
  /** What the host process is told: `unix:PATH` or `pipe:PATH`. */
  readonly address: string;
  readonly token: string;
  /** A folder of the process's own. */
  readonly folder: string;
  /** The first connection; undefined once closed. */
  accept(): Promise<Channel | undefined>;
  close(): Promise<void>;
}

/** Opens a meeting place; `pipes` are the default on Windows. */
export async function openRendezvous(pipes = Deno.build.os === "windows"): Promise<Rendezvous> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-" });
  const token = randomText();
  if (pipes) return await PipeRendezvous.open(folder, token);
  await Deno.chmod(folder, 0o700);
  return new SocketRendezvous(folder, token);
}

function randomText(): string {
  return [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

class SocketRendezvous implements Rendezvous {
  readonly address: string;
  readonly token: string;
  readonly folder: string;
  readonly #listener: Deno.Listener;

  constructor(folder: string, token: string) {
    const path = `${folder}/core`;
    this.folder = folder;
    this.token = token;
    this.address = `unix:${path}`;
    this.#listener = Deno.listen({ transport: "unix", path }) as Deno.Listener;
  }

  async accept(): Promise<Channel | undefined> {
    try {
      return await this.#listener.accept();
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#listener.close();
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }
}

/** The runtime has named pipes only in its form of Node's `net`; elsewhere than on Windows that listens on a socket. */
class PipeRendezvous implements Rendezvous {
  readonly address: string;
  readonly token: string;
  readonly folder: string;
  readonly #server: Server;
  readonly #first: Promise<Channel | undefined>;

  static async open(folder: string, token: string): Promise<PipeRendezvous> {
    const path = Deno.build.os === "windows" ? `\\\\.\\pipe\\symphony-${randomText()}` : `${folder}/pipe`;
    const server = createServer();
    const one = new PipeRendezvous(path, server, { folder, token });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, () => resolve());
    });
    return one;
  }

  private constructor(path: string, server: Server, given: { folder: string; token: string }) {
    this.address = `pipe:${path}`;
    this.folder = given.folder;
    this.token = given.token;
    this.#server = server;
    this.#first = new Promise((resolve) => {
      server.once("connection", (socket) => resolve(channelOf(socket)));
      server.once("close", () => resolve(undefined));
    });
  }

  accept(): Promise<Channel | undefined> {
    return this.#first;
  }

  async close(): Promise<void> {
    this.#server.close();
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }
}

/** A Node socket, read no faster than it is asked. */
export function channelOf(socket: Socket): Channel {
  const waiting: (() => void)[] = [];
  let ended = false;
  const wake = () => {
    for (const one of waiting.splice(0)) one();
  };
  socket.on("readable", wake);
  for (const name of ["end", "close", "error"]) {
    socket.on(name, () => {
      ended = true;
      wake();
    });
  }
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async read(into) {
      for (;;) {
        if (rest.length === 0) rest = socket.read() as Uint8Array | null ?? rest;
        if (rest.length > 0) {
          const piece = rest.subarray(0, into.length);
          into.set(piece);
          rest = rest.subarray(piece.length);
          return piece.length;
        }
        if (ended) return null;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
      }),
    close: () => void socket.destroy(),
  };
}
