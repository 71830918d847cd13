/**
 * Connections to addresses that were checked. `fetch` resolves a name by itself, and a name may resolve otherwise the second
 * time, so its connections are led through a gate of this process (SOCKS 5 on the loopback) that connects to the checked
 * addresses and resolves nothing. TLS stays between `fetch` and the server: its name is verified as ever.
 *
 * Invariants: (1) a connection goes to an address of its ticket or to none; (2) who does not hold a ticket's secret, which
 * never leaves this process, is let go without an answer.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";

/** A name may have as many addresses as its owner likes. */
const MOST_ADDRESSES = 8;
const SLOW_MS = 250;
const VERSION = 5;
const BY_PASSWORD = 2;
const CONNECT = 1;
const OK = 0;
const REFUSED = 5;
/** Reserved, IPv4, 0.0.0.0:0: what the connection was made from is not told. */
const NO_PLACE = [0, 1, 0, 0, 0, 0, 0, 0];

interface Ticket {
  readonly port: number;
  readonly addresses: readonly string[];
  failure: string | undefined;
}

/** A way for `fetch` to one host, at the addresses that were checked. */
export interface PinnedWay extends Disposable {
  readonly client: Deno.HttpClient;
  /** Why none of the addresses could be reached; undefined where one could, or none was tried. */
  readonly failure: string | undefined;
}

export class PinnedGate implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #tickets = new Map<string, Ticket>();
  readonly #connections = new Set<Deno.Conn>();

  constructor() {
    this.#listener.unref();
    this.#accept();
  }

  /** Where it listens, on 127.0.0.1. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** A way to `addresses`, which are tried in their order. Disposing it makes no more connections. */
  open(addresses: readonly string[], port: number): PinnedWay {
    const secret = crypto.randomUUID();
    const ticket: Ticket = { port, addresses, failure: undefined };
    this.#tickets.set(secret, ticket);
    const url = `socks5h://127.0.0.1:${this.port}`;
    const client = Deno.createHttpClient({
      proxy: { url, basicAuth: { username: "symphony", password: secret } },
    });
    return {
      client,
      get failure() {
        return ticket.failure;
      },
      [Symbol.dispose]: () => {
        if (this.#tickets.delete(secret)) client.close();
      },
    };
  }

  /** Ends everything. */
  [Symbol.dispose](): void {
    this.#tickets.clear();
    this.#listener.close();
    for (const connection of [...this.#connections]) this.#end(connection);
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) void this.#serve(connection);
    } catch {
      // The gate was closed.
    }
  }

  async #serve(near: Deno.TcpConn): Promise<void> {
    this.#connections.add(near);
    let far: Deno.TcpConn | undefined;
    try {
      const ticket = await this.#admit(near);
      if (ticket === undefined) return;
      far = await connect(ticket);
      await near.write(new Uint8Array([VERSION, far === undefined ? REFUSED : OK, ...NO_PLACE]));
      if (far === undefined) return;
      this.#connections.add(far);
      // Where either side is over, so is the other: HTTP ends no half of a connection.
      await Promise.race([pump(near, far), pump(far, near)]);
    } catch {
      // Who breaks off or speaks otherwise is let go.
    } finally {
      this.#end(near);
      if (far !== undefined) this.#end(far);
    }
  }

  #end(connection: Deno.Conn): void {
    if (!this.#connections.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // It has ended by itself.
    }
  }

  /** The ticket of who connects, once it has asked for a connection at the ticket's port. */
  async #admit(near: Deno.Conn): Promise<Ticket | undefined> {
    const [, methods = 0] = await read(near, 2);
    await read(near, methods);
    await near.write(new Uint8Array([VERSION, BY_PASSWORD]));
    const [, nameLength = 0] = await read(near, 2);
    await read(near, nameLength);
    const [secretLength = 0] = await read(near, 1);
    const ticket = this.#tickets.get(new TextDecoder().decode(await read(near, secretLength)));
    if (ticket === undefined) return undefined;
    await near.write(new Uint8Array([1, OK]));
    const [, command, , kind] = await read(near, 4);
    const length = kind === 3 ? (await read(near, 1))[0] ?? 0 : kind === 4 ? 16 : 4;
    await read(near, length);
    const [high = 0, low = 0] = await read(near, 2);
    return command === CONNECT && high * 256 + low === ticket.port ? ticket : undefined;
  }
}

/** @throws Error where the connection ends before */
async function read(connection: Deno.Conn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) throw new Error("It broke off");
    at += count;
  }
  return bytes;
}

/** The first of the addresses that answers; the next is tried when one fails, and when one is slow. */
function connect(ticket: Ticket): Promise<Deno.TcpConn | undefined> {
  const { port } = ticket;
  const addresses = ticket.addresses.slice(0, MOST_ADDRESSES);
  const { promise, resolve } = Promise.withResolvers<Deno.TcpConn | undefined>();
  let [begun, failed, isOver] = [0, 0, addresses.length === 0];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (connection: Deno.TcpConn | undefined) => {
    isOver = true;
    clearTimeout(timer);
    resolve(connection);
  };
  const begin = () => {
    clearTimeout(timer);
    const hostname = addresses[begun++];
    if (hostname === undefined || isOver) return;
    timer = setTimeout(begin, SLOW_MS);
    Deno.connect({ hostname, port }).then((connection) => {
      if (isOver) return connection.close();
      connection.setNoDelay(true);
      end(connection);
    }, (error) => {
      ticket.failure = `${hostname}: ${messageOf(error)}`;
      if (++failed === addresses.length) end(undefined);
      else begin();
    });
  };
  if (isOver) resolve(undefined);
  begin();
  return promise;
}

async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 << 10);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) return;
    for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
  }
}
