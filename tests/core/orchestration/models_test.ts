/**
 * Models that an extension asks in the midst of a node's call: chosen, bounded and counted as a node's own.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { SeededRandom } from "../../../conductor/random.ts";
import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import type { CallOptions, CallResult } from "../../../core/ports/extension.ts";
import type { ModelAllowance, ModelAmounts, ModelsPort } from "../../../core/ports/models.ts";
import { spentOf } from "../../../core/policy/spent.ts";
import type { TaskType } from "../../../core/workflow/catalog.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { MockModels } from "../../../extensions/dev/mock_ports.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";
import { testModelsPort } from "../../contracts/models_contract.ts";
import { pitOver, runToEnd, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

const task: TaskType = {
  type: nodeTypeId("instrument/write"),
  extension: extensionId("tests/table"),
  title: "Write",
  description: "",
  system: "Write.",
  prompt: "About {{about}}",
  input: { type: "object", properties: { about: { type: "string" } }, required: ["about"] },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};
const unlimited: ModelAllowance = { left: () => ({}), hold: () => () => {} };

/** Asks as a capability does. */
async function ask(
  { models, signal }: CallOptions,
  use: string,
  input: JsonObject = { about: "x" },
  allowance = unlimited,
) {
  assert.ok(models !== undefined);
  return await models.ask({ use: nodeTypeId(use), input, allowance }, signal);
}

function instrument(
  extension: string,
  run: TableOperator["run"],
  more: { readonly serves?: string[]; readonly price?: number } = {},
): TableOperator {
  const { serves = ["write"], price = 1 } = more;
  return { extension, instrument: { serves, priceIn: price, priceOut: price * 4 }, run };
}

const answered = (usage: JsonObject = {}): CallResult => ({
  ok: true,
  output: { text: "ok" },
  usage: { tokensIn: 30, tokensOut: 10, costUsd: 0.01, ...usage },
});

function usagesOf(events: readonly RunEvent[]) {
  return events.flatMap((event) => event.type === "node.completed" ? [event.usage] : []);
}

/** Inside the one node of a run. */
async function inRun(body: (port: ModelsPort) => Promise<void>): Promise<void> {
  let failure: unknown;
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, { models }) => {
        assert.ok(models !== undefined);
        await body(models).catch((error) => failure = error);
        return gives({});
      },
    },
    "test/model": instrument("acme/model", () => answered()),
  });
  await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions);
  if (failure !== undefined) throw failure;
}

testModelsPort("CallModels", inRun);
testModelsPort("MockModels", (body) =>
  body(
    new MockModels((use) =>
      use === "test/model"
        ? { ok: true, value: { output: { text: "ok" }, usd: 0.01, tokens: 40 } }
        : { ok: false, error: { class: "unavailable", message: "none" } }
    ),
  ));

Deno.test("a model is asked by task or by name; the node's usage has what it took, and the answer says who gave it", async () => {
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        const [byTask, byName] = [await ask(options, "instrument/write"), await ask(options, "test/model")];
        assert.ok(byTask.ok && byName.ok);
        return gives({ a: { ...byTask.value }, b: { ...byName.value } } as unknown as JsonObject);
      },
    },
    "test/model": instrument("acme/model", () => answered()),
  }, [task]);
  const { outcome, events } = await runToEnd(
    workflowText({ tool: { use: "test/tool" } }, { outputs: { a: "tool.a", b: "tool.b" } }),
    extensions,
  );
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  const taken = { usd: 0.01, tokens: 40 };
  const answer = { output: { text: "ok" }, instrument: "test/model", taken };
  assert.deepEqual(outcome.outputs, { a: answer, b: answer });
  assert.deepEqual(usagesOf(events), [{ tokensIn: 60, tokensOut: 20, costUsd: 0.02 }]);
  const asked = extensions.calls.filter(({ nodeType }) => nodeType === "test/model");
  assert.deepEqual(asked.map((call) => call.task?.prompt), ["About x", undefined]);
});

