import assert from "node:assert/strict";
import { Arbitration, MOST_DEFERRED, MOST_NAMES } from "../../pit/arbitration/arbitration.ts";
import fc from "fast-check";
import type { ArbitrationOptions } from "../../pit/arbitration/arbitration.ts";
import { gini, joinedUsers } from "../../core/policy/fairness.ts";
import { nodeId, runId } from "../../core/ids.ts";
import type { Claim, Decision } from "../../core/ports/arbitration.ts";
import { readLimit } from "../../pit/arbitration/limit_text.ts";
import { MemoryShareBook, MemoryShareFolder } from "../../pit/arbitration/memory_share_book.ts";
import type { Rate } from "../../pit/arbitration/rate.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { ManualClock } from "./manual_clock.ts";
import { claimOf, testArbitrationPort } from "../contracts/arbitration_contract.ts";

testArbitrationPort("Arbitration", () => new Arbitration(new ManualClock()));

Deno.test("Arbitration.request() denies a claim with too many names", () => {
  const names = Array.from({ length: MOST_NAMES + 1 }, (_, at) => `file:${at}`);
  const verdict = new Arbitration(new ManualClock()).request(claimOf("a", names));
  assert.equal(verdict.verdict, "denied");
  assert.match(verdict.reason, /1001/);
});

Deno.test("Arbitration.request() denies one more when too many wait", () => {
  const port = new Arbitration(new ManualClock());
  port.request(claimOf("holder", ["x"]));
  for (let at = 0; at < MOST_DEFERRED; at++) {
    assert.equal(port.request(claimOf(`n${at}`, ["x"])).verdict, "deferred");
  }
  assert.equal(port.request(claimOf("late", ["x"])).verdict, "denied");
  assert.equal(port.request(claimOf("n7", ["x"])).verdict, "deferred", "who waits already keeps its place");
});

const run = freshRun();

function shared(options: ArbitrationOptions) {
  const clock = new ManualClock();
  const port = new Arbitration(clock, options);
  let nth = 0;
  const claim = (user: string, amounts: Record<string, number>, more: Partial<Claim["by"]> = {}): Claim => ({
    by: { run, node: nodeId(`n${nth++}`), user, priority: 0, ...more },
    exclusive: [],
    amounts,
  });
  return { clock, port, claim };
}

function tokenOf(port: Arbitration, claim: Claim): number {
  const verdict = port.request(claim);
  assert.equal(verdict.verdict, "granted", verdict.reason);
  return verdict.verdict === "granted" ? verdict.token : -1;
}

Deno.test("Arbitration.request() shares what there is, says what is free, and denies what can never be had", () => {
  const { port, claim } = shared({ limits: { cpu: { total: 4 }, memory: { total: 100 } } });
  const token = tokenOf(port, claim("a", { cpu: 3, memory: 10 }));
  const late = claim("b", { cpu: 2 });
  const verdict = port.request(late);
  assert.equal(verdict.verdict, "deferred");
  assert.match(verdict.reason, /asks for 2 of "cpu", of which 1 of 4 are free/);
  assert.match(port.request(claim("b", { cpu: 5 })).reason, /of which there are 4/);
  assert.equal(port.request(claim("b", { cpu: 5 })).verdict, "denied");
  assert.equal(port.request(claim("b", { cpu: -1 })).verdict, "denied");
  tokenOf(port, claim("b", { memory: 90, unknown: 1e9 }));
  port.release(token);
  tokenOf(port, late);
});

Deno.test("Arbitration.request() lets a rate refill with time and says how long to wait", () => {
  const { clock, port, claim } = shared({ limits: { "tokens:x": { perMinute: 600, burst: 100 } } });
  port.release(tokenOf(port, claim("a", { "tokens:x": 100 })));
  const next = claim("a", { "tokens:x": 50 });
  const verdict = port.request(next);
  assert.deepEqual(verdict.verdict === "deferred" && verdict.waitMs, 5_000);
  clock.advance(4_999);
  assert.equal(port.request(next).verdict, "deferred");
  clock.advance(1);
  tokenOf(port, next);
  assert.equal(port.request(claim("a", { "tokens:x": 101 })).verdict, "denied");
});

