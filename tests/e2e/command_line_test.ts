/**
 * The real program on real workflows: every kind of control node, a gate that is answered by another process, a pause
 * by Ctrl-C, and two processes on one data folder.
 *
 * @module
 */

import assert from "node:assert/strict";
import { openaiServer } from "../providers/openai_server.ts";
import { jsonEvents, symphony, symphonyArgs } from "./symphony_process.ts";

/** A folder with workflow files, its own data folder, and the program in it. */
async function desk(files: Readonly<Record<string, unknown>>) {
  const folder = await Deno.makeTempDir({ prefix: "symphony-desk-" });
  for (const [name, workflow] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}.workflow.jsonc`, JSON.stringify(workflow));
  }
  const env = { SYMPHONY_DATA: `${folder}/data` };
  return {
    folder,
    env,
    run: (...args: string[]) => symphony(args, { cwd: folder, env }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const slow = {
  schema: 1,
  id: "slow",
  nodes: {
    early: { use: "data/transform", with: { data: 1, expression: "$ + 1" } },
    hold: { use: "control/wait", for: "4s", after: "early" },
    late: {
      use: "data/transform",
      after: "hold",
      in: { data: "early.result" },
      with: { expression: "$ + 40" },
    },
  },
  outputs: { value: "late.result" },
};

Deno.test("symphony run carries out inputs, waits, sub-workflows in files and outputs", async () => {
  await using at = await desk({
    count: {
      schema: 1,
      id: "count",
      inputs: { text: { type: "string" } },
      nodes: { split: { use: "text/split", in: { text: "inputs.text" }, with: { by: "lines", size: 1 } } },
      outputs: { lines: "split.count" },
    },
    whole: {
      schema: 1,
      id: "whole",
      inputs: { text: { type: "string", default: "a\nb\nc" } },
      nodes: {
        given: { use: "control/input", name: "text" },
        pause: { use: "control/wait", for: "50ms" },
        counted: {
          use: "control/workflow",
          workflow: "./count.workflow.jsonc",
          in: { text: "given.value" },
          after: "pause",
        },
        out: { use: "control/output", name: "lines", in: { value: "counted.lines" } },
      },
    },
  });
  const { code, out, err } = await at.run("run", "whole.workflow.jsonc", "--json");
  assert.equal(code, 0, err);
  assert.deepEqual(jsonEvents(out).at(-1)?.["outputs"], { lines: 3 });
});

Deno.test("symphony run ends with 3 at a gate; an approval from elsewhere lets the write behind it happen", async () => {
  await using at = await desk({
    gate: {
      schema: 1,
      id: "gate",
      nodes: {
        ask: { use: "control/gate", question: "Write it?" },
        put: { use: "files/write", after: "ask", with: { path: "hello.txt", content: "hi" } },
      },
      outputs: { path: "put.path" },
    },
  });
  const waiting = await at.run("run", "gate.workflow.jsonc", "--json");
  assert.equal(waiting.code, 3, waiting.err);
  assert.equal(jsonEvents(waiting.out).at(-1)?.type, "run.waiting");
  await assert.rejects(Deno.stat(`${at.folder}/hello.txt`));
  assert.equal((await at.run("runs", "input", "last", "ask", "--approve")).code, 0);
  const resumed = await at.run("runs", "resume", "last", "--json");
  assert.equal(resumed.code, 0, resumed.err);
  assert.equal(await Deno.readTextFile(`${at.folder}/hello.txt`), "hi");
});

Deno.test("symphony run pauses on SIGINT with 130, and resumes without doing again what was done", async () => {
  await using at = await desk({ slow });
  const child = new Deno.Command(Deno.execPath(), {
    args: symphonyArgs(["run", "slow.workflow.jsonc", "--json"]),
    cwd: at.folder,
    env: at.env,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let out = "";
  let isInterrupted = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    out += chunk;
    if (isInterrupted || !out.includes('"node.waiting"')) continue;
    isInterrupted = true;
    child.kill("SIGINT");
  }
  assert.equal((await child.status).code, 130);
  const paused = jsonEvents(out).at(-1);
  assert.equal(paused?.type, "run.paused");
  const resumed = await at.run("runs", "resume", "last", "--json");
  const again = jsonEvents(resumed.out);
  assert.deepEqual(again.at(-1)?.["outputs"], { value: 42 });
  assert.equal(again.some(({ type, node }) => type === "node.started" && node === "early"), false);
});

Deno.test("two symphony processes work in one data folder; neither takes the other's run", async () => {
  await using at = await desk({ slow });
  await at.run("run", "slow.workflow.jsonc"); // Bundles the extensions once.
  const both = [1, 2].map(() => at.run("run", "slow.workflow.jsonc", "--json"));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const listed = jsonEvents((await at.run("runs", "list", "--json")).out);
  const busy = listed.find((line) => (line as unknown as { state: string }).state === "running");
  if (busy !== undefined) {
    const refused = await at.run("runs", "resume", busy.run);
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /another process/);
  }
  for (const { code, out, err } of await Promise.all(both)) {
    assert.equal(code, 0, err);
    assert.deepEqual(jsonEvents(out).at(-1)?.["outputs"], { value: 42 });
  }
  assert.equal(jsonEvents((await at.run("runs", "list", "--json")).out).length, 3);
});

Deno.test("symphony settings set leads the local instrument to a model server at a port of its own", async () => {
  await using server = openaiServer([{ kind: "answer", pieces: ["Hello ", "there"] }], { models: ["tiny"] });
  await using at = await desk({
    ask: {
      schema: 1,
      id: "ask",
      nodes: { ask: { use: "local/server", with: { prompt: "Say hello" } } },
      outputs: { text: "ask.text" },
    },
  });
  const set = await at.run("settings", "set", "symphony/local", "baseUrl", server.baseUrl);
  assert.equal(set.code, 0, set.err);
  const { code, out, err } = await at.run("run", "ask.workflow.jsonc", "--json");
  assert.equal(code, 0, err);
  assert.deepEqual(jsonEvents(out).at(-1)?.["outputs"], { text: "Hello there" });
  assert.equal(server.asked.length, 1);
  const wrong = await at.run("settings", "set", "symphony/local", "maxTokens", "many");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /expected an integer .*for example settings set symphony\/local maxTokens '3'/);
});
