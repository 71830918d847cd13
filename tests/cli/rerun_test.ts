import assert from "node:assert/strict";
import { Desk, jsonLines } from "./desk.ts";

const flow = (nodes: object, rest: object = {}) => ({
  schema: 1,
  id: "flow",
  name: "Flow",
  version: "1.0.0",
  inputs: { topic: { type: "string" } },
  nodes,
  ...rest,
});

const two = (text: object = {}) =>
  flow({
    first: { use: "trial/shout", in: { text: "inputs.topic" } },
    second: { use: "trial/shout", in: { text: "first.text + '!'" }, ...text },
  }, { outputs: { text: "second.text" } });

async function desk(): Promise<Desk> {
  const made = new Desk();
  made.put("two.workflow.jsonc", two());
  const { code, err } = await made.say("run", "two.workflow.jsonc", "--input", "topic=a");
  assert.equal(code, 0, err);
  return made;
}

/** `node how` for each node that completed. */
function completed(out: string): string[] {
  return jsonLines(out).filter(({ type }) => type === "node.completed").map(({ node, reused }) =>
    `${node} ${(reused as { how: string } | undefined)?.how ?? "done"}`
  );
}

Deno.test("runs rerun does all again without flags, and from a node on with --from", async () => {
  await using made = await desk();
  const all = await made.say("runs", "rerun", "last", "--json");
  assert.equal(all.code, 0, all.err);
  assert.deepEqual(completed(all.out), ["first done", "second done"]);
  const from = await made.say("runs", "rerun", "last", "--from", "second", "--json");
  assert.deepEqual(completed(from.out), ["first kept", "second done"]);
  assert.deepEqual(jsonLines(from.out).at(-1)?.["outputs"], { text: "A!" });
  const shown = await made.say("runs", "show", "last", "--explain");
  assert.match(shown.out, /^first +completed .*from r\w{15}/m);
  assert.match(shown.out, /^ {2}first: kept, not behind second/m);
  assert.match(shown.out, /^ {2}second: done, it was named to be done again/m);
  const record = JSON.parse((await made.say("runs", "show", "last", "--json")).out) as {
    nodes: { node: string; reused?: { how: string }; missed?: string }[];
  };
  assert.deepEqual(record.nodes.map(({ node, reused }) => [node, reused?.how]), [["first", "kept"], [
    "second",
    undefined,
  ]]);
});

Deno.test("run and runs rerun go --to a node: what it needs and nothing else, and the rest is told", async () => {
  await using made = await desk();
  const unfinished = flow({
    first: { use: "trial/shout", in: { text: "inputs.topic" } },
    second: { use: "trial/shout", in: { text: "first.text + '!'" } },
    third: { use: "trial/shout", in: { text: "second.nothing" } },
  }, { outputs: { text: "third.text", loud: "first.text" } });
  made.put("unfinished.workflow.jsonc", unfinished);
  const run = (...more: string[]) =>
    made.say("run", "unfinished.workflow.jsonc", "--input", "topic=a", ...more);
  assert.match((await run()).err, /second gives no "nothing"/);
  const { code, out, err } = await run("--to", "second");
  assert.equal(code, 0, err);
  assert.match(err, /^Only as far as second: left out third$/m);
  assert.match(err, /^Not made, as they hang on what was left out: text$/m);
  assert.match(out, /^loud: A$/m);
  assert.match(out, /^second: \{"text":"A!"\}$/m);
  assert.match((await made.say("runs", "show", "last")).out, /^Only as far as second: left out third$/m);
  const less = await made.say("runs", "rerun", "last", "--to", "first", "--json");
  assert.deepEqual(completed(less.out), ["first done"]);
  assert.deepEqual((jsonLines(less.out)[0] as { part: object }).part, {
    to: ["first"],
    nodes: ["third", "second"],
    outputs: ["text"],
  });
  const nobody = await run("--to", "secnd");
  assert.equal(nobody.code, 2);
  assert.match(nobody.err, /Cannot find the node "secnd" for --to: Did you mean "second"\?/);
  assert.match((await run("--to", "third")).err, /second gives no "nothing"/);
});

Deno.test("runs rerun takes another input and does what reads it, and what hangs on that", async () => {
  await using made = await desk();
  const { out, code, err } = await made.say(
    ...["runs", "rerun", "last", "--from", "second", "--input", "topic=b", "--json"],
  );
  assert.equal(code, 0, err);
  assert.deepEqual(completed(out), ["first done", "second done"]);
  assert.deepEqual(jsonLines(out).at(-1)?.["outputs"], { text: "B!" });
});

