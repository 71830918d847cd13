/**
 * Host processes that were taken over: programs in the place of ours that speak to the core over the socket. Whatever they
 * send, it is one typed death, or it is nothing.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { HostCommand } from "../../extensions/host/host_command.ts";
import { type Death, HostProcess } from "../../extensions/host/host_process.ts";
import { Hosts } from "../../extensions/host/hosts.ts";
import { HostChannel } from "../../extensions/host/host_channel.ts";
import { openRendezvous } from "../../extensions/host/rendezvous.ts";

/** A program in place of the host's: connects, shows the token, takes the boot frame, then does `body`. */
function forger(body: string, { token = "Deno.env.get('SYMPHONY_HOST_TOKEN')" } = {}): HostCommand {
  const program = `
    const socket = await Deno.connect({ transport: "unix", path: Deno.args[0].slice(5) });
    const write = async (bytes) => { for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at)); };
    const frame = (kind, text, id = 0, length) => { const body = typeof text === "string" ? new TextEncoder().encode(text) : text;
      const bytes = new Uint8Array(9 + body.length); const view = new DataView(bytes.buffer);
      view.setUint32(0, length ?? 5 + body.length, true); bytes[4] = kind; view.setUint32(5, id, true); bytes.set(body, 9); return bytes; };
    await write(frame(16, ${token}));
    await socket.read(new Uint8Array(1 << 20));
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    ${body}
    await sleep(60000);`;
  return { execPath: Deno.execPath(), args: (address) => ["eval", "--quiet", program, address] };
}

async function deathOf(body: string, options = {}): Promise<Death & { readonly code?: string }> {
  const hosts = new Hosts({
    command: forger(body, options),
    bootOf: () => Promise.resolve(new Uint8Array([1])),
    spares: false,
  });
  const { promise, resolve } = Promise.withResolvers<Death>();
  try {
    const channel = await HostChannel.open({
      hosts,
      kind: "sealed",
      memoryMb: 256,
      concurrency: 1,
      liveness: { workingMs: 60_000, graceMs: 60_000, silentMs: 900 },
      onDeath: resolve,
      onLog: () => {},
      redact: (text) => text,
    });
    channel.load(new Uint8Array(0), {}).catch(() => {});
    return await promise;
  } catch (error) {
    return { class: "crash", reason: String((error as Error).message) };
  } finally {
    await hosts.close();
  }
}

/** Says that it is ready and waits until it is given an extension. */
const ready = `await write(frame(17, "")); await socket.read(new Uint8Array(4096));`;
const readyAtOnce = `await write(frame(17, ""));`;
const cases: readonly (readonly [name: string, body: string, expected: RegExp])[] = [
  [
    "a frame over 1 MiB",
    `${ready} await write(frame(21, "{}", 0, 1 << 21));`,
    /^resource: It broke the protocol: A frame announces 2097152 bytes/,
  ],
  [
    "a frame shorter than its head",
    `${ready} await write(frame(21, "{}", 0, 1));`,
    /^resource: It broke the protocol: A frame announces 1 bytes/,
  ],
  [
    "a value that never ends",
    `${ready} for (;;) await write(frame(20 | 128, new Uint8Array(1000000)));`,
    /^resource: It broke the protocol: A value is over/,
  ],
  ["an unknown kind", `${ready} await write(frame(99, "{}"));`, /^resource: .*unknown kind 99/],
  ["a kind of the core's own", `${ready} await write(frame(5, ""));`, /^resource: .*unknown kind 5/],
  [
    "a result that is no JSON",
    `${ready} await write(frame(20, "{{{", 1));`,
    /^resource: .*payload is not JSON/,
  ],
  [
    "bytes that are no UTF-8",
    `${ready} await write(frame(20, new Uint8Array([255, 254]), 1));`,
    /^resource: .*payload is not JSON/,
  ],
  [
    "a result that is no object",
    `${ready} await write(frame(20, "[1]", 1));`,
    /^resource: .*holds no result/,
  ],
  ["a failure without a class", `${ready} await write(frame(21, "{}", 1));`, /^resource: .*holds no failure/],
  [
    "an event of no kind",
    `${ready} await write(frame(22, '{"kind":"toString"}', 1));`,
    /^resource: .*holds no event/,
  ],
  [
    "a request that breaks off",
    `${ready} await write(frame(24, new Uint8Array([9, 0, 0, 0, 0, 123]), 1));`,
    /^resource: .*breaks off/,
  ],
  [
    "a request without a call",
    `${ready} await write(frame(24, new Uint8Array([2, 0, 0, 0, 0, 123, 125]), 1));`,
    /^resource: .*holds no request/,
  ],
  ["a pong with content", `${ready} await write(frame(23, "x"));`, /^resource: .*holds no sign of life/],
  ["an account of nobody", `${ready} await write(frame(26, "[[1]]"));`, /^resource: .*holds no account/],
  [
    "contributions that are none",
    `${ready} await write(frame(18, '[{"kind":"__proto__"}]', 1));`,
    /^resource: .*unknown kind "__proto__"/,
  ],
  ["silence after it was ready", `${ready}`, /^resource: It did not answer/],
  ["its own end", `${ready} Deno.exit(3);`, /^crash: (Its process ended with code 3|It closed its channel)/],
  ["a closed channel", `${ready} socket.close();`, /^crash: It closed its channel/],
  [
    "a stop of its own",
    `${ready} await sleep(50); Deno.kill(Deno.pid, "SIGSTOP");`,
    /^resource: It did not answer/,
  ],
];

