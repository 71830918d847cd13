/**
 * Claims, holds for a moment and gives back, for ever, with three claims in flight; each grant and return is appended as a line
 * to a file that several processes write: `G` or `R`, the process, the claim's number. Ends when stdin does.
 * Arguments: folder, file, JSON of `{ limits, exclusive, amounts, holdMs }`.
 *
 * @module
 */

import { nodeId } from "../../../core/ids.ts";
import { ClaimLine } from "../../../core/orchestration/run_claim.ts";
import type { Claim } from "../../../core/ports/arbitration.ts";
import type { Limits } from "../../../pit/arbitration/limits.ts";
import { openPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { freshRun } from "../../contracts/dag_contract.ts";
import { noInstances } from "../no_instances.ts";

export interface Sharing {
  readonly limits: Limits;
  readonly exclusive: readonly string[];
  readonly amounts: Readonly<Record<string, number>>;
  readonly holdMs: number;
}

const [folder = "", file = "", what = ""] = Deno.args;
const { limits, exclusive, amounts, holdMs } = JSON.parse(what) as Sharing;
const clock = new SystemClock();
const pit = await openPit(folder, noInstances, clock, { limits });
const line = new ClaimLine({ pit, clock });
const log = Deno.openSync(file, { append: true, create: true });
const note = (kind: "G" | "R", at: number) =>
  log.writeSync(new TextEncoder().encode(`${kind} ${Deno.pid} ${at}\n`));
const stop = new AbortController();

async function share(loop: number): Promise<void> {
  for (let at = loop; !stop.signal.aborted; at += 3) {
    const claim: Claim = { by: { run, node: nodeId(`n${loop}`), priority: 0 }, exclusive, amounts };
    const token = await line.claim(() => claim, stop.signal, () => {});
    if (token === undefined) return;
    if (typeof token !== "number") throw new Error(token.failure.message);
    note("G", at);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * holdMs));
    note("R", at);
    pit.arbitration.release(token);
  }
}

const run = freshRun();
const loops = [0, 1, 2].map(share);
for await (const _ of Deno.stdin.readable);
stop.abort();
await Promise.all(loops);
await pit[Symbol.asyncDispose]();
