/**
 * Hostile habits that need more than a call to show: what comes after a deadline, a cancellation, a death beside others.
 * The whole zoo is in zoo_test.ts.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, type InstanceId } from "../../core/ids.ts";
import type { CallOptions, CallResult } from "../../core/ports/extension.ts";
import { request } from "../contracts/extension_contract.ts";
import { openRig, type Rig } from "./host_rig.ts";

const hostile = extensionId("hostile/zoo");
const honest = extensionId("contract/zoo");
const never = new AbortController().signal;
const liveness = { workingMs: 1_500, graceMs: 500, silentMs: 15_000 };

function described(result: CallResult): string {
  return result.ok ? "ok" : `${result.failure.class}: ${result.failure.message}`;
}

/** Calls the honest extension until `until` settles; gives how often it answered. */
async function keepAsking(rig: Rig, instance: InstanceId, until: Promise<unknown>): Promise<number> {
  let over = false;
  until.finally(() => over = true);
  let answers = 0;
  while (!over) {
    const result = await rig.extensions.call(instance, request("echo", { text: "x" }), {
      signal: never,
      timeoutMs: 5_000,
    });
    assert.equal(described(result), "ok");
    answers++;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return answers;
}

function testHabit(
  name: string,
  failure: RegExp,
  options: Partial<CallOptions> & { readonly diesAfterwards?: boolean } = {},
): void {
  Deno.test(`HostExtensions give ${failure.source} for hostile/${name} while an honest extension answers`, async () => {
    await using rig = await openRig(["hostile", "contract"], { liveness });
    const { extensions } = rig;
    const [bad, good] = await Promise.all([extensions.activate(hostile), extensions.activate(honest)]);
    const call = Promise.resolve(
      extensions.call(bad, request(`hostile/${name}`), { signal: never, ...options }),
    );
    const answers = keepAsking(rig, good, call);
    // Where the assertion below fails, its words are what matters.
    answers.catch(() => {});
    assert.match(described(await call), failure);
    assert.ok(await answers > 0);
    if (options.diesAfterwards === true) await goneSoon(rig, bad);
    const next = extensions.isAlive(bad) ? bad : await extensions.activate(hostile);
    const answer = described(await extensions.call(next, request("hostile/polite"), { signal: never }));
    if (answer === "ok") return;
    // What goes on after its call may still bring the instance down; that is a typed failure, and a fresh one answers.
    assert.match(answer, /^(resource|crash):/);
    await goneSoon(rig, next);
    const fresh = await extensions.activate(hostile);
    assert.equal(described(await extensions.call(fresh, request("hostile/polite"), { signal: never })), "ok");
  });
}

/** Waits until the instance is dead; the test's own deadline is the runner's. */
async function goneSoon(rig: Rig, instance: InstanceId): Promise<void> {
  while (rig.extensions.isAlive(instance)) await new Promise((resolve) => setTimeout(resolve, 20));
}

testHabit("loop", /^timeout:/, { timeoutMs: 200, diesAfterwards: true });
testHabit("regexp-linear", /^ok/);
testHabit("large-output", /^ok/);
testHabit("self-close", /^timeout:/, { timeoutMs: 300 });

Deno.test("HostExtensions settle a cancelled call at once where the handler ignores its signal", async () => {
  await using rig = await openRig(["hostile"], { liveness });
  const instance = await rig.extensions.activate(hostile);
  const stop = new AbortController();
  const call = rig.extensions.call(instance, request("hostile/deaf"), { signal: stop.signal });
  stop.abort();
  assert.match(described(await call), /^cancelled:/);
  assert.equal(
    described(await rig.extensions.call(instance, request("hostile/polite"), { signal: never })),
    "ok",
  );
});

Deno.test("HostExtensions fail a call with class crash where the worker dies under it", async () => {
  await using rig = await openRig(["hostile"], { liveness });
  const instance = await rig.extensions.activate(hostile);
  const waiting = rig.extensions.call(instance, request("hostile/never"), { signal: never });
  await rig.extensions.call(instance, request("hostile/throw-later"), { signal: never });
  assert.match(described(await waiting), /^crash: Its worker ended: .*after success/);
});

const FORBIDDEN = [
  ..."deno kill process env eval function function-constructor timer-text worker fetch context-fetch".split(
    " ",
  ),
  ..."websocket post listen broadcast cache storage gpu atomics read write git artifact asset many".split(
    " ",
  ),
];

Deno.test("a worker is refused files, environment, network, code from text, workers and channels", async () => {
  await using rig = await openRig(["hostile"], { liveness });
  const instance = await rig.extensions.activate(hostile);
  for (const name of FORBIDDEN) {
    const result = await rig.extensions.call(instance, request(`hostile/${name}`, {}, { mayWrite: true }), {
      signal: never,
    });
    assert.ok(result.ok, `${name}: ${described(result)}`);
    assert.equal(result.output["refused"], true, `${name}: got ${String(result.output["got"])}`);
  }
  assert.ok(rig.extensions.isAlive(instance));
});

Deno.test("HostExtensions put an extension that keeps dying into quarantine with the reason", async () => {
  await using rig = await openRig(["hostile"], { liveness, budget: 2 });
  for (let i = 0; i < 200; i++) {
    let instance: InstanceId;
    try {
      instance = await rig.extensions.activate(hostile);
    } catch (error) {
      assert.match(String(error), /quarantine: it failed 3 times .*after success/);
      return;
    }
    await rig.extensions.call(instance, request("hostile/throw-later"), { signal: never });
    await goneSoon(rig, instance);
  }
  assert.fail("It was never put into quarantine");
});

Deno.test("HostExtensions begin innocent calls again where a neighbour brings their process down, and keep the guilty one's failure", async () => {
  await using rig = await openRig(["hostile"], { liveness });
  const { extensions } = rig;
  const instance = await extensions.activate(hostile);
  const call = (name: string) =>
    Promise.resolve(
      extensions.call(instance, request(`hostile/${name}`), { signal: never, timeoutMs: 60_000 }),
    );
  const innocent = [call("slow"), call("slow")];
  const guilty = call("loop");
  for (const result of await Promise.all(innocent)) assert.equal(described(result), "ok");
  assert.match(described(await guilty), /^resource: It (burnt CPU|did not answer)/);
});

Deno.test("HostExtensions begin a call again whose process was killed from outside, unless it had changed something", async () => {
  await using rig = await openRig(["hostile"], { liveness });
  const { extensions } = rig;
  for (
    const [name, expected] of [["slow", /^ok$/], [
      "slow-fetch",
      /^crash: Its process was ended by SIGKILL/,
    ]] as const
  ) {
    const instance = await extensions.activate(hostile);
    const pid = extensions.pidOf(instance) as number;
    const result = Promise.resolve(
      extensions.call(instance, request(`hostile/${name}`), { signal: never, timeoutMs: 60_000 }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    Deno.kill(pid, "SIGKILL");
    assert.match(described(await result), expected);
  }
});
