/**
 * Processor and memory in real runs, of real processes: limits that a person sets, extensions in hosts of their own.
 *
 * @module
 */

import assert from "node:assert/strict";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { jsonLines } from "./desk.ts";

const program = ["run", "-A", "-q", new URL("../../symphony.ts", import.meta.url).pathname];

/** Computes, and says when it began and ended. */
const busy = `
export default { contributes: [{
  kind: "operator", type: "tests/busy", title: "Busy", description: "Computes for so long", effect: "none",
  input: { type: "object", properties: { ms: { type: "integer" } }, required: ["ms"] },
  output: { type: "object", properties: { from: { type: "number" }, to: { type: "number" } }, required: ["from", "to"] },
  run: ({ ms }) => {
    const from = Date.now();
    while (Date.now() < from + ms);
    return { from, to: Date.now() };
  },
}] };
`;

const workflow = (id: string, items: number, ms: number): JsonObject => ({
  schema: 1,
  id,
  name: id,
  nodes: { work: { use: "tests/busy", each: JSON.stringify(Array(items).fill(ms)), in: { ms: "item" } } },
  outputs: { done: "work" },
});

async function inFolder(
  memoryMb: number,
  test: (say: (words: string) => Promise<{ code: number; out: string; err: string }>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-share-" });
  try {
    await Deno.mkdir(`${folder}/busy`);
    await Deno.writeTextFile(
      `${folder}/busy/symphony.jsonc`,
      JSON.stringify({
        id: "tests/busy",
        name: "Busy",
        version: "1.0.0",
        kind: "operator",
        description: "Computes",
        entry: "main.js",
        resources: { memoryMb, instances: 4, concurrency: 1 },
      }),
    );
    await Deno.writeTextFile(`${folder}/busy/main.js`, busy);
    await Deno.writeTextFile(`${folder}/short.workflow.jsonc`, JSON.stringify(workflow("short", 4, 400)));
    await Deno.writeTextFile(`${folder}/long.workflow.jsonc`, JSON.stringify(workflow("long", 6, 1500)));
    await test(async (words) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...program, ...words.split(" "), "--data", `${folder}/data`],
        cwd: folder,
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** When each call began and ended, by its beginning. */
function timesIn(value: Json | undefined): { readonly from: number; readonly to: number }[] {
  assert.ok(isObject(value) && Array.isArray(value["from"]) && Array.isArray(value["to"]));
  const { from, to } = value as { from: number[]; to: number[] };
  return from.map((one, at) => ({ from: one, to: to[at] as number })).sort((a, b) => a.from - b.from);
}

Deno.test("a run keeps to the cores that a person set: its calls compute one after the other", async () => {
  await inFolder(64, async (say) => {
    const listed = jsonLines((await say("limits list --json")).out);
    const cores = navigator.hardwareConcurrency;
    assert.deepEqual(listed.find(({ kind }) => kind === "cpu"), {
      kind: "cpu",
      limit: String(cores),
      from: "machine",
    });
    assert.ok(listed.some(({ kind, from }) => kind === "memory" && from === "machine"));
    assert.match((await say("limits set cpu 1")).out, /Limited cpu to 1/);
    const { code, out, err } = await say("run short.workflow.jsonc --extensions busy --json");
    assert.equal(code, 0, err);
    const shown = await say("runs show last --json");
    const outputs = (JSON.parse(shown.out) as JsonObject)["outputs"];
    assert.ok(isObject(outputs), out);
    const times = timesIn(outputs["done"]);
    assert.equal(times.length, 4);
    times.slice(1).forEach(({ from }, at) => {
      assert.ok(from >= (times[at]?.to ?? Infinity), `call ${at + 1} began before call ${at} had ended`);
    });
  });
});

Deno.test("limits set and remove say what bounds nothing, and speak JSON; a process at work takes them over", async () => {
  await inFolder(64, async (say) => {
    const slip = await say("limits set cpuu 3");
    assert.equal(slip.code, 0);
    assert.match(slip.err, /no call takes "cpuu", so this bounds nothing\. Did you mean "cpu"\?/);
    assert.match((await say("limits set exclusive 3")).err, /Known kinds: cpu, memory, calls/);
    const early = await say("limits set calls:symphony/locale 2");
    assert.equal(early.code, 0);
    assert.match(
      early.err,
      /no extension "symphony\/locale", .* until it is installed\. Did you mean "symphony\/local"\?/,
    );
    assert.match(
      (await say("limits set usd:key:opnai 5/day")).err,
      /uses the key "opnai".* Did you mean "openai"\?/,
    );
    assert.equal((await say("limits set usd:key:openai 5/day")).err, "");
    for (const lane of ["openai/gpt", "instrument/summarize"]) {
      assert.equal((await say(`queue limit instrument:${lane} --at-once 1`)).err, "");
    }
    const set = await say("limits set calls:symphony/local 2 --json");
    assert.deepEqual([set.err, jsonLines(set.out)], ["", [{
      kind: "calls:symphony/local",
      limit: "2",
      takenOverBy: [],
    }]]);
    const removed = await say("limits remove calls:symphony/local --json");
    assert.deepEqual(jsonLines(removed.out), [{ removed: "calls:symphony/local", takenOverBy: [] }]);
    const broken = await say(`limits set calls ${"9".repeat(400)}`);
    assert.equal(broken.code, 2, broken.out);
    // Its second call would wait until tomorrow.
    await say("limits set requests:tests/busy 1/day");
    const running = say("run short.workflow.jsonc --extensions busy --json");
    // It has begun when it says that it takes over a limit that nothing hangs on.
    let text = "";
    for (let tried = 0; tried < 40 && !text.includes("takes"); tried++) {
      text = (await say("limits set calls 50")).out;
    }
    assert.match(text, /1 process at work takes it over within a second: \d+/);
    await say("limits set requests:tests/busy 100/day");
    assert.equal((await running).code, 0);
  });
});

Deno.test("runs in two processes share the one core of the folder: no two of their calls compute at once", async () => {
  await inFolder(64, async (say) => {
    await say("limits set cpu 1");
    const ran = await Promise.all([1, 2].map(() => say("run short.workflow.jsonc --extensions busy --json")));
    const times: { readonly from: number; readonly to: number }[] = [];
    for (const { code, out, err } of ran) {
      assert.equal(code, 0, err);
      const [run] = jsonLines(out).flatMap(({ run }) => typeof run === "string" ? [run] : []);
      const shown = JSON.parse((await say(`runs show ${run} --json`)).out) as JsonObject;
      times.push(...timesIn((shown["outputs"] as JsonObject)["done"]));
    }
    times.sort((a, b) => a.from - b.from);
    assert.equal(times.length, 8);
    times.slice(1).forEach(({ from }, at) => {
      assert.ok(from >= (times[at]?.to ?? Infinity), `call ${at + 1} began before call ${at} had ended`);
    });
  });
});

Deno.test("limits, pool and runs show say in another process which calls wait, and for what", async () => {
  await inFolder(64, async (say) => {
    await say("limits set cpu 1");
    await say("limits set weight:ann 2");
    const running = say("run long.workflow.jsonc --extensions busy --json --user ann");
    let [limits, pool, show] = ["", "", ""];
    const reason = /asks for 1 of "cpu", of which 0 of 1 are free/;
    for (
      let tried = 0;
      tried < 40 && !(reason.test(limits) && reason.test(pool) && reason.test(show));
      tried++
    ) {
      [limits, pool, show] = [
        (await say("limits list")).out,
        (await say("pool")).out,
        (await say("runs show last")).out,
      ];
    }
    const { code, out } = await running;
    assert.equal(code, 0);
    for (const [name, text] of Object.entries({ limits, pool, show })) assert.match(text, reason, name);
    assert.match(limits, /cpu +1 +set +process \d+: 0 of 1 free/);
    assert.match(
      limits,
      /Users \(Gini coefficient 0\.00; 0 is even\)\n +ann +weight 2 +100 % now +\d+ granted/,
    );
    assert.match(out.replaceAll("\\", ""), reason, "the run's own stream says it as well");
    assert.doesNotMatch(
      (await say("limits list")).out,
      reason,
      "a process that has ended has nothing that waits",
    );
  });
});

Deno.test("a call whose instance needs more memory than was set fails at once and says so; without that limit it runs", async () => {
  await inFolder(900, async (say) => {
    await say("limits set memory 500M");
    const { code, err, out } = await say("run short.workflow.jsonc --extensions busy --json");
    assert.equal(code, 1, out);
    assert.match(out + err, /It asks for 1\.1 GB of \\?"memory\\?", of which there are 500 MB/);
    assert.match((await say("limits remove memory")).out, /memory is limited to what this machine has, \d+M/);
    assert.equal((await say("run short.workflow.jsonc --extensions busy --json")).code, 0);
  });
});
