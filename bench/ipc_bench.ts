/**
 * Messages between the core and an extension's worker: the round trip of one call, and calls in a pipeline, beside two
 * floors that cannot be beaten and one shared process without isolation: a bare echo over a unix socket to one process, and a bare postMessage echo to one worker.
 * The real path crosses both: socket to the host process, message to its worker, and back, with JSON, schemas, deadlines
 * and accounting.
 *
 * @module
 */

import { extensionId, nodeId, nodeTypeId, runId } from "../core/ids.ts";
import type { CallRequest } from "../core/ports/extension.ts";
import { HeldArtifacts } from "../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../extensions/grants.ts";
import { denoHostCommand } from "../extensions/host/host_command.ts";
import { HostExtensions } from "../extensions/host_extensions.ts";
import { installedOf, sourceOf } from "../tests/extensions/zoo/zoo.ts";
import { SharedHost } from "./shared_host.ts";
import { openTrivialHost } from "./trivial_host.ts";

const SAMPLES = 5_000;
const PIPELINED = 10_000;
const TARGET_MS = 0.3;

function request(n: number): CallRequest {
  return {
    nodeType: nodeTypeId("bench/pass"),
    input: { a: n },
    run: runId("r000000000000000"),
    node: nodeId("n"),
    attempt: 1,
    idempotencyKey: "k",
    workspace: "/",
    mayWrite: false,
  };
}

interface Figures {
  readonly p50: number;
  readonly p75: number;
  readonly p99: number;
  readonly perSecond: number;
}

/** One after the other for the tail, then all at once for the rate. */
async function measure(once: (n: number) => unknown): Promise<Figures> {
  for (let n = 0; n < 500; n++) await once(n);
  const times: number[] = [];
  for (let n = 0; n < SAMPLES; n++) {
    const began = performance.now();
    await once(n);
    times.push(performance.now() - began);
  }
  const rates: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    await Promise.all(Array.from({ length: PIPELINED }, (_, n) => once(n)));
    rates.push(PIPELINED / (performance.now() - began) * 1000);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { p50: at(0.5), p75: at(0.75), p99: at(0.99), perSecond: rates.sort((a, b) => a - b)[2] ?? 0 };
}

/** Echo of 64-byte messages by a worker: the second half of the way. */
async function workerFloor(): Promise<Figures> {
  const worker = new Worker("data:text/javascript,onmessage=(e)=>postMessage(e.data)", {
    type: "module",
    deno: { permissions: "none" },
  });
  const waiting: (() => void)[] = [];
  worker.onmessage = () => waiting.shift()?.();
  const figures = await measure(() =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      worker.postMessage(new Uint8Array(64));
    })
  );
  worker.terminate();
  return figures;
}

const echoProgram = `const c = await Deno.connect({ transport: "unix", path: Deno.args[0] });
const b = new Uint8Array(65536);
for (;;) { const n = await c.read(b); if (n === null) Deno.exit(0);
for (let at = 0; at < n;) at += await c.write(b.subarray(at, n)); }`;

/** Echo of 64-byte messages by another process over a unix socket: the first half of the way. */
async function socketFloor(folder: string): Promise<Figures> {
  const path = `${folder}/echo`;
  await Deno.writeTextFile(`${folder}/echo.js`, echoProgram);
  const listener = Deno.listen({ transport: "unix", path });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "--no-lock", "-q", `${folder}/echo.js`, path],
  }).spawn();
  const socket = await listener.accept();
  const waiting: (() => void)[] = [];
  const read = (async () => {
    const chunk = new Uint8Array(65536);
    let got = 0;
    for (;;) {
      const count = await socket.read(chunk).catch(() => null);
      if (count === null) return;
      for (got += count; got >= 64; got -= 64) waiting.shift()?.();
    }
  })();
  let queued = 0;
  let writing = false;
  const flush = async () => {
    writing = true;
    while (queued > 0) {
      const bytes = new Uint8Array(64 * queued);
      queued = 0;
      for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
    }
    writing = false;
  };
  const figures = await measure(() =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      queued++;
      if (!writing) flush();
    })
  );
  child.kill("SIGKILL");
  await child.status;
  socket.close();
  listener.close();
  await read;
  return figures;
}

async function realPath(folder: string): Promise<Figures> {
  await using host = await openTrivialHost(folder);
  const instance = await host.extensions.activate(extensionId("bench/trivial"));
  const signal = new AbortController().signal;
  return await measure(async (n) => {
    const result = await host.extensions.call(instance, request(n), { signal });
    if (!result.ok) throw new Error(result.failure.message);
  });
}

/** A round trip to one shared process without worker, sandbox, schemas or deadlines, as VS Code's extension host. */
async function sharedHost(folder: string): Promise<Figures> {
  await Deno.mkdir(folder);
  await using host = await SharedHost.open(folder);
  await host.load(
    `const contributes = [{ type: "bench/pass", run: (input) => ({ a: input.a }) }]; export default { contributes };`,
  );
  return await measure((n) => host.call("bench/pass", { a: n }));
}

