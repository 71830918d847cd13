/**
 * MCP servers and coding agents in the books: the audit log and the monitor, with real programs.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type ExtensionId, nodeId, type NodeTypeId, runId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ExtensionPort } from "../../core/ports/extension.ts";
import { AcpExtensions, agentExtension } from "../../extensions/acp/acp_extensions.ts";
import type { AgentPolicy } from "../../extensions/acp/agent_config.ts";
import { AuditLog, readAudit } from "../../extensions/audit_log.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { McpConnection } from "../../extensions/mcp/connection.ts";
import { McpExtensions } from "../../extensions/mcp/mcp_extensions.ts";
import type { ServerConfig, ServerTarget } from "../../extensions/mcp/server_config.ts";
import { serverExtension } from "../../extensions/mcp/tool_nodes.ts";
import { ResourceMonitor } from "../../extensions/monitor/resource_monitor.ts";
import { ProcessMark } from "../../extensions/monitor/process_mark.ts";
import { ProcessTree } from "../../extensions/monitor/process_tree.ts";
import { OutsideBook } from "../../extensions/outside_book.ts";

const agentScript = fileURLToPath(new URL("./acp/agent_process.ts", import.meta.url));
const modules = fileURLToPath(new URL("../../node_modules/@modelcontextprotocol", import.meta.url));
const env = (name: string) => Deno.env.get(name);
const isLinux = Deno.build.os === "linux";

interface Books {
  readonly folder: string;
  readonly book: OutsideBook;
  readonly monitor: ResourceMonitor;
  /** `decision permission: reason` of each line, of one extension. */
  lines(extension: ExtensionId): Promise<readonly string[]>;
}

async function withBooks(body: (books: Books) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-books-" }));
  const audit = new AuditLog(`${folder}/data`);
  const monitor = new ResourceMonitor();
  const redact = (text: string) => text.replaceAll("hush", "***");
  try {
    await body({
      folder,
      book: new OutsideBook({ monitor, audit, redact }),
      monitor,
      async lines(extension) {
        await audit.flush();
        const found: string[] = [];
        for await (const { decision, permission, reason } of readAudit(`${folder}/data`, { extension })) {
          found.push(`${decision} ${permission}: ${reason}`);
        }
        return found;
      },
    });
  } finally {
    await monitor.close();
    await audit.flush();
    await Deno.remove(folder, { recursive: true });
  }
}

async function callOn(
  extensions: ExtensionPort,
  extension: ExtensionId,
  { type, input, workspace, mayWrite = false }: {
    readonly type: string;
    readonly input: JsonObject;
    readonly workspace: string;
    readonly mayWrite?: boolean;
  },
) {
  const instance = await extensions.activate(extension);
  return await extensions.call(instance, {
    nodeType: type as NodeTypeId,
    input,
    run: runId("r000000000000001"),
    node: nodeId("n"),
    attempt: 1,
    idempotencyKey: "k",
    workspace,
    mayWrite,
  }, { signal: new AbortController().signal });
}

async function described(name: string, target: ServerTarget): Promise<ServerConfig> {
  const connection = await McpConnection.open(target, { env, onLog: () => {}, onEnd: () => {} });
  try {
    return { name, target, version: connection.version, tools: await connection.tools() };
  } finally {
    await connection.close();
  }
}