Deno.test("what a failing node asked is in the cost of its failure", async () => {
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        await ask(options, "instrument/write");
        return { ok: false, failure: { class: "thrown", message: "no" } };
      },
    },
    "test/model": instrument("acme/model", () => answered()),
  }, [task]);
  const { events } = await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions);
  const spent = events.flatMap((event) => event.type === "node.failed" ? [spentOf(event.failure)] : []);
  assert.deepEqual(spent, [{ tokensIn: 30, tokensOut: 10, costUsd: 0.01 }]);
});

Deno.test("an operator, an unknown name, a wrong input and an answer that does not fit are typed refusals", async () => {
  const found: string[] = [];
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        const asked = [
          await ask(options, "test/other"),
          await ask(options, "test/none"),
          await ask(options, "instrument/write", { about: 1 }),
          await ask(options, "test/bad"),
          await ask(options, "test/model", {
            prompt: "x",
            schema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
          }),
        ];
        found.push(...asked.map((one) => one.ok ? "ok" : `${one.error.class}: ${one.error.message}`));
        return gives({});
      },
    },
    "test/other": { run: () => gives({}) },
    "test/model": instrument("acme/model", () => ({ ok: true, output: { text: "", data: { n: "x" } } })),
    "test/bad": {
      ...instrument("acme/bad", () => answered(), { serves: [] }),
      output: { type: "object", properties: { text: { type: "number" } } },
    },
  }, [task]);
  const { events } = await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions);
  assert.match(found[0] ?? "", /^input: test\/other is no model/);
  assert.match(found[1] ?? "", /^unavailable: No installed extension provides "test\/none"/);
  assert.match(found[2] ?? "", /^input: What instrument\/write is asked does not fit it: about/);
  assert.match(found[3] ?? "", /^output: Output of test\/bad does not fit its schema/);
  assert.match(found[4] ?? "", /^output: The answer does not fit the schema: n/);
  // The one that was refused was paid for all the same.
  assert.ok((usagesOf(events)[0]?.costUsd ?? 0) >= 0.01);
});

Deno.test("nobody is asked in the midst of a call of its own, and only so deep", async () => {
  const found = new Map<string, string>();
  const asks = (name: string, extension: string, next: string): TableOperator =>
    instrument(extension, async (_, options) => {
      const one = await ask(options, next, { prompt: "x" });
      found.set(name, one.ok ? "ok" : one.error.message);
      return answered();
    });
  const extensions = new TableExtensions({
    "test/start": {
      extension: "acme/start",
      run: async (_, options) => {
        const one = await ask(options, "test/a", { prompt: "x" });
        found.set("start", one.ok ? "ok" : one.error.message);
        return gives({});
      },
    },
    "test/a": asks("a", "acme/a", "test/b"),
    "test/b": asks("b", "acme/b", "test/a"),
    "test/own": asks("own", "acme/own", "test/own"),
    "test/c": asks("c", "acme/c", "test/d"),
    "test/d": asks("d", "acme/d", "test/e"),
    "test/e": asks("e", "acme/e", "test/f"),
    "test/f": asks("f", "acme/f", "test/a"),
  });
  await runToEnd(
    workflowText({
      start: { use: "test/start" },
      own: { use: "test/own", with: { prompt: "x" } },
      deep: { use: "test/c", with: { prompt: "x" } },
    }),
    extensions,
  );
  assert.equal(found.get("start"), "ok");
  assert.equal(found.get("a"), "ok");
  assert.match(found.get("b") ?? "", /Cannot ask test\/a: acme\/a is in the midst of a call/);
  assert.match(found.get("own") ?? "", /acme\/own is in the midst of a call/);
  assert.deepEqual(["c", "d", "e"].map((name) => found.get(name)), ["ok", "ok", "ok"]);
  assert.match(found.get("f") ?? "", /which is deep enough/);
});

