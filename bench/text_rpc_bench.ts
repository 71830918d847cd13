/**
 * Text operations between symphony and symphony-editor: round trips one after the other, operations in a pipeline, what a
 * killed editor costs, and a file of 100 MB. Beside them two floors on the same kind of pipe, a child's standard streams: a
 * bare echo of lines, and vscode-jsonrpc as it comes.
 *
 * `SYMPHONY_EDITOR=dist/symphony-editor` measures the executable in place of the sources.
 *
 * @module
 */

import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { spawn } from "node:child_process";
import { authorId, type BufferId } from "../core/ids.ts";
import { type EditorCommand, EditorProcess } from "../editor/link/editor_process.ts";
import { RemoteTextPorts } from "../editor/link/remote_text_ports.ts";
import { Supervisor } from "../editor/link/supervisor.ts";
import { childStreams } from "../editor/revision/byte_channel.ts";
import { percentile, print, type Sample, sample } from "./tail.ts";

const SAMPLES = 5_000;
const PIPELINED = 19_200;
const LANES = 128;
const KILLS = 100;
const author = authorId("bench");
const deno = Deno.execPath();

const lineEcho = `const b = new Uint8Array(65536);
for (let n = await Deno.stdin.read(b); n !== null; n = await Deno.stdin.read(b))
  for (let at = 0; at < n;) at += await Deno.stdout.write(b.subarray(at, n));`;
const jsonRpcEcho = `
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import process from "node:process";
const c = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
c.onRequest("edit", (params) => params);
c.listen();`;

/** A message like an edit. */
const message = {
  buffer: 3,
  revision: 10_000,
  changes: [[500, 500, "x"]],
  author: "agent:bench",
  seq: 12_345,
};

interface Figures {
  readonly times: Sample;
  readonly perSecond: number;
}

/** `once` is given the lane in which it is called; in a pipeline each of LANES waits for its own answers. */
async function measure(once: (lane: number) => Promise<unknown>): Promise<Figures> {
  const times = await sample(() => once(0), SAMPLES, 1_000);
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const began = performance.now();
    await Promise.all(Array.from({ length: LANES }, async (_, lane) => {
      for (let at = 0; at < PIPELINED / LANES; at++) await once(lane);
    }));
    rates.push(PIPELINED / (performance.now() - began) * 1000);
  }
  return { times, perSecond: rates.sort((a, b) => a - b)[1] ?? 0 };
}

function show(name: string, { times, perSecond }: Figures, floor?: Figures): void {
  const ms = (share: number) => percentile(times, share).toFixed(3).padStart(8);
  const ratio = floor === undefined
    ? "floor"
    : `${(percentile(times, 0.5) / percentile(floor.times, 0.5)).toFixed(1)} × floor`;
  const rate = Math.round(perSecond).toLocaleString("en").padStart(9);
  print(`  ${name.padEnd(46)}${ms(0.5)}${ms(0.75)}${ms(0.99)} ${rate}  ${ratio}`);
}

/** Lines to a child that sends them back. */
async function bareLines(): Promise<Figures> {
  const child = EditorProcess.start({ program: deno, args: ["eval", "-q", "--no-config", lineEcho] });
  const line = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
  const waiting: (() => void)[] = [];
  const reading = (async () => {
    const chunk = new Uint8Array(1 << 16);
    let got = 0;
    for (let n = await child.channel.read(chunk); n !== null; n = await child.channel.read(chunk)) {
      for (got += n; got >= line.length; got -= line.length) waiting.shift()?.();
    }
  })();
  let queued = 0;
  let writing = false;
  const flush = async () => {
    writing = true;
    while (queued > 0) {
      const bytes = new Uint8Array(line.length * queued);
      for (let at = 0; at < queued; at++) bytes.set(line, at * line.length);
      queued = 0;
      await child.channel.write(bytes);
    }
    writing = false;
  };
  const figures = await measure(() =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      queued++;
      if (!writing) queueMicrotask(flush);
    })
  );
  child.kill();
  await reading;
  return figures;
}