for (const [name, body, expected] of cases) {
  Deno.test(`HostProcess ends a host that sends ${name}`, async () => {
    const { class: failureClass, reason } = await deathOf(body);
    assert.match(`${failureClass}: ${reason}`, expected);
  });
}

Deno.test("HostProcess speaks to nobody who does not hold the token", async () => {
  const { class: failureClass, reason } = await deathOf(ready, { token: "'0'.repeat(64)" });
  assert.match(`${failureClass}: ${reason}`, /does not hold the token/);
});

Deno.test("HostProcess takes nothing of a process that nobody owns", async () => {
  // Where both frames come in one piece, it is not even started.
  const reason = await HostProcess.start({
    command: forger(`${readyAtOnce} await write(frame(22, '{"kind":"log","level":"info","text":"x"}'));`),
    kind: "sealed",
    boot: new Uint8Array([1]),
  }).then(async (host) => {
    await host.gone();
    return host.death?.reason ?? "";
  }, (error: Error) => error.message);
  assert.match(reason, /came unasked/);
});

Deno.test("HostProcess reads no faster than its budget, so that a flood waits in the kernel", async () => {
  let events = 0;
  const host = await HostProcess.start({
    command: forger(
      `${readyAtOnce} await sleep(100); const one = frame(22, '{"kind":"log","level":"info","text":"x"}');
       const many = new Uint8Array(one.length * 2000); for (let at = 0; at < 2000; at++) many.set(one, at * one.length);
       for (;;) await write(many);`,
    ),
    kind: "sealed",
    boot: new Uint8Array([1]),
  });
  await host.adopt({ memoryMb: 256, onMessage: () => events++, onDeath: () => {}, onLog: () => {} });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  host.kill({ class: "crash", reason: "enough" });
  await host.gone();
  // The budget is a burst of 20,000 and 5,000 a second; a piece that was read is delivered whole.
  assert.ok(events > 1_000 && events < 45_000, `${events} events in a second and a half`);
});

Deno.test("a rendezvous over a named pipe's code lets one in, both ways, and reads to the end", async () => {
  const meeting = await openRendezvous(true);
  const path = meeting.address.slice("pipe:".length);
  const [core, other] = await Promise.all([meeting.accept(), Deno.connect({ transport: "unix", path })]);
  await meeting.close();
  assert.ok(core);
  const sent = crypto.getRandomValues(new Uint8Array(60_000));
  const writing = (async () => {
    for (let at = 0; at < sent.length;) at += await other.write(sent.subarray(at));
    other.closeWrite();
  })();
  const got: number[] = [];
  const chunk = new Uint8Array(777);
  for (;;) {
    const count = await core.read(chunk);
    if (count === null) break;
    got.push(...chunk.subarray(0, count));
  }
  await writing;
  assert.deepEqual(new Uint8Array(got), sent);
  core.close();
  other.close();
});
