/**
 * The walls around a worker, each by itself: what the process is given by the system, what it gives up, what the worker may
 * do whatever its root module is, and what a root module takes away. One wall hides the absence of another from the zoo.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand, type HostCommand, MEMORY_FLOOR_MB } from "../../extensions/host/host_command.ts";
import { FrameReader, FrameWriter, Kind } from "../../extensions/host/frames.ts";
import { openRendezvous } from "../../extensions/host/rendezvous.ts";
import { HostProcess } from "../../extensions/host/host_process.ts";
import { Hosts } from "../../extensions/host/hosts.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { request } from "../contracts/extension_contract.ts";
import { bundleOf, habits } from "./zoo/habits.ts";
import { installedOf, sourceOf, told } from "./zoo/zoo.ts";

const isLinux = Deno.build.os === "linux";

/** A root module that says one thing: what `expression` gives. */
const probing = (expression: string) =>
  new TextEncoder().encode(`
    const frame = (kind, text) => { const body = new TextEncoder().encode(text); const bytes = new Uint8Array(9 + body.length);
      const view = new DataView(bytes.buffer); view.setUint32(0, 5 + body.length, true); bytes[4] = kind; bytes.set(body, 9); return bytes; };
    const attempt = async (name, act) => { try { await act(); return name; } catch { return undefined; } };
    // Before it says that it is ready, when the host process has not given up its own rights yet.
    const early = JSON.stringify(await (${expression}));
    addEventListener("message", () => postMessage(frame(22, JSON.stringify({ kind: "log", text: early }))));
    postMessage(frame(17, ""));`);

/** What a root module finds in a host of its own. */
async function found(expression: string, command: HostCommand = denoHostCommand()): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const host = await HostProcess.start({ command, kind: "sealed", boot: probing(expression), memoryMb: 64 });
  await host.adopt({
    memoryMb: 64,
    onMessage: (_kind, _id, body) => resolve(JSON.parse(JSON.parse(new TextDecoder().decode(body)).text)),
    onDeath: ({ reason }) => reject(new Error(reason)),
    onLog: () => {},
  });
  host.send(5, 0, new Uint8Array(0));
  try {
    return await promise;
  } finally {
    host.kill({ class: "crash", reason: "done" });
    await host.gone();
  }
}

Deno.test("a worker may do nothing, whatever its root module is", async () => {
  const could = await found(`Promise.all([
    attempt("read", () => Deno.readTextFileSync("/etc/hostname")),
    attempt("write", () => Deno.writeTextFileSync("/tmp/symphony-layer", "x")),
    attempt("environment", () => Deno.env.get("PATH")),
    attempt("run", () => new Deno.Command("true").outputSync()),
    attempt("system", () => Deno.hostname()),
    attempt("ffi", () => Deno.dlopen("libc.so.6", {})),
    attempt("network", () => Deno.connect({ hostname: "127.0.0.1", port: 1 }).catch((error) => {
      if (error instanceof Deno.errors.NotCapable) throw error; })),
    attempt("import of a file", () => import("file:///etc/" + "hostname.json")),
    attempt("worker with rights", () => new Worker("data:text/javascript,", { type: "module", deno: { permissions: { read: true } } })),
  ]).then((all) => all.filter((one) => one !== undefined))`);
  assert.deepEqual(could, []);
});

