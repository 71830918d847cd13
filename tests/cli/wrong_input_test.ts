import assert from "node:assert/strict";
import { Desk } from "./desk.ts";

const typed = {
  schema: 1,
  id: "typed",
  name: "Typed",
  inputs: {
    root: { type: "string", default: "." },
    depth: { type: "integer", minimum: 1, default: 2 },
    share: { type: "number", default: 0.5 },
    deep: { type: "boolean", default: false },
    names: { type: "array", items: { type: "string" }, default: [] },
    options: { type: "object", properties: { a: { type: "integer" } }, default: {} },
    level: { enum: ["low", "high"], default: "low" },
    topic: { type: "string", description: "what to write about" },
  },
  nodes: { shout: { use: "trial/shout", in: { text: "inputs.topic" } } },
  outputs: { word: "shout.text" },
};

async function desk(): Promise<Desk> {
  const made = new Desk();
  made.put("typed.workflow.jsonc", typed);
  made.put(
    "broken.workflow.jsonc",
    `{ "schema": 1, "id": "broken", "nodes": { "a": { "use": "trial/shuot" } } }`,
  );
  made.put("cut.workflow.jsonc", `{ "schema": 1, `);
  made.templates.push({
    id: "code-review",
    name: "Code review",
    description: "Reviews",
    text: JSON.stringify({ ...typed, id: "code-review" }),
    file: "templates/code-review.workflow.jsonc",
  });
  await made.say("run", "typed.workflow.jsonc", "--input", "topic=x");
  return made;
}

const topic = ["--input", "topic=tea"];