Deno.test("Arbitration.request() prefers the user with the smaller weighted dominant share", () => {
  const { port, claim } = shared({
    limits: { cpu: { total: 6 }, memory: { total: 60 } },
    weights: { rich: 2 },
  });
  const tokens = [tokenOf(port, claim("a", { cpu: 2, memory: 1 })), tokenOf(port, claim("rich", { cpu: 2 }))];
  const last = tokenOf(port, claim("a", { cpu: 2 }));
  const [more, first] = [claim("a", { cpu: 2 }), claim("rich", { cpu: 2 })];
  assert.equal(port.request(more).verdict, "deferred");
  assert.equal(port.request(first).verdict, "deferred");
  port.release(tokens[0] as number);
  // rich holds 2/6 with weight 2, a holds 2/6 with weight 1.
  assert.match(port.request(more).reason, /waits for "cpu" before it/);
  tokenOf(port, first);
  port.release(last);
  tokenOf(port, more);
});

Deno.test("Arbitration.fairness() tells shares, waits and their Gini coefficient", () => {
  const { clock, port, claim } = shared({ limits: { cpu: { total: 2 } } });
  const token = tokenOf(port, claim("a", { cpu: 2 }));
  const late = claim("b", { cpu: 1 });
  port.request(late);
  clock.advance(1_000);
  const { users, gini: all } = port.fairness();
  assert.deepEqual(users.map(({ of, dominantShare, waiting }) => [of, dominantShare, waiting]), [
    ["a", 1, 0],
    ["b", 0, 1],
  ]);
  assert.equal(all, 0.5, "one of two had everything");
  port.release(token);
  tokenOf(port, late);
  const b = port.fairness().users.find(({ of }) => of === "b");
  assert.deepEqual([b?.meanWaitMs, b?.longestWaitMs, b?.grants, b?.waiting], [1_000, 1_000, 1, 0]);
});

Deno.test("gini() is 0 for equals, (n-1)/n where one has all, and the mean difference in between", () => {
  assert.equal(gini([]), 0);
  assert.equal(gini([3, 3, 3]), 0);
  assert.equal(gini([0, 0, 0, 8]), 0.75);
  fc.assert(fc.property(fc.array(fc.nat(100), { minLength: 2, maxLength: 12 }), (values) => {
    const sum = values.reduce((a, b) => a + b, 0);
    const differences = values.flatMap((a) => values.map((b) => Math.abs(a - b))).reduce((a, b) => a + b, 0);
    const expected = sum === 0 ? 0 : differences / (2 * values.length * sum);
    assert.ok(Math.abs(gini(values) - expected) < 1e-9);
  }));
});

Deno.test("joinedUsers() makes one of what several processes say of a user, and the Gini coefficient of all", () => {
  const user = (of: string, recentUse: number, grants: number, meanWaitMs: number) => ({
    ...{ of, weight: 1, dominantShare: 0.25, recentUse, grants, waiting: 1, meanWaitMs },
    longestWaitMs: meanWaitMs * 2,
  });
  const { users, gini } = joinedUsers([{ users: [user("b", 10, 1, 8)] }, {
    users: [user("a", 30, 2, 0), user("b", 20, 3, 4)],
  }]);
  assert.deepEqual(users, [user("a", 30, 2, 0), {
    ...{ of: "b", weight: 1, dominantShare: 0.5, recentUse: 30, grants: 4, waiting: 2, meanWaitMs: 5 },
    longestWaitMs: 16,
  }]);
  assert.equal(gini, 0);
});

Deno.test("Arbitration.withdraw() gives a place up, so that those behind go on", () => {
  const { port, claim } = shared({ limits: { cpu: { total: 2 } } });
  const token = tokenOf(port, claim("a", { cpu: 1 }));
  const large = claim("b", { cpu: 2 });
  const small = claim("c", { cpu: 1 });
  port.request(large);
  assert.equal(port.request(small).verdict, "deferred", "the large one would starve");
  assert.equal(port.withdraw(large), true);
  assert.equal(port.withdraw(large), false);
  tokenOf(port, small);
  port.release(token);
});

