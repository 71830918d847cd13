/** Appends to the run that is named, where one is, and compacts every log again and again, saying what it did. */

import { runId } from "../../../core/ids.ts";
import { LmdbDag } from "../../../pit/dag/lmdb.ts";
import { LmdbLogMarks } from "../../../pit/dag/log_marks.ts";
import { LogUpkeep } from "../../../pit/dag/log_upkeep.ts";
import { openStore } from "../../../pit/store.ts";
import { SystemClock } from "../../../system/clock.ts";
import { eventAt } from "./log_event.ts";

const [folder = "", name = ""] = Deno.args;
const store = await openStore(folder);
const dag = new LmdbDag(store);
const upkeep = new LogUpkeep({
  dag,
  marks: new LmdbLogMarks(store),
  clock: new SystemClock(),
  policy: () => Promise.resolve({ endedForHours: 0, growsBeyondBytes: 2 ** 20 }),
});
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
say("ready 0");

async function append(): Promise<never> {
  const run = runId(name);
  for (let length = dag.extent(run).events;; length++) {
    await dag.append(run, length, [eventAt(length)]);
    if (length % 50 === 0) {
      say(`e ${length + 1}`);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

async function compact(): Promise<never> {
  while (true) {
    say(`c ${await upkeep.look()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

await Promise.all([compact(), ...(name === "" ? [] : [append()])]);