const STREAM_BYTES = 256 << 20;
const PIECE = 256 << 10;
const empty = `{ type: "object", properties: {} }`;
const streamCode =
  `const operator = (name, run) => ({ kind: "operator", type: "bench/" + name, title: "t", description: "d",
  input: ${empty}, output: ${empty}, run });
const text = "x".repeat(4 << 20);
const extension = { contributes: [operator("tokens", (input, context) => { for (let at = 0; at < input.count; at++)
  context.log("info", "token " + at); return {}; }), operator("large", () => ({ text })),
  operator("read", async (input, context) => { let sum = 0; for (let at = 0; at < input.times; at++)
  sum += (await context.files.read("large")).length; return { sum }; })] };
export { extension as default };
`;

/** Megabytes a second through the real path: large results, and files read through a capability; and events a second. */
async function streaming(folder: string): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${folder}/large`, new Uint8Array(8 << 20));
  const permissions = [{ kind: "files", access: "read", reason: "It reads" }];
  const grants = await Grants.open(`${folder}/data`);
  grants.addForSession("bench/stream=files:read");
  const extensions = new HostExtensions({
    source: sourceOf([installedOf("bench/stream", streamCode, { permissions })]),
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
  });
  try {
    const instance = await extensions.activate(extensionId("bench/stream"));
    let events = 0;
    const call = async (name: string, input: Record<string, number>) => {
      const asked = { ...request(0), nodeType: nodeTypeId(`bench/${name}`), input, workspace: folder };
      const began = performance.now();
      const result = await extensions.call(instance, asked, {
        signal: new AbortController().signal,
        onEvent: () => events++,
      });
      if (!result.ok) throw new Error(result.failure.message);
      return (performance.now() - began) / 1000;
    };
    await call("large", {});
    let seconds = 0;
    for (let at = 0; at < 16; at++) seconds += await call("large", {});
    const results = 16 * 4 / seconds;
    const files = 8 * 16 / await call("read", { times: 16 });
    const burst = 15_000 / await call("tokens", { count: 15_000 });
    const rate = (value: number) => Math.round(value).toLocaleString("en").padStart(9);
    return [
      `  results of 4 MB, JSON and schema included${rate(results).padStart(21)} MB/s`,
      `  files of 8 MB through the capability${rate(files).padStart(26)} MB/s`,
      `  events (the budget is a burst of 20,000 and 5,000 a second)${rate(burst).padStart(3)} events/s`,
    ];
  } finally {
    await extensions.close();
  }
}

/** Megabytes a second of a bare unix socket between two processes. */
async function socketStream(folder: string): Promise<number> {
  const path = `${folder}/stream`;
  const program =
    `const c = await Deno.connect({ transport: "unix", path: Deno.args[0] }); const b = new Uint8Array(${PIECE});
for (let left = ${STREAM_BYTES}; left > 0;) left -= await c.write(b); c.close();`;
  await Deno.writeTextFile(`${folder}/stream.js`, program);
  const listener = Deno.listen({ transport: "unix", path });
  const args = ["run", "-A", "--no-config", "--no-lock", "-q", `${folder}/stream.js`, path];
  const child = new Deno.Command(Deno.execPath(), { args }).spawn();
  const socket = await listener.accept();
  const chunk = new Uint8Array(PIECE);
  const began = performance.now();
  let got = 0;
  for (;;) {
    const count = await socket.read(chunk);
    if (count === null) break;
    got += count;
  }
  const seconds = (performance.now() - began) / 1000;
  socket.close();
  listener.close();
  await child.status;
  return got / 2 ** 20 / seconds;
}

function line(name: string, { p50, p75, p99, perSecond }: Figures): string {
  const ms = (value: number) => value.toFixed(3).padStart(8);
  const rate = Math.round(perSecond).toLocaleString("en").padStart(9);
  return `  ${name.padEnd(52)}${ms(p50)}${ms(p75)}${ms(p99)} ${rate}`;
}

/** Prints the round trip in milliseconds and pipelined calls a second. */
export async function ipc(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-bench-" });
  try {
    const lines = [
      `Round trip core to worker, ms; ${PIPELINED.toLocaleString("en")} at once, calls/s`,
      `  ${"".padEnd(52)}     p50     p75     p99   calls/s`,
      line("floor: postMessage echo", await workerFloor()),
      line("floor: unix socket echo", await socketFloor(folder)),
      line("baseline: shared process without permissions", await sharedHost(`${folder}/shared`)),
      line(`call of a trivial operator (target < ${TARGET_MS} ms median)`, await realPath(`${folder}/host`)),
      "Streaming",
      `  floor: bare unix socket${
        Math.round(await socketStream(folder)).toLocaleString("en").padStart(39)
      } MB/s`,
      ...await streaming(`${folder}/stream-host`),
    ];
    Deno.stdout.writeSync(new TextEncoder().encode(lines.join("\n") + "\n"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await ipc();
