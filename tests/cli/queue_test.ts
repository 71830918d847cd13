import assert from "node:assert/strict";
import { newRunId } from "../../core/ids.ts";
import { Desk, jsonLines } from "./desk.ts";

async function desk(): Promise<Desk> {
  const made = new Desk();
  made.put("shout.workflow.jsonc", {
    schema: 1,
    id: "shout",
    name: "Shout",
    inputs: { text: { type: "string" }, why: { default: null } },
    nodes: { shout: { use: "trial/shout", in: { text: "inputs.text" } } },
    outputs: { text: "shout.text" },
  });
  made.put("fails.workflow.jsonc", {
    schema: 1,
    id: "fails",
    name: "Fails",
    nodes: { bad: { use: "trial/fail" } },
  });
  made.put("asks.workflow.jsonc", {
    schema: 1,
    id: "asks",
    name: "Asks",
    nodes: { ask: { use: "control/gate", question: "Go on?" } },
  });
  await Promise.resolve();
  return made;
}

const work = ["queue", "work", "--until-idle", "--json"];

Deno.test("queue add and queue work carry runs out by priority, and queue list shows them", async () => {
  await using made = await desk();
  for (const [text, priority] of [["a", "low"], ["b", "high"], ["c", "normal"]] as const) {
    const added = await made.say(
      ...[
        "queue",
        "add",
        "shout.workflow.jsonc",
        "--input",
        `text=${text}`,
        "--priority",
        priority,
        "--json",
      ],
    );
    assert.equal(added.code, 0, added.err);
  }
  assert.match((await made.say("queue", "list")).out, /^q1 +queued +-100 +shout/m);
  const { out, code, err } = await made.say(...work, "--at-once", "1");
  assert.equal(code, 0, err);
  const completed = jsonLines(out).filter(({ state }) => state === "completed").map(({ id }) => id);
  assert.deepEqual(completed, ["q2", "q3", "q1"]);
  assert.equal((await made.say("queue", "list")).out, "Nothing is queued\n");
  const all = jsonLines((await made.say("queue", "list", "--all", "--json")).out);
  assert.deepEqual(all.map(({ state }) => state), ["completed", "completed", "completed"]);
  assert.equal(jsonLines((await made.say("runs", "list", "--json")).out).length, 3);
});

Deno.test("queue and triggers say in the entry where a budget may not do by what earlier runs took", async () => {
  await using made = await desk();
  const input = ["--input", "text=a"];
  const add = async () => await made.say("queue", "add", "lean.workflow.jsonc", ...input, "--json");
  const put = (budget: object) =>
    made.put("lean.workflow.jsonc", {
      schema: 1,
      id: "lean",
      name: "Lean",
      inputs: { text: { type: "string" } },
      nodes: { shout: { use: "trial/shout", in: { text: "inputs.text" } } },
      ...budget,
    });
  put({ budget: { usd: 0.1 } });
  assert.equal(jsonLines((await add()).out)[0]?.["forecast"], undefined, "it has never run");
  put({});
  const run = newRunId(1, () => 0.5);
  const spent = { usd: 0.5, tokens: 10, activeMs: 5 };
  await made.pit.dag.create({ run, workflow: "lean", state: "completed", startedAt: 1, endedAt: 2, spent });
  assert.equal(jsonLines((await add()).out)[0]?.["forecast"], undefined, "it has no budget");
  put({ budget: { usd: 0.1 } });
  const said = await made.say("queue", "add", "lean.workflow.jsonc", ...input);
  const why = /The budget of \$0\.1000 may not do: one of ten runs took \$0\.5000 or more/;
  assert.match(said.out, why);
  await made.say("triggers", "add", "lean.workflow.jsonc", "--cron", "0 0 * * *", ...input);
  assert.equal((await made.say("triggers", "run", "lean-cron")).code, 0);
  const [, , byHand, byTrigger] = jsonLines((await made.say("queue", "list", "--json")).out);
  for (const entry of [byHand, byTrigger]) {
    const { runs, short } = entry?.["forecast"] as { runs: number; short: { of: string; budget: number }[] };
    assert.deepEqual([runs, short.map(({ of, budget }) => [of, budget])], [1, [["usd", 0.1]]]);
  }
  assert.equal((await made.say("queue", "list")).out.split("\n").filter((line) => why.test(line)).length, 2);
});

Deno.test("queue work runs what was queued, not what the file became", async () => {
  await using made = await desk();
  await made.say("queue", "add", "shout.workflow.jsonc", "--input", "text=a");
  made.put("shout.workflow.jsonc", "{ broken");
  await made.say(...work);
  const shown = JSON.parse((await made.say("runs", "show", "last", "--json")).out) as { outputs: unknown };
  assert.deepEqual(shown.outputs, { text: "A" });
});

