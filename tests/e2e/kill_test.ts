/**
 * A run is killed with SIGKILL at random moments, resumed, killed again, and in the end must be the run that nobody
 * disturbed: every acknowledged result kept, none twice, no effect of a completed node repeated, the same outputs.
 *
 * @module
 */

import assert from "node:assert/strict";
import { jsonEvents, symphony, symphonyKilled } from "./symphony_process.ts";
import type { JsonEvent } from "./symphony_process.ts";

const ROUNDS = 50;
const workflow = new URL("../fixtures/e2e/traced.workflow.jsonc", import.meta.url).pathname;
const probe = new URL("../fixtures/extensions/probe", import.meta.url).pathname;

/** Small, seedable, good enough to choose moments (mulberry32). */
function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function startArgs(data: string, workspace: string): string[] {
  const grants = ["--grant", "tests/probe:files:read", "--grant", "tests/probe:files:write"];
  return [
    "run",
    workflow,
    "--json",
    "--allow-write",
    "--data",
    data,
    "--workspace",
    workspace,
    "--extensions",
    probe,
    ...grants,
  ];
}

function resumeArgs(data: string, run: string): string[] {
  const grants = ["--grant", "tests/probe:files:read", "--grant", "tests/probe:files:write"];
  return ["runs", "resume", run, "--json", "--data", data, "--extensions", probe, ...grants];
}

/** As the probe's trace says which execution it was of. */
function keyOf(event: JsonEvent): string {
  return [event.run, event["scope"] ?? "", event.node, event.item ?? -1].join(":");
}

async function traces(workspace: string): Promise<Map<string, number>> {
  const count = new Map<string, number>();
  try {
    for await (const { name } of Deno.readDir(`${workspace}/traces`)) {
      const key = await Deno.readTextFile(`${workspace}/traces/${name}`);
      count.set(key, (count.get(key) ?? 0) + 1);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return count;
}

function isResult(event: JsonEvent): boolean {
  return event.type === "node.completed";
}

Deno.test(`a run killed at ${ROUNDS} random points and resumed is the undisturbed run`, async (test) => {
  const seed = Number(Deno.env.get("SYMPHONY_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  const data = await Deno.makeTempDir({ prefix: "symphony-kill-" });
  const still = await Deno.makeTempDir({ prefix: "symphony-still-" });
  try {
    await symphony(startArgs(data, still)); // Bundles the extensions once.
    const began = performance.now();
    const undisturbed = await symphony(startArgs(data, await Deno.makeTempDir({ dir: still })));
    const spanMs = performance.now() - began;
    assert.equal(undisturbed.code, 0, undisturbed.err);
    const expected = jsonEvents(undisturbed.out).at(-1) as JsonEvent;
    assert.equal(expected.type, "run.completed");
    assert.equal((expected["outputs"] as { value: number }).value, 331);

    let kills = 0;
    const round = async (number: number) => {
      // Of its own, so that a round is the same whichever runs beside it.
      const random = randomOf(seed + number);
      const workspace = await Deno.makeTempDir({ dir: still });
      const acknowledged = new Map<string, number>();
      let run: string | undefined;
      let args = startArgs(data, workspace);
      for (let attempt = 0;; attempt++) {
        assert.ok(attempt < 12, "the run never came to its end");
        // Most kills while nodes run; some while the program starts or ends; later attempts are left alone more often.
        const afterMs = attempt < 4 ? spanMs * (0.15 + random() * 0.85) : 600_000;
        const nth = random() < 0.5 ? 1 + Math.floor(random() * 60) : Infinity;
        let seen = 0;
        const { events, wasKilled, err } = await symphonyKilled(args, {
          afterMs,
          shouldKill: () => ++seen >= nth && attempt < 4,
        });
        const after = await traces(workspace);
        for (const [key, count] of acknowledged) {
          assert.equal(
            after.get(key) ?? 0,
            count,
            `the effect of ${key} was repeated after it was acknowledged`,
          );
        }
        for (const event of events.filter(isResult)) {
          acknowledged.set(keyOf(event), after.get(keyOf(event)) ?? 0);
        }
        // What earlier runs took is told before there is a run.
        run ??= events.find(({ type }) => type !== "run.forecast")?.run;
        if (!wasKilled) {
          const last = events.at(-1);
          assert.equal(last?.type, "run.completed", err);
          assert.deepEqual(last?.["outputs"], expected["outputs"]);
          break;
        }
        kills++;
        if (run !== undefined) args = resumeArgs(data, run);
      }
      const exported = jsonEvents((await symphony(["runs", "export", run as string, "--data", data])).out);
      exported.forEach((event, i) => assert.equal(event.seq, i, "the log has a gap"));
      const results = new Map<string, number>();
      for (const event of exported.filter(isResult)) {
        results.set(keyOf(event), (results.get(keyOf(event)) ?? 0) + 1);
      }
      for (const [key, times] of results) assert.equal(times, 1, `${key} completed ${times} times`);
      for (const key of acknowledged.keys()) {
        assert.ok(results.has(key), `${key} was acknowledged and is not in the log`);
      }
    };
    // Two at once, as the machine has processors: also two processes in one data folder.
    await Promise.all([0, 1].map(async (lane) => {
      for (let number = lane; number < ROUNDS; number += 2) {
        await test.step({
          ...{ name: `round ${number} of seed ${seed}`, fn: () => round(number) },
          ...{ sanitizeOps: false, sanitizeResources: false, sanitizeExit: false },
        });
      }
    }));
    assert.ok(
      kills >= ROUNDS / 2,
      `only ${kills} of ${ROUNDS} rounds were killed; the moments are badly chosen`,
    );
    const verified = await symphony(["artifacts", "verify", "--data", data]);
    assert.equal(verified.code, 0, verified.out + verified.err);
  } finally {
    await Deno.remove(data, { recursive: true });
    await Deno.remove(still, { recursive: true });
  }
});