Deno.test("a task goes to nobody that is in the midst of a call", async () => {
  const found: string[] = [];
  const extensions = new TableExtensions({
    "test/first": instrument("acme/first", async (_, options) => {
      const one = await ask(options, "instrument/write");
      found.push(one.ok ? one.value.instrument : one.error.message);
      return answered();
    }),
    "test/second": instrument("acme/second", async (_, options) => {
      const one = await ask(options, "instrument/write");
      found.push(one.ok ? one.value.instrument : one.error.message);
      return answered();
    }),
  }, [task]);
  await runToEnd(workflowText({ one: { use: "test/first", with: { about: "x" } } }), extensions);
  assert.equal(found.length, 2);
  assert.match(found[0] ?? "", /nobody else serves instrument\/write/i);
  assert.equal(found[1], "test/second");
});

Deno.test("no instrument that works in the folder is asked, by its name or for a task", async () => {
  const found: string[] = [];
  const traits = { serves: ["write"], priceIn: 0, priceOut: 0 };
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        for (const use of ["test/agent", "test/writer", "instrument/write"]) {
          const one = await ask(options, use, { prompt: "x", about: "x" });
          found.push(one.ok ? one.value.instrument : `${one.error.class}: ${one.error.message}`);
        }
        return gives({});
      },
    },
    "test/agent": {
      extension: "acme/agent",
      instrument: { ...traits, readsFolder: true },
      run: () => answered(),
    },
    "test/writer": { extension: "acme/writer", instrument: traits, effect: "write", run: () => answered() },
  }, [task]);
  await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions, { mayWrite: true });
  assert.match(found[0] ?? "", /^permission: Cannot ask test\/agent: it works in the run's folder by itself/);
  assert.match(found[1] ?? "", /^permission: Cannot ask test\/writer/);
  assert.match(found[2] ?? "", /nobody else serves instrument\/write/i);
  assert.deepEqual(extensions.calls.map(({ nodeType }) => nodeType), ["test/tool"]);
});

Deno.test("who is asked answers and does nothing else: leave to write and proposals are the node's alone", async () => {
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        assert.ok((await ask(options, "test/model", { prompt: "x" })).ok);
        return gives({});
      },
    },
    "test/model": instrument("acme/model", () => answered()),
  });
  await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions, {
    mayWrite: true,
    proposes: true,
  });
  const [node, asked] = extensions.calls;
  assert.deepEqual([node?.mayWrite, node?.proposes], [true, true]);
  assert.deepEqual([asked?.nodeType, asked?.mayWrite, asked?.proposes], ["test/model", false, undefined]);
});

Deno.test("each question has a name of its own, which a later attempt gives it again, whoever is answered first", async () => {
  const names: string[][] = [];
  for (const order of [["a", "b", "a", "c"], ["c", "a", "b", "a"]]) {
    const extensions = new TableExtensions({
      "test/tool": {
        run: async (_, options) => {
          const all = await Promise.all(order.map((prompt) => ask(options, "test/model", { prompt })));
          assert.ok(all.every(({ ok }) => ok));
          return gives({});
        },
      },
      "test/model": instrument("acme/model", () => answered()),
    });
    await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions);
    const asked = extensions.calls.filter(({ nodeType }) => nodeType === "test/model");
    names.push(
      asked.map(({ idempotencyKey, input }) => `${input["prompt"]} ${idempotencyKey.split(":models/")[1]}`)
        .sort(),
    );
  }
  assert.equal(new Set(names[0]?.map((name) => name.split(" ")[1])).size, 4);
  assert.deepEqual(names[0], names[1]);
});

Deno.test("who asks an instrument does not choose its model, and what is nested too deep is refused", async () => {
  const found: string[] = [];
  let deep: JsonObject = {};
  for (let at = 0; at < 200_000; at++) deep = { deep };
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        for (const more of [{ model: "dearest" }, { deep }]) {
          const one = await ask(options, "test/model", { prompt: "x", ...more });
          found.push(one.ok ? "ok" : `${one.error.class}: ${one.error.message}`);
        }
        return gives({});
      },
    },
    "test/model": instrument("acme/model", () => answered()),
  });
  await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions);
  assert.match(found[0] ?? "", /^permission: Cannot ask test\/model for a model of one's own choice/);
  assert.match(found[1] ?? "", /^input: Cannot ask test\/model: what it is asked is nested too deep/);
});

