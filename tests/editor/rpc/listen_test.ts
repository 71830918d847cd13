import assert from "node:assert/strict";
import { parseOptions } from "../../../editor/command_line.ts";
import { editorProgram } from "../program.ts";

/** A front end on a unix socket. */
class Client {
  readonly #connection: Deno.UnixConn;
  #rest = "";

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
  }

  async send(message: unknown): Promise<void> {
    const bytes = new TextEncoder().encode(
      typeof message === "string" ? message : JSON.stringify(message) + "\n",
    );
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** Reads until a message for which `wanted` is true; undefined at the end. */
  async until(wanted: (line: string) => boolean): Promise<string | undefined> {
    const buffer = new Uint8Array(65536);
    while (true) {
      const feed = this.#rest.indexOf("\n");
      if (feed >= 0) {
        const line = this.#rest.slice(0, feed);
        this.#rest = this.#rest.slice(feed + 1);
        if (wanted(line)) return line;
        continue;
      }
      const count = await this.#connection.read(buffer);
      if (count === null) return undefined;
      this.#rest += new TextDecoder().decode(buffer.subarray(0, count));
    }
  }

  async ask(id: number, method: string, params: unknown): Promise<string> {
    await this.send({ id, method, params });
    return await this.until((line) => line.includes(`"id":${id},`)) ?? "";
  }

  close(): void {
    this.#connection.close();
  }
}

async function connect(path: string): Promise<Client> {
  for (let round = 0;; round++) {
    try {
      return new Client(await Deno.connect({ transport: "unix", path }));
    } catch (error) {
      if (round > 1000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

Deno.test("symphony-editor --listen serves several front ends one buffer, and outlives one that breaks off", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  await Deno.writeTextFile(`${folder}/f`, "text");
  const { program, args } = editorProgram("--listen", path, "--no-stdio", "--no-journal");
  const child = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const [one, two, broken] = [await connect(path), await connect(path), await connect(path)];
    assert.equal((await Deno.lstat(path)).mode! & 0o777, 0o600);
    for (const client of [one, two]) await client.send({ method: "client_started", params: {} });
    const a = await one.ask(1, "new_view", { file_path: `${folder}/f` });
    const b = await two.ask(1, "new_view", { file_path: `${folder}/f` });
    assert.notEqual(a, b);
    const viewOf = (answer: string) => String(JSON.parse(answer).result);
    await one.send({
      method: "edit",
      params: { view_id: viewOf(a), method: "insert", params: { chars: "more " } },
    });
    await two.until((line) => line.includes('"more text"'));
    await broken.send('{"method":"client_started","params":{}}\n[1, 2\n');
    assert.equal(await broken.until(() => false), undefined, "its connection ends");
    broken.close();
    one.close();
    assert.ok((await two.ask(2, "debug_get_contents", { view_id: viewOf(b) })).includes("more text"));
    two.close();
    const second = await new Deno.Command(program, {
      args,
      stderr: "piped",
    }).output();
    assert.equal(second.code, 2);
    assert.ok(new TextDecoder().decode(second.stderr).includes("another process does"));
  } finally {
    child.kill("SIGTERM");
    await child.status;
    assert.equal(await Deno.lstat(path).catch(() => undefined), undefined, "the socket is removed");
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseOptions() refuses what it does not know, and names it", () => {
  assert.throws(() => parseOptions(["--wat"]), /--wat/);
  assert.throws(() => parseOptions(["--listen"]), /--listen/);
  assert.throws(() => parseOptions(["--no-stdio"]), /--listen PATH/);
  assert.equal(parseOptions(["--ins-only"]).insOnly, true);
});