Deno.test("a run is somebody's work: the flag's, the environment's, or who queued it, wherever it is carried out", async () => {
  await using made = await desk();
  const whose = async () => JSON.parse((await made.say("runs", "show", "last", "--json")).out).user;
  const input = ["--input", "text=a"];
  await made.say("run", "shout.workflow.jsonc", ...input);
  assert.equal(await whose(), undefined);
  made.environment.set("USER", "login");
  await made.say("run", "shout.workflow.jsonc", ...input);
  assert.equal(await whose(), "login");
  made.environment.set("SYMPHONY_USER", "ann");
  await made.say("queue", "add", "shout.workflow.jsonc", ...input);
  await made.say("run", "shout.workflow.jsonc", ...input, "--user", "bob");
  assert.equal(await whose(), "bob");
  assert.match((await made.say("runs", "show", "last")).out, /workspace .*, for bob$/m);
  made.environment.set("SYMPHONY_USER", "worker");
  await made.say(...work);
  assert.equal(await whose(), "ann", "whoever queued it");
  await made.say("queue", "add", "shout.workflow.jsonc", ...input, "--priority", "high");
  await made.say(...work);
  const [created] = jsonLines((await made.say("runs", "export", "last")).out);
  assert.deepEqual([created?.["user"], created?.["priority"]], ["worker", 100]);
  const { users } = made.pit.arbitration.fairness();
  assert.deepEqual(users.map(({ of }) => of).filter((name) => name === "worker"), []);
  const wrong = await made.say("run", "shout.workflow.jsonc", ...input, "--user", "a b");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Cannot read --user "a b": expected up to 64 letters/);
});

Deno.test("what fails for good is dead, and queue retry queues it again", async () => {
  await using made = await desk();
  await made.say("queue", "add", "fails.workflow.jsonc");
  await made.say(...work);
  const dead = jsonLines((await made.say("queue", "dead", "--json")).out);
  assert.deepEqual(dead.map(({ id, state, attempts }) => [id, state, attempts]), [["q1", "dead", 1]]);
  assert.match(String(dead[0]?.["failure"]), /nothing can be done/);
  assert.match((await made.say("queue", "retry", "q1")).out, /Queued q1 again/);
  await made.say(...work);
  assert.equal(jsonLines((await made.say("runs", "list", "--json")).out).length, 2);
  assert.match((await made.say("queue", "remove", "q1")).out, /Removed q1/);
  assert.equal((await made.say("queue", "dead")).out, "Nothing has failed for good\n");
});

Deno.test("queue limit of an instrument that is not installed is set all the same, and says so", async () => {
  await using made = await desk();
  const slip = await made.say("queue", "limit", "instrument:trial/tallyer", "--at-once", "1");
  assert.deepEqual([slip.code, slip.out], [0, "instrument:trial/tallyer: 1 at once\n"]);
  assert.match(
    slip.err,
    /^warning: there is no instrument or task "trial\/tallyer", so this bounds nothing until/,
  );
  // As it could be set before.
  const before = await made.say("queue", "limit", "instrument:tally", "--remove");
  assert.deepEqual([before.code, before.out], [0, "instrument:tally has no limit\n"], before.err);
});

Deno.test("queue limit holds back what has no room and says so", async () => {
  await using made = await desk();
  await made.say("queue", "add", "shout.workflow.jsonc", "--input", "text=a", "--key", "k");
  await made.say("queue", "add", "shout.workflow.jsonc", "--input", "text=b", "--key", "k");
  assert.match((await made.say("queue", "limit", "key:k", "--rate", "1/1h")).out, /key:k: 1 in 3600 s/);
  const { queue } = made.pit;
  await queue.change((book) => book.putLimit({ ...book.limits()[0]!, begun: [Date.now()] }));
  const held = jsonLines((await made.say("queue", "list", "--json")).out);
  assert.deepEqual(held.map(({ heldBy }) => heldBy), ["key:k: 1 of 1 in 3600 s", "key:k: 1 of 1 in 3600 s"]);
  assert.match((await made.say("queue", "list")).out, /^Limits\n {2}key:k +1 in 3600 s$/m);
  assert.match((await made.say("queue", "limit", "key:k", "--remove")).out, /has no limit/);
  await made.say(...work);
  assert.equal(jsonLines((await made.say("runs", "list", "--json")).out).length, 2);
});

Deno.test("a run of the queue that waits for a person is gone on with once the answer is there", async () => {
  await using made = await desk();
  await made.say("queue", "add", "asks.workflow.jsonc");
  await made.say(...work);
  assert.deepEqual(jsonLines((await made.say("queue", "list", "--json")).out).map(({ state }) => state), [
    "waiting",
  ]);
  assert.equal((await made.say("runs", "input", "last", "ask", "--approve")).code, 0);
  await made.say(...work);
  const all = jsonLines((await made.say("queue", "list", "--all", "--json")).out);
  assert.deepEqual(all.map(({ state }) => state), ["completed"]);
});