Deno.test("a call asks so often and so many at a time, and none once it is over", async () => {
  let [at, most] = [0, 0];
  const found: string[] = [];
  let late: (() => ReturnType<typeof ask>) | undefined;
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        late = () => ask(options, "test/model", { prompt: "x" });
        const all = await Promise.all(
          Array.from({ length: 205 }, () => ask(options, "test/model", { prompt: "x" })),
        );
        found.push(...all.flatMap((one) => one.ok ? [] : [one.error.message]));
        return gives({});
      },
    },
    "test/model": instrument("acme/model", async () => {
      most = Math.max(most, ++at);
      await new Promise((resolve) => setTimeout(resolve, 1));
      at--;
      return answered();
    }),
  });
  await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions);
  assert.equal(most, 4);
  assert.deepEqual([...new Set(found)], ["Cannot ask a model: one call asks at most 200 times"]);
  assert.equal(found.length, 5);
  const after = await late?.();
  assert.equal(after?.ok, false);
  assert.match(after?.ok === false ? after.error.message : "", /The call is over/);
});

Deno.test("two extensions that wait for each other's only place are told so, and the run goes on", async () => {
  const found: string[] = [];
  let begun = 0;
  let both: () => void = () => {};
  const meet = new Promise<void>((resolve) => both = resolve);
  const crossing = (extension: string, next: string): TableOperator =>
    instrument(extension, async (request, options) => {
      if (request.input["prompt"] === "nested") return answered();
      if (++begun === 2) both();
      await meet;
      const one = await ask(options, next, { prompt: "nested" });
      found.push(one.ok ? "ok" : `${one.error.class}: ${one.error.message}`);
      return answered();
    });
  const extensions = new TableExtensions(
    { "test/a": crossing("acme/a", "test/b"), "test/b": crossing("acme/b", "test/a") },
    [],
    { instances: 1, concurrency: 1 },
  );
  /** A minute is half a second. */
  class QuickClock extends SystemClock {
    override schedule(delayMs: number, act: () => void): () => void {
      return super.schedule(delayMs >= 10_000 ? delayMs / 120 : delayMs, act);
    }
  }
  const clock = new QuickClock();
  const pit = pitOver(extensions);
  const services = { pit, control: pit.control, extensions, conductor: new SimpleConductor(), clock };
  const runner = new Runner({ ...services, random: new SystemRandom() }, () => extensions.describe());
  const { definition } = checkWorkflow(
    workflowText({
      a: { use: "test/a", with: { prompt: "x" } },
      b: { use: "test/b", with: { prompt: "x" } },
    }),
    "w",
    await extensions.describe(),
  );
  assert.ok(definition !== undefined);
  const handle = await runner.start(
    { definition, inputs: {}, workspace: "/", mayWrite: false },
    () => {},
  );
  assert.equal((await handle.done).state, "completed");
  assert.ok(found.some((one) => /^rate-limit: No place of acme\/[ab] was free/.test(one)), found.join("\n"));
});

Deno.test("what a paid model took is counted by its price where it does not say, and at the most where it says nothing", async () => {
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        await ask(options, "test/tokens", { prompt: "x" });
        return gives({});
      },
    },
    "test/silent-tool": {
      run: async (_, options) => {
        await ask(options, "test/silent", { prompt: "x" });
        return gives({});
      },
    },
    "test/tokens": instrument("acme/tokens", () => ({
      ok: true,
      output: { text: "ok" },
      usage: { tokensIn: 1000, tokensOut: 1000 },
    })),
    "test/silent": instrument("acme/silent", () => ({ ok: true, output: { text: "ok" } })),
  });
  const { events } = await runToEnd(
    workflowText({
      a: { use: "test/tool" },
      b: { use: "test/silent-tool", after: ["a"] },
    }, { budget: { usd: 1 } }),
    extensions,
  );
  const [first, second] = usagesOf(events);
  assert.equal(first?.costUsd, 0.005);
  const { maxUsd } = extensions.calls.find(({ nodeType }) => nodeType === "test/silent") ?? {};
  assert.ok(maxUsd !== undefined && maxUsd > 0);
  assert.equal(second?.costUsd, maxUsd);
});

