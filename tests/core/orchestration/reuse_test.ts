import assert from "node:assert/strict";
import { nodeId, type RunId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import type { ReuseRequest } from "../../../core/orchestration/reuse.ts";
import type { OpenPit } from "../../../pit/open_pit.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { pitOver, runnerOver, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

const any = { type: "object", additionalProperties: true } as const;
const text = { type: "object", properties: { text: { type: "string" } }, required: ["text"] } as const;

/** Operators that count how often each node was done. */
class Rig {
  readonly done: string[] = [];
  readonly pit: OpenPit;
  readonly extensions: TableExtensions;
  /** What `test/look` sees. */
  outside = "a";
  mayWrite = true;
  /** True where `test/replaced` is other code than the catalogue says. */
  isReplaced = false;

  constructor() {
    const noted = (run: TableOperator["run"], effect: TableOperator["effect"] = "none"): TableOperator => ({
      input: any,
      output: text,
      ...(effect === undefined ? {} : { effect }),
      run: (request, options) => {
        this.done.push(request.item === undefined ? request.node : `${request.node}[${request.item}]`);
        return run(request, options);
      },
    });
    this.extensions = new TableExtensions({
      "test/join": noted(({ input }) => gives({ text: JSON.stringify(input) })),
      "test/look": noted(() => gives({ text: this.outside }), "read"),
      "test/replaced": noted(({ input }) => ({
        ok: true,
        output: { text: String(input["text"]) },
        ...(this.isReplaced ? { byOtherCode: true as const } : {}),
      })),
      "test/short": noted(({ input }) => gives({ text: String(input["text"]).slice(0, 1) })),
      "test/put": noted(({ input }) => gives({ text: `wrote ${input["text"]}` }), "write"),
      "test/shaky": noted(({ input }) => {
        if (input["text"] === this.outside) throw new Error("it broke");
        return gives({ text: "sound" });
      }),
      "test/breaks": noted(({ input }) => {
        if (input["text"] === "bad") throw new Error("it broke");
        return gives({ text: "sound" });
      }),
    });
    this.pit = pitOver(this.extensions);
  }

  async run(text: string, inputs: JsonObject = {}, reuse?: ReuseRequest) {
    const { definition, problems } = checkWorkflow(text, "t", await this.extensions.describe());
    if (definition === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
    this.done.length = 0;
    const events: RunEvent[] = [];
    const handle = await runnerOver(this.extensions, this.pit).start({
      definition,
      inputs,
      workspace: "/",
      mayWrite: this.mayWrite,
      ...(reuse === undefined ? {} : { reuse }),
    }, (live) => {
      if (live.durable) events.push(live.event);
    });
    const outcome = await handle.done;
    return { run: handle.run, outcome, events, done: [...this.done] };
  }
}

function reasons(events: readonly RunEvent[]): Record<string, string> {
  const said: Record<string, string> = {};
  for (const event of events) {
    if (event.type === "node.started" && event.memo?.why !== undefined) said[event.node] = event.memo.why;
    if (event.type === "node.completed" && event.reused !== undefined) {
      said[event.node] = `${event.reused.how}: ${event.reused.why}`;
    }
  }
  return said;
}

const chain = (rest: JsonObject = {}, memo: JsonObject = {}) =>
  workflowText({
    look: { use: "test/look" },
    short: { use: "test/short", in: { text: "look.text" }, ...memo },
    end: { use: "test/join", in: { a: "short.text", b: "inputs.b" }, ...memo, ...rest },
  }, { inputs: { b: { type: "string" } }, outputs: { end: "end.text" } });

Deno.test("RunReuse takes nothing and says nothing in a plain run of quick operators", async () => {
  const rig = new Rig();
  await rig.run(chain(), { b: "1" });
  const again = await rig.run(chain(), { b: "1" });
  assert.deepEqual(again.done, ["look", "short", "end"]);
  assert.deepEqual(reasons(again.events), {});
});

Deno.test("RunReuse takes a kept result across workflows, with early cut-off, and says why for hits and misses", async () => {
  const rig = new Rig();
  const memo = { memo: true };
  const first = await rig.run(chain({}, memo), { b: "1" });
  assert.deepEqual(reasons(first.events), {
    short: "nothing is kept of it yet",
    end: "nothing is kept of it yet",
  });
  // The text outside changed, but not in its first letter: what is behind is not done again.
  rig.outside = "another";
  const second = await rig.run(chain({}, memo), { b: "1" });
  assert.deepEqual(second.done, ["look", "short"]);
  assert.deepEqual(second.outcome.outputs, first.outcome.outputs);
  assert.equal(reasons(second.events)["short"], "input text changed");
  assert.match(reasons(second.events)["end"] as string, /^memo: same code and inputs as end in run r\w+/);
  // A hit whose source was done again says that it was cut off.
  rig.outside = "a";
  const third = await rig.run(chain({}, memo), { b: "1" });
  assert.deepEqual(third.done, ["look"]);
  assert.match(reasons(third.events)["short"] as string, /done again and gave the same$/);
  // Another workflow with the same step.
  const other = workflowText({ mine: { use: "test/join", with: { a: "a", b: "1" }, memo: true } }, {
    id: "other",
  });
  const fourth = await rig.run(other);
  assert.deepEqual(fourth.done, []);
  assert.match(reasons(fourth.events)["mine"] as string, /same code and inputs as end in run r/);
});

Deno.test("RunReuse keeps no result that other code made than the run knows of", async () => {
  const rig = new Rig();
  const workflow = workflowText({ a: { use: "test/replaced", with: { text: "x" }, memo: true } }, {
    outputs: { text: "a.text" },
  });
  rig.isReplaced = true;
  assert.deepEqual((await rig.run(workflow)).done, ["a"]);
  rig.isReplaced = false;
  assert.deepEqual((await rig.run(workflow)).done, ["a"]);
  assert.deepEqual((await rig.run(workflow)).done, []);
});

Deno.test("RunReuse takes no result that is older than the node allows or that was removed", async () => {
  const rig = new Rig();
  const young = workflowText({ mine: { use: "test/join", with: { a: "x" }, memo: "1ms" } });
  await rig.run(young);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const late = await rig.run(young);
  assert.deepEqual(late.done, ["mine"]);
  assert.match(reasons(late.events)["mine"] as string, /older than/);
  const long = workflowText({ mine: { use: "test/join", with: { a: "y".repeat(3000) }, memo: true } });
  await rig.run(long);
  rig.pit.artifacts.info = () => Promise.resolve(undefined);
  const removed = await rig.run(long);
  assert.deepEqual(removed.done, ["mine"]);
  assert.match(reasons(removed.events)["mine"] as string, /removed from the store/);
});

Deno.test("rerun from a node keeps what is not behind it, effects included, and says so", async () => {
  const rig = new Rig();
  const flow = workflowText({
    look: { use: "test/look" },
    put: { use: "test/put", in: { text: "look.text" } },
    side: { use: "test/join", in: { a: "put.text" } },
    end: { use: "test/join", in: { a: "look.text" } },
    last: { use: "test/join", in: { a: "end.text" } },
  });
  const first = await rig.run(flow);
  assert.equal(first.outcome.state, "completed");
  rig.mayWrite = false;
  const again = await rig.run(flow, {}, { of: first.run, from: ["end" as never] });
  assert.equal(again.outcome.state, "completed");
  assert.deepEqual(again.done, ["end", "last"]);
  const said = reasons(again.events);
  assert.match(said["put"] as string, /^kept: not behind end/);
  assert.equal(said["end"], "it was named to be done again");
  assert.equal(said["last"], "it takes what end gives, which is done again");
});

Deno.test("rerun from a node goes by an edited workflow: new and changed nodes and what is behind them are done", async () => {
  const rig = new Rig();
  const flow = (tail: JsonObject) =>
    workflowText({
      look: { use: "test/look" },
      short: { use: "test/short", in: { text: "look.text" } },
      mid: { use: "test/join", in: { a: "look.text" }, ...tail },
      both: { use: "test/join", in: { a: "short.text", b: "mid.text" } },
    });
  const first = await rig.run(flow({}));
  const again = await rig.run(flow({ with: { extra: 1 } }), {}, { of: first.run, from: [] });
  assert.deepEqual(again.done, ["mid", "both"]);
  assert.equal(reasons(again.events)["mid"], "its definition changed");
  const title = await rig.run(flow({ title: "Another title" }), {}, { of: first.run, from: [] });
  assert.deepEqual(title.done, [], "a title has no part in the result");
});

Deno.test("rerun of what changed does what reads outside, and keeps effects that are given the same", async () => {
  const rig = new Rig();
  const flow = workflowText({
    look: { use: "test/look" },
    short: { use: "test/short", in: { text: "look.text" } },
    put: { use: "test/put", in: { text: "short.text" } },
  });
  const first = await rig.run(flow, {}, {});
  rig.outside = "ab";
  const same = await rig.run(flow, {}, { of: first.run, changed: true });
  assert.ok(!same.done.includes("put") && same.done.includes("look"), same.done.join());
  assert.match(reasons(same.events)["put"] as string, /^kept: it was given the same/);
  assert.match(reasons(same.events)["look"] as string, /reads what is outside the run/);
  rig.outside = "b";
  const other = await rig.run(flow, {}, { of: first.run, changed: true });
  assert.ok(other.done.includes("put"));
  assert.match(reasons(other.events)["put"] as string, /is not what it was given in run/);
});

Deno.test("a gate before a node that writes anew asks again; one with nothing written behind it is kept", async () => {
  const rig = new Rig();
  const flow = workflowText({
    look: { use: "test/look" },
    plain: { use: "control/gate", question: "Go on?", in: { text: "look.text" } },
    note: { use: "test/join", in: { a: "look.text" }, after: "plain.approved" },
    sure: { use: "control/gate", question: "Write?", in: { text: "look.text" } },
    put: { use: "test/put", in: { text: "look.text" }, after: "sure.approved" },
  });
  const { definition } = checkWorkflow(flow, "t", await rig.extensions.describe());
  const runner = runnerOver(rig.extensions, rig.pit);
  const request = { definition: definition!, inputs: {}, workspace: "/", mayWrite: true };
  const approve = async (start: ReturnType<typeof runner.start>) => {
    const handle = await start;
    const asked: string[] = [];
    for (let outcome = await handle.done; outcome.state === "waiting-for-input";) {
      for (const node of ["plain", "sure"]) {
        const input = { approved: true, value: null, by: "me" };
        const answered = await runner.command(handle.run, {
          type: "provide-input",
          node: node as never,
          input,
        });
        if (answered.ok) asked.push(node);
      }
      outcome = await (await runner.resume(handle.run, () => {})).done;
    }
    return { run: handle.run, asked };
  };
  const first = await approve(runner.start({ ...request, reuse: {} }, () => {}));
  assert.deepEqual(first.asked, ["plain", "sure"]);
  const reuse = { of: first.run, changed: true };
  const again = await approve(runner.start({ ...request, reuse }, () => {}));
  assert.deepEqual(again.asked, ["sure"]);
});

Deno.test("Runner.start() takes over a log that a killed process opened and left empty, and no other", async () => {
  const rig = new Rig();
  const { definition } = checkWorkflow(chain(), "t", await rig.extensions.describe());
  const run = "r00000000000000z" as RunId;
  await rig.pit.dag.create({ run, workflow: "test", state: "running", startedAt: 1 });
  const request = { definition: definition!, inputs: { b: "1" }, workspace: "/", mayWrite: false, run };
  const runner = runnerOver(rig.extensions, rig.pit);
  assert.equal((await (await runner.start(request, () => {})).done).state, "completed");
  await assert.rejects(runner.start(request, () => {}), /exists already/);
  assert.equal(await rig.pit.control.isClaimed(run), false);
});

Deno.test("a pinned node is not done, and its result is marked", async () => {
  const rig = new Rig();
  const bytes = new TextEncoder().encode(JSON.stringify({ text: "pinned" }));
  const artifact = await rig.pit.artifacts.put(bytes);
  const pins = [{ node: "look" as never, artifact, sizeBytes: bytes.length, from: "file.json" }];
  const { done, outcome, events } = await rig.run(chain(), { b: "1" }, { pins });
  assert.deepEqual(done, ["short", "end"]);
  assert.deepEqual(outcome.outputs, { end: '{"a":"p","b":"1"}' });
  assert.equal(reasons(events)["look"], "pinned: given by hand: file.json");
});

Deno.test("a kept result that cannot be had is checked for: memo on what writes or controls is refused", async () => {
  const rig = new Rig();
  const catalog = await rig.extensions.describe();
  for (const node of [{ use: "test/put", memo: true }, { use: "control/gate", question: "?", memo: "1h" }]) {
    const { problems } = checkWorkflow(workflowText({ it: node }), "t", catalog);
    assert.ok(
      problems.some(({ severity, message }) => severity === "error" && /Found "memo" at it/.test(message)),
    );
  }
});

Deno.test("a rerun from a node takes the items that a fan-out kept when it was begun again after a failure", async () => {
  const rig = new Rig();
  const each = workflowText({
    each: { use: "test/shaky", each: "['a', 'b', 'c']", in: { text: "item" }, concurrency: 1 },
    end: { use: "test/join", in: { all: "each.text" } },
  });
  rig.outside = "c";
  const first = await rig.run(each);
  assert.deepEqual([first.outcome.state, first.done], ["failed", ["each[0]", "each[1]", "each[2]"]]);
  rig.outside = "";
  const runner = runnerOver(rig.extensions, rig.pit);
  assert.ok((await runner.command(first.run, { type: "retry-node", node: nodeId("each") })).ok);
  assert.equal((await (await runner.resume(first.run, () => {})).done).state, "completed");
  assert.deepEqual(rig.done, ["each[0]", "each[1]", "each[2]", "each[2]", "end"]);
  const again = await rig.run(each, {}, { of: first.run, from: [nodeId("end")] });
  assert.deepEqual(again.done, ["end"]);
});