Deno.test("a host process gives up every permission once its worker runs", async () => {
  const main = new URL("../../extensions/host/host_main.ts", import.meta.url).href;
  const program = `import { runHost } from "${main}"; runHost(Deno.args[0], false);
    const names = ["run", "ffi", "net", "write", "sys", "env", "import", "read"];
    setInterval(() => console.log(names.filter((name) => Deno.permissions.querySync({ name }).state === "granted").join() || "none"), 20);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const command: HostCommand = {
    execPath: Deno.execPath(),
    args: (
      address,
    ) => [
      "run",
      "-A",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "-q",
      "--unstable-worker-options",
      file,
      address,
    ],
  };
  const host = await HostProcess.start({ command, kind: "sealed", boot: probing("1"), memoryMb: 64 });
  const { promise, resolve } = Promise.withResolvers<string>();
  // What was printed before it was adopted went nowhere; what is printed now is after it said that it is ready.
  await host.adopt({ memoryMb: 64, onMessage: () => {}, onDeath: () => resolve("dead"), onLog: resolve });
  assert.equal(await promise, "none");
  host.kill({ class: "crash", reason: "done" });
  await host.gone();
  await Deno.remove(file);
});

Deno.test({
  name: "a host process has limits of the system, lowest rights of way, no input and no environment of ours",
  ignore: !isLinux,
  async fn() {
    Deno.env.set("SYMPHONY_LAYER_SECRET", "do-not-pass-on");
    const hosts = new Hosts({
      command: denoHostCommand(),
      bootOf: () => Promise.resolve(probing("1")),
      spares: true,
    });
    const owner = { memoryMb: 100, onMessage: () => {}, onDeath: () => {}, onLog: () => {} };
    try {
      const cold = await hosts.take("sealed", owner);
      hosts.keepSpare("sealed");
      assert.equal(await hosts.spareReady("sealed"), true);
      const warm = await hosts.take("sealed", owner);
      for (const { pid } of [cold, warm]) {
        const limits = Deno.readTextFileSync(`/proc/${pid}/limits`);
        const data = /^Max data size\s+(\d+)\s+(\d+)/m.exec(limits);
        assert.equal(Number(data?.[2]), (MEMORY_FLOOR_MB + 100) * 2 ** 20);
        assert.match(limits, /^Max core file size\s+0\s+0/m);
        const [own, its] = [niceness(Deno.pid), niceness(pid)];
        assert.ok(its >= Math.min(19, own + 10), `its niceness is ${its}, ours ${own}`);
        assert.equal(Deno.readLinkSync(`/proc/${pid}/fd/0`), "/dev/null");
        assert.ok(!Deno.readTextFileSync(`/proc/${pid}/environ`).includes("do-not-pass-on"));
      }
      for (const host of [cold, warm]) {
        host.kill({ class: "crash", reason: "done" });
        await host.gone();
      }
    } finally {
      Deno.env.delete("SYMPHONY_LAYER_SECRET");
      await hosts.close();
    }
  },
});

function niceness(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  return Number(fields[16]);
}

/** Without the flag by which V8 itself refuses code from texts: the executable cannot have it. */
const asCompiled: HostCommand = {
  ...denoHostCommand(),
  args: (address) => denoHostCommand().args(address, "sealed"),
};

/** Runs habits of the zoo in one worker of the product itself; gives those that were not refused. */
async function allowedIn(names: readonly string[]): Promise<readonly string[]> {
  const data = await Deno.makeTempDir({ prefix: "symphony-layer-" });
  const chosen = habits.filter(({ name }) => names.includes(name));
  assert.equal(chosen.length, names.length);
  const extensions = new HostExtensions({
    source: sourceOf(
      chosen.map((habit) => ({ ...installedOf(`zoo/${habit.name}`, bundleOf(habit)), origin: "bundled" })),
    ),
    command: asCompiled,
    grants: await Grants.open(data),
    artifacts: new HeldArtifacts(),
  });
  const wrong: string[] = [];
  try {
    for (const { name } of chosen) {
      const instance = await extensions.activate(extensionId(`zoo/${name}`));
      const result = await extensions.call(instance, request(`zoo/${name}`), {
        signal: new AbortController().signal,
      });
      if (!told(result).startsWith('ok: {"refused":true')) wrong.push(`${name}: ${told(result)}`);
      await extensions.deactivate(instance);
    }
    return wrong;
  } finally {
    await extensions.close();
    await Deno.remove(data, { recursive: true });
  }
}

Deno.test("a worker of the product's own extensions has no name that leads out, and no code from texts", async () => {
  const names = [
    "fetch",
    "worker",
    "cache",
    "gpu",
    "post",
    "listen",
    "atomics",
    "eval",
    "async-function",
    "timer-text",
  ];
  assert.deepEqual(await allowedIn([...names, "timer-this"]), []);
});

Deno.test("a worker of the product's own extensions loads nothing but its one module", async () => {
  const code = bundleOf({
    name: "import",
    run:
      `const all = []; for (const name of ["node:" + "fs", "data:text/javascript,export default 1", "npm:ignore"]) {
      try { await import(name); all.push(name); } catch { continue; } } return { all };`,
    ends: /ok/,
  });
  const data = await Deno.makeTempDir({ prefix: "symphony-layer-" });
  const extensions = new HostExtensions({
    source: sourceOf([{ ...installedOf("zoo/import", code), origin: "bundled" }]),
    command: denoHostCommand(),
    grants: await Grants.open(data),
    artifacts: new HeldArtifacts(),
  });
  try {
    const instance = await extensions.activate(extensionId("zoo/import"));
    const result = await extensions.call(instance, request("zoo/import"), {
      signal: new AbortController().signal,
    });
    assert.equal(told(result), 'ok: {"all":[]}');
  } finally {
    await extensions.close();
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("a light extension never shares a process with one of another publisher", async () => {
  const data = await Deno.makeTempDir({ prefix: "symphony-layer-" });
  const code = (type: string) => bundleOf({ name: type, ends: /ok/ });
  const ids = ["one/a", "one/b", "two/a"] as const;
  const extensions = new HostExtensions({
    source: sourceOf(ids.map((id) => installedOf(id, code("a"), { tier: "light", memoryMb: 16 }))),
    command: denoHostCommand(),
    grants: await Grants.open(data),
    artifacts: new HeldArtifacts(),
  });
  try {
    const pids: (number | undefined)[] = [];
    for (const id of ids) pids.push(extensions.pidOf(await extensions.activate(extensionId(id))));
    assert.equal(pids[0], pids[1]);
    assert.notEqual(pids[0], pids[2]);
  } finally {
    await extensions.close();
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("a host process meets the core over a named pipe's code as over a socket", async () => {
  const meeting = await openRendezvous(true);
  const { execPath, args } = denoHostCommand();
  const child = new Deno.Command(execPath, {
    args: args(meeting.address, "sealed"),
    env: { SYMPHONY_HOST_TOKEN: meeting.token },
    stdin: "null",
    stderr: "null",
    stdout: "null",
  }).spawn();
  const core = await meeting.accept();
  await meeting.close();
  assert.ok(core);
  const { promise, resolve } = Promise.withResolvers<string>();
  const reader = new FrameReader((kind, _id, body) => {
    const text = new TextDecoder().decode(body);
    if (kind === Kind.token) assert.equal(text, meeting.token);
    if (kind === Kind.ready) writer.send(Kind.ping, 0, new Uint8Array(0));
    if (kind === Kind.event) resolve(JSON.parse(text).text);
  });
  const writer = new FrameWriter(async (bytes) => void await core.write(bytes));
  writer.send(Kind.boot, 0, probing(`"through the pipe"`));
  const reading = (async () => {
    const chunk = new Uint8Array(65_536);
    for (;;) {
      const count = await core.read(chunk);
      if (count === null) return;
      reader.push(chunk.subarray(0, count));
    }
  })();
  assert.equal(await promise, '"through the pipe"');
  child.kill("SIGKILL");
  await child.status;
  core.close();
  await reading;
});