Deno.test("runs rerun --workflow goes by the edited file; --pin takes a file or an artifact as a node's output", async () => {
  await using made = await desk();
  made.put("edited.workflow.jsonc", two({ in: { text: "first.text + '?'" } }));
  const edited = await made.say(
    ...["runs", "rerun", "last", "--from", "second", "--workflow", "edited.workflow.jsonc", "--json"],
  );
  assert.deepEqual(jsonLines(edited.out).at(-1)?.["outputs"], { text: "A?" }, edited.err);
  made.put("pin.json", { text: "PINNED" });
  const pinned = await made.say("runs", "rerun", "last", "--pin", "first=pin.json", "--json");
  assert.deepEqual(completed(pinned.out), ["first pinned", "second done"], pinned.err);
  assert.deepEqual(jsonLines(pinned.out).at(-1)?.["outputs"], { text: "PINNED?" });
  assert.match((await made.say("runs", "show", "last")).out, /^first +completed .*pinned/m);
  const bytes = new TextEncoder().encode(JSON.stringify({ text: "STORED" }));
  const artifact = await made.pit.artifacts.put(bytes);
  const stored = await made.say("runs", "rerun", "last", "--pin", `first=${artifact.slice(0, 12)}`, "--json");
  assert.deepEqual(jsonLines(stored.out).at(-1)?.["outputs"], { text: "STORED?" }, stored.err);
});

Deno.test("runs retry and runs skip go on with a run that failed", async () => {
  await using made = new Desk();
  made.put(
    "fails.workflow.jsonc",
    flow({
      bad: { use: "trial/fail" },
      good: { use: "trial/shout", in: { text: "inputs.topic" }, after: "bad" },
    }, { outputs: { text: "good.text" } }),
  );
  assert.equal((await made.say("run", "fails.workflow.jsonc", "--input", "topic=a")).code, 1);
  const retried = await made.say("runs", "retry", "last", "bad", "--json");
  assert.equal(retried.code, 1, retried.err);
  assert.deepEqual(
    jsonLines(retried.out).filter(({ type }) => type === "node.started").map((
      { node, attempt },
    ) => [node, attempt]),
    [["bad", 2]],
  );
  const later = await made.say("runs", "skip", "last", "bad", "--later", "--reason", "not needed");
  assert.match(later.out, /^bad of run r\w+ is skipped; go on with: symphony runs resume/);
  const resumed = await made.say("runs", "resume", "last", "--json");
  assert.equal(resumed.code, 0, resumed.err);
  assert.deepEqual(jsonLines(resumed.out).at(-1)?.["outputs"], { text: "A" });
});

Deno.test("runs move lets a run go on by an edited workflow, keeps what did not change and says why not", async () => {
  await using made = new Desk();
  const gate = (end: object) =>
    flow({
      first: { use: "trial/shout", in: { text: "inputs.topic" } },
      ask: { use: "control/gate", question: "Go on?", in: { text: "first.text" } },
      ...end,
    }, { outputs: { text: "last.text" } });
  made.put(
    "gate.workflow.jsonc",
    gate({ last: { use: "trial/shout", in: { text: "first.text" }, after: "ask.approved" } }),
  );
  assert.equal((await made.say("run", "gate.workflow.jsonc", "--input", "topic=a")).code, 3);
  made.put(
    "moved.workflow.jsonc",
    gate({ last: { use: "trial/shout", in: { text: "first.text + ' moved'" }, after: "ask.approved" } }),
  );
  const preview = await made.say("runs", "move", "last", "--workflow", "moved.workflow.jsonc", "--preview");
  assert.match(preview.out, /^Would move run r\w+: 2 nodes keep what they have$/m, preview.err);
  const moved = await made.say("runs", "move", "last", "--workflow", "moved.workflow.jsonc", "--json");
  assert.deepEqual((JSON.parse(moved.out) as { kept: string[] }).kept, ["first", "ask"]);
  assert.equal((await made.say("runs", "input", "last", "ask", "--approve")).code, 0);
  const resumed = await made.say("runs", "resume", "last", "--json");
  assert.equal(resumed.code, 0, resumed.err);
  assert.deepEqual(jsonLines(resumed.out).at(-1)?.["outputs"], { text: "A MOVED" });
  const versions = jsonLines((await made.say("runs", "versions", "flow", "--json")).out);
  assert.deepEqual(
    versions.map(({ runs }) => (runs as string[]).length),
    [1, 1],
    "begun by one, moved to another",
  );
  const again = await made.say("runs", "move", "last", "--workflow", "moved.workflow.jsonc");
  assert.equal(again.code, 2);
  assert.match(again.err, /it has completed; runs rerun --changed --workflow/);
});

