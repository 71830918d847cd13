import assert from "node:assert/strict";
import fc from "fast-check";
import { nodeId, runId } from "../../core/ids.ts";
import type { Claim } from "../../core/ports/arbitration.ts";
import { Arbitration } from "../../pit/arbitration/arbitration.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { ManualClock } from "./manual_clock.ts";

const run = freshRun();
const other = runId(freshRun());
let nth = 0;

function claim(of: string, amount: number, claims: number, more: Partial<Claim> = {}): Claim {
  const by = { run, node: nodeId(`n${nth++}`), priority: 0 };
  return { by, exclusive: [], joint: [{ kind: "memory", of, amount, claims }], ...more };
}

function portOf(memory: number, cpu = 100) {
  return new Arbitration(new ManualClock(), { limits: { memory: { total: memory }, cpu: { total: cpu } } });
}

function token(port: Arbitration, one: Claim): number {
  const verdict = port.request(one);
  assert.equal(verdict.verdict, "granted", verdict.reason);
  return verdict.verdict === "granted" ? verdict.token : -1;
}

const freeOf = (port: Arbitration, kind = "memory") =>
  port.limits().find((limit) => limit.kind === kind)?.free;

Deno.test("Arbitration: claims of one thing hold its amount together, the last one gives it back", () => {
  const port = portOf(100);
  const tokens = [1, 2, 3].map(() => token(port, claim("a", 40, 2)));
  assert.equal(freeOf(port), 20, "two instances for three calls");
  const late = claim("b", 40, 2);
  const verdict = port.request(late);
  assert.equal(verdict.verdict, "deferred");
  assert.match(verdict.reason, /asks for 40 of "memory", of which 20 of 100 are free/);
  port.release(tokens[0] as number);
  assert.equal(freeOf(port), 60);
  token(port, late);
  port.release(tokens[1] as number);
  port.release(tokens[2] as number);
  assert.equal(freeOf(port), 60);
});

Deno.test("Arbitration denies what one instance will never have, and says it in bytes a person reads", () => {
  const port = portOf(2e9);
  const verdict = port.request(claim("a", 3e9, 4));
  assert.equal(verdict.verdict, "denied");
  assert.equal(verdict.reason, 'It asks for 3 GB of "memory", of which there are 2 GB');
  const wrong = port.request(claim("a", NaN, 4));
  assert.equal(wrong.verdict, "denied");
});

Deno.test("Arbitration: a forecast that changes holds for all that share, and leaves nothing behind", () => {
  const port = portOf(100);
  const first = token(port, claim("a", 30, 4));
  const second = token(port, claim("a", 50, 4));
  assert.equal(freeOf(port), 50);
  port.release(second);
  port.release(first);
  assert.equal(freeOf(port), 100);
});

Deno.test("Arbitration counts the memory of a run's calls as its dominant share", () => {
  const port = portOf(100, 100);
  const of = (by: typeof run) => ({ by: { run: by, node: nodeId(`n${nth++}`), priority: 0 } });
  token(port, claim("big", 60, 1, { ...of(run), amounts: { cpu: 1 } }));
  token(port, claim("small", 20, 1, { ...of(other), amounts: { cpu: 50 } }));
  const filler = token(port, claim("filler", 20, 1, of(runId(freshRun()))));
  const mine = claim("x", 20, 1, of(run));
  const theirs = claim("y", 20, 1, of(other));
  assert.equal(port.request(mine).verdict, "deferred");
  assert.equal(port.request(theirs).verdict, "deferred");
  port.release(filler);
  // By memory `run` has 60 %, by processor `other` has 50 %: who has the smaller largest share goes first.
  assert.match(port.request(mine).reason, /waits for "memory" before it/);
  token(port, theirs);
});

Deno.test("Arbitration never gives out more memory or processor than there is, whoever shares, ends or gives up, and nobody is stuck", () => {
  const step = fc.record({
    who: fc.nat(9),
    of: fc.constantFrom("a", "b", "c"),
    amount: fc.integer({ min: 1, max: 10 }),
    cpu: fc.integer({ min: 0, max: 4 }),
    name: fc.constantFrom("x", undefined),
    what: fc.constantFrom("ask", "end", "give up"),
  });
  const claimsOf = { a: 1, b: 3, c: 2 } as const;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const [port, twin] = [portOf(10, 4), portOf(10, 4)];
      const held = new Map<number, { token: number; claim: Claim }>();
      const wanted = new Map<number, Claim>();
      const newest = { a: 0, b: 0, c: 0 };
      for (const { who, of, amount, cpu, name, what } of steps) {
        const mine = held.get(who);
        if (mine !== undefined) {
          if (what !== "end") continue;
          assert.equal(port.release(mine.token), true);
          twin.release(mine.token);
          held.delete(who);
          continue;
        }
        const before = wanted.get(who);
        if (before !== undefined && what === "give up") {
          assert.equal(port.withdraw(before), twin.withdraw(before));
          wanted.delete(who);
          continue;
        }
        const asked = before ?? {
          by: { run: who % 2 === 0 ? run : other, node: nodeId(`n${who}`), priority: 0 },
          exclusive: name === undefined ? [] : [name],
          amounts: { cpu },
          joint: [{ kind: "memory", of, amount: of === "a" ? amount : 4, claims: claimsOf[of] }],
        };
        const verdict = port.request(asked);
        assert.deepEqual(twin.request(asked), verdict);
        if (verdict.verdict === "granted") {
          held.set(who, { token: verdict.token, claim: asked });
          wanted.delete(who);
        } else {
          assert.equal(verdict.verdict, "deferred");
          wanted.set(who, asked);
        }
        // The model: instances that the calls need, times what one takes.
        const counts = { a: 0, b: 0, c: 0 };
        for (const { claim: { joint = [] } } of held.values()) {
          for (const { of } of joint) counts[of as keyof typeof counts]++;
        }
        if (verdict.verdict === "granted") {
          newest[asked.joint?.[0]?.of as "a" | "b" | "c"] = asked.joint?.[0]?.amount as number;
        }
        const memory = newest.a * counts.a + 4 * (Math.ceil(counts.b / 3) + Math.ceil(counts.c / 2));
        assert.ok(memory <= 10, `${memory} of 10`);
        assert.equal(freeOf(port), 10 - memory);
        const cpus = [...held.values()].reduce((sum, { claim }) => sum + (claim.amounts?.["cpu"] ?? 0), 0);
        assert.equal(freeOf(port, "cpu"), 4 - cpus);
      }
      for (const { token } of held.values()) port.release(token);
      assert.deepEqual([freeOf(port), freeOf(port, "cpu")], [10, 4], "all is given back");
      for (let round = 0; wanted.size > 0; round++) {
        assert.ok(round < 20, "somebody is stuck");
        for (const [who, asked] of wanted) {
          const verdict = port.request(asked);
          if (verdict.verdict !== "granted") continue;
          port.release(verdict.token);
          wanted.delete(who);
        }
      }
      assert.deepEqual(port.waiting(), []);
    }),
    { numRuns: 300, seed: 20261126 },
  );
});
