/**
 * What filing costs the runs: the same runs with filing in the background and without it, in turns, and how quickly what waits
 * is filed afterwards. Each run has five nodes and one output of 2 KB that no other has. The floor is without filing.
 *
 * @module
 */

import process from "node:process";
import { SimpleConductor } from "../conductor/simple_conductor.ts";
import { extensionId } from "../core/ids.ts";
import { Runner } from "../core/orchestration/runner.ts";
import { parseWorkflow } from "../core/workflow/parse.ts";
import { InProcessExtensions } from "../extensions/in_process.ts";
import { openPit } from "../pit/open_pit.ts";
import { SystemClock } from "../system/clock.ts";
import { SystemRandom } from "../system/random.ts";
import { print } from "./tail.ts";
import trivial from "./trivial/main.ts";

const RUNS = 400;
const ROUNDS = 4;

const text = JSON.stringify({
  schema: 1,
  id: "small",
  name: "Small",
  inputs: { word: { type: "string" } },
  nodes: {
    a: { use: "bench/pass", with: { a: 1 } },
    b: { use: "bench/pass", in: { a: "a.value" } },
    c: { use: "bench/pass", in: { a: "a.value" } },
    d: { use: "bench/pass", in: { a: "b.value" } },
    e: { use: "bench/pass", in: { a: "c.value" }, after: ["d"] },
  },
  outputs: { text: "inputs.word + string(e.value)" },
});

async function once(
  isFiled: boolean,
): Promise<{ readonly seconds: number; readonly cpu: number; readonly after: number }> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-filing-" });
  const clock = new SystemClock();
  const extensions = new InProcessExtensions([{ id: extensionId("bench/trivial"), definition: trivial }]);
  const pit = await openPit(folder, {
    warm: (id) => extensions.activate(id),
    cool: (id) => extensions.deactivate(id),
    isAlive: (id) => extensions.isAlive(id),
  }, clock);
  try {
    const services = {
      control: pit.control,
      extensions,
      conductor: new SimpleConductor(),
      clock,
      random: new SystemRandom(),
    };
    const runner = new Runner({ ...services, pit }, () => extensions.describe());
    const { definition } = parseWorkflow(text, "small.workflow.jsonc");
    if (definition === undefined) throw new Error("The workflow cannot be read");
    // Once it is disposed, filing does nothing by itself.
    if (!isFiled) await (pit.library.filing as unknown as AsyncDisposable)[Symbol.asyncDispose]();
    const began = performance.now();
    const cpu = process.cpuUsage();
    for (let at = 0; at < RUNS; at += 4) {
      await Promise.all([0, 1, 2, 3].map(async (one) => {
        const word = `${at + one} `.repeat(700);
        const request = { definition, inputs: { word }, workspace: "/", mayWrite: false, concurrency: 8 };
        const handle = await runner.start(request, () => {});
        await handle.done;
      }));
    }
    const used = process.cpuUsage(cpu);
    const seconds = (performance.now() - began) / 1000;
    const before = performance.now();
    await pit.library.filing.catchUp();
    return { seconds, cpu: (used.user + used.system) / 1e6, after: (performance.now() - before) / 1000 };
  } finally {
    await extensions.close();
    await pit[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  await once(true);
  const all = {
    filed: [] as Awaited<ReturnType<typeof once>>[],
    bare: [] as Awaited<ReturnType<typeof once>>[],
  };
  for (let round = 0; round < ROUNDS; round++) {
    all.bare.push(await once(false));
    all.filed.push(await once(true));
  }
  const best = (values: readonly number[]) => Math.min(...values);
  const bare = best(all.bare.map(({ seconds }) => seconds));
  const filed = best(all.filed.map(({ seconds }) => seconds));
  const [bareCpu, filedCpu] = [all.bare, all.filed].map((some) => best(some.map(({ cpu }) => cpu)));
  print(
    `floor: runs without filing            ${(RUNS / bare).toFixed(0).padStart(6)} a second, ${
      ((bareCpu ?? 0) / RUNS * 1000).toFixed(2)
    } ms of processor each`,
  );
  print(
    `runs with filing in the background    ${(RUNS / filed).toFixed(0).padStart(6)} a second, ${
      ((filedCpu ?? 0) / RUNS * 1000).toFixed(2)
    } ms of processor each: ${(100 * (filed / bare - 1)).toFixed(0)} % longer`,
  );
  print(
    `filing of ${RUNS} runs that all wait       ${
      (RUNS / best(all.bare.map(({ after }) => after))).toFixed(0).padStart(6)
    } a second`,
  );
}
