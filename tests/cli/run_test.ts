import assert from "node:assert/strict";
import { newRunId } from "../../core/ids.ts";
import { checkWorkflow } from "../../core/workflow/check.ts";
import { runnerOver, workflowText } from "../core/orchestration/run_rig.ts";
import { Desk, jsonLines } from "./desk.ts";
import { staying } from "./trial_extension.ts";

const ESCAPE = "\x1b";

const greet = {
  schema: 1,
  id: "greet",
  name: "Greet",
  inputs: { name: { type: "string" }, times: { type: "integer", default: 3, minimum: 1 } },
  nodes: {
    shout: { use: "trial/shout", in: { text: "inputs.name" } },
    numbers: { use: "trial/count", in: { n: "inputs.times" } },
    square: { use: "trial/square", each: "numbers.numbers", in: { number: "item" } },
    report: { use: "trial/report", in: { title: "shout.text" }, after: "square" },
  },
  outputs: { word: "shout.text", squares: "square.square", report: "report.document" },
};

const asking = {
  schema: 1,
  id: "asking",
  name: "Asking",
  nodes: {
    shout: { use: "trial/shout", with: { text: "sure" } },
    ask: { use: "control/gate", question: "Go on?", in: { value: "shout.text" } },
    after: { use: "trial/shout", in: { text: "ask.approved.by" } },
    tell: { use: "control/wait", signal: "go", after: "after" },
  },
  outputs: { word: "shout.text" },
};

const failing = {
  schema: 1,
  id: "failing",
  name: "Failing",
  nodes: { bad: { use: "trial/fail" }, next: { use: "trial/shout", with: { text: "x" }, after: "bad" } },
  outputs: {},
};

const staysFile = {
  schema: 1,
  id: "stays",
  name: "Stays",
  nodes: { first: { use: "trial/shout", with: { text: "a" } }, stay: { use: "trial/stay", after: "first" } },
  outputs: { first: "first.text" },
};

function fresh(): Desk {
  const desk = new Desk();
  desk.put("greet.workflow.jsonc", greet);
  desk.put("asking.workflow.jsonc", asking);
  desk.put("failing.workflow.jsonc", failing);
  desk.put("stays.workflow.jsonc", staysFile);
  return desk;
}

Deno.test("run --json prints the durable events in order and ends with the outputs", async () => {
  await using desk = fresh();
  const { code, out, err } = await desk.say(
    "run",
    "greet.workflow.jsonc",
    "--input",
    "name=ada",
    "--json",
  );
  assert.equal(err, "");
  assert.equal(code, 0);
  const lines = jsonLines(out);
  const run = lines[0]?.["run"];
  assert.ok(lines.every((line) => line["run"] === run && typeof line["type"] === "string"));
  const durable = lines.filter((line) => "seq" in line);
  assert.deepEqual(durable.map((line) => line["seq"]), durable.map((_, at) => at));
  assert.ok(durable.every((line) => /^\d{4}-.*Z$/.test(String(line["at"]))));
  const last = lines.at(-1);
  assert.equal(last?.["type"], "run.completed");
  assert.equal(last?.["state"], "completed");
  const outputs = last?.["outputs"] as Record<string, unknown>;
  assert.equal(outputs["word"], "ADA");
  assert.deepEqual(outputs["squares"], [0, 1, 4]);
  const squares = lines.filter((line) =>
    line["type"] === "node.completed" && line["node"] === "square" && "item" in line
  );
  assert.deepEqual(squares.map((line) => line["item"]).sort(), [0, 1, 2]);
  assert.ok(
    lines.some((line) => line["type"] === "node.log" && line["node"] === "square" && !("seq" in line)),
  );
});

Deno.test("run --json begins with what earlier runs spent and where the budget may not do, once there are any", async () => {
  await using desk = fresh();
  const run = async (...more: string[]) => {
    const { code, out, err } = await desk.say(
      "run",
      "greet.workflow.jsonc",
      "--input",
      "name=ada",
      "--json",
      ...more,
    );
    assert.equal(code, 0, err);
    return jsonLines(out);
  };
  assert.ok((await run()).every((line) => line["type"] !== "run.forecast"), "nothing is known yet");
  const spent = { usd: 0.5, tokens: 10, activeMs: 5 };
  const earlier = {
    run: newRunId(1, () => 0.5),
    workflow: "greet",
    startedAt: 1,
    endedAt: 2,
    spent,
  } as const;
  await desk.pit.dag.create({ ...earlier, state: "completed" });
  const [forecast] = await run("--budget", "0.1");
  assert.deepEqual([forecast?.["type"], forecast?.["runs"]], ["run.forecast", 2]);
  assert.deepEqual(forecast?.["usd"], { p50: 0, p90: 0.5 });
  assert.deepEqual(forecast?.["short"], [{ of: "usd", expected: 0.5, budget: 0.1 }]);
  assert.deepEqual((await run())[0]?.["short"], []);
});

