/**
 * Appends and stores until it is killed. Each line on stdout is something that was acknowledged: `e N` events of the
 * log, `a HASH` an artifact, `c N` a checkpoint at event N. Arguments: folder, run, seed.
 *
 * @module
 */

import { nodeId, runId } from "../../../core/ids.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import { openPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { noInstances } from "../no_instances.ts";

const [folder = "", runText = "", seedText = "1"] = Deno.args;
const run = runId(runText);
const pit = await openPit(folder, noInstances, new SystemClock());
const stdout = new TextEncoder();
const say = (line: string) => Deno.stdout.writeSync(stdout.encode(`${line}\n`));

let length = 0;
try {
  for await (const events of pit.dag.replay(run)) length += events.length;
} catch {
  await pit.dag.create({ run, workflow: "w", state: "running", startedAt: Number(seedText) });
}
say(`e ${length}`);
let acknowledged = length;

function event(seq: number): RunEvent {
  return { type: "node.skipped", at: seq, node: nodeId("a"), reason: `event ${seq} `.repeat(1 + seq % 20) };
}

async function append(): Promise<never> {
  while (true) {
    const calls: Promise<void>[] = [];
    for (let call = 0; call < 5; call++) {
      const seq = length;
      const count = 1 + (seq + call) % 4;
      length += count;
      calls.push(
        pit.dag.append(run, seq, Array.from({ length: count }, (_, at) => event(seq + at)))
          .then(() => {
            acknowledged = Math.max(acknowledged, seq + count);
            say(`e ${seq + count}`);
          }),
      );
    }
    await Promise.all(calls);
  }
}

async function store(): Promise<never> {
  for (let at = 0;; at++) {
    const size = [10, 5_000, 70_000, 600_000][at % 4] as number;
    const bytes = new Uint8Array(size).fill(at % 251);
    new DataView(bytes.buffer).setFloat64(0, Number(seedText) * 1e6 + at);
    say(`a ${await pit.artifacts.put(bytes, { origin: { run, node: nodeId("a") } })}`);
  }
}

/** Squeezes the log and keeps checkpoints of what was acknowledged, while it grows. */
async function tidy(): Promise<never> {
  while (true) {
    await pit.compaction.compact(run);
    const nextSeq = acknowledged;
    await pit.dag.saveCheckpoint(run, { nextSeq, bytes: new Uint8Array(5000).fill(nextSeq % 251) });
    say(`c ${nextSeq}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

say("ready");
await Promise.all([append(), store(), tidy()]);
