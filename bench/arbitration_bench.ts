/**
 * Decisions of the Arbitration Engine: grant and release of an exclusive name, of amounts, and a refusal in a crowd.
 * Beside them the floor, setting and deleting a key of a Map, and a peer, p-queue with room for one, which knows nothing of
 * several resources or users. Then how evenly two users are served of whom one asks nine times as often: the Gini
 * coefficient of what each held, beside first come, first served.
 *
 * @module
 */

import { nodeId } from "../core/ids.ts";
import { ClaimLine } from "../core/orchestration/run_claim.ts";
import type { Claim, JointAmount } from "../core/ports/arbitration.ts";
import PQueue from "p-queue";
import { Arbitration } from "../pit/arbitration/arbitration.ts";
import { LmdbShareBook } from "../pit/arbitration/lmdb_share_book.ts";
import { gini } from "../core/policy/fairness.ts";
import { ProofOfLife } from "../pit/dag/proof_of_life.ts";
import { openStore } from "../pit/store.ts";
import { SystemClock } from "../system/clock.ts";
import { freshRun } from "../tests/contracts/dag_contract.ts";
import { temporaryFolder } from "../tests/pit/temporary_store.ts";
import { percentile } from "./tail.ts";

const BATCH = 20_000;
const ROUNDS = 15;
const HANDED = 100;
const CROWD_MS = 2_000;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Decisions a second: minimum, median and maximum over rounds. */
function measure(name: string, step: (at: number) => void, batch = BATCH): void {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (let at = 0; at < batch; at++) step(at);
    rates.push(batch / (performance.now() - began) * 1000);
  }
  rates.sort((a, b) => a - b);
  const shown = [rates[0], rates[ROUNDS >> 1], rates[ROUNDS - 1]].map((rate) =>
    Math.round(rate as number).toLocaleString("en").padStart(11)
  );
  say(`  ${name.padEnd(52)} ${shown.join(" ")}`);
}

/** Prints the table. */
export async function arbitration(): Promise<void> {
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
  await besideOthers(claimAt, amounts, joint);
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
  await queued();
  await manyStanding();
  await handedOver(claimAt);
  evenness();
}

/** The same with the book that the processes of a data folder share. */
async function besideOthers(
  claimAt: (at: number) => Claim,
  amounts: Readonly<Record<string, number>>,
  joint: readonly JointAmount[],
): Promise<void> {
  await using folder = temporaryFolder();
  await using store = await openStore(folder.path);
  using proof = new ProofOfLife(store, `${folder.path}/locks`);
  const limits = {
    cpu: { total: 2_000 },
    memory: { total: 1e6 },
    requests: { perMinute: 1e12, burst: 1e12 },
  };
  const book = () => LmdbShareBook.open(folder.path, proof);
  await using port = new Arbitration(new SystemClock(), { limits, book });
  const take = (more: Partial<Claim>, at: number) => {
    const verdict = port.request({ by: claimAt(at).by, exclusive: [], ...more });
    if (verdict.verdict !== "granted") throw new Error(verdict.reason);
    port.release(verdict.token);
  };
  measure("with the folder's book: what a call claims", (at) => take({ amounts, joint }, at));
  measure("with the book: a rate, a transaction", (at) => take({ amounts: { requests: 1 } }, at), 2_000);
  const named = (at: number) => take({ exclusive: claimAt(at).exclusive }, at);
  measure("with the book: a name, two transactions", named, 2_000);
}

/** 1,000 callers of two runs stand for 2 of a kind, each holds it for 3 ms and comes again, for two seconds. */
async function manyStanding(): Promise<void> {
  for (const isShared of [true, false]) {
    const clock = new SystemClock();
    const port = new Arbitration(clock, { limits: { calls: { total: 2 } } });
    const pit = { arbitration: port } as unknown as ConstructorParameters<typeof ClaimLine>[0]["pit"];
    const runs = [freshRun(), freshRun()].map((run) => ({ run, line: new ClaimLine({ pit, clock }) }));
    const stop = new AbortController();
    const one = { calls: 1 };
    let grants = 0;
    const came = async (at: number) => {
      const { run, line } = runs[at % 2] as typeof runs[number];
      for (let turn = 0;; turn++) {
        const by = { run, node: nodeId(`n${at}`), item: turn, priority: 0 };
        const claim = { by, exclusive: [], amounts: isShared ? one : { calls: 1 } };
        const token = await line.claim(() => claim, stop.signal, () => {});
        if (typeof token !== "number") return;
        grants++;
        await new Promise((resolve) => setTimeout(resolve, 3));
        port.release(token);
      }
    };
    const lags: number[] = [];
    let due = performance.now() + 5;
    const ticking = setInterval(() => {
      lags.push(Math.max(0, performance.now() - due));
      due = performance.now() + 5;
    }, 5);
    setTimeout(() => stop.abort(), CROWD_MS);
    await Promise.all(Array.from({ length: 1_000 }, (_, at) => came(at)));
    clearInterval(ticking);
    lags.sort((a, b) => a - b);
    const [middle, most] = [0.5, 1].map((share) => percentile(lags, share).toFixed(1));
    const rate = Math.round(grants / CROWD_MS * 1_000);
    const what = isShared ? "one object of amounts" : "an object of amounts each";
    say(
      `1,000 in the line for 2 places, 3 ms holds, ${what}: ${rate} grants/s (ideal 667), loop lag ${middle} ms p50, ${most} ms at most`,
    );
  }
}

