/**
 * The resource monitor: what it promises, how true its readings are, and what it ends.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId } from "../../../core/ids.ts";
import { defaultResources } from "../../../extensions/manifest/manifest.ts";
import type { Metered } from "../../../extensions/monitor/meter.ts";
import { ResourceMonitor } from "../../../extensions/monitor/resource_monitor.ts";
import { readShared, readUsage } from "../../../extensions/monitor/shared_readings.ts";
import { testResourceMonitor, watched } from "../../contracts/resource_monitor_contract.ts";
import { request } from "../../contracts/extension_contract.ts";
import { openRig } from "../host_rig.ts";

const never = new AbortController().signal;

testResourceMonitor("ResourceMonitor", () => {
  const monitor = new ResourceMonitor();
  monitor.register(watched, { ...defaultResources, networkMb: 1 }, () => "healthy");
  let ended = false;
  const source: Metered = {
    cpuMs: 0,
    memoryBytes: 0,
    messages: 0,
    messageBytes: 0,
    end: () => {
      ended = true;
      monitor.unwatchProcess(watched, source);
    },
  };
  monitor.watchProcess(watched, source);
  return {
    port: monitor,
    network: (bytes) => {
      monitor.network(watched, bytes);
      monitor.sample();
    },
    answer: (tokens, usd) =>
      monitor.called(watched, { ok: true, output: {}, usage: { tokensIn: tokens, costUsd: usd } }),
    isEnded: () => ended,
    close: () => monitor.close(),
  };
});

/** An extension in a folder of its own. */
async function extension(name: string, resources: object, run: string, more: object = {}): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: `symphony-${name}-` });
  const manifest = {
    id: `tests/${name}`,
    name,
    version: "1.0.0",
    kind: "operator",
    description: name,
    entry: "main.js",
  };
  await Deno.writeTextFile(`${folder}/symphony.jsonc`, JSON.stringify({ ...manifest, resources, ...more }));
  const any = `{ type: "object", properties: {} }`;
  await Deno.writeTextFile(
    `${folder}/main.js`,
    `const kept = []; export default { contributes: [{ kind: "operator", type: "tests/${name}", title: "t",
      description: "d", input: ${any}, output: ${any}, run: async (input, context) => { ${run} } }] };`,
  );
  return folder;
}

const perProcess = (path: string) => {
  // Time on the processor in nanoseconds, of every thread, from the scheduler itself: finer than the ticks that are read.
  let sum = 0;
  for (const { name } of Deno.readDirSync(path)) {
    try {
      sum += Number(Deno.readTextFileSync(`${path}/${name}/schedstat`).split(" ")[0]);
    } catch {
      // A thread that ended meanwhile.
    }
  }
  return sum / 1e6;
};