Deno.test("Arbitration never grants more than there is, ends every wait, and repeats itself", () => {
  const step = fc.record({
    who: fc.nat(7),
    priority: fc.nat(2),
    cpu: fc.nat(4),
    memory: fc.nat(10),
    name: fc.constantFrom("x", "y", undefined),
    end: fc.boolean(),
    passMs: fc.nat(2_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const limits = { cpu: { total: 4 }, memory: { total: 10 } };
      const [one, twin] = [shared({ limits }), shared({ limits })];
      const held = new Map<number, { token: number; claim: Claim }>();
      const wanted = new Map<number, Claim>();
      for (const { who, priority, cpu, memory, name, end, passMs } of steps) {
        one.clock.advance(passMs);
        twin.clock.advance(passMs);
        const mine = held.get(who);
        if (mine !== undefined) {
          if (!end) continue;
          assert.equal(one.port.release(mine.token), true);
          assert.equal(twin.port.release(mine.token), true);
          held.delete(who);
          continue;
        }
        const claim = wanted.get(who) ?? {
          by: { run, node: nodeId(`n${who}`), user: `u${who % 3}`, priority },
          exclusive: name === undefined ? [] : [name],
          amounts: { cpu, memory },
        };
        const verdict = one.port.request(claim);
        assert.deepEqual(twin.port.request(claim), verdict);
        assert.notEqual(verdict.verdict, "denied");
        if (verdict.verdict === "granted") {
          held.set(who, { token: verdict.token, claim });
          wanted.delete(who);
        } else wanted.set(who, claim);
        for (const [kind, { total }] of Object.entries(limits)) {
          const sum = [...held.values()].reduce((all, { claim }) => all + (claim.amounts?.[kind] ?? 0), 0);
          assert.ok(sum <= total, `${sum} of ${total} ${kind}`);
        }
        const names = [...held.values()].flatMap(({ claim }) => claim.exclusive);
        assert.equal(new Set(names).size, names.length, "a name is held twice");
      }
      for (const { token } of held.values()) one.port.release(token);
      for (let round = 0; wanted.size > 0; round++) {
        assert.ok(round < 20, "somebody starves");
        for (const [who, claim] of wanted) {
          const verdict = one.port.request(claim);
          if (verdict.verdict !== "granted") continue;
          one.port.release(verdict.token);
          wanted.delete(who);
        }
      }
    }),
    { numRuns: 300, seed: 20261126 },
  );
});

Deno.test("Arbitration.request() lets a claim go first past which many others were granted", () => {
  const { port, claim } = shared({ limits: { cpu: { total: 1 } } });
  let token = tokenOf(port, claim("a", { cpu: 1 }, { priority: 9 }));
  const humble = claim("b", { cpu: 1 }, { priority: -9 });
  assert.equal(port.request(humble).verdict, "deferred");
  let rounds = 0;
  for (;; rounds++) {
    assert.ok(rounds < 1_000, "it starves");
    const eager = claim("a", { cpu: 1 }, { priority: 9 });
    port.request(eager);
    port.release(token);
    const verdict = port.request(humble);
    if (verdict.verdict === "granted") break;
    token = tokenOf(port, eager);
  }
  assert.ok(rounds > 1);
});

/** What users get who always have some calls waiting, each held for a while on a clock that stands still. */
function served(
  options: ArbitrationOptions,
  callers: Readonly<Record<string, number>>,
  more: Partial<Claim>,
  turns = 1_500,
) {
  const { clock, port, claim } = shared(options);
  const got: Record<string, number> = Object.fromEntries(Object.keys(callers).map((user) => [user, 0]));
  const come = (user: string): void => {
    const asks = { ...claim(user, {}, { run: runId(`r${user.padEnd(15, "0")}`) }), ...more };
    const begin = (decision: Decision) => {
      got[user] = (got[user] ?? 0) + 1;
      const token = decision.verdict === "granted" ? decision.token : assert.fail(decision.reason);
      clock.schedule(10, () => {
        port.release(token);
        come(user);
      });
    };
    const standing = port.stand(asks, begin);
    if (standing.verdict !== "deferred") begin(standing);
  };
  for (const [user, count] of Object.entries(callers)) for (let at = 0; at < count; at++) come(user);
  clock.advance(turns * 10);
  const { gini, users } = port.fairness();
  return { got, gini, users };
}