/** Words, and what the message must say: where, what was found, what would be right. */
const table: readonly (readonly [readonly string[], ...RegExp[]])[] = [
  [["compose"], /no goal is given and none was before/],
  [["compose", ""], /the goal has 0 characters, expected 1 to 2000/],
  [["compose", "x".repeat(2001)], /the goal has 2001 characters, expected 1 to 2000/],
  [
    ["compose", "shout", "--instrument", "trial/nobody"],
    /Cannot compose with "trial\/nobody": there is no such instrument/,
  ],
  [
    ["compose", "shout", "--instrument", "trial/x", "--manual"],
    /--manual and --instrument: expected one of them/,
  ],
  [
    ["compose", "shout", "--out", "typed.workflow.jsonc"],
    /Cannot write "typed.workflow.jsonc": there is a file already/,
    /--force/,
  ],
  [["compose", "shout", "--choose", "2"], /Cannot choose a proposal without --out FILE/],
  [
    ["compose", "shout", "--manual", "--choose", "0", "--out", "o.jsonc"],
    /proposal "0": expected a whole number from 1/,
  ],
  [
    ["compose", "shout", "--manual", "--choose", "two", "--out", "o.jsonc"],
    /proposal "two": expected a whole number from 1/,
  ],
  [["compose", "shout", "--reject"], /Cannot reject with a goal/],
  [["conductor"], /Usage: symphony conductor COMMAND/],
  [["conductor", "verdit"], /Did you mean "verdict"\?/],
  [["conductor", "verdict"], /Missing RUN\[:NODE\]/],
  [["conductor", "verdict", "last", "good"], /Cannot take verdict "good": expected accept, edit, reject/],
  [["conductor", "verdict", "r9zz", "accept"], /Cannot find run "r9zz"/],
  [["conductor", "verdict", "last:shuot", "accept"], /Cannot find node "shuot"/, /Did you mean "shout"\?/],
  [["conductor", "verdict", "last", "accept"], /Cannot credit the verdict: no instrument answered/],
  [["conductor", "train"], /the log has no decision with an outcome/],
  [["conductor", "train", "--dataset", "nowhere"], /Cannot read .*nowhere: there is no such file or folder/],
  [["conductor", "explain", "last"], /the Conductor has decided nothing yet/],
  [["conductor", "promote"], /there is no candidate/],
  [["conductor", "rollback"], /Cannot roll back/],
  [["conductor", "freeze", "--off", "--default"], /Cannot freeze with --default and --off/],
  [["conductor", "evaluate"], /--data/],
  [["rnu"], /Unknown command "rnu"/, /Did you mean "run"\?/],
  [["frobnicate"], /Unknown command "frobnicate"/, /run, serve, check, .*runs/],
  [["--jsno"], /Unknown flag "--jsno"/, /command first/],
  [["serve", "--port", "x"], /Cannot read --port "x": expected a whole number from 0 to 65535/],
  [["serve", "--port", "65536"], /--port "65536"/],
  [["serve", "--workspace", "nowhere"], /Cannot serve "nowhere": it is no folder/, /--workspace/],
  [["runs"], /Usage: symphony runs COMMAND/],
  [["runs", "lsit"], /Unknown command "runs lsit"/, /Did you mean "list"\?/],
  [["artifacts", "lst"], /Did you mean "list"\?/],
  [["run"], /Missing FILE\|TEMPLATE for run/, /run FILE\|TEMPLATE/],
  [["run", "a", "b", "c"], /Unexpected word "c" for run/],
  [["run", "typed.workflow.jsonc", "--jsn"], /Unknown flag "--jsn" for run/, /Did you mean "--json"\?/],
  [["run", "typed.workflow.jsonc", "-x"], /Unknown flag "-x"/],
  [["run", "typed.workflow.jsonc", "--json=yes"], /--json takes no value: found "yes"/],
  [["run", "typed.workflow.jsonc", "--input"], /--input needs a value: expected --input NAME=VALUE/],
  [["run", "typed.workflow.jsonc", "--data", "--json"], /--data needs a value: found the flag "--json"/],
  [["run", "typed.workflow.jsonc", "--data", "a", "--data", "b"], /--data is given twice/],
  [
    ["run", "nowhere.workflow.jsonc"],
    /Cannot find workflow "nowhere.workflow.jsonc"/,
    /neither a file nor a template/,
  ],
  [["run", "code-reveiw"], /Cannot find workflow "code-reveiw"/, /Did you mean "code-review"\?/],
  [["run", "cut.workflow.jsonc"], /cut\.workflow\.jsonc:1:\d+: error/],
  [
    ["run", "broken.workflow.jsonc"],
    /broken\.workflow\.jsonc:1:\d+: error unknown-\S+: .*trial\/shuot/,
    /trial\/shout/,
  ],
  [["run", "typed.workflow.jsonc"], /Missing input "topic": expected a string \(what to write about\)/],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--input", "roots=a"],
    /Unknown input "roots"/,
    /Did you mean "root"\?/,
  ],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--input", "root"],
    /Cannot read --input "root": expected --input NAME=VALUE/,
  ],
  [["run", "typed.workflow.jsonc", ...topic, "--input", "=a"], /Cannot read --input "=a"/],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--input", "depth=two"],
    /Input "depth": Found "two", expected an integer/,
  ],
  [["run", "typed.workflow.jsonc", ...topic, "--input", "depth=1.5"], /Input "depth": .*1\.5/],
  [["run", "typed.workflow.jsonc", ...topic, "--input", "depth=0"], /Input "depth": /],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--input", "share="],
    /Input "share": Found "", expected a number/,
  ],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--input", "deep=yes"],
    /Input "deep": Found "yes", expected a boolean/,
  ],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--input", "names=a,b"],
    /Input "names": Found "a,b", expected an array/,
  ],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--input", "names=[1]"],
    /Input "names\.0": Expected string, found 1/,
  ],
  [["run", "typed.workflow.jsonc", ...topic, "--input", 'options={"a":"x"}'], /Input "options\.a"/],
  [["run", "typed.workflow.jsonc", ...topic, "--input", "level=medium"], /Input "level": .*"low".*"medium"/],
  [["run", "typed.workflow.jsonc", ...topic, ...topic], /Input "topic" is given twice/],
  [
    ["run", "typed.workflow.jsonc", "--input", "topic=@missing.txt"],
    /Input "topic": Cannot read ".*missing\.txt"/,
  ],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--concurrency", "0"],
    /--concurrency "0": expected a whole number from 1/,
  ],
  [["run", "typed.workflow.jsonc", ...topic, "--concurrency", "many"], /--concurrency "many"/],
  [
    ["run", "typed.workflow.jsonc", "nowhere", ...topic],
    /Cannot run in "nowhere": it is no folder/,
    /--workspace/,
  ],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--budget", "cheap"],
    /--budget "cheap": expected a number of US/,
  ],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--budget-tokens", "1.5"],
    /--budget-tokens "1.5": expected a whole/,
  ],
  [
    ["run", "typed.workflow.jsonc", ...topic, "--budget-time", "soon"],
    /--budget-time "soon": expected a span/,
  ],
  [["runs", "resume", "last", "--budget=-1"], /--budget "-1": expected a number of US/],
  [["check"], /Missing FILE\|TEMPLATE for check/],
  [["check", "nowhere.jsonc"], /Cannot find workflow/],
  [["runs", "show"], /Missing ID for runs show/],
  [["runs", "show", "zzz"], /Cannot find run "zzz"/],
  [["runs", "resume", "rzzz"], /Cannot find run "rzzz"/],
  [["runs", "cancel", "last"], /Cannot cancel run r\w+: it is completed already/],
  [["runs", "input", "last", "ask"], /found neither, expected --approve or --reject/],
  [["runs", "input", "last", "ask", "--approve", "--reject"], /found both/],
  [["runs", "input", "last", "ask", "--approve", "--value", "{"], /Cannot read --value \{: expected JSON/],
  [["runs", "input", "last", "ask", "--approve", "--item", "x"], /--item "x": expected a whole number/],
  [["runs", "input", "last", "ask", "--approve"], /Cannot answer "ask" in run r\w+: no node waits/],
  [["runs", "signal", "last", "go"], /Cannot signal in run r\w+/],
  [["artifacts", "show", "xyz"], /Cannot find artifact "xyz"/, /artifacts versions shows all names/],
  [["artifacts", "get", "abc"], /Cannot find artifact "abc"/],
  [["artifacts", "get", "typed/wrd"], /Cannot find artifact "typed\/wrd"/, /Did you mean "typed\/word"\?/],
  [["artifacts", "get", "typed/word@7"], /Cannot find version 7 of "typed\/word": it has 1 to 1/],
  [["artifacts", "list", "--limit", "0"], /--limit "0": expected a whole number from 1/],
  [["artifacts", "add", "nowhere.md"], /Cannot read ".*nowhere\.md"/],
  [["artifacts", "search", '""'], /it has no word/, /a "phrase"/],
  [["artifacts", "search", "x", "--limit", "5000"], /--limit "5000": expected a whole number from 1 to 1000/],
  [["artifacts", "search", "x", "--page", "0"], /--page "0"/],
  [["artifacts", "search", "x", "--node", "a-b"], /--node "a-b"/],
  [
    ["artifacts", "search", "x", "--since", "yesterday"],
    /--since "yesterday": expected a date as 2026-11-26/,
  ],
  [["artifacts", "search", "x", "--since", "1d", "--until", "2d"], /--since is later than --until/],
  [["artifacts", "search", "x", "--min-quality", "2"], /--min-quality "2": expected a number from 0 to 1/],
  [["artifacts", "search", "x", "--run", "rx"], /Cannot find run "rx"/],
  [["artifacts", "versions", "typed/wrd"], /Cannot find the name "typed\/wrd"/, /Did you mean/],
  [["artifacts", "name", "typed/word", ""], /Cannot name an artifact ""/],
  [["artifacts", "diff", "typed/word"], /Cannot compare "typed\/word" alone: it has no version before it/],
  [["artifacts", "diff", "typed/word", "nope"], /Cannot find artifact "nope"/],
  [["artifacts", "diff", "typed/word", "typed/word", "--lines", "--structured"], /at once/],
  [["artifacts", "diff", "typed/word", "typed/word", "--structured"], /not both are JSON/],
  [
    ["artifacts", "lineage", "typed/word", "--depth", "0"],
    /--depth "0": expected a whole number from 1 to 50/,
  ],
  [["artifacts", "tag", "typed/word", "--add", "a,b"], /Cannot tag with "a,b"/],
  [["artifacts", "tag", "typed/word", "--add", "a", "--remove", "a"], /add and remove the tag "a" at once/],
  [["artifacts", "hold", "typed/word"], /found neither it nor --release/],
  [["artifacts", "hold", "typed/word", "--reason", ""], /expected why it must be kept/],
  [["artifacts", "score", "typed/word", "--check", "lenght"], /Cannot find the check "lenght"/, /"length"/],
  [["artifacts", "score", "typed/word", "--value", "0.5"], /--scorer NAME@VERSION and --value N together/],
  [
    ["artifacts", "score", "typed/word", "--scorer", "me", "--value", "1"],
    /--scorer "me": expected NAME@VERSION/,
  ],
  [["artifacts", "gc", "--older-than", "-1"], /--older-than needs a value/],
  [["artifacts", "rekey", "--new-passphrase", "--keyring"], /at once/],
  [["stale", "preview"], /no policies are set/, /--example/],
  [["stale", "undo", "b123"], /Cannot undo "b123": there is no such batch/],
  [["stale", "policies", "--set", "nowhere.jsonc"], /Cannot read ".*nowhere\.jsonc"/],
  [["stale", "policies", "--set", "cut.workflow.jsonc"], /Cannot read "cut\.workflow\.jsonc:1:\d+"/],
  [
    ["stale", "policies", "--set", "typed.workflow.jsonc"],
    /Cannot use "schema" in the settings: expected one of policies/,
  ],
  [["stale", "dataset"], /the Conductor has decided nothing yet/],
  [["stale", "dataset", "--validation", "1"], /--validation "1": expected a number from 0 to 0.9/],
  [["artifacts", "get", "0".repeat(64)], /Cannot find artifact 0{64}/],
  [["artifacts", "list", "--run", "rx"], /Cannot find run "rx"/],
  [["templates", "show", "code-reviw"], /Cannot find template "code-reviw"/, /Did you mean "code-review"\?/],
  [["grants", "add", "nobody", "git"], /Cannot read extension id "nobody"/],
  [["grants", "add", "a/b", "secret:x", "--from-env", "A-B"], /--from-env "A-B": expected the name/],
  [["grants", "add", "a/b", "git", "--from-env", "A"], /Cannot use --from-env for git/],
  [["grants", "remove", "a/b", "git"], /Cannot find grant "git" of a\/b/],
];