Deno.test({
  name: "ResourceMonitor reads memory within 10 % and CPU within 20 % of what was really used",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await extension(
      "hungry",
      { memoryMb: 512, instances: 1 },
      `if (input.mb) kept.push(new Uint8Array(input.mb << 20).fill(1));
       const end = Date.now() + (input.ms ?? 0); while (Date.now() < end); return {};`,
    );
    await using rig = await openRig([], { extra: [folder] });
    const { extensions } = rig;
    const instance = await extensions.activate(extensionId("tests/hungry"));
    const call = (input: object) =>
      extensions.call(instance, request("tests/hungry", { ...input }), { signal: never });
    const read = () => {
      extensions.monitor.sample();
      const found = extensions.monitor.readings().find((one) => one.extension === "tests/hungry");
      assert.ok(found);
      return found;
    };
    await call({});
    const before = read();
    await call({ mb: 200 });
    const memory = read().memoryBytes - before.memoryBytes;
    assert.ok(Math.abs(memory / (200 * 2 ** 20) - 1) < 0.1, `200 MB were taken, ${memory / 2 ** 20} MB read`);
    const pid = extensions.pidOf(instance);
    const [cpuBefore, realBefore] = [read().cpuMs, perProcess(`/proc/${pid}/task`)];
    await call({ ms: 700 });
    const real = perProcess(`/proc/${pid}/task`) - realBefore;
    const cpu = read().cpuMs - cpuBefore;
    assert.ok(Math.abs(cpu / real - 1) < 0.2, `${real} ms were used, ${cpu} ms read`);
    const { calls, messages, messageBytes, processes } = read();
    assert.deepEqual([calls, processes], [3, 1]);
    assert.ok(messages >= 6 && messageBytes > 0);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("ResourceMonitor ends an extension that passed its bytes over the network, which is not started again", async () => {
  const server = Deno.serve({ port: 0, onListen: () => {} }, () => new Response("x".repeat(400_000)));
  const { port } = server.addr as Deno.NetAddr;
  const permissions = [{ kind: "net", hosts: [`127.0.0.1:${port}`], reason: "It downloads" }];
  const folder = await extension(
    "greedy",
    { networkMb: 1, instances: 1 },
    `for (let at = 0; at < 10; at++) await (await context.fetch("http://127.0.0.1:${port}/")).text(); return {};`,
    { permissions },
  );
  await using rig = await openRig([], { extra: [folder], grants: [`tests/greedy=net:127.0.0.1:${port}`] });
  const { extensions } = rig;
  const id = extensionId("tests/greedy");
  const levels: string[] = [];
  extensions.monitor.watch(({ level, resource }) => levels.push(`${level} ${resource}`));
  const instance = await extensions.activate(id);
  const result = await extensions.call(instance, request("tests/greedy"), { signal: never });
  assert.match(
    result.ok ? "" : `${result.failure.class}: ${result.failure.message}`,
    /^resource: It used 1\.\d MB over the network/,
  );
  assert.equal(levels.at(-1), "end networkBytes");
  await assert.rejects(extensions.activate(id), /not started again: It used/);
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readings of a process are seen by others while it runs, and its sums afterwards", async () => {
  const data = await Deno.makeTempDir({ prefix: "symphony-monitor-" });
  try {
    const monitor = new ResourceMonitor({ data });
    monitor.register(watched, defaultResources, () => "healthy");
    monitor.called(watched, { ok: true, output: {}, usage: { tokensIn: 5, costUsd: 0.5 } });
    monitor.sample();
    while ((await readShared(data)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const [shared] = await readShared(data);
    assert.equal(shared?.readings[0]?.tokens, 5);
    await Deno.writeTextFile(`${data}/monitor/999999999.json`, JSON.stringify({ ...shared, pid: 999999999 }));
    if (Deno.build.os === "linux") assert.equal((await readShared(data)).length, 1);
    await monitor.close();
    assert.deepEqual(await readShared(data), []);
    const again = new ResourceMonitor({ data });
    again.register(watched, defaultResources, () => "healthy");
    const failure = { class: "output", message: "no", tokensIn: 4, tokensOut: 3, costUsd: 0.25 } as const;
    again.called(watched, { ok: false, failure });
    await again.close();
    const [sum] = await readUsage(data);
    assert.deepEqual([sum?.extension, sum?.tokens, sum?.usd, sum?.calls], [watched, 12, 0.75, 2]);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test({
  name: "ResourceMonitor.needs() learns what calls take from real ones, and a later session begins with it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const data = await Deno.makeTempDir();
    const folder = await extension(
      "sleepy",
      { memoryMb: 512, instances: 1, concurrency: 4 },
      `await new Promise((resolve) => setTimeout(resolve, input.ms)); return {};`,
    );
    const id = extensionId("tests/sleepy");
    const declared = { cpu: 1, memoryBytes: 640 * 2 ** 20 };
    const monitor = new ResourceMonitor({ data });
    {
      await using rig = await openRig([], { extra: [folder], monitor });
      const { extensions } = rig;
      const limits = (await extensions.describe()).limits.get(id);
      assert.deepEqual(limits?.needs, { cpu: 0.25, memoryBytes: 640 * 2 ** 20 });
      assert.deepEqual(monitor.needs(id, declared), declared);
      const instance = await extensions.activate(id);
      const call = () => extensions.call(instance, request("tests/sleepy", { ms: 1500 }), { signal: never });
      await Promise.all([call(), call(), call(), call()]);
      monitor.sample();
      const learned = monitor.needs(id, declared);
      // Two seconds of what is declared against six of calls that only wait.
      assert.ok(learned.cpu < 0.5, `${learned.cpu} of a core`);
      assert.ok(learned.memoryBytes < declared.memoryBytes && learned.memoryBytes > 10 * 2 ** 20);
    }
    const later = new ResourceMonitor({ data });
    assert.deepEqual(later.needs(id, declared), declared, "it knows nothing yet");
    await later.recall();
    assert.ok(later.needs(id, declared).cpu < 0.5);
    assert.ok(later.needs(id, declared).memoryBytes < declared.memoryBytes);
    await Deno.remove(data, { recursive: true });
  },
});