Deno.test("memo list and memo forget show and drop what is kept; runs compact keeps every event", async () => {
  await using made = new Desk();
  made.put(
    "memo.workflow.jsonc",
    flow({ first: { use: "trial/shout", in: { text: "inputs.topic" }, memo: true } }),
  );
  assert.equal((await made.say("memo", "list")).out, "No results are kept\n");
  await made.say("run", "memo.workflow.jsonc", "--input", "topic=a");
  const again = await made.say("run", "memo.workflow.jsonc", "--input", "topic=a", "--json");
  assert.deepEqual(completed(again.out), ["first memo"]);
  const off = await made.say("run", "memo.workflow.jsonc", "--input", "topic=a", "--memo", "off", "--json");
  assert.deepEqual(completed(off.out), ["first done"]);
  assert.equal(jsonLines((await made.say("memo", "list", "--json")).out).length, 1);
  assert.equal((await made.say("memo", "forget", "--older", "1d")).out, "Forgot 0 results\n");
  assert.equal((await made.say("memo", "forget", "--all")).out, "Forgot 1 result\n");
  const before = (await made.say("runs", "export", "last")).out;
  assert.match((await made.say("runs", "compact")).out, /^3 logs: .* every event kept$/m);
  assert.equal((await made.say("runs", "export", "last")).out, before);
});

const wrong: readonly (readonly [readonly string[], ...RegExp[]])[] = [
  [["runs", "rerun"], /Missing ID for runs rerun/],
  [["runs", "rerun", "zzz"], /Cannot find run "zzz"/],
  [
    ["runs", "rerun", "last", "--from", "secnd"],
    /Cannot find the node "secnd" for --from/,
    /Did you mean "second"\?/,
  ],
  [["runs", "rerun", "last", "--from", "second", "--changed"], /found --from and --changed, expected one/],
  [["runs", "rerun", "last", "--pin", "first"], /Cannot read --pin "first": expected --pin NODE=ARTIFACT/],
  [["runs", "rerun", "last", "--pin", "nope=x.json"], /Cannot find the node "nope" for --pin/],
  [["runs", "rerun", "last", "--pin", "first=none.json"], /none\.json/],
  [["runs", "rerun", "last", "--pin", "first=cut.json"], /Cannot pin "cut\.json": it is not JSON/],
  [["runs", "rerun", "last", "--pin", "first=list.json"], /found an array, expected an object of its ports/],
  [["runs", "rerun", "last", "--pin", "first=other.json"], /does not fit trial\/shout/],
  [["runs", "rerun", "last", "--workflow", "nowhere.jsonc"], /Cannot find workflow "nowhere\.jsonc"/],
  [["runs", "rerun", "last", "--input", "tpic=a"], /Unknown input "tpic"/, /Did you mean "topic"\?/],
  [["runs", "retry", "last"], /Missing NODE for runs retry/],
  [["runs", "retry", "last", "frst"], /Cannot find the node "frst" in run r\w+/, /Did you mean "first"\?/],
  [["runs", "retry", "last", "first"], /Cannot retry-node in run r\w+: (?!cannot)/],
  [["runs", "skip", "last", "first"], /Cannot skip-node in run r\w+: (?!cannot)/],
  [["runs", "skip", "last", "first", "--item", "x"], /--item "x": expected a whole number/],
  [["runs", "rerun", "last", "--memo", "maybe"], /--memo "maybe": expected on or off/],
  [["memo", "forget"], /found neither, expected --older SPAN or --all/],
  [["memo", "forget", "--older", "long"], /--older "long": expected a span such as 30d/],
  [["runs", "versions", "flw"], /Cannot find a run of "flw": Did you mean "flow"\?/],
  [["runs", "compact", "zz"], /Cannot find run "zz"/],
  [["runs", "move", "last"], /found no --workflow, expected --workflow FILE/],
  [["runs", "move", "last", "--workflow", "two.workflow.jsonc"], /it has completed/],
];

Deno.test("rerun, retry, skip and move refuse wrong input with exit 2 and change nothing", async (t) => {
  await using made = await desk();
  made.put("cut.json", '{"text":');
  made.put("list.json", "[]");
  made.put("other.json", { words: 1 });
  for (const [words, ...patterns] of wrong) {
    await t.step(words.join(" "), async () => {
      const { code, out, err } = await made.say(...words);
      assert.equal(code, 2, err);
      assert.equal(out, "");
      for (const pattern of patterns) assert.match(err, pattern);
      assert.ok(!/\n\s+at /.test(err));
    });
  }
  assert.equal(jsonLines((await made.say("runs", "list", "--json")).out).length, 1);
});
