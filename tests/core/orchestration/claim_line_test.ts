import assert from "node:assert/strict";
import { nodeId } from "../../../core/ids.ts";
import { ClaimLine } from "../../../core/orchestration/run_claim.ts";
import type { Claim } from "../../../core/ports/arbitration.ts";
import { Arbitration, type ArbitrationOptions } from "../../../pit/arbitration/arbitration.ts";
import { MemoryShareBook, MemoryShareFolder } from "../../../pit/arbitration/memory_share_book.ts";
import { SystemClock } from "../../../system/clock.ts";
import { freshRun } from "../../contracts/dag_contract.ts";

const clock = new SystemClock();

/** Callers that come again, each for a moment; what they were granted at most at once, and how often timers got a turn. */
async function crowd(
  { callers, rounds, runs, amounts, ...options }: ArbitrationOptions & {
    readonly callers: number;
    readonly rounds: number;
    readonly runs: number;
    readonly amounts: () => Claim["amounts"];
  },
) {
  await using port = new Arbitration(clock, options);
  const pit = { arbitration: port } as unknown as ConstructorParameters<typeof ClaimLine>[0]["pit"];
  const lines = Array.from(
    { length: runs },
    () => ({ run: freshRun(), line: new ClaimLine({ pit, clock }) }),
  );
  const signal = new AbortController().signal;
  const seen = { now: 0, most: 0, granted: 0, turns: 0 };
  const ticking = setInterval(() => seen.turns++, 1);
  await Promise.all(Array.from({ length: callers }, async (_, at) => {
    const { run, line } = lines[at % runs] as typeof lines[number];
    for (let round = 0; round < rounds; round++) {
      const by = { run, node: nodeId(`n${round}`), item: at, priority: 0 };
      const token = await line.claim(
        () => ({ by, exclusive: [], amounts: amounts() ?? {} }),
        signal,
        () => {},
      );
      assert.equal(typeof token, "number");
      seen.granted++;
      seen.most = Math.max(seen.most, ++seen.now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.now--;
      port.release(token as number);
    }
  }));
  clearInterval(ticking);
  assert.deepEqual(port.waiting(), []);
  return seen;
}

const shared = { cpu: 1 };

Deno.test("ClaimLine: however many wait, all are served and timers get their turns", async () => {
  for (
    const [callers, cap, rounds, runs] of [[20, 1, 5, 1], [30, 2, 5, 1], [60, 4, 5, 3], [200, 4, 3, 2], [
      1_000,
      8,
      1,
      2,
    ]] as const
  ) {
    for (const amounts of [() => shared, () => ({ cpu: 1 })]) {
      const limits = { cpu: { total: cap } };
      const { most, granted, turns } = await crowd({ callers, rounds, runs, amounts, limits });
      assert.deepEqual([most, granted], [cap, callers * rounds]);
      assert.ok(turns > 1, `${turns} turns`);
    }
  }
});

Deno.test("ClaimLine: a crowd is served by a rate, and beside the folder's book", async () => {
  const rate = { requests: { perMinute: 60_000, burst: 3 } };
  const amounts = () => ({ requests: 1, cpu: 1 });
  const limits = { ...rate, cpu: { total: 4 } };
  const alone = await crowd({ callers: 50, rounds: 2, runs: 2, amounts, limits });
  assert.equal(alone.granted, 100);
  const folder = new MemoryShareFolder();
  const book = () => new MemoryShareBook(folder, "1-a");
  const beside = await crowd({ callers: 50, rounds: 2, runs: 2, amounts, limits, book });
  assert.equal(beside.granted, 100);
  assert.ok(beside.most <= 4);
});

Deno.test("ClaimLine: one that is told to end leaves the line, and those behind it go on", async () => {
  await using port = new Arbitration(clock, { limits: { cpu: { total: 2 } } });
  const pit = { arbitration: port } as unknown as ConstructorParameters<typeof ClaimLine>[0]["pit"];
  const line = new ClaimLine({ pit, clock });
  const [run, stop, go] = [freshRun(), new AbortController(), new AbortController().signal];
  const claim = (node: string, cpu: number): Claim => ({
    by: { run, node: nodeId(node), priority: 0 },
    exclusive: [],
    amounts: { cpu },
  });
  const first = line.claim(() => claim("a", 1), go, () => {}) as number;
  const large = line.claim(() => claim("b", 2), stop.signal, () => {});
  const small = line.claim(() => claim("c", 1), go, () => {});
  assert.equal(port.waiting().length, 2);
  stop.abort();
  assert.equal(await large, undefined);
  port.release(await small as number);
  port.release(first);
  assert.equal(port.limits()[0]?.free, 2);
});
