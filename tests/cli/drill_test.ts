import assert from "node:assert/strict";

const main = new URL("./trial_main.ts", import.meta.url).pathname;

async function say(words: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-prompt", main, ...words],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

const flow = {
  schema: 1,
  id: "drilled",
  name: "Drilled",
  nodes: {
    numbers: { use: "trial/count", with: { n: 40 } },
    square: { use: "trial/square", each: "numbers.numbers", in: { number: "item" } },
    ask: { use: "control/gate", question: "Go on?", in: { squares: "square.square" } },
    middle: { use: "trial/shout", with: { text: "m" }, after: "ask.approved" },
    end: { use: "trial/shout", in: { text: "middle.text" } },
  },
  outputs: { text: "end.text", squares: "square.square" },
};

Deno.test("runs drill kills a copy with SIGKILL at a node and shows that nothing completed is done again", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-cli-" });
  try {
    await Deno.writeTextFile(`${folder}/drilled.workflow.jsonc`, JSON.stringify(flow));
    const data = ["--data", `${folder}/data`];
    assert.equal((await say(["run", "drilled.workflow.jsonc", ...data], folder)).code, 3);
    assert.equal((await say(["runs", "input", "last", "ask", "--approve", ...data], folder)).code, 0);
    assert.equal((await say(["runs", "resume", "last", ...data], folder)).code, 0);
    const { code, out, err } = await say(
      ["runs", "drill", "last", "--at", "middle", "--json", ...data],
      folder,
    );
    assert.equal(code, 0, err + out);
    const report = JSON.parse(out) as {
      kept: string[];
      again: string[];
      later: string[];
      twice: string[];
      lost: number;
      told: number;
      state: string;
      sameOutputs: boolean;
    };
    assert.equal(report.kept.length, 43, "numbers, 40 squares, square as a whole and the answer");
    assert.deepEqual(report.again, ["middle"]);
    assert.deepEqual(report.later, ["end"]);
    assert.deepEqual([report.twice, report.lost, report.state, report.sameOutputs], [
      [],
      0,
      "completed",
      true,
    ]);
    assert.ok(report.told > 80);
    const list = await say(["runs", "list", "--json", ...data], folder);
    assert.equal(list.out.trim().split("\n").length, 1, "the copy is not among the runs");
    for (
      const [words, message] of [
        [["runs", "drill", "last"], /found no --at, expected --at NODE/],
        [["runs", "drill", "last", "--at", "midle"], /Cannot find the node "midle" for --at: .*middle/],
        [["runs", "drill", "last", "--at", "ask"], /it is a gate, expected a node that calls/],
      ] as const
    ) {
      const refused = await say([...words, ...data], folder);
      assert.equal(refused.code, 2);
      assert.match(refused.err, message);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
