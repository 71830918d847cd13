/**
 * Extensions: how long a start takes, cold and with a spare; a thousand live and answering at once in both tiers, beside one
 * shared process without isolation; what a permission check costs; and, by name only, the zoo and the storm of kills.
 *
 * `deno run -A bench/extensions_bench.ts [PART…]`; parts: `activation`, `check`, `compute`, `light=N`, `full=N`, `shared=N`, `zoo`,
 * `storm=SECONDS`. Without any: activation, check, compute, light=1000, full=100, shared=1000.
 *
 * @module
 */

import { extensionId, type InstanceId } from "../core/ids.ts";
import { type Grant, verdictOn } from "../core/policy/permission.ts";
import { HeldArtifacts } from "../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../extensions/grants.ts";
import { denoHostCommand } from "../extensions/host/host_command.ts";
import { HostExtensions } from "../extensions/host_extensions.ts";
import type { Installed } from "../extensions/installed.ts";
import { request } from "../tests/contracts/extension_contract.ts";
import { habits } from "../tests/extensions/zoo/habits.ts";
import { killStorm } from "../tests/extensions/zoo/kill_storm.ts";
import { installedOf, runZoo, sourceOf, told } from "../tests/extensions/zoo/zoo.ts";
import { SharedHost } from "./shared_host.ts";
import { percentile, print, type Sample } from "./tail.ts";

const never = new AbortController().signal;
const any = `{ type: "object", properties: {} }`;
/** Leaves this much of the machine's memory and swap to others. */
const LEAST_FREE_MB = 6_000;

/** An operator of some substance: it counts the words of a text. */
const codeOf = (type: string) =>
  `const extension = { contributes: [{ kind: "operator", type: "${type}", title: "t", description: "d", input: ${any}, output: ${any},
  run: ({ text }) => { const counts = {}; for (const word of text.toLowerCase().split(/[^a-z]+/)) counts[word] = (counts[word] ?? 0) + 1;
  return { words: Object.keys(counts).length }; } }] };
export { extension as default };
`;
const text = "the quick brown fox jumps over the lazy dog while a thousand others watch it ".repeat(5);

interface Open extends AsyncDisposable {
  readonly extensions: HostExtensions;
  readonly grants: Grants;
}

async function open(installed: readonly Installed[], spares = false): Promise<Open> {
  const data = await Deno.makeTempDir({ prefix: "symphony-bench-" });
  const grants = await Grants.open(data);
  const extensions = new HostExtensions({
    source: sourceOf(installed),
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
    restarts: { budget: 1e9, windowMs: 60_000, firstDelayMs: 0, longestDelayMs: 0 },
    spares,
  });
  return {
    extensions,
    grants,
    async [Symbol.asyncDispose]() {
      await extensions.close();
      await Deno.remove(data, { recursive: true });
    },
  };
}

function row(name: string, times: Sample): string {
  const at = (share: number) => percentile(times, share).toFixed(2).padStart(9);
  return `  ${name.padEnd(58)}${at(0.5)}${at(0.9)}${at(0.99)}`;
}

async function activation(): Promise<void> {
  print(
    `Activation until it is loaded, ms (target < 100 with a spare)\n${" ".repeat(67)}p50      p90      p99`,
  );
  const id = extensionId("bench/words");
  const rounds = async (installed: Installed, spares: boolean, count: number) => {
    await using host = await open([installed], spares);
    const times: number[] = [];
    for (let at = 0; at < count; at++) {
      if (spares) await host.extensions.spareReady();
      const began = performance.now();
      const instance = await host.extensions.activate(id);
      if (at > 0) times.push(performance.now() - began);
      await host.extensions.deactivate(instance);
    }
    return times.sort((a, b) => a - b);
  };
  const code = codeOf("bench/words");
  const sealed = installedOf(id, code);
  print(row("cold: process, worker, hardened language, module", await rounds(sealed, false, 15)));
  print(row("warm: from the spare", await rounds(sealed, true, 15)));
  print(row("cold, of the product itself", await rounds({ ...sealed, origin: "bundled" }, false, 15)));
  const light = (name: string) => installedOf(name, code, { tier: "light", memoryMb: 16 });
  await using host = await open([light("bench/first"), light(id)]);
  await host.extensions.activate(extensionId("bench/first"));
  const times: number[] = [];
  for (let at = 0; at < 30; at++) {
    const began = performance.now();
    const instance = await host.extensions.activate(id);
    times.push(performance.now() - began);
    await host.extensions.deactivate(instance);
  }
  print(row("light: an engine in its publisher's process", times.sort((a, b) => a - b)));
  const folder = await Deno.makeTempDir();
  const shared: number[] = [];
  await using baseline = await SharedHost.open(folder);
  for (let at = 0; at < 30; at++) {
    const began = performance.now();
    await baseline.load(`${code}// ${at}`);
    shared.push(performance.now() - began);
  }
  print(row("baseline: a module in a shared process without permissions", shared.sort((a, b) => a - b)));
  await Deno.remove(folder, { recursive: true });
}

