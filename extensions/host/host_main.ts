/**
 * The host process of one extension instance: connects to the core, starts the worker, gives up every right, then only
 * passes bytes between socket and worker. It has no import besides types, so it starts quickly, and it never reads what
 * it passes on.
 *
 * Order matters: socket, worker, hello, revoke. A worker cannot be started once `import` and `read` are revoked, and no
 * extension code runs before all is revoked.
 *
 * @module
 */

const READ_BYTES = 64 << 10;
const HEADER = 9;
const TOKEN = 16;
const DIED = 25;
const RIGHTS = ["run", "ffi", "net", "write", "sys", "env", "import", "read"] as const;

/**
 * Serves one extension until the socket closes; then the process ends. `address` is `unix:PATH` or `pipe:PATH`. `isCompiled`: a
 * compiled program loads no module from an object URL.
 */
export async function runHost(address: string, isCompiled: boolean): Promise<never> {
  const token = Deno.env.get("SYMPHONY_HOST_TOKEN") ?? "";
  Deno.env.delete("SYMPHONY_HOST_TOKEN");
  const socket = await connect(address);
  const writing = new Writing(socket);
  writing.push(frame(TOKEN, new TextEncoder().encode(token)));
  const worker = startWorker(addressOf(await readBoot(socket), isCompiled), writing);
  await hello(worker, writing);
  for (const name of RIGHTS) await Deno.permissions.revoke({ name });
  worker.onmessage = (event: MessageEvent<Uint8Array<ArrayBuffer>>) => writing.push(event.data);
  writing.release();
  const chunk = new Uint8Array(READ_BYTES);
  for (;;) {
    const count = await socket.read(chunk).catch(() => null);
    if (count === null) Deno.exit(0);
    const piece = chunk.slice(0, count);
    worker.postMessage(piece, [piece.buffer]);
  }
}

interface Socket {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

async function connect(address: string): Promise<Socket> {
  if (!address.startsWith("pipe:")) {
    return await Deno.connect({ transport: "unix", path: address.slice("unix:".length) });
  }
  // Only where it is needed: it costs time to load.
  const [{ connect }, { channelOf }] = await Promise.all([import("node:net"), import("./rendezvous.ts")]);
  const socket = connect(address.slice("pipe:".length));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
  });
  return channelOf(socket);
}

/** The first frame from the core: the worker's root module as text, whole before anything else is sent. */
async function readBoot(socket: Socket): Promise<Uint8Array<ArrayBuffer>> {
  const head = await readExactly(socket, 4);
  const size = new DataView(head.buffer).getUint32(0, true);
  const rest = await readExactly(socket, size);
  return rest.subarray(HEADER - 4);
}

async function readExactly(socket: Socket, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const count = await socket.read(bytes.subarray(at));
    if (count === null) Deno.exit(0);
    at += count;
  }
  return bytes;
}

/** An object URL where it can be one: a `data:` URL is kept whole as the module's name, 3 to 5 MB a process, and takes time to make. */
function addressOf(boot: Uint8Array<ArrayBuffer>, isCompiled: boolean): string {
  if (!isCompiled) return URL.createObjectURL(new Blob([boot], { type: "text/javascript" }));
  let text = "";
  for (let at = 0; at < boot.length; at += 32_766) {
    text += btoa(String.fromCharCode(...boot.subarray(at, at + 32_766)));
  }
  return `data:text/javascript;base64,${text}`;
}

function startWorker(url: string, writing: Writing): Worker {
  // Every kind is named: one that is left out of an object is denied, but an absent object would inherit all.
  const permissions = {
    env: false,
    ffi: false,
    import: false,
    net: false,
    read: false,
    run: false,
    sys: false,
    write: false,
  } as const;
  const worker = new Worker(url, { type: "module", deno: { permissions } });
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  worker.onerror = (event) => {
    event.preventDefault();
    writing.end(frame(DIED, new TextEncoder().encode(shortMessage(event.message))));
  };
  return worker;
}

/** Without the addresses of modules, which say nothing to a person; an extension's own is its whole text in base64. */
function shortMessage(text: string): string {
  return text.replace(
    /data:text\/javascript;base64,[A-Za-z0-9+/=]*|blob:[\w/:.-]+?(?=:\d|[\s)'"]|$)/g,
    "bundle.js",
  ).slice(0, 2000);
}

function hello(worker: Worker, writing: Writing): Promise<void> {
  return new Promise((resolve) => {
    worker.onmessage = (event: MessageEvent<Uint8Array<ArrayBuffer>>) => {
      writing.hold(event.data);
      resolve();
    };
  });
}

function frame(kind: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, HEADER - 4 + body.length, true);
  view.setUint8(4, kind);
  bytes.set(body, HEADER);
  return bytes;
}

/** Writes in order; what comes while a write is under way goes out together. */
class Writing {
  readonly #socket: Socket;
  #queue: Uint8Array[] = [];
  #held: Uint8Array | undefined;
  #busy = false;
  #ending = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Keeps the worker's hello until every right is given up: it tells the core that this is done. */
  hold(bytes: Uint8Array): void {
    this.#held = bytes;
  }

  release(): void {
    if (this.#held !== undefined) this.push(this.#held);
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    if (!this.#busy) this.#drain();
  }

  /** Writes a last piece and ends the process. */
  end(bytes: Uint8Array): void {
    this.#ending = true;
    this.push(bytes);
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#queue.length > 0) {
        const bytes = this.#next();
        for (let at = 0; at < bytes.length;) at += await this.#socket.write(bytes.subarray(at));
      }
    } catch {
      Deno.exit(0);
    }
    this.#busy = false;
    if (this.#ending) Deno.exit(70);
  }

  #next(): Uint8Array {
    if (this.#queue.length === 1) return this.#queue.pop() as Uint8Array;
    const pieces = this.#queue;
    this.#queue = [];
    const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

if (import.meta.main) await runHost(Deno.args[0] ?? "", false);
