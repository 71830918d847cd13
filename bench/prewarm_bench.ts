/**
 * What looking ahead buys in the product: a chain of five nodes over real extension hosts, each in a host of its own that
 * is not there when the run begins, with the pool that loads when it is asked and with the one that looks ahead; nodes of
 * 50 to 1000 ms. Counters of the pool beside the seconds. Run it with `deno run -A bench/prewarm_bench.ts [RUNS]`.
 *
 * @module
 */

import { LearnedForecast } from "../conductor/prewarm/mod.ts";
import { type ChainRun, ChainTrial } from "../tests/conductor/prewarm/chain_trial.ts";
import { print } from "./tail.ts";

const LENGTH = 5;
const runs = Number(Deno.args[0] ?? 10);

const mean = (all: readonly ChainRun[], of: (run: ChainRun) => number) =>
  all.reduce((sum, run) => sum + of(run), 0) / all.length;

await using trial = await ChainTrial.make(LENGTH);
await trial.run(10, undefined); // The first start of all reads everything from the disk.
print(`chain of ${LENGTH} extension hosts, mean of ${runs} runs; floor: the nodes' own time`);
print("node ms   floor s   on demand s   looking ahead s   cold starts   of them avoided   loading s a run");
for (const ms of [50, 200, 1000]) {
  const forecast = new LearnedForecast({ urgency: 300, loadSeconds: 0.2 });
  await trial.run(ms, forecast);
  const onDemand: ChainRun[] = [];
  const ahead: ChainRun[] = [];
  for (let run = 0; run < runs; run++) {
    onDemand.push(await trial.run(ms, undefined));
    ahead.push(await trial.run(ms, forecast));
  }
  const cold = mean(ahead, ({ counters }) => counters.coldStarts);
  const avoided = mean(ahead, ({ counters }) => counters.coldStartsAvoided);
  print([
    String(ms).padStart(7),
    (ms * LENGTH / 1000).toFixed(2).padStart(9),
    mean(onDemand, ({ seconds }) => seconds).toFixed(2).padStart(13),
    mean(ahead, ({ seconds }) => seconds).toFixed(2).padStart(17),
    `${mean(onDemand, ({ counters }) => counters.coldStarts).toFixed(1)} → ${cold.toFixed(1)}`.padStart(13),
    avoided.toFixed(1).padStart(17),
    (mean(ahead, ({ counters }) => counters.loadMs) / 1000).toFixed(2).padStart(17),
  ].join(" "));
}
