import assert from "node:assert/strict";
import { jsonLines } from "./desk.ts";

const main = new URL("./trial_main.ts", import.meta.url).pathname;
const base = ["run", "-A", "-q", "--no-prompt", main];

const stays = {
  schema: 1,
  id: "stays",
  name: "Stays",
  nodes: { first: { use: "trial/shout", with: { text: "a" } }, stay: { use: "trial/stay", after: "first" } },
  outputs: { first: "first.text" },
};

const many = {
  schema: 1,
  id: "many",
  name: "Many",
  nodes: {
    numbers: { use: "trial/count", with: { n: 3000 } },
    square: { use: "trial/square", each: "numbers.numbers", in: { number: "item" } },
  },
  outputs: { squares: "square.square" },
};

/** A data folder and a current folder with the workflows above. */
async function inFolder(test: (folder: string, data: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-cli-" });
  try {
    await Deno.writeTextFile(`${folder}/stays.workflow.jsonc`, JSON.stringify(stays));
    await Deno.writeTextFile(`${folder}/many.workflow.jsonc`, JSON.stringify(many));
    await test(folder, `${folder}/data`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function command(words: readonly string[], cwd: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [...base, ...words],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function say(
  words: readonly string[],
  cwd: string,
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await command(words, cwd).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** Starts a run that stays and sends `signals` one after another once its node has begun. */
async function interrupted(cwd: string, data: string, signals: readonly Deno.Signal[]) {
  const child = command(["run", "stays.workflow.jsonc", "--json", "--data", data], cwd).spawn();
  const err = new Response(child.stderr).text();
  let out = "";
  let sent = 0;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    out += chunk;
    if (/"node.started".*"stay"/.test(out) && sent === 0) {
      for (const signal of signals) child.kill(signals[sent++] ?? signal);
    }
  }
  const { code, signal } = await child.status;
  return { code, signal, out, err: await err };
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`run pauses on ${signal}: exit 130, the last line is run.paused, and the run can be resumed`, async () => {
    await inFolder(async (folder, data) => {
      const { code, out, err } = await interrupted(folder, data, [signal]);
      assert.equal(code, 130, err);
      const last = jsonLines(out).at(-1);
      assert.equal(last?.["type"], "run.paused");
      const list = jsonLines((await say(["runs", "list", "--json", "--data", data], folder)).out);
      assert.deepEqual(list.map(({ state, resumable }) => [state, resumable]), [["paused", true]]);
      const kept = jsonLines((await say(["runs", "export", "last", "--data", data], folder)).out);
      assert.equal(kept.at(-1)?.["seq"], last?.["seq"]);
    });
  });
}

Deno.test("run loses no line that it printed when it is ended by two interrupts", async () => {
  await inFolder(async (folder, data) => {
    const { code, out } = await interrupted(folder, data, ["SIGINT", "SIGINT"]);
    assert.equal(code, 130);
    const printed = jsonLines(out).filter((line) => "seq" in line).map(({ seq, type }) => [seq, type]);
    const kept = jsonLines((await say(["runs", "export", "last", "--data", data], folder)).out);
    assert.deepEqual(kept.slice(0, printed.length).map(({ seq, type }) => [seq, type]), printed);
  });
});

Deno.test("run --json into a pipe whose reader goes pauses quietly; resume completes the run", async () => {
  await inFolder(async (folder, data) => {
    const words = base.map((word) => `'${word}'`).join(" ");
    const script =
      `'${Deno.execPath()}' ${words} run many.workflow.jsonc --json --data '${data}' | head -n 5; exit \${PIPESTATUS[0]}`;
    const { code, stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script], cwd: folder })
      .output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(jsonLines(new TextDecoder().decode(stdout)).length, 5);
    // The run may have been quicker than the reader was gone.
    assert.ok(code === 141 || code === 0, `exit ${code}`);
    const resumed = await say(["runs", "resume", "last", "--json", "--data", data], folder);
    assert.equal(resumed.code, 0, resumed.err);
    const outputs = jsonLines(resumed.out).at(-1)?.["outputs"] as { squares: number[] };
    assert.deepEqual(outputs.squares.slice(0, 4), [0, 1, 4, 9]);
    assert.equal(outputs.squares.length, 3000);
  });
});

Deno.test("run --json prints JSON lines only and every durable event once, for three thousand items", async () => {
  await inFolder(async (folder, data) => {
    const { code, out, err } = await say(["run", "many.workflow.jsonc", "--json", "--data", data], folder);
    assert.equal(code, 0, err);
    assert.equal(err, "");
    const seqs = jsonLines(out).filter((line) => "seq" in line).map((line) => line["seq"]);
    assert.deepEqual(seqs, seqs.map((_, at) => at));
    const kept = await say(["runs", "export", "last", "--data", data], folder);
    assert.equal(jsonLines(kept.out).length, seqs.length);
  });
});

Deno.test("run writes no escape codes into a file, and the picture with a visible cursor at the end into a terminal", async () => {
  await inFolder(async (folder, data) => {
    const plain = await say(["run", "many.workflow.jsonc", "--data", data], folder);
    assert.equal(plain.code, 0, plain.err);
    assert.ok(!(plain.out + plain.err).includes("\x1b"));
    assert.match(plain.err, /^square: 3000\/3000 done/m);
    const words = [Deno.execPath(), ...base, "run", "many.workflow.jsonc", "--data", data].join(" ");
    const { success, stdout } = await new Deno.Command("script", {
      args: ["-qec", words, "/dev/null"],
      cwd: folder,
      env: { TERM: "xterm-256color" },
      stdin: "null",
    }).output();
    const screen = new TextDecoder().decode(stdout);
    assert.ok(success, screen);
    assert.ok(
      screen.includes("\x1b[?25l") && screen.lastIndexOf("\x1b[?25h") > screen.lastIndexOf("\x1b[?25l"),
    );
    assert.match(screen, /3000\/3000/);
  });
});

Deno.test("runs cancel ends a run that another process carries out", async () => {
  await inFolder(async (folder, data) => {
    const child = command(["run", "stays.workflow.jsonc", "--json", "--data", data], folder).spawn();
    const err = new Response(child.stderr).text();
    let out = "";
    let cancelled: Promise<{ code: number; err: string }> | undefined;
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      out += chunk;
      if (/"node.started".*"stay"/.test(out)) {
        cancelled ??= say(["runs", "cancel", "last", "--data", data], folder);
      }
    }
    assert.equal((await child.status).code, 130, await err);
    assert.equal(jsonLines(out).at(-1)?.["type"], "run.cancelled");
    const said = await cancelled;
    assert.equal(said?.code, 0, said?.err);
  });
});

Deno.test("pool shows what an ended process kept warm and why it moved, for people and as JSON", async () => {
  await inFolder(async (folder, data) => {
    assert.match((await say(["pool", "--data", data], folder)).out, /No pool has held an instance/);
    assert.equal((await say(["run", "many.workflow.jsonc", "--data", data], folder)).code, 0);
    const { code, out } = await say(["pool", "--data", data], folder);
    assert.equal(code, 0);
    assert.match(out, /^Process \d+, since .*, ended after /);
    assert.match(out, /tests\/trial +cold/);
    assert.match(out, /cooling → cold/);
    const [status] = jsonLines((await say(["pool", "--json", "--data", data], folder)).out);
    assert.equal((status?.["counters"] as { coldStarts: number }).coldStarts, 1);
  });
});