Deno.test("whoever asks may spend no more than its own allowance, whatever the run may", async () => {
  let left: ModelAmounts = { usd: 0.05, tokens: Infinity };
  const allowance: ModelAllowance = {
    left: () => ({ usd: left.usd }),
    hold: ({ usd = 0 }) => {
      left = { ...left, usd: left.usd - usd };
      return (taken) => left = { ...left, usd: left.usd + usd - taken.usd };
    },
  };
  let spent = 0;
  const found: string[] = [];
  const extensions = new TableExtensions({
    "test/tool": {
      run: async (_, options) => {
        const all = await Promise.all(
          Array.from({ length: 40 }, () => ask(options, "test/model", { prompt: "x" }, allowance)),
        );
        found.push(...all.map((one) => one.ok ? "ok" : `${one.error.class}: ${one.error.message}`));
        return gives({});
      },
    },
    "test/model": instrument("acme/model", ({ maxUsd = 1 }) => {
      spent += maxUsd;
      return answered({ costUsd: maxUsd });
    }),
  });
  await runToEnd(workflowText({ tool: { use: "test/tool" } }), extensions);
  assert.ok(spent > 0.04 && spent <= 0.05, String(spent));
  assert.ok(found.includes("ok"));
  assert.match(found.at(-1) ?? "", /^credit: What its manifest lets it use up is spent/);
});

Deno.test("whatever extensions ask, the run's budget is never passed", async () => {
  const trial = fc.record({
    items: fc.integer({ min: 1, max: 8 }),
    asks: fc.integer({ min: 1, max: 6 }),
    budget: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
    price: fc.constantFrom(0.5, 3, 30),
    awaits: fc.boolean(),
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(trial, async ({ items, asks, budget, price, awaits, seed }) => {
      const chance = new SeededRandom(seed);
      let usd = 0;
      const extensions = new TableExtensions({
        "test/tool": {
          run: async (_, options) => {
            const all = Array.from({ length: asks }, () => ask(options, "test/model", { prompt: "x" }));
            if (awaits) await Promise.all(all);
            return chance.next() < 0.8 ? gives({}) : {
              ok: false,
              failure: { class: "connection", message: "gone" },
            };
          },
        },
        "test/model": instrument("acme/model", async ({ maxUsd }) => {
          assert.ok(maxUsd !== undefined && maxUsd > 0, "a paid call in a run with a budget is bounded");
          const costUsd = maxUsd * (chance.next() < 0.3 ? 1 : chance.next());
          usd += costUsd;
          for (let turn = chance.below(4); turn > 0; turn--) await Promise.resolve();
          const what = chance.next();
          if (what < 0.6) return answered({ costUsd });
          if (what < 0.75) return { ok: false, failure: { class: "output", message: "no", costUsd } };
          return { ok: false, failure: { class: what < 0.85 ? "crash" : "timeout", message: "gone" } };
        }, { price }),
      });
      await runToEnd(
        workflowText({
          tool: {
            use: "test/tool",
            each: JSON.stringify(Array.from({ length: items }, (_, at) => at)),
            importance: "optional",
            retry: { max: 2, initial: "1ms" },
          },
        }, { budget: { usd: budget } }),
        extensions,
      );
      assert.ok(usd <= budget * (1 + 1e-9), `${usd} of ${budget}`);
    }),
    { numRuns: 60 },
  );
});