Deno.test("triggers run, chain and pass on what happened", async () => {
  await using made = await desk();
  const added = await made.say(
    ...["triggers", "add", "shout.workflow.jsonc", "--after", "asks", "--on", "ended", "--pass", "why"],
    ...["--input", "text=after", "--name", "chained", "--json"],
  );
  assert.equal(added.code, 0, added.err);
  await made.say(
    "triggers",
    "add",
    "asks.workflow.jsonc",
    "--cron",
    "0 9 * * MON-FRI",
    "--zone",
    "Europe/Berlin",
  );
  assert.match(
    (await made.say("triggers", "list")).out,
    /^asks-cron +0 9 \* \* MON-FRI Europe\/Berlin .* \d{4}-/m,
  );
  assert.match((await made.say("triggers", "run", "asks-cron")).out, /Queued q1/);
  await made.say(...work);
  await made.say("runs", "input", "last", "ask", "--approve");
  await made.say(...work);
  // The watch sees the end with its next look.
  for (let i = 0; i < 50; i++) {
    await made.say(...work);
    if (jsonLines((await made.say("queue", "list", "--all", "--json")).out).length > 1) break;
  }
  await made.say(...work);
  const all = jsonLines((await made.say("queue", "list", "--all", "--json")).out);
  assert.deepEqual(all.map(({ workflow, state }) => [workflow, state]), [
    ["shout", "completed"],
    ["asks", "completed"],
  ]);
  const { inputs } = all[0] as { inputs: { why: { workflow: string; state: string } } };
  assert.deepEqual([inputs.why.workflow, inputs.why.state], ["asks", "completed"]);
  assert.match((await made.say("triggers", "remove", "chained")).out, /Removed chained/);
});

const wrong: readonly (readonly [readonly string[], ...RegExp[]])[] = [
  [["queue", "add"], /Missing FILE\|TEMPLATE for queue add/],
  [["queue", "add", "nowhere.jsonc"], /Cannot find workflow/],
  [["queue", "add", "shout.workflow.jsonc"], /Missing input "text"/],
  [
    ["queue", "add", "fails.workflow.jsonc", "--priority", "hgh"],
    /--priority "hgh": expected critical, high/,
  ],
  [["queue", "add", "fails.workflow.jsonc", "--at", "soon"], /--at "soon": expected a moment such as/],
  [
    ["queue", "add", "fails.workflow.jsonc", "--attempts", "0"],
    /--attempts "0": expected a whole number from 1/,
  ],
  [["queue", "remove", "q7"], /Cannot find "q7" in the queue/],
  [["queue", "retry", "q7"], /Cannot find "q7" in the queue/],
  [["queue", "limit", "flow"], /Cannot read the limit "flow": expected all, workflow:ID/],
  [
    ["queue", "limit", "instrument:nope", "--at-once", "1"],
    /"instrument:nope": expected .*such as openai\/gpt/,
  ],
  [["queue", "limit", "all"], /expected --at-once or --rate, or --remove alone/],
  [["queue", "limit", "all", "--rate", "10"], /--rate "10": expected COUNT\/SPAN/],
  [["queue", "work", "--at-once", "x"], /--at-once "x": expected a whole number/],
  [["queue", "work", "--hooks", "99999"], /--hooks "99999": expected a port/],
  [["triggers", "add", "fails.workflow.jsonc"], /found none, expected one of --cron, --file/],
  [
    ["triggers", "add", "fails.workflow.jsonc", "--cron", "* * * * *", "--webhook"],
    /found --cron and --webhook/,
  ],
  [
    ["triggers", "add", "fails.workflow.jsonc", "--cron", "61 * * * *"],
    /Cannot read the schedule "61 \* \* \* \*"/,
  ],
  [
    ["triggers", "add", "fails.workflow.jsonc", "--cron", "0 0 * * *", "--zone", "Mars/Base"],
    /in "Mars\/Base"/,
  ],
  [
    ["triggers", "add", "fails.workflow.jsonc", "--webhook"],
    /Cannot take calls without a secret: found none/,
  ],
  [["triggers", "add", "fails.workflow.jsonc", "--after", "fails"], /Cannot start "fails" after itself/],
  [
    ["triggers", "add", "fails.workflow.jsonc", "--after", "x", "--on", "end"],
    /--on "end": expected completed/,
  ],
  [
    ["triggers", "add", "fails.workflow.jsonc", "--file", "x", "--catch-up", "some"],
    /--catch-up "some": expected none/,
  ],
  [
    ["triggers", "add", "fails.workflow.jsonc", "--file", "x", "--pass", "y"],
    /Cannot pass on to the input "y"/,
  ],
  [
    ["triggers", "add", "fails.workflow.jsonc", "--file", "x", "--name", "a b"],
    /Cannot name a trigger "a b"/,
  ],
  [["triggers", "remove", "nothing"], /Cannot find the trigger "nothing"/],
  [["triggers", "run", "nothing"], /Cannot find the trigger "nothing"/],
];

Deno.test("queue and triggers refuse wrong input with exit 2 and add nothing", async (t) => {
  await using made = await desk();
  for (const [words, ...patterns] of wrong) {
    await t.step(words.join(" "), async () => {
      const { code, out, err } = await made.say(...words);
      assert.equal(code, 2, err);
      assert.equal(out, "");
      for (const pattern of patterns) assert.match(err, pattern);
      assert.ok(!/\n\s+at /.test(err));
    });
  }
  assert.equal((await made.say("queue", "list", "--all", "--json")).out, "");
  assert.equal((await made.say("triggers", "list", "--json")).out, "");
});