Deno.test("runCli() refuses wrong input with exit 2, the place, what was found and what would be right", async (t) => {
  await using made = await desk();
  for (const [words, ...patterns] of table) {
    await t.step(words.join(" "), async () => {
      const { code, out, err } = await made.say(...words);
      assert.equal(code, 2, err);
      assert.equal(out, "");
      for (const pattern of patterns) assert.match(err, pattern);
      assert.ok(!/\n\s+at /.test(err), "no stack trace for what a person typed");
    });
  }
  const { out } = await made.say("runs", "list", "--json");
  assert.equal(out.split("\n").length - 1, 1, "nothing was run");
});

Deno.test("run names all wrong inputs at once", async () => {
  await using made = await desk();
  const { err } = await made.say("run", "typed.workflow.jsonc", "--input", "depth=x", "--input", "nope=1");
  assert.match(err, /Input "depth"/);
  assert.match(err, /Unknown input "nope"/);
  assert.match(err, /Missing input "topic"/);
});

Deno.test("run takes strings as they stand, other kinds as JSON, files by @ and @@ for an at sign", async () => {
  await using made = await desk();
  made.put("topic.txt", "from a file");
  const word = async (value: string) => {
    const { out, err } = await made.say("run", "typed.workflow.jsonc", "--input", `topic=${value}`);
    assert.match(out, /^word: /, err);
    return out.trim().slice("word: ".length);
  };
  assert.equal(await word("1"), "1");
  assert.equal(await word("a=b"), "A=B");
  assert.equal(await word('"quoted"'), '"QUOTED"');
  assert.equal(await word("@topic.txt"), "FROM A FILE");
  assert.equal(await word("@@home"), "@HOME");
  const all = ["depth=3", "share=1e-3", "deep=true", 'names=["a"]', 'options={"a":1}', "level=high"];
  const { code } = await made.say(
    "run",
    "typed.workflow.jsonc",
    ...topic,
    ...all.flatMap((one) => ["--input", one]),
  );
  assert.equal(code, 0);
});

