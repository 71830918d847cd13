/**
 * What extensions ask of models, the editor and the person, in the real program: the server of the page, and the terminal.
 *
 * @module
 */

import assert from "node:assert/strict";
import { EventClient } from "../ui/server/event_client.ts";
import { call, Program, sessionAt } from "../ui/server/program.ts";
import { symphony } from "./symphony_process.ts";

const reason = "It says what it does";
const manifest = {
  id: "acme/helper",
  name: "Helper",
  version: "1.0.0",
  kind: "operator",
  description: "Proposes and tells",
  entry: "main.js",
  permissions: [
    { kind: "editor", access: "read", reason },
    { kind: "editor", access: "propose", reason },
    { kind: "models", use: ["acme/model"], reason },
    { kind: "notifications", reason },
  ],
};
const main = `const any = { type: "object", properties: {} };
const input = { type: "object", properties: { path: { type: "string" }, use: { type: "string" } } };
const operator = (type, run) => ({ kind: "operator", type, title: "t", description: "d", input, output: any, effect: "network", run });
export default { contributes: [
  operator("acme/improve", async ({ path }, { editor, notifications }) => {
    const { text, revision } = await editor.read(path);
    await editor.propose(path, { base: revision, text: text.toUpperCase() });
    await notifications.show("It is <b>done</b>\\u202e", "warn");
    return {};
  }),
  operator("acme/ask", async ({ use }, { models, notifications }) => {
    const { output, instrument, tokens } = await models.ask(use, { prompt: "Say hello", maxTokens: 8 });
    await notifications.show("asked " + instrument);
    return { answer: output.text, instrument, tokens };
  }),
] };`;

const modelManifest = {
  ...manifest,
  id: "acme/model",
  name: "A model",
  kind: "instrument",
  description: "Answers",
  permissions: [],
};
const model =
  `export default { contributes: [{ kind: "instrument", type: "acme/model", title: "t", description: "d", serves: [],
  priceIn: 1000, priceOut: 1000, run: async ({ prompt }) => ({ text: prompt + "!", model: "m", finish: "stop", tokensIn: 10, tokensOut: 5 }) }] };`;

async function withHelper(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-asking-" });
  try {
    await Deno.mkdir(`${folder}/data/extensions/helper`, { recursive: true });
    await Deno.writeTextFile(`${folder}/data/extensions/helper/symphony.jsonc`, JSON.stringify(manifest));
    await Deno.writeTextFile(`${folder}/data/extensions/helper/main.js`, main);
    await Deno.mkdir(`${folder}/data/extensions/model`);
    await Deno.writeTextFile(`${folder}/data/extensions/model/symphony.jsonc`, JSON.stringify(modelManifest));
    await Deno.writeTextFile(`${folder}/data/extensions/model/main.js`, model);
    await Deno.writeTextFile(`${folder}/a.txt`, "quiet words\n");
    await Deno.writeTextFile(
      `${folder}/improve.workflow.jsonc`,
      JSON.stringify({
        schema: 1,
        id: "improve",
        nodes: { n: { use: "acme/improve", with: { path: "a.txt" } } },
        outputs: { out: "n" },
      }),
    );
    await Deno.writeTextFile(
      `${folder}/ask.workflow.jsonc`,
      JSON.stringify({
        schema: 1,
        id: "ask",
        nodes: { n: { use: "acme/ask", with: { use: "acme/model" } } },
        outputs: { out: "n" },
      }),
    );
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const grants = ["editor:read", "editor:propose", "models:*"].map((one) => ["--grant", `acme/helper:${one}`])
  .flat();

Deno.test("in the page's server an extension proposes to the editor and tells the person; the file stays as it is", () =>
  withHelper(async (folder) => {
    const words = ["serve", "--data", `${folder}/data`, "--workspace", folder, ...grants];
    await using server = new Program(words);
    const session = await sessionAt(await server.line());
    const client = await EventClient.connect(session.port, session.cookie);
    await client.subscribe("notices");
    const text = await Deno.readTextFile(`${folder}/improve.workflow.jsonc`);
    const { run } = await call(session, "POST /runs", { workflow: { text } });
    await client.subscribe(`run:${run}`, { seq: -1 });
    await client.until(
      () =>
        client.events.some(({ data }) =>
          data.kind === "event" && "event" in data && /^run\.(completed|failed)$/.test(data.event.type)
        ),
      60_000,
    );
    const failed = client.events.flatMap(({ data }) =>
      data.kind === "event" && "event" in data && data.event.type === "run.failed" ? [data.event.failure] : []
    );
    assert.deepEqual(failed, []);
    const told = client.events.flatMap(({ data }) => data.kind === "notice" ? [data.notice] : []);
    assert.deepEqual(told.map(({ extension, level, text }) => [extension, level, text]), [
      ["acme/helper", "info", "It proposes changes to a.txt"],
      ["acme/helper", "warn", "It is <b>done</b>"],
    ]);
    assert.deepEqual(await client.request("changes.list", {}), [`${run}:n`]);
    assert.equal(await Deno.readTextFile(`${folder}/a.txt`), "quiet words\n");
    // Among what waits for a review, as what a run proposes is.
    const waiting = await call(session, "GET /changes");
    assert.deepEqual(waiting, [{
      changeSet: `${run}:n`,
      run,
      node: "n",
      author: "agent:acme/helper",
      files: [{ file: "a.txt", places: 2 }],
    }]);
    await client.close();
    // The editor that only an extension had opened ends with the server.
    const status = await server.kill("SIGINT");
    assert.equal(status.code, 130);
  }));

Deno.test("on the command line a message is among the run's lines, and a proposal is refused with where to make it", () =>
  withHelper(async (folder) => {
    const say = (...words: readonly string[]) =>
      symphony(words, { cwd: folder, env: { SYMPHONY_DATA: `${folder}/data` } });
    const refused = await say("run", "improve.workflow.jsonc", ...grants);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /no editor is open here. It is in the page of symphony/);
    const asked = await say("run", "ask.workflow.jsonc", ...grants);
    assert.equal(asked.code, 0, asked.err);
    assert.match(asked.err, /acme\/helper: info: asked acme\/model/);
    assert.match(asked.out, /Say hello!/);
    // 15 tokens at a thousand dollars a million, which the model did not say: the core counts them.
    const found = await say("run", "ask.workflow.jsonc", "--json", ...grants);
    const events = found.out.trim().split("\n").map((line) => JSON.parse(line));
    const [usage] = events.flatMap((event) => event.type === "node.completed" ? [event.usage] : []);
    assert.deepEqual(usage, { tokensIn: 10, tokensOut: 5, costUsd: 0.015 });
    const [notice] = events.filter(({ type }) => type === "node.notice");
    assert.equal(notice.text, "asked acme/model");
    const dear = await say("run", "ask.workflow.jsonc", "--budget", "0.001", ...grants);
    assert.equal(dear.code, 1);
    assert.match(dear.err, /Cannot ask acme\/model: The run's budget is spent/);
  }));
