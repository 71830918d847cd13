/**
 * 1,000 live clients on one run: how long after the server knew of an event its clients have it, what that costs, and what
 * the server's memory grows by. Beside it the floor: a bare server that sends the same frames to as many sockets.
 *
 * Server and clients are processes of their own, on one machine; delays are told by one clock, to the millisecond.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { API_BASE, EVENTS_PATH, EVENTS_PROTOCOL } from "../ui/api/mod.ts";
import { percentile } from "./tail.ts";

const CLIENTS = 1000;
const STEPS = 60;
const STEP_MS = 100;
const root = fileURLToPath(new URL("..", import.meta.url));

interface Seen {
  readonly delays: number[];
  frames: number;
  bytes: number;
}

/** Prints quantiles of the delay in milliseconds, processor time and memory. */
export async function users(): Promise<void> {
  say(`${CLIENTS} clients on one run of ${STEPS} steps, ${STEP_MS} ms apart (delay in ms)`);
  const ours = await symphony();
  await floor(ours.bytesAFrame, ours.framesAClient);
}

async function symphony(): Promise<{ readonly bytesAFrame: number; readonly framesAClient: number }> {
  const data = await Deno.makeTempDir({ prefix: "symphony-users-" });
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "-q",
      "--no-prompt",
      "--unstable-worker-options",
      `${root}symphony.ts`,
      "serve",
      "--port",
      "0",
      "--data",
      data,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const address = new URL(await firstLine(server.stdout));
    const { origin } = address;
    const headers: Record<string, string> = { origin, "content-type": "application/json" };
    const opened = await fetch(`${origin}${API_BASE}/session`, {
      method: "POST",
      headers,
      body: JSON.stringify({ key: address.hash.slice(3) }),
    });
    await opened.body?.cancel();
    headers["cookie"] = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const ask = async (method: string, path: string, body?: object) =>
      await (await fetch(`${origin}${API_BASE}${path}`, {
        method,
        headers,
        ...body === undefined ? {} : { body: JSON.stringify(body) },
      })).json();
    await ask("GET", "/runs");
    const memoryBefore = rss(server.pid);
    const { run } = await ask("POST", "/runs", { workflow: { text: chain() } });
    const seen: Seen = { delays: [], frames: 0, bytes: 0 };
    const { ended } = await connectAll(`${origin.replace("http", "ws")}${EVENTS_PATH}`, headers, seen, run);
    const cpuBefore = cpuMs(server.pid);
    const began = performance.now();
    seen.delays.length = 0;
    seen.frames = 0;
    seen.bytes = 0;
    await ended;
    const seconds = (performance.now() - began) / 1000;
    report("symphony", seen.delays);
    say(
      `  ${(seen.frames / seconds).toFixed(0)} frames/s; server ${
        ((cpuMs(server.pid) - cpuBefore) / seconds / 10).toFixed(0)
      } % of a processor, ${((rss(server.pid) - memoryBefore) / CLIENTS / 1024).toFixed(0)} KB a client`,
    );
    return {
      bytesAFrame: Math.round(seen.bytes / seen.frames),
      framesAClient: Math.round(seen.frames / CLIENTS),
    };
  } finally {
    server.kill("SIGKILL");
    await server.status;
    await Deno.remove(data, { recursive: true });
  }
}

