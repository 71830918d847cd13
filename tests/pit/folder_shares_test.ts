/**
 * Several processes on one data folder, as arbitrations over one book: what each holds together with the others is never more
 * than there is, whoever dies; nobody is stuck; and the same steps give the same verdicts.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { nodeId } from "../../core/ids.ts";
import type { Claim, Verdict } from "../../core/ports/arbitration.ts";
import { Arbitration, type ArbitrationOptions, MOST_OVERTAKEN } from "../../pit/arbitration/arbitration.ts";
import { LmdbShareBook } from "../../pit/arbitration/lmdb_share_book.ts";
import { MemoryShareBook, MemoryShareFolder } from "../../pit/arbitration/memory_share_book.ts";
import { areInTheWay } from "../../pit/arbitration/names.ts";
import { ProofOfLife } from "../../pit/dag/proof_of_life.ts";
import { openStore } from "../../pit/store.ts";
import { testArbitrationPort } from "../contracts/arbitration_contract.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { ManualClock } from "./manual_clock.ts";
import { temporaryFolder } from "./temporary_store.ts";

testArbitrationPort("Arbitration with a book", () => {
  const folder = new MemoryShareFolder();
  return new Arbitration(new ManualClock(), { book: () => new MemoryShareBook(folder, "1-a") });
});

const kept: (() => Promise<unknown>)[] = [];
const inFiles = temporaryFolder();
const store = await openStore(inFiles.path);
let made = 0;
testArbitrationPort("Arbitration with a book in a file", () => {
  const book = () => {
    const folder = `${inFiles.path}/${made++}`;
    Deno.mkdirSync(folder);
    const proof = new ProofOfLife(store, `${folder}/locks`);
    const opened = LmdbShareBook.open(folder, proof);
    kept.push(async () => {
      await opened[Symbol.asyncDispose]();
      proof[Symbol.dispose]();
    });
    return opened;
  };
  return new Arbitration(new ManualClock(), { book });
});
Deno.test("the books in files go away", async () => {
  for (const close of kept) await close();
  await store[Symbol.asyncDispose]();
  await inFiles[Symbol.asyncDispose]();
});

/** A process: its timers stop with it. */
class Process {
  readonly port: Arbitration;
  readonly #folder: MemoryShareFolder;
  readonly #name: string;
  #isDead = false;