Deno.test("every call of an MCP server is audited, and what it takes is in the monitor", () =>
  withBooks(async ({ folder, book, monitor, lines }) => {
    const command = ["node", `${modules}/server-filesystem/dist/index.js`, folder];
    const config = await described("files", { kind: "program", command, cwd: "/", env: [] });
    const servers = () => Promise.resolve(new Map([["files", config]]));
    const extensions = new McpExtensions({ servers, artifacts: new HeldArtifacts(), env, book });
    const id = serverExtension("files");
    try {
      await extensions.describe();
      await Deno.writeTextFile(`${folder}/a.txt`, "one");
      const at = { workspace: folder };
      const read = await callOn(extensions, id, {
        ...at,
        type: "mcp-files/read-text-file",
        input: { path: `${folder}/a.txt` },
      });
      assert.ok(read.ok, JSON.stringify(read));
      const write = { type: "mcp-files/write-file", input: { path: `${folder}/b.txt`, content: "x" } };
      assert.equal((await callOn(extensions, id, { ...at, ...write })).ok, false);
      monitor.sample();
      const [reading] = monitor.readings();
      assert.equal(reading?.extension, id);
      assert.equal(reading?.calls, 1);
      assert.ok((reading?.messages ?? 0) >= 4 && (reading?.messageBytes ?? 0) > 100);
      if (isLinux) {
        assert.ok((reading?.memoryBytes ?? 0) > 10 << 20, `${reading?.memoryBytes} bytes`);
        assert.ok((reading?.cpuMs ?? 0) > 0);
        assert.equal(reading?.processes, 2);
      }
      assert.deepEqual(await lines(id), [
        "allowed tool:read_text_file: the person added the server",
        "denied tool:write_file: the run may not write",
      ]);
    } finally {
      await extensions.close();
    }
    // Its end was asked for; what it used stays counted.
    assert.equal((await lines(id)).length, 2);
    assert.equal(monitor.readings()[0]?.processes, 0);
    assert.ok((monitor.readings()[0]?.messages ?? 0) >= 4);
  }));

async function withAgent(
  policy: AgentPolicy,
  body: (
    books: Books,
    say: (prompt: string, mayWrite?: boolean) => ReturnType<typeof callOn>,
  ) => Promise<void>,
): Promise<void> {
  await withBooks(async (books) => {
    const command = [Deno.execPath(), "run", "-A", "-q", agentScript];
    const config = { name: "a", command, env: ["AGENT_KEY"], policy, serves: [], version: "1" };
    const env = (name: string) => name === "AGENT_KEY" ? "key-of-the-agent" : Deno.env.get(name);
    const agents = () => Promise.resolve(new Map([["a", config]]));
    const extensions = new AcpExtensions({ agents, env, book: books.book });
    const workspace = `${books.folder}/work`;
    await Deno.mkdir(workspace);
    await Deno.writeTextFile(`${workspace}/a.txt`, "one\n");
    try {
      await extensions.describe();
      await body(
        books,
        (prompt, mayWrite = true) =>
          callOn(extensions, agentExtension("a"), {
            type: "agent/a",
            input: { prompt },
            workspace,
            mayWrite,
          }),
      );
    } finally {
      await extensions.close();
    }
  });
}

Deno.test("all that an agent asks and is told is audited, its files as well, without secrets", () =>
  withAgent("edit", async ({ lines }, say) => {
    const script = [
      "ask edit change a.txt",
      "ask execute rm -rf hush",
      "read a.txt",
      "write b.txt two",
      "write ../../outside.txt x",
    ];
    assert.ok((await say(script.join("\n"))).ok);
    const found = await lines(agentExtension("a"));
    assert.deepEqual(found.slice(0, 5), [
      "allowed agent:turn: the person added the agent, with the policy edit",
      "allowed agent:edit: change a.txt: its policy is edit",
      "denied agent:execute: rm -rf ***: its policy is edit, which does not take in execute",
      "allowed files:read: a.txt",
      "allowed files:write: b.txt",
    ]);
    assert.match(found[5] ?? "", /^denied files:write: .*leads out of the workspace/);
    assert.equal(found.length, 6);
  }));

Deno.test("what an agent was given is in no line of what it asks, and no line is long", () =>
  withAgent("edit", async ({ lines }, say) => {
    const script = ["ask execute curl -H key-of-the-agent hush", `ask execute ${"x".repeat(5_000)}`];
    const done = await say(script.join("\n"));
    assert.ok(done.ok);
    const found = await lines(agentExtension("a"));
    assert.equal(
      found[1],
      "denied agent:execute: curl -H [secret] ***: its policy is edit, which does not take in execute",
    );
    assert.ok((found[2] ?? "").length < 1_100);
    assert.doesNotMatch(JSON.stringify(done), /key-of-the-agent|hush|x{1001}/);
  }));