const kinds: readonly (readonly [string, ArbitrationOptions, Partial<Claim>])[] = [
  ["one core", { limits: { cpu: { total: 1 } } }, { amounts: { cpu: 1 } }],
  ["two cores", { limits: { cpu: { total: 2 } } }, { amounts: { cpu: 1 } }],
  ["a rate", { limits: { requests: { perMinute: 3_000, burst: 3 } } }, { amounts: { requests: 1 } }],
  ["money", { limits: { usd: { perMinute: 60, burst: 0.1 } } }, { amounts: { usd: 0.02 } }],
  ["an exclusive thing", {}, { exclusive: ["gpu:0"] }],
];

Deno.test("Arbitration serves two users alike, whatever they wait for and however much one asks, and its Gini says so", () => {
  for (const [what, options, more] of kinds) {
    const { got: { ann = 0, bob = 0 }, gini } = served(options, { ann: 9, bob: 2 }, more);
    assert.ok(ann + bob > 300, what);
    assert.ok(Math.abs(ann - bob) <= 0.05 * (ann + bob), `${what}: ${ann} and ${bob}`);
    assert.ok(gini < 0.05, `${what}: Gini ${gini}`);
  }
});

Deno.test("Arbitration gives by weight, whatever is waited for", () => {
  for (const [what, options, more] of kinds) {
    const { got: { ann = 0, bob = 1 }, gini } = served({ ...options, weights: { ann: 4 } }, {
      ann: 6,
      bob: 6,
    }, more);
    assert.ok(ann / bob > 3.5 && ann / bob < 4.5, `${what}: ${ann} and ${bob}`);
    assert.ok(gini < 0.05, `${what}: Gini ${gini}`);
  }
});

Deno.test("Arbitration.fairness() says so where one user had all of a rate, or of an exclusive thing", () => {
  const { clock, port, claim } = shared({ limits: { requests: { perMinute: 60, burst: 5 } } });
  for (let at = 0; at < 5; at++) tokenOf(port, claim("ann", { requests: 1 }));
  port.request(claim("bob", { requests: 1 }));
  clock.advance(1);
  assert.equal(port.fairness().gini, 0.5);
  const names = shared({});
  const token = tokenOf(names.port, { ...names.claim("ann", {}), exclusive: ["gpu:0"] });
  const free = tokenOf(names.port, { ...names.claim("cal", {}), exclusive: ["gpu:1"] });
  names.port.request({ ...names.claim("bob", {}), exclusive: ["gpu:0"] });
  names.clock.advance(1_000);
  for (const one of [token, free]) names.port.release(one);
  const use = names.port.fairness().users.map((user) => [user.of, Math.round(user.recentUse)]);
  assert.deepEqual(use, [["ann", 994], ["cal", 0], ["bob", 0]], "nobody waited for what cal had");
});