  constructor(folder: MemoryShareFolder, clock: ManualClock, name: string, options: ArbitrationOptions) {
    this.#folder = folder;
    this.#name = name;
    const own = {
      now: () => clock.now(),
      schedule: (ms: number, wake: () => void) => clock.schedule(ms, () => this.#isDead || wake()),
    };
    this.port = new Arbitration(own, { ...options, book: () => new MemoryShareBook(folder, name) });
  }

  /** As SIGKILL does: what it wrote stays. */
  kill(): void {
    this.#isDead = true;
    this.#folder.living.delete(this.#name);
  }
}

function processes(count: number, options: ArbitrationOptions = {}) {
  const [clock, folder] = [new ManualClock(), new MemoryShareFolder()];
  let started = 0;
  const start = () => new Process(folder, clock, `${100 + started}-${started++}`, options);
  return { clock, folder, start, all: Array.from({ length: count }, start) };
}

const run = freshRun();

function claim(node: string, more: Partial<Claim> = {}, by: Partial<Claim["by"]> = {}): Claim {
  return { by: { run, node: nodeId(node), priority: 0, ...by }, exclusive: [], ...more };
}

function token(verdict: Verdict): number {
  assert.equal(verdict.verdict, "granted", verdict.reason);
  return verdict.verdict === "granted" ? verdict.token : -1;
}

function two(options: ArbitrationOptions = {}) {
  const { clock, all: [one, other], start } = processes(2, options);
  return { clock, start, one: one as Process, other: other as Process };
}

Deno.test("an exclusive name is one process's, a folder excludes what is in it, and the reason says which process has it", () => {
  const { one, other, clock } = two();
  const held = token(one.port.request(claim("a", { exclusive: ["file:/w"] })));
  const verdict = other.port.request(claim("b", { exclusive: ["gpu:0", "file:/w/x.txt"] }));
  assert.equal(verdict.verdict, "deferred");
  assert.match(verdict.reason, /"file:\/w" is held by node "a" of run ".*" in process 100/);
  token(one.port.request(claim("c", { exclusive: ["gpu:1"] })));
  clock.advance(1);
  assert.match(
    one.port.request(claim("d", { exclusive: ["gpu:0"] })).reason,
    /node "b" .*in process 101 waits for "gpu:0" before it/,
  );
  one.port.release(held);
  clock.advance(50);
  token(other.port.request(claim("b", { exclusive: ["gpu:0", "file:/w/x.txt"] })));
});

Deno.test("whoever waits is woken by a release in another process, and by the death of one", async () => {
  const { one, other, clock } = two();
  const held = token(one.port.request(claim("a", { exclusive: ["x"] })));
  for (const end of [() => one.port.release(held), () => one.kill()]) {
    if (one.port.request(claim("again", { exclusive: ["x"] })).verdict === "denied") assert.fail();
    assert.equal(other.port.request(claim("b", { exclusive: ["x"] })).verdict, "deferred");
    let isWoken = false;
    const woken = other.port.released().then(() => isWoken = true);
    clock.advance(20);
    await Promise.resolve();
    end();
    clock.advance(1_100);
    await woken;
    assert.ok(isWoken);
    if (end.toString().includes("kill")) break;
    one.port.withdraw(claim("again", { exclusive: ["x"] }));
    const mine = token(other.port.request(claim("b", { exclusive: ["x"] })));
    other.port.release(mine);
    token(one.port.request(claim("a", { exclusive: ["x"] })));
  }
  token(other.port.request(claim("b", { exclusive: ["x"] })));
});

Deno.test("those who wait behind one that waits for another process are left in peace, and keep their order", async () => {
  const { one, other } = two();
  const held = token(one.port.request(claim("a", { exclusive: ["x"] })));
  const waiting = ["n0", "n1", "n2"].map((node) => claim(node, { exclusive: ["x"] }));
  let nudged = 0;
  for (let round = 0; round < 100; round++) {
    for (const one of waiting) assert.equal(other.port.request(one).verdict, "deferred");
    void other.port.released().then(() => nudged++);
    await Promise.resolve();
  }
  assert.equal(nudged, 0);
  one.port.release(held);
  for (const one of [...waiting].reverse()) {
    assert.equal(other.port.request(one).verdict, one === waiting[0] ? "granted" : "deferred");
  }
});

Deno.test("a process alone keeps all at hand, and lets go what it does not hold once another asks", () => {
  const { one, other, clock } = two({ limits: { cpu: { total: 4 } } });
  const held = token(one.port.request(claim("a", { amounts: { cpu: 1 } })));
  const late = claim("b", { amounts: { cpu: 3 } });
  const verdict = other.port.request(late);
  assert.equal(verdict.verdict, "deferred");
  assert.match(verdict.reason, /of "cpu", of which 0 of 4 are free: process 100 has 4/);
  clock.advance(50);
  token(other.port.request(late));
  assert.deepEqual(one.port.limits(), [{ kind: "cpu", total: 4, free: 3 }], "it has not looked yet");
  clock.advance(50);
  assert.deepEqual(one.port.limits(), [{ kind: "cpu", total: 4, free: 0 }]);
  assert.equal(one.port.request(claim("c", { amounts: { cpu: 1 } })).verdict, "deferred");
  one.port.release(held);
  token(one.port.request(claim("c", { amounts: { cpu: 1 } })));
});

Deno.test("a rate is one for all processes, and outlives them", () => {
  const { one, other, clock, start } = two({ limits: { tokens: { perMinute: 60, burst: 10 } } });
  token(one.port.request(claim("a", { amounts: { tokens: 8 } })));
  const verdict = other.port.request(claim("b", { amounts: { tokens: 5 } }));
  assert.equal(verdict.verdict === "deferred" && verdict.waitMs, 3_000);
  one.kill();
  const late = start();
  const refused = late.port.request(claim("c", { amounts: { tokens: 5 } }));
  assert.equal(refused.verdict, "deferred");
  clock.advance(3_000);
  token(other.port.request(claim("b", { amounts: { tokens: 5 } })));
});

Deno.test("what a call did not use of a rate comes back to all, and what it used beyond its claim is owed", () => {
  const { one, other, clock } = two({ limits: { tokens: { perMinute: 60, burst: 100 } } });
  const first = token(one.port.request(claim("a", { amounts: { tokens: 90 } })));
  assert.equal(other.port.request(claim("b", { amounts: { tokens: 50 } })).verdict, "deferred");
  one.port.release(first, { tokens: 20 });
  const second = token(other.port.request(claim("b", { amounts: { tokens: 50 } })));
  other.port.release(second, { tokens: 110 });
  const verdict = one.port.request(claim("c", { amounts: { tokens: 10 } }));
  assert.equal(verdict.verdict === "deferred" && verdict.waitMs, 40_000, "30 are owed, 10 are asked for");
  clock.advance(40_000);
  token(one.port.request(claim("c", { amounts: { tokens: 10 } })));
});

Deno.test("the user with the smaller share goes first, wherever it is held; who was overtaken often goes before all", () => {
  const { one, other, clock } = two({ limits: { cpu: { total: 4 } } });
  const by = (user: string, node: string) => claim(node, { amounts: { cpu: 1 } }, { user });
  const held = [1, 2, 3].map((at) => token(other.port.request(by("rich", `r${at}`))));
  assert.equal(one.port.request(by("third", "t")).verdict, "deferred", "another process keeps what is free");
  clock.advance(50);
  const last = token(one.port.request(by("third", "t")));
  // Both wait, the rich one first and in another process than where it is rich.
  assert.equal(one.port.request(by("rich", "late")).verdict, "deferred");
  clock.advance(1);
  assert.equal(other.port.request(by("poor", "poorlate")).verdict, "deferred");
  one.port.release(last);
  assert.match(one.port.request(by("rich", "late")).reason, /"poorlate".* in process 101 waits for "cpu"/);
  token(other.port.request(by("poor", "poorlate")));
  let turn = held[0] as number;
  for (let at = 0; at < 2 * MOST_OVERTAKEN; at++) {
    other.port.release(turn);
    const eager = other.port.request(claim(`x${at}`, { amounts: { cpu: 1 } }, { priority: 9 }));
    if (one.port.request(by("rich", "late")).verdict === "granted") {
      assert.ok(at >= MOST_OVERTAKEN - 1, `after ${at}`);
      return;
    }
    turn = token(eager);
    clock.advance(20);
  }
  assert.fail("it starves");
});

Deno.test("where memory is measured, the process that began first knows how much there is", () => {
  const { clock, folder } = processes(0);
  const one = new Process(folder, clock, "1-one", { limits: { memory: { total: 100, isMeasured: true } } });
  token(one.port.request(claim("a", { amounts: { memory: 60 } })));
  const other = new Process(folder, clock, "2-other", {
    limits: { memory: { total: 40, isMeasured: true } },
  });
  clock.advance(50);
  const verdict = other.port.request(claim("b", { amounts: { memory: 50 } }));
  assert.equal(verdict.verdict, "deferred", verdict.reason);
  clock.advance(50);
  token(other.port.request(claim("c", { amounts: { memory: 40 } }, { priority: 1 })));
});

Deno.test("what looks short of a rate here, and is not in the book, is still held to what comes back", () => {
  const { one, other } = two({ limits: { tokens: { perMinute: 1, burst: 10 }, cpu: { total: 1 } } });
  const back = token(other.port.request(claim("a", { amounts: { tokens: 9 } })));
  token(one.port.request(claim("b", { amounts: { tokens: 1, cpu: 1 } })));
  other.port.release(back, { tokens: 0 });
  const verdict = one.port.request(claim("c", { amounts: { tokens: 5, cpu: 1 } }));
  assert.equal(verdict.verdict, "deferred", "one core is held");
  assert.match(verdict.reason, /asks for 1 of "cpu", of which 0 of 1 are free/);
});

Deno.test("memory that another process was granted and does not use yet is not granted again", () => {
  const { clock, folder } = processes(0);
  const options = { limits: { memory: { total: 16, isMeasured: true } } };
  const [one, other] = ["1-one", "2-other"].map((name) => new Process(folder, clock, name, options));
  const half = token((one as Process).port.request(claim("a", { amounts: { memory: 8 } })));
  const all = claim("b", { amounts: { memory: 16 } });
  const verdict = (other as Process).port.request(all);
  assert.match(verdict.reason, /of which 8 of 16 are free: process 1 has 8/);
  (one as Process).port.release(half);
  clock.advance(50);
  token((other as Process).port.request(all));
});

Deno.test("a disk that refuses costs the grant, not the count", () => {
  const { clock, folder } = processes(0);
  const book = new MemoryShareBook(folder, "1-one");
  let fails = false;
  const change = book.change.bind(book);
  book.change = (act) => {
    if (fails) throw new Error("no space left");
    return change(act);
  };
  const limits = { cpu: { total: 2 }, usd: { perMinute: 1, burst: 5 } };
  const port = new Arbitration(clock, { limits, book: () => book });
  const held = token(port.request(claim("a", { amounts: { cpu: 1, usd: 2 }, exclusive: ["x"] })));
  fails = true;
  const verdict = port.request(claim("b", { exclusive: ["y"] }));
  assert.deepEqual([verdict.verdict, verdict.reason], ["deferred", "no space left"]);
  assert.equal(verdict.verdict === "deferred" && verdict.waitMs, 500);
  assert.equal(port.withdraw(claim("b", { exclusive: ["y"] })), true);
  assert.equal(port.release(held, { usd: 1 }), true);
  fails = false;
  clock.advance(100);
  const other = new Process(folder, clock, "2-other", { limits: { cpu: { total: 2 } } });
  token(other.port.request(claim("c", { amounts: { cpu: 2 }, exclusive: ["x", "y"] })));
});

const step = fc.record({
  who: fc.nat(8),
  in: fc.nat(2),
  priority: fc.nat(1),
  cpu: fc.nat(3),
  memory: fc.nat(6),
  tokens: fc.nat(3),
  name: fc.constantFrom("file:/a", "file:/a/b", "file:/a/c", "gpu:0", undefined),
  act: fc.constantFrom("ask", "ask", "ask", "end", "end", "kill", "withdraw"),
  passMs: fc.constantFrom(0, 0, 10, 60, 700, 4_000),
});

Deno.test("processes never hold more together than there is, whoever dies, end every wait, and repeat themselves", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const limits = {
        cpu: { total: 4 },
        memory: { total: 10 },
        tokens: { perMinute: 60, burst: 5 },
      };
      const [world, twin] = [processes(3, { limits }), processes(3, { limits })];
      const began = world.clock.now();
      const held = new Map<string, { token: number; claim: Claim; at: number }>();
      const wanted = new Map<string, { claim: Claim; at: number }>();
      let tokensUsed = 0;
      const both = <T>(act: (world: typeof twin) => T): T => {
        const result = act(world);
        assert.deepEqual(act(twin), result);
        return result;
      };
      const ask = (key: string, claim: Claim, at: number): boolean => {
        const verdict = both(({ all }) => all[at]?.port.request(claim) as Verdict);
        assert.notEqual(verdict.verdict, "denied", verdict.reason);
        if (verdict.verdict !== "granted") {
          wanted.set(key, { claim, at });
          return false;
        }
        wanted.delete(key);
        held.set(key, { token: verdict.token, claim, at });
        tokensUsed += claim.amounts?.["tokens"] ?? 0;
        return true;
      };
      const check = () => {
        const holding = [...held.values()];
        for (const kind of ["cpu", "memory"] as const) {
          const sum = holding.reduce((all, { claim }) => all + (claim.amounts?.[kind] ?? 0), 0);
          assert.ok(sum <= limits[kind].total, `${sum} of ${limits[kind].total} ${kind}`);
        }
        const names = holding.flatMap(({ claim }) => claim.exclusive);
        names.forEach((one, at) =>
          names.slice(at + 1).forEach((other) =>
            assert.ok(!areInTheWay(one, other), `${one} and ${other} at once`)
          )
        );
        const refilled = 5 + (world.clock.now() - began) / 1_000;
        assert.ok(tokensUsed <= refilled + 1e-6, `${tokensUsed} of ${refilled} tokens`);
      };
      const end = (key: string) => {
        const { token, at } = held.get(key) as { token: number; at: number };
        assert.equal(both(({ all }) => all[at]?.port.release(token)), true);
        held.delete(key);
      };
      for (const { who, in: at, priority, cpu, memory, tokens, name, act, passMs } of steps) {
        both(({ clock }) => clock.advance(passMs));
        const key = `${at}/${who}`;
        if (act === "kill") {
          both(({ all, start }) => {
            all[at]?.kill();
            all[at] = start();
          });
          for (const map of [held, wanted]) {
            for (const [key, one] of [...map]) if (one.at === at) map.delete(key);
          }
        } else if (act === "end" && held.has(key)) end(key);
        else if (act === "withdraw" && wanted.has(key)) {
          both(({ all }) => all[at]?.port.withdraw(wanted.get(key)?.claim as Claim));
          wanted.delete(key);
        } else if (act === "ask" && !held.has(key)) {
          const fresh = claim(`n${key.replace("/", "_")}`, {
            exclusive: name === undefined ? [] : [name],
            amounts: { cpu, memory, tokens },
          }, { priority, user: `u${who % 3}` });
          ask(key, wanted.get(key)?.claim ?? fresh, at);
        }
        check();
      }
      for (const key of [...held.keys()]) end(key);
      for (let round = 0; wanted.size > 0; round++) {
        assert.ok(round < 60, `somebody starves: ${JSON.stringify([...wanted.keys()])}`);
        both(({ clock }) => clock.advance(700));
        for (const [key, { claim, at }] of [...wanted]) {
          if (!ask(key, claim, at)) continue;
          check();
          end(key);
        }
      }
    }),
    { numRuns: 400, seed: 20261126 },
  );
});

