/**
 * The hostile zoo: whatever an extension does, its call gets one typed failure and an honest extension answers
 * throughout.
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

testHabit("loop", /^resource: It (burnt CPU without answering|did not answer)/);
testHabit("loop", /^timeout:/, { timeoutMs: 200, diesAfterwards: true });
testHabit("loop-later", /^ok/, { diesAfterwards: true });
testHabit("microtasks", /^resource: It (burnt CPU without answering|did not answer)/);
testHabit("regexp", /^resource: It (burnt CPU without answering|did not answer)/);
testHabit("regexp-linear", /^ok/);
testHabit("heap", /^(resource|crash)/);
testHabit("off-heap", /^(thrown: Array buffer allocation failed|resource|crash)/);
testHabit("flood", /^(timeout|resource|crash):/, { timeoutMs: 3_000 });
testHabit("console-flood", /^(timeout|resource|crash):/, { timeoutMs: 3_000 });
testHabit("huge-output", /^(thrown|output): .*limit/);
testHabit("large-output", /^ok/);
testHabit("not-json", /^output:/);
testHabit("cyclic", /^output:/);
testHabit("proto", /^ok/);
testHabit("throw-later", /^ok/, { diesAfterwards: true });
testHabit("reject-later", /^ok/, { diesAfterwards: true });
testHabit("throw-odd", /^thrown: odd/);
testHabit("throw-nothing", /^thrown: undefined/);
testHabit("self-close", /^timeout:/, { timeoutMs: 300 });
testHabit("never", /^timeout:/, { timeoutMs: 100 });

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