Deno.test("check exits 0 without errors and 2 with them, with the source line and a caret; --json gives one problem a line", async () => {
  await using made = await desk();
  const sound = await made.say("check", "code-review");
  assert.equal(sound.code, 0, sound.out);
  const broken = await made.say("check", "broken.workflow.jsonc");
  assert.equal(broken.code, 2);
  assert.match(broken.out, /^broken\.workflow\.jsonc:1:\d+: error /);
  const [, line, caret] = broken.out.split("\n");
  const at = (caret ?? "").indexOf("^");
  assert.equal(line?.slice(at, at + 4), `"tri`);
  const json = await made.say("check", "broken.workflow.jsonc", "--json");
  assert.equal(json.code, 2);
  const [problem] = json.out.trim().split("\n").map((text) =>
    JSON.parse(text) as { severity: string; line: number }
  );
  assert.deepEqual([problem?.severity, problem?.line], ["error", 1]);
});

Deno.test("help names every command, and every command's help has an example", async () => {
  await using made = new Desk();
  const { code, out } = await made.say("--help");
  assert.equal(code, 0);
  const paths = [
    "run",
    "check",
    "runs list",
    "runs show",
    "runs resume",
    "runs cancel",
    "runs export",
    "runs input",
  ];
  paths.push("runs signal", "artifacts list", "artifacts show", "artifacts get", "artifacts verify");
  for (const one of ["add", "search", "versions", "name", "diff", "lineage", "tag", "hold", "score", "gc"]) {
    paths.push(`artifacts ${one}`);
  }
  for (const one of ["encrypt", "rekey", "decrypt"]) paths.push(`artifacts ${one}`);
  for (const one of ["report", "policies", "preview", "apply", "undo", "batches", "dataset"]) {
    paths.push(`stale ${one}`);
  }
  paths.push(
    "templates list",
    "templates show",
    "extensions list",
    "grants list",
    "grants add",
    "grants remove",
    "pool",
    "limits list",
    "limits set",
    "limits remove",
    "settings list",
    "settings set",
    "settings unset",
    "doctor",
  );
  for (const path of paths) {
    assert.ok(out.includes(`  ${path}`), path);
    for (const words of [[...path.split(" "), "--help"], ["help", ...path.split(" ")]]) {
      const help = await made.say(...words);
      assert.equal(help.code, 0, help.err);
      assert.match(help.out, /Examples?:\n {2}symphony /);
    }
  }
  assert.deepEqual((await made.say("--version")).out, "symphony 0.0.1-test\n");
});

