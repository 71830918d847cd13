import assert from "node:assert/strict";
import { jsonLines } from "./desk.ts";

const main = new URL("./trial_main.ts", import.meta.url).pathname;
const base = ["run", "-A", "-q", "--no-prompt", "--no-check", main];

/** Kills between two beginnings. */
const KILLS = 12;

const flow = {
  schema: 1,
  id: "many",
  name: "Many",
  nodes: {
    numbers: { use: "trial/count", with: { n: 60 } },
    square: { use: "trial/square", each: "numbers.numbers", in: { number: "item" } },
  },
  outputs: { squares: "square.square" },
};

function command(words: readonly string[], cwd: string, env: Record<string, string> = {}): Deno.Command {
  const options = { args: [...base, ...words], cwd, env: { NO_COLOR: "1", ...env } };
  return new Deno.Command(Deno.execPath(), { ...options, stdin: "null", stdout: "piped", stderr: "piped" });
}

async function say(words: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await command(words, cwd).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

async function inFolder(test: (folder: string, data: string[]) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-queue-" });
  try {
    await Deno.writeTextFile(`${folder}/many.workflow.jsonc`, JSON.stringify(flow));
    await test(folder, ["--data", `${folder}/data`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test(`no queued run is lost or begun twice when its workers are killed ${KILLS} times at random`, async () => {
  await inFolder(async (folder, data) => {
    const count = 8;
    for (let i = 0; i < count; i++) {
      assert.equal((await say(["queue", "add", "many.workflow.jsonc", ...data], folder)).code, 0);
    }
    for (let kill = 0; kill < KILLS; kill++) {
      // Two workers at once, of which one is killed somewhere in its work.
      const worker = command(["queue", "work", "--at-once", "2", "--json", ...data], folder).spawn();
      const said = new Response(worker.stdout).text();
      const errors = new Response(worker.stderr).text();
      await new Promise((resolve) => setTimeout(resolve, 250 + Math.random() * 350));
      worker.kill("SIGKILL");
      await worker.status;
      await Promise.all([said, errors]);
    }
    const [one, two] = await Promise.all(
      [1, 2].map(() => say(["queue", "work", "--until-idle", "--json", ...data], folder)),
    );
    assert.equal(one?.code, 0, one?.err);
    assert.equal(two?.code, 0, two?.err);
    const entries = jsonLines((await say(["queue", "list", "--all", "--json", ...data], folder)).out);
    assert.equal(entries.length, count);
    for (const { id, state, attempts, failure } of entries) {
      assert.deepEqual([state, attempts], ["completed", 1], `${id}: ${failure}`);
    }
    const runs = jsonLines((await say(["runs", "list", "--json", ...data], folder)).out);
    assert.deepEqual(
      runs.map(({ run }) => run).sort(),
      entries.map(({ run }) => run).sort(),
      "a run an entry",
    );
    assert.deepEqual(runs.map(({ state }) => state), runs.map(() => "completed"), JSON.stringify(runs));
  });
});

Deno.test("a worker stopped by SIGTERM pauses what it runs, and the next goes on with it", async () => {
  await inFolder(async (folder, data) => {
    const stays = { ...flow, nodes: { stay: { use: "trial/stay" } }, outputs: {} };
    await Deno.writeTextFile(`${folder}/stays.workflow.jsonc`, JSON.stringify(stays));
    await say(["queue", "add", "stays.workflow.jsonc", ...data], folder);
    for (let round = 1; round <= 2; round++) {
      const worker = command(["queue", "work", "--json", ...data], folder).spawn();
      const errors = new Response(worker.stderr).text();
      const said = new Response(worker.stdout).text();
      for (let i = 0; i < 100; i++) {
        const { out } = await say(["runs", "export", "last", ...data], folder);
        if (out.split('"node.started"').length - 1 >= round) break;
      }
      worker.kill("SIGTERM");
      assert.equal((await worker.status).code, 0, await errors + await said);
      const list = jsonLines((await say(["runs", "list", "--json", ...data], folder)).out);
      assert.deepEqual(list.map(({ state }) => state), ["paused"]);
      const queued = jsonLines((await say(["queue", "list", "--json", ...data], folder)).out);
      assert.deepEqual(queued.map(({ state, attempts }) => [state, attempts]), [["running", 1]]);
    }
  });
});

Deno.test("a webhook's call is queued once it is answered, and once for the same delivery", async () => {
  await inFolder(async (folder, data) => {
    const env = { HOOK_SECRET: "s3cret" };
    const added = await say(
      [
        "triggers",
        "add",
        "many.workflow.jsonc",
        "--webhook",
        "--secret-env",
        "HOOK_SECRET",
        "--name",
        "hook",
        ...data,
      ],
      folder,
    );
    assert.equal(added.code, 0, added.err);
    const worker = command(["queue", "work", "--hooks", "0", "--json", ...data], folder, env).spawn();
    let errors = "";
    let port = "";
    for await (const chunk of worker.stderr.pipeThrough(new TextDecoderStream())) {
      errors += chunk;
      port = /127\.0\.0\.1:(\d+)/.exec(errors)?.[1] ?? "";
      if (port !== "") break;
    }
    const call = async (headers: Record<string, string>) => {
      const url = `http://127.0.0.1:${port}/hooks/hook`;
      const response = await fetch(url, { method: "POST", body: "{}", headers });
      await response.body?.cancel();
      return response.status;
    };
    const headers = { authorization: "Bearer s3cret", "idempotency-key": "one" };
    assert.equal(await call(headers), 202);
    assert.equal(await call(headers), 200);
    assert.equal(await call({ authorization: "Bearer wrong" }), 401);
    worker.kill("SIGKILL");
    await worker.status;
    await worker.stdout.cancel();
    await say(["queue", "work", "--until-idle", ...data], folder);
    const entries = jsonLines((await say(["queue", "list", "--all", "--json", ...data], folder)).out);
    assert.deepEqual(entries.map(({ state, trigger }) => [state, trigger]), [["completed", "hook"]]);
  });
});