Deno.test("processes that take over other limits one after the other never hold more than the least of them says, nor lose of a day's", () => {
  const daily = (most: number) => ({ perMinute: most / 1440, burst: most, isDaily: true });
  const { one, other, clock } = two({ limits: { calls: { total: 2 }, usd: daily(10) } });
  const held = [1, 2].map((nth) => token(one.port.request(claim(`a${nth}`, { amounts: { calls: 1 } }))));
  const late = claim("b", { amounts: { calls: 1 } });
  assert.equal(other.port.request(late).verdict, "deferred");
  for (const { port } of [one, other]) port.change({ limits: { calls: { total: 3 }, usd: daily(10) } });
  const third = token(other.port.request(late));
  one.port.change({ limits: { calls: { total: 1 }, usd: daily(10) } });
  other.port.change({ limits: { calls: { total: 1 }, usd: daily(10) } });
  for (const each of held) one.port.release(each);
  clock.advance(1_000);
  const next = claim("c", { amounts: { calls: 1 } });
  assert.equal(one.port.request(next).verdict, "deferred", "the other process has the only one");
  other.port.release(third);
  clock.advance(1_000);
  token(one.port.request(next));
  // What one has spent by the old limit the other reads by the new one, and the other way around.
  token(one.port.request(claim("d", { amounts: { usd: 8 } })));
  other.port.change({ limits: { usd: daily(20) } });
  token(other.port.request(claim("e", { amounts: { usd: 11 } })));
  const tooMuch = claim("f", { amounts: { usd: 2 } });
  assert.equal(other.port.request(tooMuch).verdict, "deferred");
  other.port.withdraw(tooMuch);
  const rest = claim("g", { amounts: { usd: 1 } });
  assert.equal(one.port.request(rest).verdict, "deferred");
  one.port.change({ limits: { usd: daily(20) } });
  token(one.port.request(rest));
});