Deno.test("templates, grants and doctor answer for people and as JSON", async () => {
  await using made = await desk();
  assert.match((await made.say("templates", "list")).out, /^code-review +Reviews$/m);
  assert.equal((await made.say("templates", "show", "code-review")).out, made.templates[0]?.text);
  const added = await made.say(
    "grants",
    "add",
    "symphony/openai",
    "secret:openai",
    "--from-env",
    "OPENAI_API_KEY",
  );
  assert.match(
    added.out,
    /Granted secret:openai to symphony\/openai \(OPENAI_API_KEY is not set at the moment\)/,
  );
  assert.deepEqual(JSON.parse((await made.say("grants", "list", "--json")).out), {
    extension: "symphony/openai",
    permission: "secret:openai",
    env: "OPENAI_API_KEY",
  });
  assert.equal((await made.say("grants", "remove", "symphony/openai", "secret:openai")).code, 0);
  const doctor = await made.say("doctor", "--json");
  assert.equal(doctor.code, 0, doctor.out);
  const findings = doctor.out.trim().split("\n").map((line) =>
    JSON.parse(line) as { check: string; status: string }
  );
  const checks = [
    "program",
    "terminal",
    "data folder",
    "free space",
    "git",
    "store",
    "extensions",
    "extension host",
  ];
  assert.deepEqual(findings.map(({ check }) => check), checks);
  assert.ok(findings.every(({ status }) => status === "ok"));
});
