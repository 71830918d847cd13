/**
 * The front-end protocol: what a keystroke costs in the core, where the real xi-core is slow and elsewhere, and what a front end waits for
 * over the pipe, beside bare echo on the same pipe.
 *
 * @module
 */

import type { Json } from "../core/json.ts";
import { BufferFiles } from "../editor/buffer_files.ts";
import { Buffers } from "../editor/buffers.ts";
import { Outbox } from "../editor/rpc/outbox.ts";
import { Peer } from "../editor/rpc/peer.ts";
import { bareLooks, barePlugins } from "../editor/session/bare.ts";
import { Session } from "../editor/session/session.ts";
import { line, percentile, print, sample } from "./tail.ts";

/** A session in this process whose messages are encoded and thrown away. */
class Core {
  readonly #peer: Peer;
  readonly #outbox: Outbox;
  #answers = new Map<number, (result: Json) => void>();
  #lastId = 0;
  bytes = 0;

  constructor() {
    const buffers = new Buffers(() => {});
    const decoder = new TextDecoder();
    this.#outbox = new Outbox((bytes) => {
      this.bytes += bytes.length;
      if (this.#answers.size > 0) {
        for (const text of decoder.decode(bytes).split("\n")) {
          const id = /^\{"id":(\d+),"result":"([^"]*)"/.exec(text);
          if (id !== null) this.#answers.get(Number(id[1]))?.(id[2] as string);
        }
      }
      return Promise.resolve();
    });
    this.#peer = new Peer(this.#outbox, () => {});
    this.#peer.attach(
      new Session({
        buffers,
        files: new BufferFiles(buffers),
        plugins: barePlugins,
        looks: () => bareLooks(),
        languageOf: () => "Plain Text",
        send: (message) => this.#peer.send(message),
        ask: (method, params) => this.#peer.ask(method, params),
        log: () => {},
        form: { insOnly: false, parts: false },
      }),
    );
  }

  send(message: Json): void {
    this.#peer.receive(JSON.stringify(message));
    this.#peer.pump();
  }

  edit(view: string, method: string, params: Json = []): void {
    this.send({ method: "edit", params: { view_id: view, method, params } });
  }

  async open(path: string): Promise<string> {
    const id = ++this.#lastId;
    const answer = new Promise<Json>((resolve) => this.#answers.set(id, resolve));
    this.send({ id, method: "new_view", params: { file_path: path } });
    const view = String(await answer);
    this.#answers.delete(id);
    await this.settled();
    return view;
  }

  async settled(): Promise<void> {
    await this.#peer.drained();
    await this.#outbox.drained();
  }
}

const folder = await Deno.makeTempDir();
const fileOf = async (name: string, text: string) => {
  await Deno.writeTextFile(`${folder}/${name}`, text);
  return `${folder}/${name}`;
};

/** Words of uneven lengths. */
function words(units: number): string {
  let seed = 1;
  let text = "";
  while (text.length < units) {
    text += "abcdefghijk".slice(0, (seed = (seed * 48271) % 0x7fffffff) % 11 + 1) + " ";
  }
  return text.slice(0, units);
}

/** Keystrokes in a file, one by one. */
async function keystrokes(
  name: string,
  path: string,
  count: number,
  prepare: (core: Core, view: string) => void,
  options: { readonly config?: Json; readonly symphony?: Json } = {},
): Promise<void> {
  const core = new Core();
  core.send({
    method: "client_started",
    params: { ...(options.symphony === undefined ? {} : { symphony: options.symphony }) },
  });
  await core.settled();
  if (options.config !== undefined) {
    core.send({ method: "modify_user_config", params: { domain: "general", changes: options.config } });
  }
  const view = await core.open(path);
  prepare(core, view);
  await core.settled();
  core.bytes = 0;
  const times = await sample(async () => {
    core.edit(view, "insert", { chars: "x" });
    await core.settled();
  }, count);
  print(
    `${line(name, times).replace("floor", "")} ${
      Math.round(core.bytes / (count * 1.1) / 1000)
    } kB a keystroke`,
  );
}

const middle = (core: Core, view: string, lineNumber: number, col: number) =>
  core.edit(view, "gesture", { line: lineNumber, col, ty: "point_select" });