/** The library with its own framing, over Node's streams. */
async function plainLibrary(): Promise<Figures> {
  const path = await Deno.makeTempFile({ dir: new URL(".", import.meta.url).pathname, suffix: ".mjs" });
  await Deno.writeTextFile(path, jsonRpcEcho);
  try {
    const child = spawn(deno, ["run", "-A", "-q", path], { stdio: ["pipe", "pipe", "inherit"] });
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.listen();
    const figures = await measure(() => connection.sendRequest("edit", message));
    connection.dispose();
    child.kill("SIGKILL");
    return figures;
  } finally {
    await Deno.remove(path);
  }
}

function editor(data: string): EditorCommand {
  const compiled = Deno.env.get("SYMPHONY_EDITOR");
  const own = ["--spare", "--data", data];
  if (compiled !== undefined) return { program: compiled, args: own };
  const main = new URL("../editor/main.ts", import.meta.url).pathname;
  return { program: deno, args: ["run", "-A", "-q", "--no-check", main, ...own] };
}

async function roundTrips(folder: string): Promise<void> {
  print(
    `Round trip in ms (one after the other), then operations/s (${LANES} callers at once, each waiting for its answer)`,
  );
  print(`  ${"".padEnd(46)}     p50     p75     p99     ops/s`);
  const floor = await bareLines();
  show("floor: bare echo of lines", floor);
  show("vscode-jsonrpc as it comes, echo", await plainLibrary(), floor);
  await using ports = await RemoteTextPorts.open(
    new Supervisor(editor(`${folder}/rpc`), { spareAfterMs: 1e6 }),
  );
  const { editing, presence } = ports;
  const open = async () => (await editing.open({ text: "a line of text\n".repeat(1_000) })).buffer;
  let word = 0;
  const edit = async (buffer: BufferId) => {
    const { revision } = await editing.read(buffer, { range: { from: 0, to: 0 } });
    const from = (word++ * 7_919) % 10_000;
    const result = await editing.edit(buffer, {
      revision,
      changes: [{ from, to: from, insert: "x" }],
      author,
    });
    if (!result.ok) throw new Error(result.error);
  };
  const texts = await Promise.all(Array.from({ length: LANES }, open));
  show(
    "edit, journalled (target < 1 p99, > 1,000/s)",
    await measure((lane) => edit(texts[lane] as BufferId)),
    floor,
  );
  const one = await open();
  show("the same, all callers in one text", await measure(() => edit(one)), floor);
  const other = await editing.open({ text: "read\n".repeat(1_000) });
  await editing.edit(other.buffer, { revision: 0, changes: [{ from: 0, to: 0, insert: "x" }], author });
  const range = { from: 100, to: 180 };
  show(
    "read 80 units at an old revision",
    await measure(() => editing.read(other.buffer, { revision: 0, range })),
    floor,
  );
  show(
    "read 80 units of the newest text (the copy)",
    await measure(() => editing.read(other.buffer, { range })),
    floor,
  );
  const caret = { author, selections: [{ anchor: 5, head: 5 }] };
  show("say where an author is", await measure(() => presence.announce(other.buffer, 1, caret)), floor);
}