/** Connects every client; the result settles when each has seen the end of the run. */
async function connectAll(
  address: string,
  headers: Record<string, string>,
  seen: Seen,
  run: string,
): Promise<{ readonly ended: Promise<unknown> }> {
  const ends: Promise<void>[] = [];
  for (let at = 0; at < CLIENTS; at++) {
    const socket = open(address, headers);
    const subscribed = Promise.withResolvers<void>();
    ends.push(
      new Promise((resolve) => {
        socket.onmessage = ({ data }) => {
          const text = data as string;
          if (text.startsWith('{"type":"subscribed"')) subscribed.resolve();
          if (text.startsWith('{"type":"ping"')) socket.send('{"type":"pong"}');
          if (!text.startsWith('{"type":"events"')) return;
          note(seen, text);
          const frame = Number(/"frame":(\d+)/.exec(text)?.[1]);
          if (frame % 8 === 0) socket.send(`{"type":"ack","frame":${frame}}`);
          if (text.includes('"run.completed"')) {
            socket.close();
            resolve();
          }
        };
      }),
    );
    socket.onopen = () => socket.send(JSON.stringify({ type: "subscribe", topic: `run:${run}` }));
    // Twenty at a time, so that neither side is flooded.
    if (at % 20 === 19) await subscribed.promise;
  }
  return { ended: Promise.all(ends) };
}

function note(seen: Seen, text: string): void {
  const now = performance.timeOrigin + performance.now();
  seen.frames++;
  seen.bytes += text.length;
  for (const [, at] of text.matchAll(/"seq":-?\d+,"at":(\d+)/g)) seen.delays.push(now - Number(at));
}

/** A bare server that sends as many frames of the same size to as many sockets. */
async function floor(bytes: number, frames: number): Promise<void> {
  const script = `
    const sockets = new Set();
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "${EVENTS_PROTOCOL}" });
      socket.onopen = () => sockets.add(socket);
      return response;
    });
    Deno.stdout.writeSync(new TextEncoder().encode("http://127.0.0.1:" + server.addr.port + "\\n"));
    let left = ${frames};
    const timer = setInterval(() => {
      if (sockets.size < ${CLIENTS}) return;
      const text = '{"seq":1,"at":' + Date.now() + '}' + "x".repeat(${
    Math.max(0, bytes - 30)
  }) + (left === 1 ? '"run.completed"' : "");
      for (const socket of sockets) socket.send(text);
      if (--left === 0) clearInterval(timer);
    }, ${STEP_MS});
  `;
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, script);
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", file],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const origin = await firstLine(server.stdout);
    const memoryBefore = rss(server.pid);
    const seen: Seen = { delays: [], frames: 0, bytes: 0 };
    const ends = Array.from({ length: CLIENTS }, () =>
      new Promise<void>((resolve) => {
        const socket = open(origin.replace("http", "ws"), { origin });
        socket.onmessage = ({ data }) => {
          note(seen, data as string);
          if (!(data as string).includes('"run.completed"')) return;
          socket.close();
          resolve();
        };
      }));
    await Promise.all(ends);
    report("floor: bare sockets, the same frames", seen.delays);
    say(`  ${((rss(server.pid) - memoryBefore) / CLIENTS / 1024).toFixed(0)} KB a client`);
  } finally {
    server.kill("SIGKILL");
    await server.status;
    await Deno.remove(file);
  }
}

function chain(): string {
  const nodes = Array.from({ length: STEPS }, (_, at) => [`step${at}`, {
    use: "control/wait",
    for: `${STEP_MS}ms`,
    ...at === 0 ? {} : { after: `step${at - 1}` },
  }]);
  // The clients come while it waits for the first step.
  const first = { use: "control/wait", for: "8s" };
  return JSON.stringify({
    schema: 1,
    id: "users",
    version: "1.0.0",
    nodes: {
      first,
      ...Object.fromEntries(
        nodes.map(([id, node], at) => [id, at === 0 ? { ...node as object, after: "first" } : node]),
      ),
    },
  });
}

function open(address: string, headers: Record<string, string>): WebSocket {
  return new WebSocket(address, { protocols: [EVENTS_PROTOCOL], headers } as unknown as string[]);
}

async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  void reader.cancel();
  return value.trim();
}

function cpuMs(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rss(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ")[1]) * 4096;
}

function report(name: string, delays: number[]): void {
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (q: number) => percentile(sorted, q).toFixed(1).padStart(7);
  say(
    `  ${name.padEnd(40)} p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}  max ${
      at(1)
    }  (${delays.length} events)`,
  );
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await users();
