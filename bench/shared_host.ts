/**
 * The baseline: one process for all extensions, as VS Code's extension host is. No worker, no sandbox, no permissions, no
 * schemas, no deadlines: a table of functions behind a unix socket with JSON lines. What our isolation costs is the
 * difference to this.
 *
 * @module
 */

const program = `
const socket = await Deno.connect({ transport: "unix", path: Deno.args[0] });
const table = new Map();
const encoder = new TextEncoder(), decoder = new TextDecoder();
let out = "", writing = false;
const flush = async () => { writing = true; while (out !== "") { const bytes = encoder.encode(out); out = "";
  for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at)); } writing = false; };
const say = (value) => { out += JSON.stringify(value) + "\\n"; if (!writing) flush(); };
const act = async ({ id, load, call, input }) => {
  if (load !== undefined) { const module = await import("data:text/javascript," + encodeURIComponent(load.code));
    for (const one of module.default.contributes) table.set(one.type, one.run); return say({ id }); }
  say({ id, output: await table.get(call)(input) });
};
const chunk = new Uint8Array(65536); let rest = "";
for (;;) { const count = await socket.read(chunk); if (count === null) Deno.exit(0);
  const lines = (rest + decoder.decode(chunk.subarray(0, count), { stream: true })).split("\\n"); rest = lines.pop();
  for (const line of lines) act(JSON.parse(line)); }`;

export class SharedHost implements AsyncDisposable {
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #socket: Deno.Conn;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  readonly #reading: Promise<void>;
  readonly #listener: Deno.Listener;
  #next = 1;
  #out = "";
  #writing = false;

  static async open(folder: string): Promise<SharedHost> {
    const path = `${folder}/shared`;
    await Deno.writeTextFile(`${folder}/shared.js`, program);
    const listener = Deno.listen({ transport: "unix", path }) as Deno.Listener;
    const args = ["run", "-A", "--no-config", "--no-lock", "-q", `${folder}/shared.js`, path];
    const child = new Deno.Command(Deno.execPath(), { args }).spawn();
    return new SharedHost(child, await listener.accept(), listener);
  }

  private constructor(child: Deno.ChildProcess, socket: Deno.Conn, listener: Deno.Listener) {
    this.#child = child;
    this.pid = child.pid;
    this.#socket = socket;
    this.#listener = listener;
    this.#reading = this.#read();
  }

  async load(code: string): Promise<void> {
    await this.#ask({ load: { code } });
  }

  async call(type: string, input: unknown): Promise<unknown> {
    return await this.#ask({ call: type, input });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    this.#socket.close();
    this.#listener.close();
    await this.#reading;
  }

  #ask(message: object): Promise<unknown> {
    return new Promise((resolve) => {
      const id = this.#next++;
      this.#waiting.set(id, resolve);
      this.#out += `${JSON.stringify({ id, ...message })}\n`;
      if (!this.#writing) this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#writing = true;
    await Promise.resolve();
    while (this.#out !== "") {
      const bytes = new TextEncoder().encode(this.#out);
      this.#out = "";
      for (let at = 0; at < bytes.length;) at += await this.#socket.write(bytes.subarray(at));
    }
    this.#writing = false;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const chunk = new Uint8Array(65_536);
    let rest = "";
    for (;;) {
      const count = await this.#socket.read(chunk).catch(() => null);
      if (count === null) return;
      const lines = (rest + decoder.decode(chunk.subarray(0, count), { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const { id, output } = JSON.parse(line) as { id: number; output: unknown };
        this.#waiting.get(id)?.(output);
        this.#waiting.delete(id);
      }
    }
  }
}