async function recovery(folder: string): Promise<void> {
  const supervisor = new Supervisor(editor(`${folder}/kill`), {
    deaths: { most: Infinity, withinMs: 1 },
  });
  await using ports = await RemoteTextPorts.open(supervisor);
  const { editing } = ports;
  const open = await Promise.all(
    Array.from({ length: 5 }, (_, at) => editing.open({ text: `${at}\n`.repeat(2_000) })),
  );
  const insert = async (buffer: BufferId, at: number) => {
    const { revision } = await editing.read(buffer, { range: { from: 0, to: 0 } });
    const result = await editing.edit(buffer, {
      revision,
      changes: [{ from: at, to: at, insert: "x" }],
      author,
    });
    if (!result.ok) throw new Error(result.error);
  };
  const distribution = async (kills: number) => {
    const times: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      for (const { buffer } of open) for (let at = 0; at < 40; at++) await insert(buffer, at);
      while (supervisor.spare === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      // The spare is warm when it has been idle for a moment, also where others use the machine.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const { buffer } = open[kill % open.length] ?? open[0]!;
      const began = performance.now();
      supervisor.current?.kill();
      await insert(buffer, 0);
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    const ms = (share: number) => percentile(times, share).toFixed(0);
    return `min ${ms(0)}   p25 ${ms(0.25)}   p50 ${ms(0.5)}   p75 ${ms(0.75)}   p90 ${ms(0.9)}   p99 ${
      ms(0.99)
    }   max ${ms(1)}`;
  };
  print(`\nFrom SIGKILL to the next answered edit, ms, ${KILLS} times, 5 texts open (target < 100)`);
  print(`  ${await distribution(KILLS)}`);
  const path = `${folder}/beside.txt`;
  await Deno.writeTextFile(path, "a line of a large file\n".repeat(4_500_000));
  await insert((await editing.open({ file: path })).buffer, 0);
  print("  with a changed file of 100 MB open beside them, 20 times");
  print(`  ${await distribution(20)}`);
}

async function largeFile(folder: string): Promise<void> {
  const path = `${folder}/large.txt`;
  await Deno.writeTextFile(path, "a line of a large file, with some wörds in it\n".repeat(2_200_000));
  await using ports = await RemoteTextPorts.open(
    new Supervisor(editor(`${folder}/large`), { spareAfterMs: 1e6 }),
  );
  const { editing } = ports;
  let began = performance.now();
  const { buffer, length } = await editing.open({ file: path });
  const openMs = performance.now() - began;
  let revision = 0;
  const edit = async (at: number) => {
    const from = (at * 7_919_993) % length;
    const result = await editing.edit(buffer, {
      revision,
      changes: [{ from, to: from, insert: "x" }],
      author,
    });
    if (result.ok) revision = result.value.revision;
  };
  began = performance.now();
  await edit(1);
  const firstMs = performance.now() - began;
  const times = await sample(edit, 1_000, 100);
  began = performance.now();
  const saved = await editing.save(buffer);
  const saveMs = performance.now() - began;
  if (!saved.ok) throw new Error(saved.error);
  print(`\nA file of ${((await Deno.stat(path)).size / 1e6).toFixed(0)} MB (target: opens < 1,500 ms)`);
  print(
    `  open ${openMs.toFixed(0)} ms   first edit, with the text made safe first ${
      firstMs.toFixed(0)
    } ms   save ${saveMs.toFixed(0)} ms`,
  );
  print(`  edit p50 ${percentile(times, 0.5).toFixed(3)} ms   p99 ${percentile(times, 0.99).toFixed(3)} ms`);
}

/** From spawning to the first answer, to a front end and to symphony. */
async function start(folder: string): Promise<void> {
  const { program, args } = editor(`${folder}/start`);
  const asks = {
    "front end": '{"id":1,"method":"new_view","params":{}}\n',
    "revision protocol": '{"jsonrpc":"2.0","id":1,"method":"session/hello","params":{}}\n',
  };
  print("\nFrom starting the process to its first answer, ms (target < 100)");
  for (const [name, ask] of Object.entries(asks)) {
    const times = await sample(
      async () => {
        const options = {
          args: args.filter((word) => word !== "--spare"),
          stdin: "piped",
          stdout: "piped",
        } as const;
        const child = new Deno.Command(program, { ...options, stderr: "null" }).spawn();
        const channel = childStreams(child);
        await channel.write(new TextEncoder().encode(ask));
        await channel.read(new Uint8Array(1 << 16));
        child.kill("SIGKILL");
        await child.status;
        channel.close();
      },
      20,
      3,
    );
    print(
      `  ${name.padEnd(20)} p50 ${percentile(times, 0.5).toFixed(0)}   p90 ${
        percentile(times, 0.9).toFixed(0)
      }`,
    );
  }
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "symphony-bench-" });
  try {
    await roundTrips(folder);
    await recovery(folder);
    await largeFile(folder);
    await start(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  Deno.exit(0);
}