print(
  "one character typed, message in to bytes out, in this process (real xi-core over its pipe: 50 ms, 104 ms, 810 ms, 0.2 ms)",
);
const long = await fileOf("long", words(1_500_000));
await keystrokes(
  "1.5 MB single line, parts of lines",
  long,
  300,
  (core, view) => middle(core, view, 0, 750_000),
  { symphony: { parts: true } },
);
await keystrokes("1.5 MB single line, whole line", long, 60, (core, view) => middle(core, view, 0, 750_000));
await keystrokes("1.5 MB single line, wrap_width 80", long, 300, (core, view) => {
  core.edit(view, "scroll", [9000, 9050]);
  middle(core, view, 9010, 20);
}, { config: { wrap_width: 80 } });
const many = await fileOf("many", "some words on a line\n".repeat(10_000));
await keystrokes("10,000 carets", many, 60, (core, view) => {
  core.edit(view, "find", { chars: "some", case_sensitive: true });
  core.edit(view, "find_all");
  core.edit(view, "move_right");
});
const code = "    const value = compute(first, second); // and what it means\n";
for (const megabytes of [0.05, 1, 10, 100]) {
  const path = await fileOf(`size ${megabytes}`, code.repeat(Math.ceil(megabytes * 1e6 / code.length)));
  const began = performance.now();
  const core = new Core();
  await core.open(path);
  print(`open ${megabytes} MB to first update`.padEnd(46) + ` ${(performance.now() - began).toFixed(1)} ms`);
  await keystrokes(
    `${megabytes} MB, in the middle`,
    path,
    300,
    (inner, view) => middle(inner, view, Math.ceil(megabytes * 1e6 / code.length / 2), 10),
  );
}
{
  const path = await fileOf("ten", code.repeat(160_000));
  const core = new Core();
  const view = await core.open(path);
  let began = performance.now();
  core.edit(view, "find", { chars: "second", case_sensitive: false });
  await core.settled();
  print(
    `find a literal in 10 MB, 160,000 matches`.padEnd(46) + ` ${(performance.now() - began).toFixed(0)} ms`,
  );
  began = performance.now();
  core.edit(view, "find", { chars: "sec[a-z]+d", case_sensitive: true, regex: true });
  await core.settled();
  print(`find a regular expression in 10 MB`.padEnd(46) + ` ${(performance.now() - began).toFixed(0)} ms`);
  core.edit(view, "find", { chars: "", case_sensitive: true });
  await core.settled();
  began = performance.now();
  core.send({ method: "modify_user_config", params: { domain: "general", changes: { wrap_width: 40 } } });
  await core.settled();
  print(`wrap 10 MB at 40 columns`.padEnd(46) + ` ${(performance.now() - began).toFixed(0)} ms`);
}

/** A child process that is spoken to in lines. */
class Child {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(args: readonly string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
  }

  async send(text: string): Promise<void> {
    await this.#writer.write(this.#encoder.encode(text + "\n"));
  }

  /** Reads until a line that `wanted` takes. */
  async until(wanted: (line: string) => boolean): Promise<void> {
    while (true) {
      const feed = this.#rest.indexOf("\n");
      if (feed >= 0) {
        const found = this.#rest.slice(0, feed);
        this.#rest = this.#rest.slice(feed + 1);
        if (wanted(found)) return;
        continue;
      }
      const { value } = await this.#reader.read();
      if (value === undefined) throw new Error("The child ended");
      this.#rest += this.#decoder.decode(value, { stream: true });
    }
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
  }
}

const main = new URL("../editor/main.ts", import.meta.url).pathname;
const editor = ["run", "-A", "-q", "--no-prompt", main];
const echoFile = await fileOf(
  "echo.ts",
  "const b=new Uint8Array(65536);for(let n=await Deno.stdin.read(b);n!==null;n=await Deno.stdin.read(b)){let a=0;while(a<n)a+=await Deno.stdout.write(b.subarray(a,n));}",
);
const echo = ["run", "-A", "-q", echoFile];

print("\nprocess start to first answer");
async function start(args: readonly string[], ask: string, wanted: (line: string) => boolean): Promise<void> {
  const child = new Child(args);
  await child.send(ask);
  await child.until(wanted);
  await child.close();
}
const opening = '{"method":"client_started","params":{}}\n{"id":0,"method":"new_view","params":{}}';
const floor = await sample(() => start(echo, "x", () => true), 15, 3);
print(line("echo process", floor));
print(
  line(
    "symphony-editor: client_started, new_view",
    await sample(() => start(editor, opening, (text) => text.includes('"result"')), 15, 3),
    floor,
  ),
);

print("\nround trip over the pipe");
const echoed = new Child(echo);
const echoTimes = await sample(
  async () => {
    await echoed.send('{"id":1,"method":"get_config","params":{"view_id":"view-id-1"}}');
    await echoed.until(() => true);
  },
  3000,
  500,
);
await echoed.close();
print(line("bare echo", echoTimes));
const served = new Child(editor);
await served.send(opening);
await served.until((text) => text.includes("scroll_to"));
print(line(
  "request: get_config",
  await sample(
    async () => {
      await served.send('{"id":1,"method":"get_config","params":{"view_id":"view-id-1"}}');
      await served.until((text) => text.includes('"result"'));
    },
    3000,
    500,
  ),
  echoTimes,
));
print(line(
  "keystroke: insert to scroll_to",
  await sample(
    async (at) => {
      await served.send(
        `{"method":"edit","params":{"view_id":"view-id-1","method":"${
          at % 60 === 59 ? "insert_newline" : "insert"
        }","params":{"chars":"x"}}}`,
      );
      await served.until((text) => text.includes("scroll_to"));
    },
    3000,
    500,
  ),
  echoTimes,
));
const pipelined = 20_000;
const began = performance.now();
const messages = Array.from(
  { length: pipelined },
  () => '{"method":"edit","params":{"view_id":"view-id-1","method":"move_left"}}',
).join("\n");
const done = served.until((text) => text.includes('"id":77'));
await served.send(messages + '\n{"id":77,"method":"get_config","params":{"view_id":"view-id-1"}}');
await done;
print(`pipelined movements: ${Math.round(pipelined / (performance.now() - began) * 1000)}/s`);
await served.close();
print(`(medians: echo ${percentile(echoTimes, 0.5).toFixed(3)} ms)`);
await Deno.remove(folder, { recursive: true });
Deno.exit(0);