async function check(): Promise<void> {
  await using host = await open([]);
  const asker = {
    extension: extensionId("bench/words"),
    origin: "third-party" as const,
    permissions: [{ kind: "files" as const, access: "read" as const, reason: "It reads" }],
  };
  for (let at = 0; at < 100; at++) host.grants.addForSession(`bench/other-${at}=files:read`);
  host.grants.addForSession("bench/words=files:read");
  const authority = host.grants.authorityOf(asker);
  const rate = (act: () => unknown) => {
    for (let at = 0; at < 20_000; at++) act();
    const began = performance.now();
    for (let at = 0; at < 200_000; at++) act();
    return (performance.now() - began) / 200_000 * 1000;
  };
  const cached = rate(() => authority.refusal("files:read", "/work"));
  const grants: readonly Grant[] = host.grants.list();
  const bare = rate(() => verdictOn(asker, "files:read", grants, Date.now()));
  const floor = new Map([["bench/words files:read /work", 1]]);
  const map = rate(() => floor.get(`${asker.extension} files:read /work`));
  print(
    `Permission check with 101 grants, µs (target < 10): ${cached.toFixed(2)} remembered and audited, ` +
      `${bare.toFixed(2)} decided anew, ${map.toFixed(3)} floor: a look into a map`,
  );
}

/** Proportional memory of processes in MB, what they share counted once; and what of it is swapped out. */
function memoryOf(pids: Iterable<number>): { readonly all: number; readonly swapped: number } {
  let [all, swapped] = [0, 0];
  for (const pid of pids) {
    try {
      const text = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
      const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) / 1024;
      all += mb("Pss") + mb("SwapPss");
      swapped += mb("SwapPss");
    } catch {
      // It has ended.
    }
  }
  return { all, swapped };
}

/** What may still be taken, swap included. */
function freeMb(): number {
  const { available, swapFree } = Deno.systemMemoryInfo();
  return (available + swapFree) / 2 ** 20;
}

interface Live {
  readonly name: string;
  readonly count: number;
  readonly startMs: number;
  readonly pids: ReadonlySet<number>;
  call(at: number): Promise<void>;
}

/** A thousand that live: each is called, in no order, one after the other and many at once. */
async function answering({ name, count, startMs, pids, call }: Live): Promise<void> {
  for (let at = 0; at < count; at++) await call(at);
  const times: number[] = [];
  for (let n = 0; n < 5 * count; n++) {
    const began = performance.now();
    await call(n * 7919 % count);
    times.push(performance.now() - began);
  }
  const began = performance.now();
  await Promise.all(Array.from({ length: count }, (_, at) => call(at)));
  const all = performance.now() - began;
  const sorted = times.sort((a, b) => a - b);
  const { all: memory, swapped } = memoryOf(pids);
  print(
    `${count} live, ${name}: ${pids.size} processes, ${memory.toFixed(0)} MB (${
      (memory / count).toFixed(2)
    } each${swapped < 1 ? "" : `, ${swapped.toFixed(0)} MB of all swapped out`}), started in ${
      (startMs / 1000).toFixed(1)
    } s (${(startMs / count).toFixed(1)} ms each)\n` +
      `  a call p50 ${percentile(sorted, 0.5).toFixed(2)} ms, p99 ${
        percentile(sorted, 0.99).toFixed(2)
      } ms; ` +
      `all ${count} at once answered in ${all.toFixed(0)} ms`,
  );
}

async function live(count: number, tier: "light" | "full", publishers = 1): Promise<void> {
  const idOf = (at: number) => `bench-${at % publishers}/e${at}`;
  const installed = Array.from(
    { length: count },
    (_, at) => installedOf(idOf(at), codeOf(`bench/e${at}`), { tier, memoryMb: tier === "light" ? 16 : 64 }),
  );
  await using host = await open(installed);
  const { extensions } = host;
  const instances: InstanceId[] = [];
  const began = performance.now();
  const lanes = tier === "light" ? 16 : 4;
  const take = async () => {
    while (instances.length < count && (tier === "light" || freeMb() > LEAST_FREE_MB)) {
      const at = instances.push("" as InstanceId) - 1;
      instances[at] = await extensions.activate(extensionId(idOf(at)));
    }
  };
  await Promise.all(Array.from({ length: lanes }, take));
  const startMs = performance.now() - began;
  if (instances.length < count) print(`  (the machine had memory for ${instances.length} of ${count})`);
  const pids = new Set(instances.map((one) => extensions.pidOf(one)).filter((pid) => pid !== undefined));
  await answering({
    name: tier === "light" ? `light, ${publishers} publishers` : "a process each",
    count: instances.length,
    startMs,
    pids,
    async call(at) {
      const result = await extensions.call(instances[at] as InstanceId, request(`bench/e${at}`, { text }), {
        signal: never,
      });
      if (!result.ok || result.output["words"] !== 15) throw new Error(told(result));
    },
  });
}

