/**
 * Real MCP servers from npm, as real processes: the reference server over stdio and Streamable HTTP, and the one for files.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { artifactId, nodeId, type NodeTypeId, runId } from "../../../core/ids.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { CallEvent, CallResult } from "../../../core/ports/extension.ts";
import { HeldArtifacts } from "../../../extensions/capabilities/held_artifacts.ts";
import { McpConnection } from "../../../extensions/mcp/connection.ts";
import { McpExtensions } from "../../../extensions/mcp/mcp_extensions.ts";
import { type ServerConfig, type ServerTarget, targetOf } from "../../../extensions/mcp/server_config.ts";
import { namesIn } from "../dev/bench.ts";
import { serverExtension, toolNodes } from "../../../extensions/mcp/tool_nodes.ts";

const servers = fileURLToPath(new URL("../../../node_modules/@modelcontextprotocol", import.meta.url));
const everything = join(servers, "server-everything/dist/index.js");
const filesystem = join(servers, "server-filesystem/dist/index.js");
const program = (...command: string[]): ServerTarget => ({ kind: "program", command, cwd: "/", env: [] });
const env = (name: string) => Deno.env.get(name);
const quiet = { env, onLog: () => {}, onEnd: () => {} };

async function described(name: string, target: ServerTarget): Promise<ServerConfig> {
  const connection = await McpConnection.open(target, quiet);
  try {
    return { name, target, version: connection.version, tools: await connection.tools() };
  } finally {
    await connection.close();
  }
}

async function withServer(
  config: ServerConfig,
  body: (
    call: (
      tool: string,
      input: JsonObject,
      options?: {
        readonly mayWrite?: boolean;
        readonly signal?: AbortSignal;
        readonly timeoutMs?: number;
        readonly onEvent?: (event: CallEvent) => void;
      },
    ) => Promise<CallResult>,
    extensions: McpExtensions,
    artifacts: HeldArtifacts,
  ) => Promise<void>,
): Promise<void> {
  const artifacts = new HeldArtifacts();
  const extensions = new McpExtensions({
    servers: () => Promise.resolve(new Map([[config.name, config]])),
    artifacts,
    env,
  });
  try {
    const instance = await extensions.activate(serverExtension(config.name));
    await body(
      (tool, input, { mayWrite = false, signal = new AbortController().signal, ...rest } = {}) =>
        extensions.call(instance, {
          nodeType: `mcp-${config.name}/${tool}` as NodeTypeId,
          input,
          run: runId("r000000000000000"),
          node: nodeId("n"),
          attempt: 1,
          idempotencyKey: "k",
          workspace: "/",
          mayWrite,
        }, { signal, ...rest }),
      extensions,
      artifacts,
    );
  } finally {
    await extensions.close();
  }
}

Deno.test("McpExtensions calls the reference server's tools over stdio as typed nodes", async () => {
  const config = await described("every", program("node", everything, "stdio"));
  await withServer(config, async (call, extensions, artifacts) => {
    const { nodes } = await extensions.describe();
    const sum = nodes.get("mcp-every/get-sum" as NodeTypeId);
    assert.deepEqual((sum?.input["properties"] as JsonObject)["a"], {
      type: "number",
      description: "First number",
    });
    assert.equal(sum?.effect, "network");
    const added = await call("get-sum", { a: 2, b: 40 });
    assert.equal(added.ok && added.output["text"], "The sum of 2 and 40 is 42.");
    const wrong = await call("get-sum", { a: "two", b: 40 });
    assert.equal(!wrong.ok && wrong.failure.class, "input");

    const weather = await call("get-structured-content", { location: "Chicago" });
    assert.ok(weather.ok);
    assert.equal(typeof (weather.output["data"] as JsonObject)["temperature"], "number");

    const picture = await call("get-tiny-image", {});
    assert.ok(picture.ok);
    const image = (picture.output["content"] as readonly JsonObject[]).find((part) =>
      part["type"] === "image"
    );
    assert.equal(image?.["data"], undefined);
    const bytes = await artifacts.get(artifactId(String(image?.["artifact"])));
    assert.deepEqual([...(bytes ?? new Uint8Array(0)).subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);

    const events: CallEvent[] = [];
    const long = await call("trigger-long-running-operation", { duration: 0.4, steps: 2 }, {
      onEvent: (event) => events.push(event),
    });
    assert.ok(long.ok);
    assert.ok(events.some((event) => event.kind === "progress" && event.total === 2));

    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const stopped = await call("trigger-long-running-operation", { duration: 20, steps: 2 }, {
      signal: stop.signal,
    });
    assert.equal(!stopped.ok && stopped.failure.class, "cancelled");
    const late = await call("trigger-long-running-operation", { duration: 20, steps: 2 }, { timeoutMs: 100 });
    assert.equal(!late.ok && late.failure.class, "timeout");
    assert.equal((await call("echo", { message: "still here" })).ok, true);
  });
});

Deno.test("McpExtensions writes through the file server only where the run may write, and tells its refusals", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-mcp-" }));
  try {
    const config = await described("files", program("node", filesystem, folder));
    await withServer(config, async (call, extensions) => {
      const { nodes } = await extensions.describe();
      assert.equal(nodes.get("mcp-files/write-file" as NodeTypeId)?.effect, "write");
      const write = { path: join(folder, "a.txt"), content: "hello" };
      const refused = await call("write-file", write);
      assert.equal(!refused.ok && refused.failure.class, "permission");
      assert.deepEqual(await namesIn(folder), []);
      assert.equal((await call("write-file", write, { mayWrite: true })).ok, true);
      const read = await call("read-text-file", { path: write.path });
      assert.equal(read.ok && read.output["text"], "hello");
      const outside = await call("read-text-file", { path: "/etc/hostname" });
      assert.equal(!outside.ok && outside.failure.class, "thrown");
      assert.match(outside.ok ? "" : outside.failure.message, /outside allowed directories/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("McpExtensions calls the reference server over Streamable HTTP", async () => {
  const port = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port: free } = port.addr;
  port.close();
  const server = new Deno.Command("node", {
    args: [everything, "streamableHttp"],
    env: { PORT: String(free) },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    const reader = server.stderr.pipeThrough(new TextDecoderStream()).getReader();
    for (let said = ""; !/listening/i.test(said);) said += (await reader.read()).value ?? "";
    await reader.cancel();
    const target = targetOf([`http://127.0.0.1:${free}/mcp`], { cwd: "/", env: [], headers: [] });
    const config = await described("web", target);
    await withServer(config, async (call) => {
      const added = await call("get-sum", { a: 1, b: 2 });
      assert.equal(added.ok && added.output["text"], "The sum of 1 and 2 is 3.");
    });
  } finally {
    server.kill("SIGKILL");
    await server.status;
  }
});

Deno.test("McpExtensions fails a call as a crash where the server ends during it, and is not alive afterwards", async () => {
  const config = await described("every", program("node", everything, "stdio"));
  const wrapper = `const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ${JSON.stringify([everything, "stdio"])}, { stdio: "inherit" });
    setTimeout(() => { child.kill("SIGKILL"); process.exit(1); }, 1500);`;
  await withServer({ ...config, target: program("node", "-e", wrapper) }, async (call, extensions) => {
    const result = await call("trigger-long-running-operation", { duration: 20, steps: 2 });
    assert.equal(!result.ok && result.failure.class, "crash");
    assert.deepEqual(extensions.health(), []);
  });
});

Deno.test("McpConnection says which program it could not start, and which variable is not set", async () => {
  await assert.rejects(McpConnection.open(program("/nowhere/server"), quiet), {
    code: "extension",
    message: /Cannot reach the MCP server "\/nowhere\/server"/,
  });
  const target: ServerTarget = {
    kind: "program",
    command: ["node"],
    cwd: "/",
    env: ["SYMPHONY_TEST_ABSENT"],
  };
  await assert.rejects(McpConnection.open(target, quiet), {
    code: "bad-input",
    message: /SYMPHONY_TEST_ABSENT/,
  });
});

Deno.test("toolNodes makes node types of any names, believes only that a tool reads, and takes unusable schemas for open", () => {
  const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: "object" }, ...more });
  const config: ServerConfig = {
    name: "s",
    version: "1",
    target: program("x"),
    tools: [
      tool("readFile", { annotations: { readOnlyHint: true } }),
      tool("read_file", { annotations: { destructiveHint: false } }),
      tool("äöü"),
      tool("3D.render"),
      tool("bad", { inputSchema: { type: "object", properties: { a: { type: 7 } } } }),
    ] as never,
  };
  const nodes = [...toolNodes(config).values()].map(({ node }) => [node.type, node.effect]);
  assert.deepEqual(nodes, [
    ["mcp-s/read-file", "network"],
    ["mcp-s/read-file-2", "write"],
    ["mcp-s/tool", "write"],
    ["mcp-s/d-render", "write"],
    ["mcp-s/bad", "write"],
  ]);
  const bad = toolNodes(config).get("mcp-s/bad" as NodeTypeId)?.node.input as Json;
  assert.deepEqual(bad, { type: "object", properties: {} });
  const all = [...toolNodes({ ...config, effect: "read" }).values()].map(({ node }) => node.effect);
  assert.deepEqual([...new Set(all)], ["read"]);
});

Deno.test("targetOf refuses addresses in the clear, headers for programs, and words after an address", () => {
  const more = { cwd: "/", env: [], headers: [] };
  assert.throws(() => targetOf(["http://example.com/mcp"], more), { code: "bad-input" });
  assert.throws(() => targetOf(["https://example.com/mcp", "x"], more), { code: "bad-input" });
  assert.throws(() => targetOf(["node"], { ...more, headers: ["A=B"] }), { code: "bad-input" });
  assert.throws(() => targetOf(["https://example.com"], { ...more, headers: ["A: B"] }), {
    code: "bad-input",
  });
  assert.deepEqual(targetOf(["https://example.com/mcp"], { ...more, headers: ["Authorization=TOKEN"] }), {
    kind: "address",
    url: "https://example.com/mcp",
    headers: { Authorization: "TOKEN" },
  });
});