/** How long after its release a name that another process waits for is that process's. */
async function handedOver(claimAt: (at: number) => Claim): Promise<void> {
  await using folder = temporaryFolder();
  await using store = await openStore(folder.path);
  using one = new ProofOfLife(store, `${folder.path}/locks`);
  using other = new ProofOfLife(store, `${folder.path}/locks`);
  const open = (proof: ProofOfLife) =>
    new Arbitration(new SystemClock(), { book: () => LmdbShareBook.open(folder.path, proof) });
  await using first = open(one);
  await using second = open(other);
  const times: number[] = [];
  const claim = { by: claimAt(0).by, exclusive: ["gpu:0"] };
  let [holder, waiter] = [first, second];
  let held = holder.request(claim);
  for (let at = 0; at < HANDED; at++) {
    const asked = { ...claim, by: claimAt(at + 1).by };
    let verdict = waiter.request(asked);
    // At any moment between two looks.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
    if (held.verdict !== "granted") throw new Error(held.reason);
    const began = performance.now();
    holder.release(held.token);
    while (verdict.verdict !== "granted") {
      await waiter.released();
      verdict = waiter.request(asked);
    }
    times.push(performance.now() - began);
    held = verdict;
    [holder, waiter] = [waiter, holder];
  }
  times.sort((a, b) => a - b);
  const shown = [0.5, 0.95, 1].map((share) => percentile(times, share).toFixed(1));
  say(
    `A name that another process waits for is its own ${shown[0]} ms p50, ${shown[1]} ms p95, ${
      shown[2]
    } ms at most ` +
      "after the release (it looks every 20 ms)",
  );
}

/** p-queue, one at a time, a turn each. */
async function queued(): Promise<void> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const queue = new PQueue({ concurrency: 1 });
    const began = performance.now();
    for (let at = 0; at < BATCH; at++) void queue.add(() => {});
    await queue.onIdle();
    rates.push(BATCH / (performance.now() - began) * 1000);
  }
  rates.sort((a, b) => a - b);
  const shown = [rates[0], rates[ROUNDS >> 1], rates[ROUNDS - 1]].map((rate) =>
    Math.round(rate as number).toLocaleString("en").padStart(11)
  );
  say(`  ${"peer: p-queue, one at a time".padEnd(52)} ${shown.join(" ")}`);
}

/** What two users get of 1,000 turns where one asks nine times as often as the other; all ask again at once. */
function evenness(): void {
  const port = new Arbitration(new SystemClock(), { limits: { cpu: { total: 4 } } });
  const claims = Array.from({ length: 10 }, (_, at): Claim => ({
    by: { run: freshRun(), node: nodeId(`n${at}`), user: at === 0 ? "one" : "nine", priority: 0 },
    exclusive: [],
    amounts: { cpu: 1 },
  }));
  const held: { readonly token: number; readonly claim: Claim }[] = [];
  const turns = { one: 0, nine: 0 };
  const ask = () => {
    for (const claim of claims) {
      if (held.some((one) => one.claim === claim)) continue;
      const verdict = port.request(claim);
      if (verdict.verdict === "granted") held.push({ token: verdict.token, claim });
    }
  };
  for (let turn = 0; turn < 1_000; turn++) {
    ask();
    const first = held.shift();
    if (first === undefined) throw new Error("nobody is served");
    turns[first.claim.by.user as keyof typeof turns]++;
    port.release(first.token);
  }
  const shown = `${turns.one} and ${turns.nine} turns, Gini ${gini([turns.one, turns.nine]).toFixed(3)}`;
  say(`Two users, one asks nine times as often: ${shown} (floor 0; one has a single call at a time)`);
  say(`  first come, first served: 100 and 900 turns, Gini ${gini([100, 900]).toFixed(3)}`);
}

if (import.meta.main) await arbitration();
