/**
 * What every ExtensionPort promises. `make` opens an adapter over the extension `contract/zoo` of
 * `tests/fixtures/extensions/contract/main.ts`, with one instance limit and no delay before a restart.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, type InstanceId, nodeId, nodeTypeId, runId } from "../../core/ids.ts";
import { spentOf } from "../../core/policy/spent.ts";
import type { JsonObject } from "../../core/json.ts";
import type { CallEvent, CallRequest, CallResult, ExtensionPort } from "../../core/ports/extension.ts";

const zoo = extensionId("contract/zoo");

export type MakeExtensions = () => Promise<ExtensionPort>;

/** A request for `contract/NAME`. */
export function request(name: string, input: JsonObject = {}, more: Partial<CallRequest> = {}): CallRequest {
  return {
    nodeType: nodeTypeId(name.includes("/") ? name : `contract/${name}`),
    input,
    run: runId("r000000000000001"),
    node: nodeId("n"),
    attempt: 1,
    idempotencyKey: "k",
    workspace: Deno.cwd(),
    mayWrite: false,
    ...more,
  };
}

const never = new AbortController().signal;

function failureClass(result: CallResult): string {
  return result.ok ? "ok" : result.failure.class;
}

/** Registers the suite for one adapter. */
export function testExtensionPort(name: string, make: MakeExtensions): void {
  const withInstance = (title: string, body: (port: ExtensionPort, instance: InstanceId) => Promise<void>) =>
    Deno.test(`${name} ${title}`, async () => {
      const port = await make();
      try {
        await body(port, await port.activate(zoo));
      } finally {
        await port.close();
      }
    });

  Deno.test(`${name} describe() gives node types with schemas and limits`, async () => {
    const port = await make();
    try {
      const catalog = await port.describe();
      const echo = catalog.nodes.get(nodeTypeId("contract/echo"));
      assert.equal(echo?.kind, "operator");
      assert.equal(echo?.extension, zoo);
      assert.match(echo?.codeHash ?? "", /^[0-9a-f]{64}$/);
      assert.deepEqual(echo?.input["required"], ["text"]);
      assert.deepEqual(catalog.tasks.get(nodeTypeId("instrument/contract"))?.system, "Be brief");
      assert.deepEqual(catalog.nodes.get(nodeTypeId("contract/model"))?.instrument?.serves, ["contract"]);
      assert.ok((catalog.limits.get(zoo)?.concurrency ?? 0) > 0);
      assert.deepEqual(catalog.problems, []);
    } finally {
      await port.close();
    }
  });

  Deno.test(`${name} activate() rejects an unknown extension with not-found`, async () => {
    const port = await make();
    try {
      await assert.rejects(port.activate(extensionId("no/body")), { code: "not-found" });
    } finally {
      await port.close();
    }
  });

  withInstance("call() gives the output, with defaults filled in", async (port, instance) => {
    const result = await port.call(instance, request("echo", { text: "a" }), { signal: never });
    assert.deepEqual(result, { ok: true, output: { text: "a", times: 1 } });
  });

  withInstance("call() keeps text of every kind as it is", async (port, instance) => {
    const text = "\u0000 é 😀 \u2028 __proto__ \ud83d\ude00".repeat(3);
    const result = await port.call(instance, request("echo", { text }), { signal: never });
    assert.deepEqual(result, { ok: true, output: { text, times: 1 } });
  });

  withInstance("call() fails with class input where the input does not fit", async (port, instance) => {
    const result = await port.call(instance, request("echo", { text: 1 }), { signal: never });
    assert.equal(failureClass(result), "input");
  });

  withInstance("call() fails with class output where the output does not fit", async (port, instance) => {
    assert.equal(failureClass(await port.call(instance, request("liar"), { signal: never })), "output");
  });

  withInstance(
    "call() fails with class thrown and the message where the handler throws",
    async (port, instance) => {
      const result = await port.call(instance, request("thrower"), { signal: never });
      assert.equal(failureClass(result), "thrown");
      assert.match(result.ok ? "" : result.failure.message, /^Thrown on purpose/);
    },
  );

  withInstance(
    "call() passes on a reported class, its delay and what the call took",
    async (port, instance) => {
      const result = await port.call(instance, request("limited"), { signal: never });
      assert.equal(failureClass(result), "rate-limit");
      assert.equal(result.ok ? 0 : result.failure.retryAfterMs, 1500);
      assert.deepEqual(result.ok ? {} : spentOf(result.failure), {
        tokensIn: 20,
        tokensOut: 5,
        costUsd: 0.25,
      });
    },
  );

  withInstance(
    "call() fails with class unavailable for a type it does not contribute",
    async (port, instance) => {
      assert.equal(
        failureClass(await port.call(instance, request("other/type"), { signal: never })),
        "unavailable",
      );
    },
  );

  withInstance("call() streams events in order before its result", async (port, instance) => {
    const events: CallEvent[] = [];
    const onEvent = (event: CallEvent) => events.push(event);
    const result = await port.call(instance, request("chatty"), { signal: never, onEvent });
    assert.equal(failureClass(result), "ok");
    assert.deepEqual(events, [
      { kind: "progress", done: 1, total: 2, note: "half" },
      { kind: "log", level: "info", text: "hello" },
      { kind: "progress", done: 2, total: 2 },
    ]);
  });

  withInstance("call() asks an instrument for a task and streams its tokens", async (port, instance) => {
    const tokens: string[] = [];
    const task = {
      name: "contract",
      system: "Be brief",
      prompt: "Say hello",
      output: { type: "object", properties: { words: { type: "number" } }, required: ["words"] },
    };
    const result = await port.call(instance, request("model", {}, { task }), {
      signal: never,
      onEvent: (event) => event.kind === "token" && tokens.push(event.text),
    });
    assert.deepEqual(tokens, ["Say", "hello"]);
    assert.deepEqual(result, {
      ok: true,
      output: { words: 2 },
      usage: { finish: "stop", model: "contract-1", tokensIn: 2, tokensOut: 2, costUsd: 0 },
    });
  });

  withInstance("call() fails with class timeout at its deadline", async (port, instance) => {
    const result = await port.call(instance, request("sleeper"), { signal: never, timeoutMs: 50 });
    assert.equal(failureClass(result), "timeout");
    assert.equal(
      failureClass(await port.call(instance, request("echo", { text: "b" }), { signal: never })),
      "ok",
    );
  });

  withInstance("call() fails with class cancelled when its signal fires", async (port, instance) => {
    const stop = new AbortController();
    const result = port.call(instance, request("sleeper"), { signal: stop.signal });
    stop.abort();
    assert.equal(failureClass(await result), "cancelled");
  });

  withInstance(
    "call() fails with class cancelled at once for a signal that fired before",
    async (port, instance) => {
      assert.equal(
        failureClass(
          await port.call(instance, request("echo", { text: "c" }), { signal: AbortSignal.abort() }),
        ),
        "cancelled",
      );
    },
  );

  withInstance("call() reads the workspace and refuses what leads out of it", async (port, instance) => {
    const workspace = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${workspace}/a.txt`, "inside");
      const inside = request("reader", { path: "a.txt" }, { workspace });
      assert.deepEqual(await port.call(instance, inside, { signal: never }), {
        ok: true,
        output: { text: "inside" },
      });
      const outside = request("reader", { path: "../a.txt" }, { workspace });
      assert.equal(failureClass(await port.call(instance, outside, { signal: never })), "permission");
    } finally {
      await Deno.remove(workspace, { recursive: true });
    }
  });

  withInstance(
    "call() holds an operator to the effect it says, and takes none for granted",
    async (port, instance) => {
      const { nodes } = await port.describe();
      const effects = ["reader", "silent", "echo"].map((name) =>
        nodes.get(nodeTypeId(`contract/${name}`))?.effect
      );
      // Who does not say may read what its extension may, so its results are not taken for those of another time.
      // What the pretender counts as depends on whose it is; when it reads, it is refused below.
      assert.deepEqual(effects, ["read", "read", "read"]);
      const workspace = await Deno.makeTempDir();
      try {
        await Deno.writeTextFile(`${workspace}/a.txt`, "hello");
        const call = (name: string) =>
          port.call(instance, request(name, { path: "a.txt" }, { workspace }), { signal: never });
        const silent = await call("silent");
        assert.deepEqual(silent.ok && silent.output, { text: "hello" });
        const refused = await call("pretender");
        assert.equal(failureClass(refused), "permission");
        assert.match(
          refused.ok ? "" : refused.failure.message,
          /says effect "none", but files\.read is of effect "read"/,
        );
      } finally {
        await Deno.remove(workspace, { recursive: true });
      }
    },
  );

  withInstance("call() runs many calls at once and answers each its own", async (port, instance) => {
    const results = await Promise.all(
      Array.from(
        { length: 500 },
        (_, at) => port.call(instance, request("echo", { text: `t${at}` }), { signal: never }),
      ),
    );
    assert.deepEqual(
      results.map((result) => result.ok && result.output["text"]),
      Array.from({ length: 500 }, (_, at) => `t${at}`),
    );
  });

  withInstance(
    "deactivate() fails calls in flight with class crash and may be repeated",
    async (port, instance) => {
      const result = port.call(instance, request("sleeper"), { signal: never });
      await port.deactivate(instance);
      await port.deactivate(instance);
      assert.equal(failureClass(await result), "crash");
      assert.equal(port.isAlive(instance), false);
      assert.equal(
        failureClass(await port.call(instance, request("echo", { text: "d" }), { signal: never })),
        "crash",
      );
    },
  );

  withInstance("health() counts calls and failures", async (port, instance) => {
    await port.call(instance, request("echo", { text: "e" }), { signal: never });
    await port.call(instance, request("thrower"), { signal: never });
    const found = port.health().find((reading) => reading.instance === instance);
    assert.deepEqual([found?.alive, found?.calls, found?.failures], [true, 2, 1]);
  });

  Deno.test(`${name} close() refuses later activations`, async () => {
    const port = await make();
    await port.close();
    await assert.rejects(port.activate(zoo), { code: "closed" });
  });
}
