/**
 * Coding agents as real processes: one made with the protocol's own library, and agents from npm: Qwen Code where SYMPHONY_QWEN
 * names its cli.js, OpenCode where SYMPHONY_OPENCODE names its program.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeId, type NodeTypeId, runId } from "../../../core/ids.ts";
import { spentOf } from "../../../core/policy/spent.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { CallEvent, CallResult } from "../../../core/ports/extension.ts";
import type { FileProposalPort } from "../../../core/ports/file_proposals.ts";
import { openTexts } from "../../../main_texts.ts";
import { proposalsOf } from "../../ui/server/proposals_of.ts";
import { AcpExtensions, agentExtension } from "../../../extensions/acp/acp_extensions.ts";
import { type AgentConfig, type AgentPolicy } from "../../../extensions/acp/agent_config.ts";
import { answerTo } from "../../../extensions/acp/permission_policy.ts";
import { WorkspaceChanges } from "../../../extensions/acp/workspace_changes.ts";

const script = fileURLToPath(new URL("./agent_process.ts", import.meta.url));

interface Turn {
  readonly mayWrite?: boolean;
  /** What it changes is proposed, to `proposals`. */
  readonly proposes?: boolean;
  readonly proposals?: FileProposalPort;
  readonly policy?: AgentPolicy;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  /** Variables that stand before those of the test's own process. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly task?: {
    readonly name: string;
    readonly system: string;
    readonly prompt: string;
    readonly output: JsonObject;
  };
  readonly onEvent?: (event: CallEvent) => void;
}

async function inWorkspace<T>(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-acp-" }));
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    return await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function turn(workspace: string, prompt: string, options: Turn = {}): Promise<CallResult> {
  const {
    mayWrite = true,
    policy = "edit",
    signal = new AbortController().signal,
    timeoutMs,
    task,
    onEvent,
  } = options;
  const command = options.command ?? [Deno.execPath(), "run", "-A", "-q", script];
  const config: AgentConfig = {
    name: "a",
    command,
    env: options.env ?? [],
    policy,
    serves: [],
    version: "1",
  };
  const extensions = new AcpExtensions({
    agents: () => Promise.resolve(new Map([["a", config]])),
    env: (name) => options.variables?.[name] ?? Deno.env.get(name),
    proposals: options.proposals,
  });
  try {
    const instance = await extensions.activate(agentExtension("a"));
    return await extensions.call(instance, {
      nodeType: "agent/a" as NodeTypeId,
      input: { prompt },
      run: runId("r000000000000000"),
      node: nodeId("n"),
      attempt: 1,
      idempotencyKey: "k",
      workspace,
      mayWrite,
      ...(options.proposes === true ? { proposes: true } : {}),
      ...(task === undefined ? {} : { task }),
    }, {
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(onEvent === undefined ? {} : { onEvent }),
    });
  } finally {
    await extensions.close();
  }
}

Deno.test("AcpExtensions streams what an agent says, carries its files through the core, and tells what it changed", () =>
  inWorkspace({ "a.txt": "one\n", "gone.txt": "x\n" }, async (folder) => {
    let tokens = "";
    const result = await turn(
      folder,
      "read a.txt\nsay and two\nask edit b.txt\nwrite b.txt new\nwrite a.txt two\ndirect c.txt past",
      {
        onEvent: (event) => {
          if (event.kind === "token") tokens += event.text;
        },
      },
    );
    assert.ok(result.ok);
    const { output, usage } = result;
    assert.equal(output["text"], "one\nand twoyes;");
    assert.equal(tokens, output["text"]);
    assert.deepEqual([output["model"], output["finish"], usage?.finish], ["Scripted agent", "stop", "stop"]);
    assert.deepEqual(output["files"], [
      { path: "a.txt", change: "modified" },
      { path: "b.txt", change: "added" },
      { path: "c.txt", change: "added" },
    ]);
    assert.match(String(output["diff"]), /--- a\/a\.txt\n\+\+\+ b\/a\.txt\n@@ -1,1 \+1,1 @@\n-one\n\+two\n/);
    assert.match(String(output["diff"]), /--- \/dev\/null\n\+\+\+ b\/c\.txt/);
    assert.deepEqual(output["asked"], [
      { title: "b.txt", kind: "edit", allowed: true, reason: "its policy is edit" },
    ]);
  }));

Deno.test("AcpExtensions refuses writing where the run may not write, and files outside of the workspace always", () =>
  inWorkspace({ "a.txt": "one\n" }, async (folder) => {
    const result = await turn(
      folder,
      "ask edit a.txt\nask execute rm\nask read a.txt\nwrite a.txt two\nwrite ../b.txt out",
      {
        mayWrite: false,
      },
    );
    assert.ok(result.ok);
    assert.match(String(result.output["text"]), /^no;no;yes;refused: .*refused: /s);
    assert.deepEqual(result.output["files"], []);
    assert.equal(await Deno.readTextFile(join(folder, "a.txt")), "one\n");
    const outside = await turn(folder, "write ../symphony-acp-out.txt x");
    assert.ok(outside.ok);
    assert.match(String(outside.output["text"]), /refused/);
    assert.equal(await Deno.stat(join(folder, "../symphony-acp-out.txt")).catch(() => undefined), undefined);
  }));

Deno.test("AcpExtensions lets an agent of a run that proposes work in a copy, and proposes what became of it", () =>
  inWorkspace({ "a.txt": "one\n", "gone.txt": "x\n" }, async (folder) => {
    const data = await Deno.makeTempDir({ prefix: "symphony-acp-data-" });
    await using _data = { [Symbol.asyncDispose]: () => Deno.remove(data, { recursive: true }) };
    await using texts = await openTexts(data);
    const proposals = proposalsOf(folder, texts);
    const logs: string[] = [];
    const script =
      "ask edit a.txt\nask execute rm\nwrite a.txt two\nread a.txt\ndirect deep.txt past\nremove gone.txt\n" +
      "write ../out.txt x";
    const onEvent = (event: CallEvent) =>
      void (event.kind === "log" && logs.push(`${event.level} ${event.text}`));
    const options = { mayWrite: false, proposes: true, onEvent };
    const result = await turn(folder, script, { ...options, proposals });
    assert.ok(result.ok, JSON.stringify(result));
    assert.match(String(result.output["text"]), /^yes;no;two\nrefused: /);
    assert.deepEqual(result.output["files"], [
      { path: "a.txt", change: "modified" },
      { path: "deep.txt", change: "added" },
      { path: "gone.txt", change: "removed" },
    ]);
    assert.ok(logs.includes("warn gone.txt was removed, which cannot be proposed: it stays"));
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort(), [
      "a.txt",
      "gone.txt",
    ]);
    assert.equal(await Deno.readTextFile(join(folder, "a.txt")), "one\n");
    const [set, ...others] = await proposals.waiting();
    assert.deepEqual([set?.changeSet, set?.author, others.length], ["r000000000000000:n", "agent:a", 0]);
    assert.deepEqual(set?.files.map(({ file }) => file).sort(), ["a.txt", "deep.txt"]);
    // Another turn of the run sees what the first has proposed; a place that a person put back stays so.
    await texts.proposals.undoChangeSet("r000000000000000:n");
    await turn(folder, "write deep.txt more", { ...options, proposals });
    const again = await turn(folder, "read deep.txt\nread a.txt", { ...options, proposals });
    assert.equal(again.ok && again.output["text"], "more\none\n");
    const nobody = await turn(folder, "say x", options);
    assert.equal(!nobody.ok && nobody.failure.class, "permission");
    assert.match(nobody.ok ? "" : nobody.failure.message, /no editor is here/);
  }));

Deno.test("AcpExtensions fails a turn in which the agent wrote past it though the run may not write", () =>
  inWorkspace({}, async (folder) => {
    const result = await turn(folder, "direct c.txt past", { mayWrite: false });
    assert.equal(!result.ok && result.failure.class, "permission");
    assert.match(result.ok ? "" : result.failure.message, /c\.txt/);
  }));

Deno.test("AcpExtensions stops an agent when the call is cancelled or late, and tells a death and a refusal", () =>
  inWorkspace({}, async (folder) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const cases: [string, Turn, string][] = [
      ["wait", { signal: stop.signal }, "cancelled"],
      ["deaf", { timeoutMs: 100 }, "timeout"],
      ["die", {}, "crash"],
      ["refuse", {}, "refusal"],
    ];
    for (const [prompt, options, wanted] of cases) {
      const result = await turn(folder, prompt, options);
      assert.equal(!result.ok && result.failure.class, wanted, prompt);
    }
    const declined = await turn(folder, "cost 0.5\nrefuse", {});
    assert.equal(!declined.ok && declined.failure.costUsd, 0.5, "it was paid for all the same");
  }));

Deno.test("AcpExtensions gives a task the structure that it asks for", () =>
  inWorkspace({}, async (folder) => {
    const output = { type: "object", properties: { score: { type: "number" } }, required: ["score"] };
    const task = { name: "instrument/rate", system: "", prompt: 'say Here: {"score": 7}', output };
    const good = await turn(folder, "", { task });
    assert.deepEqual(good.ok && good.output, { score: 7 });
    const bad = await turn(folder, "", { task: { ...task, prompt: 'say {"score": "high"}' } });
    assert.equal(!bad.ok && bad.failure.class, "output");
    const paid = await turn(folder, "", { task: { ...task, prompt: "say no\ntokens 20 5" } });
    assert.deepEqual(!paid.ok && spentOf(paid.failure), { tokensIn: 20, tokensOut: 6 });
  }));

Deno.test("AcpExtensions says why an agent cannot be started", () =>
  inWorkspace({}, async (folder) => {
    await assert.rejects(turn(folder, "", { command: ["/nowhere/agent"] }), {
      code: "extension",
      message: /Cannot start/,
    });
    await assert.rejects(turn(folder, "", { command: [Deno.execPath(), "eval", "Deno.exit(4)"] }), {
      code: "extension",
      message: /ended \(exit code 4\)/,
    });
  }));

Deno.test("answerTo never says always, and lets an agent do what its policy and the run let it", () => {
  const options = ["allow_always", "allow_once", "reject_once"].map((kind) => ({ optionId: kind, kind }));
  const said = (kind: string, policy: AgentPolicy, mayWrite: boolean) =>
    answerTo({ title: "t", kind }, options, policy, { mayWrite }).optionId;
  assert.deepEqual(["read", "edit", "all"].map((policy) => said("read", policy as AgentPolicy, false)), [
    "allow_once",
    "allow_once",
    "allow_once",
  ]);
  assert.equal(said("edit", "read", true), "reject_once");
  assert.equal(said("edit", "edit", false), "reject_once");
  assert.equal(said("edit", "edit", true), "allow_once");
  assert.equal(said("execute", "edit", true), "reject_once");
  assert.equal(said("execute", "all", true), "allow_once");
  assert.equal(said("execute", "all", false), "reject_once");
  assert.equal(said("something new", "edit", true), "reject_once");
  assert.equal(
    answerTo({ title: "t", kind: "execute" }, [options[1] as never], "edit", { mayWrite: true }).optionId,
    undefined,
  );
});

Deno.test("WorkspaceChanges tells additions, changes and removals, and leaves alone what only looks changed", () =>
  inWorkspace({ "a.txt": "1\n2\n3\n", "b.txt": "x\n", "c.txt": "same\n" }, async (folder) => {
    const changes = await WorkspaceChanges.begin(folder);
    await Deno.writeTextFile(join(folder, "a.txt"), "1\n2!\n3\n");
    await Deno.remove(join(folder, "b.txt"));
    await Deno.writeTextFile(join(folder, "c.txt"), "same\n");
    await Deno.utime(join(folder, "c.txt"), 5, 5);
    await Deno.writeFile(join(folder, "d.bin"), new Uint8Array([0, 1, 2]));
    const { files, diff } = await changes.end();
    assert.deepEqual(files, [
      { path: "a.txt", change: "modified" },
      { path: "b.txt", change: "removed" },
      { path: "d.bin", change: "added" },
    ]);
    assert.match(diff, /-2\n\+2!\n/);
    assert.match(diff, /--- a\/b\.txt\n\+\+\+ \/dev\/null/);
    assert.match(diff, /Binary or large files a\/d\.bin/);
  }));

/** A model on this machine that has its agent use a tool once, and says that it is done. */
function toolModel(tool: string, args: object) {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { tools = [], messages = [], stream = false } = await request.json() as {
      tools?: { function?: { name: string } }[];
      messages?: { role: string }[];
      stream?: boolean;
    };
    const isAsked = tools.some((one) => one.function?.name === tool) &&
      !messages.some(({ role }) => role === "tool");
    const call = {
      index: 0,
      id: "call_1",
      type: "function",
      function: { name: tool, arguments: JSON.stringify(args) },
    };
    const said = isAsked ? { "tool_calls": [call] } : { content: "Done." };
    const finish = isAsked ? "tool_calls" : "stop";
    const usage = { "prompt_tokens": 20, "completion_tokens": 4, "total_tokens": 24 };
    const base = { id: "c", created: 1, model: "m" };
    if (!stream) {
      const choice = {
        index: 0,
        message: { role: "assistant", content: null, ...said },
        "finish_reason": finish,
      };
      return Response.json({ ...base, object: "chat.completion", choices: [choice], usage });
    }
    const chunk = (delta: object, reason: string | null, more: object = {}) =>
      `data: ${
        JSON.stringify({
          ...base,
          object: "chat.completion.chunk",
          choices: [{ index: 0, delta, "finish_reason": reason }],
          ...more,
        })
      }\n\n`;
    const text = chunk({ role: "assistant", ...said }, null) + chunk({}, finish, { usage });
    return new Response(`${text}data: [DONE]\n\n`, { headers: { "content-type": "text/event-stream" } });
  });
}