Deno.test("what an agent takes is in the monitor: processor, memory, messages, tokens and money as it says", () =>
  withAgent("read", async ({ monitor, lines }, say) => {
    const before = monitor.readings().length;
    assert.equal(before, 0);
    const done = await say("burn 400\ncost 0.25\ntokens 30 12", false);
    assert.ok(done.ok && done.usage?.tokensIn === 30, JSON.stringify(done));
    monitor.sample();
    const [reading] = monitor.readings();
    assert.deepEqual([reading?.calls, reading?.tokens, reading?.usd], [1, 43, 0.25]);
    assert.ok((reading?.messages ?? 0) >= 6 && (reading?.messageBytes ?? 0) > 300);
    if (isLinux) {
      assert.ok((reading?.cpuMs ?? 0) >= 300, `${reading?.cpuMs} ms`);
      assert.ok((reading?.memoryBytes ?? 0) > 10 << 20);
    }
    assert.equal((await say("die", false)).ok, false);
    // A moment until its end is known.
    const id = agentExtension("a");
    for (let at = 0; at < 200 && !(await lines(id)).some((line) => /^ended/.test(line)); at++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.ok((await lines(id)).includes("ended process: The agent ended"));
  }));

Deno.test({
  name: "ProcessTree counts what a program started, and what of it has ended",
  ignore: !isLinux,
  async fn() {
    const burn = "while (process.cpuUsage().user < 300_000);";
    const script = `const { spawn, spawnSync } = require("node:child_process");
      spawnSync(process.execPath, ["-e", ${JSON.stringify(burn)}]);
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log('ready')"], { stdio: ["ignore", "inherit", "ignore"] });
      process.on("SIGTERM", () => { child.kill(); process.exit(); });`;
    const child = new Deno.Command("node", { args: ["-e", script], stdout: "piped" }).spawn();
    const reader = child.stdout.getReader();
    try {
      await reader.read();
      const own = new ProcessTree(child.pid);
      assert.ok((own.cpuMs ?? 0) >= 200, `${own.cpuMs} ms`);
      const text = await Deno.readTextFile(`/proc/${child.pid}/statm`);
      const alone = Number(text.split(" ")[1]) * 4096;
      assert.ok((own.memoryBytes ?? 0) > alone * 1.5, `${own.memoryBytes} of all, ${alone} of the first`);
    } finally {
      await reader.cancel();
      child.kill("SIGTERM");
      await child.status;
    }
    assert.equal(new ProcessTree(child.pid).cpuMs, undefined);
  },
});

Deno.test({
  name: "what a program let go of, by a session of its own, is counted and ended with it",
  ignore: !isLinux,
  async fn() {
    const mark = new ProcessMark();
    const child = new Deno.Command("sh", {
      args: ["-c", "(setsid sleep 600 >/dev/null 2>&1 &); echo ready; read _"],
      env: mark.env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    const isSleep = (pid: number) => {
      try {
        return Deno.readTextFileSync(`/proc/${pid}/cmdline`).startsWith("sleep");
      } catch {
        return false;
      }
    };
    const orphan = async () => {
      for (let at = 0; at < 500; at++) {
        const found = mark.pids().find(isSleep);
        if (found !== undefined) return found;
        await new Promise((done) => setTimeout(done, 10));
      }
      throw new Error("It was never started");
    };
    const left = await orphan();
    try {
      const own = Number((await Deno.readTextFile(`/proc/${child.pid}/statm`)).split(" ")[1]) * 4096;
      assert.ok((new ProcessTree(child.pid).memoryBytes ?? 0) > own);
    } finally {
      mark.end();
      await reader.cancel();
      await child.stdin.close().catch(() => {});
      await child.status;
    }
    assert.equal(isSleep(left), false);
    assert.deepEqual(mark.pids(), []);
  },
});
