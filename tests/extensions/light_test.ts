/**
 * Light extensions: an engine each, without any power, in a process that they share with others of their publisher.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, type InstanceId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { CallEvent, CallOptions, CallResult } from "../../core/ports/extension.ts";
import { request } from "../contracts/extension_contract.ts";
import { openRig, type Rig } from "./host_rig.ts";

const light = extensionId("light/zoo");
const never = new AbortController().signal;

function told(result: CallResult): string {
  return result.ok ? JSON.stringify(result.output) : `${result.failure.class}: ${result.failure.message}`;
}

async function withLight(
  body: (
    rig: Rig,
    call: (name: string, input?: JsonObject, options?: Partial<CallOptions>) => Promise<string>,
    instance: InstanceId,
  ) => Promise<void>,
): Promise<void> {
  await using rig = await openRig(["light"]);
  const instance = await rig.extensions.activate(light);
  await body(
    rig,
    async (name, input = {}, options = {}) =>
      told(
        await rig.extensions.call(instance, request(`light/${name}`, input), { signal: never, ...options }),
      ),
    instance,
  );
}

Deno.test("a light extension answers, with defaults, progress and failures of its own", () =>
  withLight(async (rig, call, instance) => {
    assert.equal(await call("words", { text: "a b c" }), '{"words":3}');
    assert.match(await call("words", { text: 1 }), /^input:/);
    const events: CallEvent[] = [];
    assert.equal(await call("later", {}, { onEvent: (event) => events.push(event) }), '{"ok":true}');
    assert.deepEqual(events.map(({ kind }) => kind), ["progress", "log"]);
    assert.match(await call("thrower"), /^thrown: Thrown on purpose/);
    assert.match(await call("limited"), /^rate-limit: Come back later/);
    assert.equal(await call("names"), '{"found":""}');
    assert.equal(await call("eval"), '{"answer":2,"outside":"undefined"}');
    assert.match(await call("import"), /"refused":true/);
    assert.match(await call("file"), /^permission: A light extension has no capabilities/);
    assert.match(await call("never"), /^thrown: Its promise never settles/);
    assert.equal(await call("flood"), "{}");
    assert.ok(rig.extensions.isAlive(instance));
  }));

Deno.test("a light extension that goes on, eats memory or breaks its engine is begun anew, and its neighbour does not notice", async () => {
  await using rig = await openRig(["light"]);
  const { extensions } = rig;
  const [bad, good] = await Promise.all([extensions.activate(light), extensions.activate(light)]);
  const counted = async () => told(await extensions.call(good, request("light/count"), { signal: never }));
  assert.equal(await counted(), '{"count":1}');
  const habits: readonly (readonly [string, RegExp])[] = [
    ["loop", /^(resource: It went on for over 135 ms|timeout)/],
    ["regexp", /^(resource: It went on for over 135 ms|timeout)/],
    ["microtasks", /^(resource: It went on for over 135 ms|timeout)/],
    ["heap", /^(resource: It (ran out of memory|went on)|timeout)/],
    ["buffers", /^(resource: It (ran out of memory|went on)|thrown: out of memory|timeout)/],
    ["deep", /^(resource|thrown|output|timeout):/],
    ["recursion", /^(thrown: .*(stack|recursion)|resource|timeout)/],
    ["bent", /^(thrown|resource|output):/],
  ];
  for (const [at, [name, expected]] of habits.entries()) {
    const result = told(
      await extensions.call(bad, request(`light/${name}`), { signal: never, timeoutMs: 150 }),
    );
    assert.match(result, expected, `${name}: ${result}`);
    assert.equal(
      told(await extensions.call(bad, request("light/words", { text: "a b" }), { signal: never })),
      '{"words":2}',
      `after ${name}`,
    );
    // The other engine is in the same process and has kept what it knew.
    assert.equal(await counted(), `{"count":${at + 2}}`, `after ${name}`);
  }
});

Deno.test("a light extension has the memory of its own that the manifest says, and no more", () =>
  withLight(async (_rig, call) => {
    assert.match(await call("buffers", {}, { timeoutMs: 20_000 }), /out of memory/);
  }));

Deno.test("a light extension's share of its process is accounted: calls, messages, CPU and memory", () =>
  withLight(async (rig, call) => {
    const { monitor } = rig.extensions;
    await call("loop", {}, { timeoutMs: 300 });
    for (let at = 0; at < 3; at++) await call("words", { text: "a b" });
    for (;;) {
      monitor.sample();
      const [found] = monitor.readings();
      assert.equal(found?.calls, 4);
      assert.ok((found?.messages ?? 0) >= 7);
      // Its worker says at each sign of life what was spent.
      if ((found?.cpuMs ?? 0) > 200 && (found?.memoryBytes ?? 0) >= 16 * 2 ** 20) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }));
