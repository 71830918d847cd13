/**
 * Hostile extensions, all of them: no honest call is lost, each ends typed, what it did is in the audit log, and what
 * brings its process down is in quarantine after its budget. With `SYMPHONY_EXECUTABLE` the hosts are that executable;
 * `SYMPHONY_ZOO=loop,heap` tries some.
 *
 * @module
 */

import assert from "node:assert/strict";
import { denoHostCommand, HOST_SUBCOMMAND, type HostCommand } from "../../extensions/host/host_command.ts";
import { habits } from "./zoo/habits.ts";
import { heldShare } from "./zoo/held_time.ts";
import { runZoo } from "./zoo/zoo.ts";

/** Who asks the core at any moment waits no longer, but for one moment in a hundred. */
const PATIENCE_MS = 50;
const executable = Deno.env.get("SYMPHONY_EXECUTABLE");
/** Names of habits, to try these alone. */
const only = Deno.env.get("SYMPHONY_ZOO")?.split(",");

function hostCommand(): HostCommand {
  if (executable === undefined) return denoHostCommand();
  return { execPath: executable, args: (address) => [HOST_SUBCOMMAND, address] };
}

Deno.test("the zoo holds at least forty habits, each once", () => {
  assert.ok(habits.length >= 40);
  assert.equal(new Set(habits.map(({ name }) => name)).size, habits.length);
});

Deno.test("every hostile extension ends typed and audited, and quarantined where it dies, and no honest call is lost", async () => {
  const report = await runZoo({
    command: hostCommand(),
    habits: habits.filter(({ name }) => only === undefined || only.includes(name)),
    liveness: { workingMs: 700, graceMs: 300, silentMs: 20_000 },
    atOnce: 6,
  });
  const wrong: string[] = [];
  for (const { habit: { name, ends, dies }, end, quarantine, audited } of report.ends) {
    if (!ends.test(end)) wrong.push(`${name} ended with ${end}`);
    if (dies !== true) continue;
    if (quarantine === undefined) wrong.push(`${name} is not in quarantine after ${end}`);
    if (!audited.has("ended") || !audited.has("quarantined")) {
      wrong.push(`${name} is audited as ${[...audited]}`);
    }
  }
  for (const name of ["read-outside", "net-unasked", "write-unasked"]) {
    if (only !== undefined) break;
    const { audited } = report.ends.find(({ habit }) => habit.name === name) ?? {};
    if (!["denied", "allowed"].some((decision) => audited?.has(decision))) {
      wrong.push(`${name} is not audited`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(report.lost, []);
  // What the machine does to everybody is not the core's doing: a process that only beats suffers it as well.
  const [held = 0, beside = 0] = [report.held, report.heldBeside].map((time) => heldShare(time, PATIENCE_MS));
  assert.ok(
    held <= 0.02 + 2 * beside,
    `the core was held up for ${(held * 100).toFixed(1)} % of the time, an idle process ${
      (beside * 100).toFixed(1)
    } %`,
  );
  assert.ok(report.honestCalls > 10, `${report.honestCalls} honest calls`);
});
