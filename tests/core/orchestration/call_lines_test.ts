import assert from "node:assert/strict";
import { SymphonyError } from "../../../core/errors.ts";
import type { InstanceId } from "../../../core/ids.ts";
import type { CallResult } from "../../../core/ports/extension.ts";
import { runToEnd, steps, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

const numbers = (n: number): TableOperator => ({
  output: { type: "object", properties: { all: { type: "array" } }, required: ["all"] },
  run: () => gives({ all: Array.from({ length: n }, (_, i) => i) }),
});

/** `n` items, each a call of `test/work`; as many at once as the run allows. */
const fan = (rest: Record<string, string> = {}) =>
  workflowText({
    list: { use: "test/numbers" },
    work: { use: "test/work", each: "list.all", in: { i: "item" }, ...rest },
  });

/** Answers later, and notes in which order calls began and how many went on at once. */
function slowWork(started: number[]): TableOperator & { most: number } {
  let now = 0;
  const work = {
    most: 0,
    run: async ({ input }: { input: { readonly i?: unknown } }): Promise<CallResult> => {
      started.push(input.i as number);
      work.most = Math.max(work.most, ++now);
      for (let hop = 0; hop < 3; hop++) await Promise.resolve();
      now--;
      return gives({ done: true });
    },
  };
  return work as TableOperator & { most: number };
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

Deno.test("CallLines start the calls of an extension in order and fill every place that it has", async () => {
  const started: number[] = [];
  const work = slowWork(started);
  const table = { "test/numbers": numbers(40), "test/work": work };
  const { outcome } = await runToEnd(fan(), new TableExtensions(table, [], { instances: 3, concurrency: 2 }));
  assert.equal(outcome.state, "completed");
  assert.deepEqual(started, upTo(40));
  assert.equal(work.most, 6, "three instances of two places");
});

Deno.test("CallLines never lend more places than the extension has to calls that answer at once", async () => {
  const started: number[] = [];
  let now = 0;
  const work: TableOperator = {
    run: ({ input }) => {
      assert.equal(++now, 1);
      started.push(input["i"] as number);
      now--;
      return gives({});
    },
  };
  const table = { "test/numbers": numbers(5000), "test/work": work };
  const { outcome, events } = await runToEnd(
    fan(),
    new TableExtensions(table, [], { instances: 1, concurrency: 1 }),
  );
  assert.equal(outcome.state, "completed");
  assert.deepEqual(started, upTo(5000));
  assert.equal(steps(events).filter((step) => step.startsWith("node.completed work[")).length, 5000);
});

Deno.test("CallLines refuse all who wait when no instance can be started", async () => {
  const extensions = new class extends TableExtensions {
    broken = false;
    override activate(extension: Parameters<TableExtensions["activate"]>[0]): Promise<InstanceId> {
      if (!this.broken) return super.activate(extension);
      return Promise.reject(new SymphonyError("extension", "It does not start"));
    }
  }({ "test/numbers": numbers(0), "test/work": slowWork([]) });
  extensions.broken = true;
  const text = workflowText(
    Object.fromEntries(upTo(30).map((i) => [`n${i}`, { use: "test/work", importance: "optional" }])),
  );
  const { outcome, events } = await runToEnd(text, extensions);
  assert.equal(outcome.state, "completed");
  const failures = events.filter((event) => event.type === "node.failed").map(({ failure }) => failure);
  assert.equal(failures.length, 30);
  for (const { class: kind, message } of failures) {
    assert.equal(kind, "unavailable");
    assert.match(message, /It does not start/);
  }
});

Deno.test("CallLines let the others go on when an instance crashes under some", async () => {
  let calls = 0;
  const work: TableOperator = {
    run: async () => {
      await Promise.resolve();
      return ++calls % 7 === 0
        ? { ok: false, failure: { class: "crash", message: "It died" } }
        : gives({ done: true });
    },
  };
  const table = { "test/numbers": numbers(50), "test/work": work };
  const text = fan({ importance: "optional" });
  const { outcome, events } = await runToEnd(
    text,
    new TableExtensions(table, [], { instances: 2, concurrency: 3 }),
  );
  assert.equal(outcome.state, "completed");
  const ended = steps(events).filter((step) => /^node\.(completed|failed) work\[/.test(step));
  assert.equal(ended.length, 50);
});

Deno.test("CallLines drop the calls of a body that has failed, and the run goes on", async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => release = resolve);
  const work: TableOperator = {
    run: async ({ input }, { signal }) => {
      if (input["i"] === 0) return { ok: false, failure: { class: "thrown", message: "no" } };
      if (input["i"] === -1) {
        release();
        return gives({ done: true });
      }
      await Promise.race([gate, new Promise<void>((resolve) => signal.onabort = () => resolve())]);
      return gives({ done: true });
    },
  };
  const body = {
    nodes: Object.fromEntries(upTo(20).map((i) => [`n${i}`, { use: "test/work", with: { i } }])),
    outputs: {},
  };
  const text = workflowText({
    fix: { use: "control/loop", max: 1, importance: "optional", body },
    last: { use: "test/work", with: { i: -1 }, after: "fix" },
  });
  const extensions = new TableExtensions({ "test/work": work }, [], { instances: 1, concurrency: 2 });
  const { outcome, events } = await runToEnd(text, extensions);
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  assert.ok(steps(events).includes("node.completed last"));
  assert.ok(extensions.calls.length < 10, "those that waited were never called");
});
