/**
 * Waits for a line on stdin, then applies a policy so many times, each to an artifact of its own, and prints the batches,
 * and which rounds' turns to run policies by themselves it got.
 * Arguments: folder, name, times.
 *
 * @module
 */

import type { RetentionPolicy } from "../../../core/ports/retention.ts";
import { openPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { turnIn } from "../../../pit/stale/schedule.ts";
import { openStore } from "../../../pit/store.ts";
import { lines } from "../lines.ts";
import { noInstances } from "../no_instances.ts";

const [folder = "", name = "", times = ""] = Deno.args;
const policy: RetentionPolicy = { name, action: "delete", when: { tags: [name] } };
// A turn of every round is for one of the processes alone.
const store = await openStore(folder);
const turn = turnIn(store);
await using pit = await openPit(folder, noInstances, new SystemClock());
const encoder = new TextEncoder();
const say = (text: string) => Deno.stdout.writeSync(encoder.encode(`${text}\n`));
say("ready");
await lines(Deno.stdin.readable).next();
for (let at = 0; at < Number(times); at++) {
  if (await turn((at + 1) * 1000, 1000)) say(`turn ${at}`);
  const id = await pit.artifacts.put(encoder.encode(`${name} ${at}`));
  await pit.library.catalog.label(id, { addTags: [name] });
  say((await pit.retention.apply(await pit.retention.preview([policy]))).id);
}
