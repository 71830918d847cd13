/**
 * Decisions of the Arbitration Engine: grant and release of an exclusive name, of amounts, and a refusal in a crowd.
 * Beside them the floor: setting and deleting a key of a Map.
 *
 * @module
 */

import { nodeId } from "../core/ids.ts";
import type { Claim } from "../core/ports/arbitration.ts";
import { Arbitration } from "../pit/arbitration/arbitration.ts";
import { SystemClock } from "../system/clock.ts";
import { freshRun } from "../tests/contracts/dag_contract.ts";

const BATCH = 20_000;
const ROUNDS = 15;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Decisions a second: minimum, median and maximum over rounds. */
function measure(name: string, step: (at: number) => void): void {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (let at = 0; at < BATCH; at++) step(at);
    rates.push(BATCH / (performance.now() - began) * 1000);
  }
  rates.sort((a, b) => a - b);
  const shown = [rates[0], rates[ROUNDS >> 1], rates[ROUNDS - 1]].map((rate) =>
    Math.round(rate as number).toLocaleString("en").padStart(11)
  );
  say(`  ${name.padEnd(52)} ${shown.join(" ")}`);
}

/** Prints the table. */
export function arbitration(): void {
  const run = freshRun();
  const clock = new SystemClock();
  const claims = Array.from({ length: 1_000 }, (_, at): Claim => ({
    by: { run, node: nodeId(`n${at}`), user: `u${at % 7}`, priority: 0 },
    exclusive: [`file:${at}`],
    amounts: { cpu: 1, memory: 64 },
  }));
  const claimAt = (at: number) => claims[at % claims.length] as Claim;
  const limits = { cpu: { total: 2_000 }, memory: { total: 1e6 } };
  say("Decisions a second (minimum, median, maximum of 15 rounds of 20,000)");
  const floor = new Map<string, number>();
  measure("floor: a key set in a Map and deleted", (at) => {
    const [name] = claimAt(at).exclusive as [string];
    floor.set(name, at);
    floor.delete(name);
  });
  const free = new Arbitration(clock, { limits });
  const take = (port: Arbitration, claim: Claim) => {
    const verdict = port.request(claim);
    if (verdict.verdict !== "granted") throw new Error(verdict.reason);
    port.release(verdict.token);
  };
  measure("granted and released: a name and two amounts", (at) => take(free, claimAt(at)));
  measure(
    "the same, names alone",
    (at) => take(free, { by: claimAt(at).by, exclusive: claimAt(at).exclusive }),
  );
  const joint = [{ kind: "memory", of: "acme/thing", amount: 64, claims: 4 }];
  const amounts = { cpu: 0.25 };
  measure(
    "what a call claims: processor, part of an instance",
    (at) => take(free, { by: claimAt(at).by, exclusive: [], amounts, joint }),
  );
  const crowded = new Arbitration(clock, { limits });
  crowded.request({ by: { run, node: nodeId("holder"), priority: 0 }, exclusive: ["file:x"] });
  for (const { by } of claims) crowded.request({ by, exclusive: ["file:x"] });
  measure("deferred again, 1,000 wait for the same name", (at) => {
    crowded.request({ by: claimAt(at).by, exclusive: ["file:x"] });
  });
  measure(
    "granted and released beside 1,000 that wait",
    (at) => take(crowded, { by: claimAt(at).by, exclusive: [`z${at}`] }),
  );
}

if (import.meta.main) arbitration();