// Agents that not everybody has; .ci/run installs the first. Without them the tests are shown as ignored.
const qwen = Deno.env.get("SYMPHONY_QWEN") ?? "";
const opencode = Deno.env.get("SYMPHONY_OPENCODE") ?? "";

Deno.test({
  name:
    "AcpExtensions has Qwen Code write a file where it may and not where it may not, with a model on this machine",
  ignore: qwen === "",
  async fn() {
    for (const policy of ["edit", "read"] as const) {
      await inWorkspace({ "a.txt": "one\n" }, async (folder) => {
        const path = join(folder, "hello.txt");
        await using model = toolModel("write_file", { "file_path": path, content: "hello\n" });
        const home = await Deno.makeTempDir({ prefix: "symphony-acp-home-" });
        try {
          await Deno.mkdir(`${home}/.qwen`);
          const settings = {
            privacy: { usageStatisticsEnabled: false },
            general: { disableAutoUpdate: true, enableAutoUpdate: false },
            telemetry: { enabled: false },
          };
          await Deno.writeTextFile(`${home}/.qwen/settings.json`, JSON.stringify(settings));
          const url = `http://127.0.0.1:${model.addr.port}/v1`;
          const words = ["--acp", "--auth-type", "openai", "--openai-base-url", url];
          const result = await turn(folder, "Write hello.txt", {
            policy,
            command: ["node", qwen, ...words, "--openai-api-key", "x", "--model", "m"],
            variables: { HOME: home, XDG_CONFIG_HOME: home },
          });
          assert.ok(result.ok, JSON.stringify(result));
          const { files, asked, text } = result.output;
          const [edit] = asked as JsonObject[];
          assert.equal(edit?.["kind"], "edit");
          assert.equal(edit?.["allowed"], policy === "edit");
          assert.deepEqual(files, policy === "edit" ? [{ path: "hello.txt", change: "added" }] : []);
          if (policy === "edit") assert.match(String(text), /Done\./);
        } finally {
          await Deno.remove(home, { recursive: true });
        }
      });
    }
  },
});

Deno.test({
  name: "AcpExtensions has OpenCode write a file, with a model on this machine that says what to do",
  ignore: opencode === "",
  async fn() {
    await inWorkspace({ "a.txt": "one\n" }, async (folder) => {
      await using model = toolModel("write", { filePath: join(folder, "hello.txt"), content: "hello\n" });
      const provider = {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: `http://127.0.0.1:${model.addr.port}/v1`, apiKey: "x" },
        models: { m: { "tool_call": true, limit: { context: 32_000, output: 4_000 } } },
      };
      const config = JSON.stringify({
        model: "here/m",
        "small_model": "here/m",
        autoupdate: false,
        permission: { edit: "ask" },
        provider: { here: provider },
      });
      const result = await turn(folder, "Write hello.txt", {
        command: [opencode, "acp"],
        env: ["OPENCODE_CONFIG_CONTENT"],
        variables: { OPENCODE_CONFIG_CONTENT: config },
      });
      assert.ok(result.ok, JSON.stringify(result));
      assert.deepEqual(result.output["files"], [{ path: "hello.txt", change: "added" }]);
      assert.equal((result.output["asked"] as JsonObject[])[0]?.["kind"], "edit");
      assert.match(String(result.output["text"]), /Done\./);
    });
  },
});
