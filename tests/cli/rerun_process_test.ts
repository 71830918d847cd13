import assert from "node:assert/strict";
import { jsonLines } from "./desk.ts";

const main = new URL("./trial_main.ts", import.meta.url).pathname;
const base = ["run", "-A", "-q", "--no-prompt", "--no-check", main];

function command(words: readonly string[], cwd: string): Deno.Command {
  const options = { args: [...base, ...words], cwd, env: { NO_COLOR: "1" } };
  return new Deno.Command(Deno.execPath(), { ...options, stdin: "null", stdout: "piped", stderr: "piped" });
}

async function say(words: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await command(words, cwd).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

const flow = (tail: string) => ({
  schema: 1,
  id: "again",
  name: "Again",
  nodes: {
    numbers: { use: "trial/count", with: { n: 400 } },
    square: { use: "trial/square", each: "numbers.numbers", in: { number: "item" } },
    sum: { use: "trial/shout", in: { text: `string(square.square[399]) + '${tail}'` } },
  },
  outputs: { text: "sum.text" },
});

Deno.test("a rerun that is killed with SIGKILL keeps on resuming what it was told to keep", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-rerun-" });
  try {
    const data = ["--data", `${folder}/data`];
    await Deno.writeTextFile(`${folder}/again.workflow.jsonc`, JSON.stringify(flow("a")));
    await Deno.writeTextFile(`${folder}/edited.workflow.jsonc`, JSON.stringify(flow("b")));
    assert.equal((await say(["run", "again.workflow.jsonc", ...data], folder)).code, 0);
    const words = [
      "runs",
      "rerun",
      "last",
      "--from",
      "sum",
      "--workflow",
      "edited.workflow.jsonc",
      "--json",
      ...data,
    ];
    const child = command(words, folder).spawn();
    const errors = new Response(child.stderr).text();
    let out = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      out += chunk;
      if (out.includes("node.started")) child.kill("SIGKILL");
    }
    await child.status;
    await errors;
    const resumed = await say(["runs", "resume", "last", "--json", ...data], folder);
    assert.equal(resumed.code, 0, resumed.err);
    assert.deepEqual(jsonLines(resumed.out).at(-1)?.["outputs"], { text: "159201B" });
    const log = jsonLines((await say(["runs", "export", "last", ...data], folder)).out);
    const made = log.filter(({ type, reused }) => type === "node.completed" && reused === undefined);
    // Of the fan-out as a whole nothing was done: its items were kept.
    assert.deepEqual(made.map(({ node, item }) => [node, item]), [["square", undefined], ["sum", undefined]]);
    assert.equal(log.filter(({ reused }) => reused !== undefined).length, 401);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
