/**
 * Appends and stores in the folder until the disk is full; prints one line of JSON about what was acknowledged and how
 * it was refused. Arguments: folder, run.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../../core/errors.ts";
import { nodeId, runId } from "../../../core/ids.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import { openPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { noInstances } from "../no_instances.ts";

const [folder = "", runText = ""] = Deno.args;
const run = runId(runText);
const pit = await openPit(folder, noInstances, new SystemClock());
await pit.dag.create({ run, workflow: "w", state: "running", startedAt: 1 });

let length = 0;
const artifacts: string[] = [];
const refusals: { code: string; message: string; hint: string | undefined }[] = [];

function note(error: unknown): void {
  const known = error instanceof SymphonyError;
  refusals.push({
    code: known ? error.code : "?",
    message: messageOf(error),
    hint: known ? error.hint : undefined,
  });
}

function event(at: number): RunEvent {
  return { type: "node.skipped", at, node: nodeId("a"), reason: "r".repeat(4000) };
}

while (refusals.length === 0 && length < 100_000) {
  const seq = length;
  // Both in one turn, so that they share a transaction and one may spoil the other's.
  const bytes = new Uint8Array(50_000).fill(seq % 251);
  new DataView(bytes.buffer).setFloat64(0, seq);
  const stored = pit.artifacts.put(bytes).then((id) => void artifacts.push(id), note);
  const appended = pit.dag.append(run, seq, [event(seq)]).then(() => void (length = seq + 1), note);
  await Promise.all([stored, appended]);
}
// Fill what small writes still find room for.
while (refusals.length < 3 && length < 100_000) {
  const seq = length;
  await pit.dag.append(run, seq, [event(seq)]).then(() => void (length = seq + 1), note);
}
await pit.dag.append(run, length, [event(length)]).catch(note);

const readable = (await Array.fromAsync(pit.dag.replay(run))).flat().length;
Deno.stdout.writeSync(
  new TextEncoder().encode(`${JSON.stringify({ length, readable, artifacts, refusals })}\n`),
);
await pit[Symbol.asyncDispose]();
