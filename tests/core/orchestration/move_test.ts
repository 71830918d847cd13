import assert from "node:assert/strict";
import fc from "fast-check";
import type { RunId } from "../../../core/ids.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import type { MovePlan } from "../../../core/orchestration/plan_move.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import type { OpenPit } from "../../../pit/open_pit.ts";
import { pitOver, runnerOver, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

const open = { type: "object", additionalProperties: true } as const;

/** A run that can be paused after so many calls, moved, and gone on with. */
class Rig {
  readonly done: string[] = [];
  /** Calls after which the run is paused. */
  pauseAfter = Infinity;
  readonly pit: OpenPit;
  readonly extensions: TableExtensions;
  #pause: () => void = () => {};

  constructor() {
    const noted = (effect: TableOperator["effect"] = "none"): TableOperator => ({
      ...{ input: open, output: open, effect },
      run: ({ node, item, input }) => {
        this.done.push(item === undefined ? node : `${node}[${item}]`);
        if (--this.pauseAfter === 0) this.#pause();
        return gives({
          ...input,
          sum: Object.values(input).reduce((a: number, b) => a + (Number(b) || 0), 1),
        });
      },
    });
    this.extensions = new TableExtensions({
      "test/add": noted(),
      "test/put": noted("write"),
      "test/list": {
        ...{ input: open, output: { type: "object", properties: { all: { type: "array" } } } },
        run: ({ node }) => {
          this.done.push(node);
          return gives({ all: [1, 2, 3, 4] });
        },
      },
    });
    this.pit = pitOver(this.extensions);
  }

  async definition(text: string) {
    const { definition, problems } = checkWorkflow(text, "t", await this.extensions.describe());
    if (definition === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
    return definition;
  }

  async start(text: string, pauseAfter = Infinity, inputs: JsonObject = {}) {
    this.pauseAfter = pauseAfter;
    this.done.length = 0;
    const runner = runnerOver(this.extensions, this.pit);
    const definition = await this.definition(text);
    const request = { definition, inputs, workspace: "/", mayWrite: true, concurrency: 1 };
    const handle = await runner.start(request, () => {});
    this.#pause = () => void handle.command({ type: "pause", reason: "test" });
    return { run: handle.run, outcome: await handle.done, done: [...this.done] };
  }

  async move(run: RunId, text: string, mayWriteAgain = false) {
    const definition = await this.definition(text);
    return await runnerOver(this.extensions, this.pit).move(run, definition, { mayWriteAgain });
  }

  async moved(run: RunId, text: string): Promise<MovePlan> {
    const moved = await this.move(run, text);
    if (!moved.ok) throw new Error(moved.error.join("\n"));
    return moved.value;
  }

  async resume(run: RunId, pauseAfter = Infinity) {
    this.pauseAfter = pauseAfter;
    this.done.length = 0;
    const handle = await runnerOver(this.extensions, this.pit).resume(run, () => {});
    this.#pause = () => void handle.command({ type: "pause", reason: "test" });
    return { outcome: await handle.done, done: [...this.done] };
  }

  async log(run: RunId): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    for await (const batch of this.pit.dag.replay(run)) events.push(...batch);
    return events;
  }
}

const chain = (second: JsonObject = {}, more: JsonObject = {}) =>
  workflowText({
    a: { use: "test/add", with: { x: 1 } },
    b: { use: "test/add", in: { x: "a.sum" }, ...second },
    c: { use: "test/add", in: { x: "b.sum" } },
    ...more,
  }, { outputs: { end: "c.sum" } });

Deno.test("Runner.move() keeps what did not change, begins what did anew, and adds what is new", async () => {
  const rig = new Rig();
  const { run, done } = await rig.start(chain(), 3);
  // The last of them was under way when the run was paused.
  assert.deepEqual(done, ["a", "b", "c"]);
  const moved = await rig.moved(
    run,
    chain({ with: { y: 10 } }, { d: { use: "test/add", in: { x: "a.sum" } } }),
  );
  assert.deepEqual(moved.kept, ["a"]);
  assert.deepEqual(moved.redone, [
    { node: "b", why: "its definition changed" },
    { node: "c", why: "it had not completed" },
  ]);
  assert.deepEqual(moved.added, ["d"]);
  const resumed = await rig.resume(run);
  assert.deepEqual(resumed.done.toSorted(), ["b", "c", "d"]);
  assert.deepEqual(resumed.outcome.outputs, { end: 14 });
});

Deno.test("Runner.move() to the same version, or to one with another title, does nothing again", async () => {
  const rig = new Rig();
  const { run } = await rig.start(chain(), 3);
  const moved = await rig.moved(run, chain({ title: "Second", retry: 3 }));
  assert.deepEqual(moved.kept, ["a", "b"]);
  assert.deepEqual(moved.redone, [{ node: "c", why: "it had not completed" }]);
  assert.deepEqual((await rig.resume(run)).done, ["c"]);
});

Deno.test("Runner.move() takes a fan-out along with the items that are done, and a loop with its rounds", async () => {
  const rig = new Rig();
  const flow = (end: JsonObject) =>
    workflowText({
      first: { use: "test/add", with: { x: 0 } },
      rounds: {
        use: "control/loop",
        max: 4,
        in: { n: "first.sum" },
        body: {
          inputs: { n: { type: "number" } },
          nodes: {
            step: { use: "test/add", in: { x: "inputs.n" } },
            also: { use: "test/add", in: { x: "step.sum" } },
          },
          outputs: { n: "also.sum" },
        },
      },
      list: { use: "test/list", after: "rounds" },
      each_one: { use: "test/add", each: "list.all", in: { x: "item" } },
      behind: { use: "test/add", in: { x: "each_one.sum" } },
      end: { use: "test/add", in: { x: "rounds.n" }, ...end },
    }, { outputs: { n: "rounds.n", all: "behind.sum" } });
  const whole = await new Rig().start(flow({}));
  for (const pauseAfter of [2, 4, 7, 9, 11, 13, 15]) {
    const { run, done, outcome } = await rig.start(flow({}), pauseAfter);
    assert.equal(outcome.state, "paused");
    await rig.moved(run, flow({ with: { y: 5 } }));
    const resumed = await rig.resume(run);
    assert.equal(resumed.outcome.state, "completed", `after ${pauseAfter}`);
    assert.deepEqual(resumed.outcome.outputs, whole.outcome.outputs, `after ${pauseAfter}`);
    const again = done.length + resumed.done.length - whole.done.length;
    // What was called when the run was paused, and the node that changed.
    assert.ok(again <= 2, `${again} done again after ${pauseAfter}`);
  }
});

Deno.test("Runner.move() goes on with a run that failed, by the version that is put right", async () => {
  const rig = new Rig();
  const flow = (port: string) =>
    workflowText({
      a: { use: "test/add", with: { x: 1 } },
      b: { use: "control/branch", in: { value: `a.${port}` }, cases: { big: "value > 1" } },
      c: { use: "test/add", after: "b.big" },
    });
  const { run, outcome } = await rig.start(flow("nothing.at_all"));
  assert.equal(outcome.state, "failed");
  await rig.moved(run, flow("sum"));
  const resumed = await rig.resume(run);
  assert.deepEqual([resumed.outcome.state, resumed.done], ["completed", ["c"]]);
});

Deno.test("Runner.move() refuses with every reason, and changes nothing", async () => {
  const rig = new Rig();
  const writes = (text: string) =>
    workflowText({
      put: { use: "test/put", with: { x: text } },
      next: { use: "test/add", in: { x: "put.sum" } },
      last: { use: "test/add", in: { x: "next.sum" } },
    });
  const { run } = await rig.start(writes("a"), 2);
  const before = await rig.log(run);
  const again = await rig.move(run, writes("b"));
  assert.deepEqual(again, {
    ok: false,
    error: ['"put" has written already and would write again, because its definition changed'],
  });
  const other = await rig.move(
    run,
    workflowText({ a: { use: "test/add" } }, { id: "other", inputs: { t: { type: "string" } } }),
  );
  assert.deepEqual(other, {
    ok: false,
    error: [
      'it is a run of "test", the file holds "other"',
      'the new version needs the input "t", which the run was not given',
    ],
  });
  assert.deepEqual(await rig.log(run), before);
  assert.ok((await rig.move(run, writes("b"), true)).ok);
  const resumed = await rig.resume(run);
  assert.deepEqual(resumed.done, ["put", "next", "last"]);
  assert.deepEqual(await rig.move(run, writes("c")), {
    ok: false,
    error: [
      "it has completed; runs rerun --changed --workflow makes a new run of it",
      '"put" has written already and would write again, because its definition changed',
    ],
  });
});

Deno.test("Runner.move() to a version in which what has written is disabled is no second write", async () => {
  const rig = new Rig();
  const flow = (extra: JsonObject) =>
    workflowText({
      given: { use: "test/add", with: { x: 1 } },
      put: { use: "test/put", in: { x: "given.sum" }, ...extra },
      next: { use: "test/add", after: "put" },
      last: { use: "test/add", after: "next" },
    });
  const { run, done } = await rig.start(flow({}), 3);
  assert.deepEqual(done, ["given", "put", "next"]);
  assert.deepEqual(await rig.moved(run, flow({ disabled: true })).then(({ redone }) => redone), [
    { node: "put", why: "its definition changed" },
    { node: "next", why: "it had not completed" },
  ]);
  const resumed = await rig.resume(run);
  assert.deepEqual([resumed.outcome.state, resumed.done], ["completed", ["next", "last"]]);
});

Deno.test("a run moved again and again, between pauses anywhere, ends like a run of the last version alone", async () => {
  const edits = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 8 }), fc.nat(5), fc.integer({ min: 0, max: 3 })),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  const names = ["a", "b", "c", "d", "e", "f"];
  const flow = (constants: readonly number[]) =>
    workflowText(
      Object.fromEntries(names.map((name, i): [string, Json] => [name, {
        use: "test/add",
        with: { k: constants[i] as number },
        in: Object.fromEntries(names.slice(Math.max(0, i - 2), i).map((from) => [from, `${from}.sum`])),
      }])),
      { outputs: { end: "f.sum" } },
    );
  await fc.assert(
    fc.asyncProperty(edits, async (steps) => {
      const rig = new Rig();
      const constants = [0, 0, 0, 0, 0, 0];
      const { run } = await rig.start(flow(constants), 3);
      for (const [pauseAfter, node, constant] of steps) {
        constants[node] = constant;
        const moved = await rig.move(run, flow(constants));
        const outcome = (await rig.resume(run, pauseAfter)).outcome;
        if (!moved.ok || outcome.state === "completed") break;
        // The log alone says what was kept: a process of its own would go on in the same way.
        const kept = new Set(moved.value.kept);
        for (const { node: name } of moved.value.redone) assert.ok(!kept.has(name));
      }
      const { outcome } = await rig.resume(run);
      const moved = (await rig.log(run)).findLast(({ type }) => type === "run.moved");
      assert.ok(moved?.type === "run.moved");
      const alone = await new Rig().start(flow(await lastConstants(rig, moved.definition)));
      assert.deepEqual(outcome.outputs, alone.outcome.outputs);
    }),
    { seed: 4, numRuns: 40 },
  );
});

/** The constants of a kept version. */
async function lastConstants(rig: Rig, id: Parameters<OpenPit["artifacts"]["get"]>[0]): Promise<number[]> {
  const text = new TextDecoder().decode(await rig.pit.artifacts.get(id));
  return [...text.matchAll(/"with":\{"k":(\d+)\}/g)].map(([, k]) => Number(k));
}