Deno.test("run shows plain lines without escape codes where standard error is no terminal", async () => {
  await using desk = fresh();
  const { code, out, err } = await desk.say("run", "greet.workflow.jsonc", "--input", "name=ada");
  assert.equal(code, 0);
  assert.ok(!err.includes(ESCAPE) && !out.includes(ESCAPE), err);
  assert.match(err, /^shout: started$/m);
  assert.match(err, /^shout: completed in /m);
  assert.match(err, /^square: 3 items$/m);
  assert.match(err, /^square: 3\/3 done, /m);
  assert.match(err, /^square\[0\]: warn: squaring 0$/m);
  assert.match(err, /^Completed after .*: greet, run r/m);
  assert.match(err, /symphony runs show r/);
});

Deno.test("run prints documents on standard output, cleaned of control characters, and writes them beside the data", async () => {
  await using desk = fresh();
  const { out, err } = await desk.say(
    "run",
    "greet.workflow.jsonc",
    "--input",
    "name=ada",
    "--data",
    "/d",
  );
  assert.match(out, /# ADA\n\nAll is well\.\n/);
  assert.match(out, /^word: ADA$/m);
  assert.ok(!out.includes("owned"));
  const path = [...desk.files.keys()].find((name) => name.endsWith("report.md")) ?? "";
  assert.match(path, /^\/d\/outputs\/r[0-9a-z]{15}\/report\.md$/);
  assert.match(desk.text(path), /^# ADA\n/);
  assert.ok(err.includes(path));
  assert.match(err, /runs show r[0-9a-z]{15} --data \/d$/m);
});

Deno.test("run paints a picture in a terminal, hides the cursor while it does and shows it at the end", async () => {
  await using desk = fresh();
  desk.prepare = () => {
    desk.stderr.isTerminal = true;
  };
  const { err } = await desk.say("run", "greet.workflow.jsonc", "--input", "name=ada");
  assert.ok(err.includes("\x1b[?25l"));
  const last = (sign: string) => err.lastIndexOf(sign);
  assert.ok(last("\x1b[?25h") > last("\x1b[?25l"));
  assert.match(err, /✓/);
});

Deno.test("run uses no colours in a terminal where NO_COLOR is set", async () => {
  await using desk = fresh();
  desk.environment.set("NO_COLOR", "1");
  desk.prepare = () => desk.stderr.isTerminal = desk.stdout.isTerminal = true;
  const { out, err } = await desk.say("run", "greet.workflow.jsonc", "--input", "name=ada");
  const colours = (out + err).split(ESCAPE).slice(1).filter((part) => /^\[[0-9;]*m/.test(part));
  assert.deepEqual(colours, []);
});

Deno.test("run writes plain lines to a dumb terminal", async () => {
  await using desk = fresh();
  desk.environment.set("TERM", "dumb");
  desk.prepare = () => desk.stderr.isTerminal = desk.stdout.isTerminal = true;
  const { out, err } = await desk.say("run", "greet.workflow.jsonc", "--input", "name=ada");
  assert.ok(!(out + err).includes(ESCAPE));
});

Deno.test("run exits 1 with the node, the class, the message and what to do where a node failed", async () => {
  await using desk = fresh();
  const { code, err } = await desk.say("run", "failing.workflow.jsonc");
  assert.equal(code, 1);
  assert.match(err, /^Failed after/m);
  assert.match(err, /bad: failed, thrown: .*nothing can be done/);
  const json = await desk.say("run", "failing.workflow.jsonc", "--json");
  assert.equal(json.code, 1);
  const last = jsonLines(json.out).at(-1);
  assert.equal(last?.["type"], "run.failed");
  assert.equal((last?.["failure"] as Record<string, unknown>)["class"], "thrown");
});

Deno.test("run exits 3 at a gate and says how to answer; runs input and runs signal let runs resume complete it", async () => {
  await using desk = fresh();
  const asked = await desk.say("run", "asking.workflow.jsonc");
  assert.equal(asked.code, 3);
  const run = /run (r[0-9a-z]{15})/.exec(asked.err)?.[1] ?? "";
  assert.match(asked.err, new RegExp(`symphony runs input ${run} ask --approve`));
  const wrong = await desk.say("runs", "input", run, "shoot", "--approve");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Cannot answer "shoot"/);
  const answered = await desk.say("runs", "input", run, "ask", "--approve", "--comment", "fine");
  assert.equal(answered.code, 0, answered.err);
  assert.match(answered.out, new RegExp(`runs resume ${run}`));
  const waits = await desk.say("runs", "resume", run, "--json");
  assert.equal(waits.code, 3, waits.err);
  const last = jsonLines(waits.out).at(-1);
  assert.equal(last?.["type"], "run.waiting");
  assert.deepEqual((last?.["waiting"] as { node: string }[]).map(({ node }) => node), ["tell"]);
  assert.equal((await desk.say("runs", "signal", run, "go", "--value", "{}")).code, 0);
  const ended = await desk.say("runs", "resume", run, "--json");
  assert.equal(ended.code, 0, ended.err);
  assert.equal((jsonLines(ended.out).at(-1)?.["outputs"] as Record<string, unknown>)["word"], "SURE");
});

Deno.test("runs input, signal and cancel say with --json what was kept, and in which run", async () => {
  await using desk = fresh();
  const { err } = await desk.say("run", "asking.workflow.jsonc");
  const run = /run (r[0-9a-z]{15})/.exec(err)?.[1] ?? "";
  const said = async (...args: string[]) => {
    const { code, out, err } = await desk.say("runs", ...args, "--json");
    assert.equal(code, 0, err);
    return jsonLines(out);
  };
  assert.deepEqual(await said("input", run, "ask", "--approve"), [
    { run, node: "ask", done: "answered", approved: true, taken: "kept" },
  ]);
  await desk.say("runs", "resume", run);
  assert.deepEqual(await said("signal", run, "go"), [{ run, signal: "go", done: "sent", taken: "kept" }]);
  assert.deepEqual(await said("cancel", run), [{ run, done: "cancelled", taken: "kept" }]);
});

Deno.test("run pauses on the first interrupt with exit 130 and says how to resume", async () => {
  await using desk = fresh();
  staying.onStay = () => desk.interrupt();
  const { code, err } = await desk.say("run", "stays.workflow.jsonc");
  staying.onStay = () => {};
  assert.equal(code, 130);
  assert.match(err, /^Paused; resume with: symphony runs resume r/m);
  assert.equal(desk.listensToInterrupts, false);
  assert.deepEqual(desk.exits, []);
  const list = jsonLines((await desk.say("runs", "list", "--json")).out);
  assert.deepEqual(list.map((line) => [line["workflow"], line["state"], line["resumable"]]), [[
    "stays",
    "paused",
    true,
  ]]);
});

Deno.test("run --json ends with run.paused after an interrupt, and ends the process at the second", async () => {
  await using desk = fresh();
  staying.onStay = () => {
    desk.interrupt();
    desk.interrupt();
  };
  const { code, out } = await desk.say("run", "stays.workflow.jsonc", "--json");
  staying.onStay = () => {};
  assert.equal(code, 130);
  assert.equal(jsonLines(out).at(-1)?.["type"], "run.paused");
  assert.deepEqual(desk.exits, [130]);
});

Deno.test("run pauses quietly with exit 141 when the reader of --json goes", async () => {
  await using desk = fresh();
  desk.prepare = () => desk.stdout.readerLeavesAfter = 1;
  const { code, err } = await desk.say("run", "stays.workflow.jsonc", "--json");
  assert.equal(code, 141);
  assert.equal(err, "");
  desk.prepare = () => {};
  const [line] = jsonLines((await desk.say("runs", "list", "--json")).out);
  assert.equal(line?.["state"], "paused");
});

Deno.test("runs cancel ends a paused run for good, and is refused for one that has ended", async () => {
  await using desk = fresh();
  staying.onStay = () => desk.interrupt();
  await desk.say("run", "stays.workflow.jsonc");
  staying.onStay = () => {};
  assert.equal((await desk.say("runs", "cancel", "last")).code, 0);
  const again = await desk.say("runs", "cancel", "last");
  assert.equal(again.code, 2);
  assert.match(again.err, /it is cancelled already/);
  const resumed = await desk.say("runs", "resume", "last", "--json");
  assert.equal(resumed.code, 130);
  assert.equal(jsonLines(resumed.out).at(-1)?.["type"], "run.cancelled");
});

Deno.test("runs cancel is taken by the process that carries the run out", async () => {
  await using desk = fresh();
  const other = fresh();
  Object.defineProperty(other, "pit", { value: desk.pit });
  let cancelled: Promise<unknown> = Promise.resolve();
  staying.onStay = () => {
    staying.onStay = () => {};
    cancelled = other.say("runs", "cancel", "last");
  };
  const { code, err } = await desk.say("run", "stays.workflow.jsonc");
  assert.equal(code, 130);
  assert.match(err, /^Cancelled after/m);
  assert.deepEqual((await cancelled as { code: number }).code, 0);
  await other.extensions.close();
});

Deno.test("runs export gives every durable event of run --json, in order", async () => {
  await using desk = fresh();
  const ran = await desk.say("run", "greet.workflow.jsonc", "--input", "name=ada", "--json");
  const live = jsonLines(ran.out).filter((line) => "seq" in line);
  const kept = jsonLines((await desk.say("runs", "export", "last", "--json")).out);
  assert.deepEqual(kept.map(({ seq, type }) => [seq, type]), live.map(({ seq, type }) => [seq, type]));
  assert.deepEqual(kept.slice(0, -1), live.slice(0, -1));
});

Deno.test("runs show tells nodes, counts, failures and outputs, by a prefix of the id", async () => {
  await using desk = fresh();
  await desk.say("run", "greet.workflow.jsonc", "--input", "name=ada");
  const [line] = jsonLines((await desk.say("runs", "list", "--json")).out);
  const id = String(line?.["run"]);
  const shown = await desk.say("runs", "show", id.slice(0, 14));
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /^square +completed +3\/3 +3 /m);
  assert.match(shown.out, /word: ADA/);
  const [record] = jsonLines((await desk.say("runs", "show", id, "--json")).out);
  assert.equal((record?.["nodes"] as { node: string; state: string }[]).length, 4);
  assert.equal((record?.["outputs"] as Record<string, unknown>)["word"], "ADA");
  await desk.say("run", "failing.workflow.jsonc");
  assert.match((await desk.say("runs", "show", "last")).out, /bad: failed, thrown: .*nothing can be done/);
});

Deno.test("runs list gives the newest first, and an ambiguous prefix is refused with the ids", async () => {
  await using desk = fresh();
  await desk.say("run", "failing.workflow.jsonc");
  await desk.say("run", "greet.workflow.jsonc", "--input", "name=ada");
  const list = jsonLines((await desk.say("runs", "list", "--json")).out);
  assert.deepEqual(list.map((line) => line["workflow"]), ["greet", "failing"]);
  const { code, err } = await desk.say("runs", "show", "r");
  assert.equal(code, 2);
  assert.ok(list.every((line) => err.includes(String(line["run"]))), err);
});

Deno.test("runs list and runs show say of a run on made-up values that it is one", async () => {
  await using desk = new Desk();
  const text = workflowText({ say: { use: "trial/shout", with: { text: "a" } } });
  const { definition } = checkWorkflow(text, "t", await desk.extensions.describe());
  assert.ok(definition !== undefined);
  const request = { definition, inputs: {}, workspace: "/", mayWrite: false };
  const runner = runnerOver(desk.extensions, desk.pit);
  await (await runner.start({ ...request, isMock: true }, () => {})).done;
  const { run } = await (await runner.start(request, () => {})).done;
  const list = (await desk.say("runs", "list")).out.split("\n").filter((line) => line.startsWith("r"));
  assert.deepEqual(list.map((line) => [line.includes(run), /completed \(mock\)/.test(line)]), [
    [true, false],
    [
      false,
      true,
    ],
  ]);
  const [real, mock] = jsonLines((await desk.say("runs", "list", "--json")).out);
  assert.deepEqual([real?.["mock"], mock?.["mock"]], [undefined, true]);
  assert.match((await desk.say("runs", "show", String(mock?.["run"]))).out, /completed \(mock\), started/);
  assert.doesNotMatch((await desk.say("runs", "show", run)).out, /mock/);
});

Deno.test("artifacts list, show and get find what a run made, by a prefix of the id", async () => {
  await using desk = fresh();
  await desk.say("run", "greet.workflow.jsonc", "--input", "name=ada", "--input", "times=2000");
  const listed = jsonLines((await desk.say("artifacts", "list", "--run", "last", "--json")).out);
  assert.ok(listed.length > 0);
  const id = String(listed[0]?.["id"]);
  assert.match((await desk.say("artifacts", "show", id.slice(0, 20))).out, new RegExp(`^id +${id}`));
  const got = await desk.say("artifacts", "get", id);
  assert.equal(new TextEncoder().encode(got.out).length, listed[0]?.["sizeBytes"]);
  assert.equal((await desk.say("artifacts", "get", id, "--out", "copy")).out, "");
  assert.equal(desk.text("/here/copy"), got.out);
  assert.equal((await desk.say("artifacts", "verify")).code, 0);
});
