/**
 * What every ArbitrationPort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { nodeId, type RunId } from "../../core/ids.ts";
import type { ArbitrationPort, Claim, Decision, Standing, Verdict } from "../../core/ports/arbitration.ts";
import { freshRun } from "./dag_contract.ts";

const run = freshRun();

/** A claim by the node of that name. */
export function claimOf(node: string, exclusive: readonly string[], priority = 0, by: RunId = run): Claim {
  return { by: { run: by, node: nodeId(node), priority }, exclusive };
}

function granted(verdict: Verdict): number {
  assert.equal(verdict.verdict, "granted", verdict.reason);
  return verdict.verdict === "granted" ? verdict.token : -1;
}

/** Registers the suite for one adapter. */
export function testArbitrationPort(name: string, make: () => ArbitrationPort): void {
  Deno.test(`${name}.request() grants all names or none, and names the holder`, () => {
    const port = make();
    const token = granted(port.request(claimOf("a", ["x", "y"])));
    const verdict = port.request(claimOf("b", ["z", "y"]));
    assert.equal(verdict.verdict, "deferred");
    assert.match(verdict.reason, /"y".*"a"/);
    granted(port.request(claimOf("c", ["w"])));
    assert.equal(port.release(token), true);
    granted(port.request(claimOf("b", ["z", "y"])));
  });

  Deno.test(`${name}.request() lets a deferred claim go before a later one, so nobody starves`, () => {
    const port = make();
    const token = granted(port.request(claimOf("a", ["x"])));
    assert.equal(port.request(claimOf("b", ["x", "y"])).verdict, "deferred");
    const late = port.request(claimOf("c", ["y"]));
    assert.equal(late.verdict, "deferred");
    assert.match(late.reason, /"b"/);
    port.release(token);
    assert.equal(port.request(claimOf("c", ["y"])).verdict, "deferred");
    const second = granted(port.request(claimOf("b", ["x", "y"])));
    port.release(second);
    granted(port.request(claimOf("c", ["y"])));
  });

  Deno.test(`${name}.request() lets a higher priority go first`, () => {
    const port = make();
    const token = granted(port.request(claimOf("a", ["x"])));
    port.request(claimOf("b", ["x"]));
    port.request(claimOf("c", ["x"], 5));
    port.release(token);
    assert.equal(port.request(claimOf("b", ["x"])).verdict, "deferred");
    granted(port.request(claimOf("c", ["x"], 5)));
  });

  Deno.test(`${name}.release() refuses an unknown token and a second release`, () => {
    const port = make();
    const token = granted(port.request(claimOf("a", ["x"])));
    assert.equal(port.release(token + 1), false);
    assert.equal(port.release(token), true);
    granted(port.request(claimOf("b", ["x"])));
    assert.equal(port.release(token), false, "it does not end the next holder's grant");
    assert.equal(port.request(claimOf("c", ["x"])).verdict, "deferred");
  });

  Deno.test(`${name}.stand() decides each that stands once, in its turn, with nobody asking again`, () => {
    const port = make();
    const token = granted(port.request(claimOf("a", ["x"])));
    const ends: [string, Decision][] = [];
    const stand = (node: string, names: string[], priority = 0) => {
      const standing = port.stand(claimOf(node, names, priority), (decision) => ends.push([node, decision]));
      assert.equal(standing.verdict, "deferred");
      return standing as Standing;
    };
    const [b, c, d] = [stand("b", ["x", "y"]), stand("c", ["x"]), stand("d", ["y"])];
    stand("e", ["x"], 5);
    assert.match(b.reason(), /"x" is held by node "a"/);
    assert.match(d.reason(), /node "b" .*waits for "y" before it/);
    assert.deepEqual(port.waiting().map(({ by }) => by.node), ["b", "c", "d", "e"]);
    assert.equal(ends.length, 0, "never within the call");
    port.release(token);
    assert.deepEqual(ends.map(([node]) => node), ["e"]);
    b.leave();
    assert.deepEqual(ends.map(([node]) => node), ["e", "d"], "what stood before it is gone");
    const end = (at: number) => port.release(granted(ends[at]?.[1] as Verdict));
    end(0);
    assert.deepEqual(ends.map(([node]) => node), ["e", "d", "c"]);
    c.leave();
    end(1);
    end(2);
    assert.deepEqual([ends.length, port.waiting().length], [3, 0]);
  });

  Deno.test(`${name}.stand() leaves nobody standing who could have what he asks`, () => {
    const step = fc.record({
      who: fc.nat(7),
      act: fc.constantFrom("stand", "stand", "end", "leave"),
      names: fc.nat(62),
      priority: fc.nat(2),
    });
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const port = make();
      const held = new Map<number, { token: number; names: string[] }>();
      const stands = new Map<number, { standing: Standing; names: string[] }>();
      const got = (who: number, decision: Decision, names: string[]) => {
        const taken = [...held.values()].flatMap((other) => other.names);
        assert.ok(names.every((one) => !taken.includes(one)));
        assert.ok(!held.has(who));
        stands.delete(who);
        held.set(who, { token: granted(decision), names });
      };
      const end = (who: number) => {
        const token = held.get(who)?.token as number;
        held.delete(who);
        port.release(token);
      };
      for (const { who, act, names: mask, priority } of steps) {
        if (act === "end" && held.has(who)) end(who);
        else if (act === "leave") {
          const standing = stands.get(who)?.standing;
          stands.delete(who);
          standing?.leave();
        } else if (act === "stand" && !held.has(who) && !stands.has(who)) {
          const names = ["a", "b", "c", "d", "e", "f"].filter((_, at) => ((mask + 1) >> at) & 1);
          const decided = (decision: Decision) => got(who, decision, names);
          const standing = port.stand(claimOf(`n${who}`, names, priority), decided);
          if (standing.verdict === "deferred") stands.set(who, { standing, names });
          else got(who, standing, names);
        }
        const taken = new Set([...held.values()].flatMap((other) => other.names));
        const wanted = (who: number) =>
          [...stands].flatMap(([other, { names }]) => other === who ? [] : names);
        for (const [who, { names }] of stands) {
          const isAlone = names.every((one) => !taken.has(one) && !wanted(who).includes(one));
          assert.ok(!isAlone, `n${who} stands though nobody has or wants ${names}`);
        }
        assert.equal(port.waiting().length, stands.size);
      }
      for (let rounds = 0; held.size > 0; rounds++) {
        assert.ok(rounds < 100);
        end([...held.keys()][0] as number);
      }
      assert.equal(stands.size, 0, "somebody stands though nothing is held");
    }));
  });

  Deno.test(`${name}.released() resolves with the next release, not with an earlier one`, async () => {
    const port = make();
    const [first, second] = [
      granted(port.request(claimOf("a", ["x"]))),
      granted(port.request(claimOf("b", ["y"]))),
    ];
    port.release(first as number);
    let isReleased = false;
    const released = port.released().then(() => isReleased = true);
    await Promise.resolve();
    assert.equal(isReleased, false);
    port.release(second as number);
    await released;
  });

  Deno.test(`${name}.choose() takes who wins most comparisons, then the best quality, then the first`, () => {
    const port = make();
    const of = (...qualities: number[]) => qualities.map((quality, at) => ({ from: `m${at}`, quality }));
    const chosen = port.choose(of(0.9, 0.1, 0.5), [
      { pair: [0, 1], winner: 1 },
      { pair: [0, 2], winner: 2 },
      { pair: [1, 2], winner: 1 },
    ]);
    assert.equal(chosen.winner, 1);
    assert.match(chosen.reason, /"m1" wins 2 of 3 comparisons/);
    const circle = [
      { pair: [0, 1], winner: 0 },
      { pair: [1, 2], winner: 1 },
      { pair: [0, 2], winner: 2 },
    ] as const;
    assert.equal(port.choose(of(0.1, 0.1, 0.2), circle).winner, 2);
    assert.equal(port.choose(of(0.1, 0.1, 0.1), circle).winner, 0);
    assert.equal(port.choose(of(0.2, 0.4), [{ pair: [0, 1], winner: undefined }]).winner, 1);
    assert.throws(() => port.choose(of(0.2), [{ pair: [0, 1], winner: 1 }]), RangeError);
  });

  Deno.test(`${name}.choose() takes the best quality, the first among equals, and says why`, () => {
    const port = make();
    const of = (...qualities: number[]) => qualities.map((quality, at) => ({ from: `m${at}`, quality }));
    assert.equal(port.choose(of(0.2, 0.9, 0.5)).winner, 1);
    assert.equal(port.choose(of(0.2, 0.9, 0.9)).winner, 1);
    assert.match(port.choose(of(0.2, 0.9, 0.9)).reason, /"m1".*first of 2.*0\.9/);
    assert.equal(port.choose(of(NaN, 0)).winner, 1);
    assert.equal(port.choose(of(NaN, NaN)).winner, 0);
    assert.throws(() => port.choose([]), RangeError);
  });

  Deno.test(`${name}.request() never lets two hold one name, gives everyone their turn, and repeats itself`, () => {
    const step = fc.record({ who: fc.nat(5), release: fc.boolean(), names: fc.nat(62) });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [port, twin] = [make(), make()];
      const held = new Map<number, { token: number; names: string[] }>();
      const wanted = new Map<number, string[]>();
      for (const { who, release, names: mask } of steps) {
        const mine = held.get(who);
        if (release && mine !== undefined) {
          port.release(mine.token);
          twin.release(mine.token);
          held.delete(who);
          continue;
        }
        if (mine !== undefined) continue;
        const names = wanted.get(who) ??
          ["a", "b", "c", "d", "e", "f"].filter((_, at) => ((mask + 1) >> at) & 1);
        const claim = claimOf(`n${who}`, names);
        const verdict = port.request(claim);
        assert.deepEqual(twin.request(claim), verdict);
        assert.notEqual(verdict.verdict, "denied");
        if (verdict.verdict !== "granted") {
          wanted.set(who, names);
          continue;
        }
        wanted.delete(who);
        const taken = [...held.values()].flatMap((other) => other.names);
        assert.ok(names.every((one) => !taken.includes(one)));
        held.set(who, { token: verdict.token, names });
      }
      for (const { token } of held.values()) port.release(token);
      // With nothing held, whoever waits gets through in a bounded number of rounds.
      for (let round = 0; wanted.size > 0; round++) {
        assert.ok(round < 10, "somebody starves");
        for (const [who, names] of wanted) {
          const verdict = port.request(claimOf(`n${who}`, names));
          if (verdict.verdict !== "granted") continue;
          port.release(verdict.token);
          wanted.delete(who);
        }
      }
    }));
  });
}