Deno.test("Arbitration lets no more than a cap a day through in a day, alone and beside others, and what is owed stays", () => {
  const dayMs = 86_400_000;
  for (const text of ["5/day", "5/day burst 2"]) {
    for (const isShared of [false, true]) {
      const folder = new MemoryShareFolder();
      const limits = { usd: readLimit("usd", text) as Rate };
      const { clock, port, claim } = shared({
        limits,
        ...(isShared ? { book: () => new MemoryShareBook(folder, "1-a") } : {}),
      });
      const through: number[] = [];
      for (let stepped = 0; stepped < 3 * dayMs; stepped += dayMs / 48) {
        const one = claim("ann", { usd: 0.5 });
        while (port.request(one).verdict === "granted") through.push(clock.now());
        port.withdraw(one);
        clock.advance(dayMs / 48);
      }
      assert.ok(through.length >= 20, `${text}: ${through.length}`);
      const isSame = (a: number, b: number) =>
        text === "5/day" ? Math.floor(a / dayMs) === Math.floor(b / dayMs) : b >= a && b - a < dayMs;
      for (const from of through) {
        const usd = 0.5 * through.filter((at) => isSame(from, at)).length;
        assert.ok(usd <= 5, `${text}: ${usd}`);
      }
    }
  }
  const { clock, port, claim } = shared({ limits: { usd: { ...readLimit("usd", "5/day") as Rate } } });
  port.release(tokenOf(port, claim("ann", { usd: 5 })), { usd: 8 });
  const late = claim("ann", { usd: 3 });
  const verdict = port.request(late);
  const midnight = dayMs - clock.now() % dayMs;
  assert.equal(verdict.verdict === "deferred" && verdict.waitMs, midnight + dayMs, "3 are owed of 5");
  clock.advance(midnight);
  assert.equal(port.request(late).verdict, "deferred");
  clock.advance(dayMs);
  tokenOf(port, late);
});

Deno.test("Arbitration.change() keeps what is held, lets those go on who have enough now, and holds back by less", async () => {
  const { port, claim } = shared({ limits: { calls: { total: 1 } } });
  const first = tokenOf(port, claim("a", { calls: 1 }));
  const ended: string[] = [];
  const stand = (name: string) =>
    port.stand(claim("a", { calls: 1 }), (decision) => void ended.push(`${name} ${decision.verdict}`));
  for (const name of ["b", "c", "d"]) assert.equal(stand(name).verdict, "deferred");
  const heard = port.released();
  port.change({ limits: { calls: { total: 3 } } });
  await heard;
  assert.deepEqual(ended, ["b granted", "c granted"]);
  assert.equal(port.limitsVersion(), 1);
  port.change({ limits: { calls: { total: 1 } } });
  assert.deepEqual(port.limits(), [{ kind: "calls", total: 1, free: 0 }]);
  port.release(first);
  assert.equal(ended.length, 2, "two hold more than there is by now");
  assert.throws(() => port.change({ limits: { calls: { total: 0 } } }), RangeError);
  assert.deepEqual(port.limits(), [{ kind: "calls", total: 1, free: 0 }], "a wrong one changes nothing");
  port.change({});
  assert.deepEqual(ended, ["b granted", "c granted", "d granted"], "nothing is limited any more");
});

Deno.test("Arbitration.change() counts what is held of a kind that nobody limited before, also together, and nothing twice", () => {
  const { port, claim } = shared({});
  const joint = [{ kind: "memory", of: "acme/x", amount: 10, claims: 2 }];
  const tokens = [1, 2, 3].map(() => tokenOf(port, { ...claim("a", { gpu: 1 }), joint }));
  port.change({ limits: { gpu: { total: 4 }, memory: { total: 100 } } });
  const free = () => port.limits().map((one) => one.free);
  assert.deepEqual(free(), [1, 80]);
  port.change({ limits: { gpu: { total: 4 }, memory: { total: 100 } } });
  assert.deepEqual(free(), [1, 80]);
  for (const token of tokens) port.release(token);
  assert.deepEqual(free(), [4, 100]);
});

Deno.test("Arbitration.change() of a rate keeps what was used, and of weights counts from then on", () => {
  const { clock, port, claim } = shared({
    limits: { usd: { perMinute: 10 / 1440, burst: 10, isDaily: true } },
  });
  const daily = (most: number) => ({ usd: { perMinute: most / 1440, burst: most, isDaily: true } });
  port.release(tokenOf(port, claim("a", { usd: 8 })));
  const left = () => port.limits()[0]?.free;
  port.change({ limits: daily(20) });
  assert.equal(left(), 12);
  port.change({ limits: daily(5), weights: { a: 3 } });
  assert.equal(left(), 0);
  clock.advance(86_400_000);
  assert.equal(left(), 5, "nothing is owed for what was in order then");
  assert.equal(port.fairness().users[0]?.weight, 3);
});