async function shared(count: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  await using host = await SharedHost.open(folder);
  const began = performance.now();
  for (let at = 0; at < count; at++) await host.load(codeOf(`bench/e${at}`));
  await answering({
    name: "baseline: one shared process without permissions",
    count,
    startMs: performance.now() - began,
    pids: new Set([host.pid]),
    call: async (at) => void await host.call(`bench/e${at}`, { text }),
  });
  await Deno.remove(folder, { recursive: true });
}

async function zoo(): Promise<void> {
  const began = performance.now();
  const liveness = { workingMs: 700, graceMs: 300, silentMs: 20_000 };
  const { ends, honestCalls, lost, roundTrips, held } = await runZoo({
    command: denoHostCommand(),
    habits,
    liveness,
    atOnce: 6,
  });
  const wrong = ends.filter(({ habit, end, quarantine }) =>
    !habit.ends.test(end) || habit.dies === true && quarantine === undefined
  );
  const ms = (times: Sample) =>
    `p50 ${percentile(times, 0.5).toFixed(2)}, p99 ${percentile(times, 0.99).toFixed(2)}, most ${
      times.at(-1)?.toFixed(0)
    } ms`;
  for (const { habit, end } of wrong) print(`  ${habit.name}: ${end.slice(0, 200)}`);
  print(
    `Zoo of ${ends.length} in ${
      ((performance.now() - began) / 1000).toFixed(0)
    } s: ${wrong.length} ended otherwise than expected, ` +
      `${lost.length} of ${honestCalls} honest calls lost\n  honest call ${ms(roundTrips)}\n` +
      `  the core's timers late by ${ms(held.stalls)} (target p99 < 50 on an idle machine)`,
  );
}

async function storm(seconds: number): Promise<void> {
  for (const spares of [true, false]) {
    const { kills, answered, retried, lost, recoveries } = await killStorm({
      command: denoHostCommand(),
      durationMs: seconds * 1000,
      everyMs: 500,
      random: Math.random,
      spares,
    });
    const at = (share: number) => percentile(recoveries, share).toFixed(0);
    print(
      `kill -9 for ${seconds} s ${
        spares ? "with" : "without"
      } a spare: ${kills} kills, ${answered} answered, ${retried} tried again ` +
        `by the caller, ${lost.length} lost\n  from the kill to the answer, ms (target < 100): p50 ${
          at(0.5)
        } p75 ${at(0.75)} ` +
        `p90 ${at(0.9)} p99 ${at(0.99)} most ${recoveries.at(-1)?.toFixed(0)}`,
    );
  }
}

/** What the walls cost code that computes: the same loops as the product's own, of others and in the light tier. */
async function compute(): Promise<void> {
  const code = (type: string) =>
    `const loops = (n) => { let sum = 0; for (let at = 0; at < n; at++) { sum += Math.floor(Math.sqrt(at)) % 7; } return sum; };
const words = (n) => { const all = new Map(); for (let at = 0; at < n; at++) { const key = String.fromCharCode(97 + at % 26) + at % 1000;
  all.set(key, (all.get(key) ?? 0) + 1); } return JSON.stringify([...all]).length; };
const extension = { contributes: [{ kind: "operator", type: "${type}", title: "t", description: "d", input: ${any}, output: ${any},
  run: ({ loop, word }) => ({ sum: loops(loop) + words(word) }) }] };
export { extension as default };
`;
  const installed: readonly Installed[] = [
    { ...installedOf("bench/own", code("bench/own")), origin: "bundled" },
    installedOf("bench/others", code("bench/others")),
    installedOf("bench/light", code("bench/light"), { tier: "light", memoryMb: 32 }),
  ];
  await using host = await open(installed);
  const rows: string[] = [];
  for (const { manifest: { id } } of installed) {
    const instance = await host.extensions.activate(id);
    const [loop, word] = id === "bench/light" ? [100_000, 20_000] : [5_000_000, 1_000_000];
    const times: number[] = [];
    for (let round = 0; round < 7; round++) {
      const began = performance.now();
      const result = await host.extensions.call(instance, request(id, { loop, word }), { signal: never });
      if (!result.ok) throw new Error(told(result));
      times.push((performance.now() - began) * (5_000_000 / loop));
    }
    rows.push(`${id.slice(6)} ${percentile(times.sort((a, b) => a - b), 0.5).toFixed(0)} ms`);
  }
  print(`5,000,000 turns of arithmetic and 1,000,000 of a Map: ${rows.join(", ")}`);
}

const parts: Readonly<Record<string, (amount: number) => Promise<void>>> = {
  activation,
  check,
  compute,
  light: async (count) => {
    await live(count, "light");
    await live(count, "light", 25);
  },
  full: (count) => live(count, "full"),
  shared,
  zoo,
  storm,
};

if (import.meta.main) {
  const chosen = Deno.args.length > 0
    ? Deno.args
    : ["activation", "check", "compute", "light=1000", "full=100", "shared=1000"];
  for (const one of chosen) {
    const [name = "", amount = "30"] = one.split("=");
    await parts[name]?.(Number(amount));
  }
}
