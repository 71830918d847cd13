/**
 * What an author and a user of extensions wait for: from a saved file to the new version answering, a whole check, a fixture;
 * a call of an MCP server's tool beside the protocol's bare library; reading a motif's tree beside parsing its JSON.
 *
 * @module
 */

import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { fileURLToPath } from "node:url";
import { nodeId, type NodeTypeId, runId } from "../core/ids.ts";
import { readTree } from "../core/motif/tree.ts";
import { HeldArtifacts } from "../extensions/capabilities/held_artifacts.ts";
import { checkFolder } from "../extensions/dev/check_folder.ts";
import { LiveExtension } from "../extensions/dev/live_extension.ts";
import { runFixtures } from "../extensions/dev/run_fixtures.ts";
import { scaffold } from "../extensions/dev/scaffold.ts";
import { Workbench } from "../extensions/dev/workbench.ts";
import { denoHostCommand } from "../extensions/host/host_command.ts";
import { bundle } from "../extensions/loader/bundle.ts";
import { ExtensionLoader, toolchainOf } from "../extensions/loader/loader.ts";
import { McpConnection } from "../extensions/mcp/connection.ts";
import { McpExtensions } from "../extensions/mcp/mcp_extensions.ts";
import { serverExtension } from "../extensions/mcp/tool_nodes.ts";

const print = (text: string) => Deno.stdout.write(new TextEncoder().encode(`${text}\n`));

/** Median and 95th percentile in milliseconds. */
async function timed(times: number, work: (turn: number) => unknown): Promise<string> {
  const taken: number[] = [];
  for (let turn = 0; turn < times + 3; turn++) {
    const began = performance.now();
    await work(turn);
    if (turn >= 3) taken.push(performance.now() - began);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => (taken[Math.floor(taken.length * share)] ?? 0).toPrecision(3);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

async function authoring(folder: string): Promise<void> {
  const tools = {
    ...toolchainOf(),
    command: denoHostCommand(),
    host: new ExtensionLoader({ cache: `${folder}/cache` }),
  };
  const bench = new Workbench(tools);
  const made = await scaffold({ name: "acme/count", kind: "operator", folder: `${folder}/count` });
  const file = `${made.folder}/main.ts`;
  const text = await Deno.readTextFile(file);
  const change = (turn: number) => Deno.writeTextFile(file, `${text}// ${turn}\n`);
  await print(
    `bundled alone            ${await timed(
      15,
      () => bundle(file, { sdk: tools.sdk }, tools.openEngine),
    )}  (floor)`,
  );
  await print(`ext check                ${await timed(15, () => checkFolder(made.folder, bench))}`);
  {
    await using live = new LiveExtension(made.folder, bench, () => {});
    await print(
      `saved to answering anew  ${await timed(15, async (turn) => {
        await change(turn);
        await live.reload();
      })}`,
    );
    const built = live.current?.built;
    if (built !== undefined) {
      await print(
        `a fixture                ${await timed(8, () => runFixtures(built, bench, { only: "counts" }))}`,
      );
    }
  }
  await (await tools.openEngine()).stop();
}

async function mcp(): Promise<void> {
  const server = fileURLToPath(
    new URL("../node_modules/@modelcontextprotocol/server-everything/dist/index.js", import.meta.url),
  );
  const target = { kind: "program", command: ["node", server, "stdio"], cwd: "/", env: [] } as const;
  const quiet = { env: (name: string) => Deno.env.get(name), onLog: () => {}, onEnd: () => {} };
  const client = new Client({ name: "bench", version: "1" });
  await client.connect(
    new StdioClientTransport({ command: "node", args: [server, "stdio"], stderr: "ignore" }),
  );
  const bare = await timed(500, () => client.callTool({ name: "echo", arguments: { message: "x" } }));
  await client.close();
  const connection = await McpConnection.open(target, quiet);
  const config = { name: "e", target, version: connection.version, tools: await connection.tools() };
  await connection.close();
  const extensions = new McpExtensions({
    servers: () => Promise.resolve(new Map([["e", config]])),
    artifacts: new HeldArtifacts(),
    env: quiet.env,
  });
  const instance = await extensions.activate(serverExtension("e"));
  const signal = new AbortController().signal;
  const ours = await timed(500, () =>
    extensions.call(instance, {
      nodeType: "mcp-e/echo" as NodeTypeId,
      input: { message: "x" },
      run: runId("r000000000000000"),
      node: nodeId("n"),
      attempt: 1,
      idempotencyKey: "k",
      workspace: "/",
      mayWrite: false,
    }, { signal }));
  await extensions.close();
  await print(`an MCP tool as a node    ${ours}\nthe bare library         ${bare}  (floor)`);
}

async function trees(): Promise<void> {
  const rows = Array.from({ length: 500 }, (_, at) => ({ a: `row ${at}`, b: at }));
  const children = Array.from({ length: 1_000 }, (_, at) => ({
    is: "stack",
    key: String(at),
    children: [{ is: "text", props: { value: `line ${at}`, tone: "muted" } }, {
      is: "button",
      props: { label: "Go" },
      on: { click: `go-${at}` },
    }],
  }));
  const table = { is: "table", props: { columns: [{ key: "a" }, { key: "b" }], rows } };
  const text = JSON.stringify({ is: "stack", children: [table, ...children] });
  const parsed = JSON.parse(text);
  await print(`a tree of 3,002 nodes    ${await timed(60, () => readTree(parsed))}`);
  await print(`its JSON parsed          ${await timed(60, () => JSON.parse(text))}  (floor)`);
}

const folder = await Deno.makeTempDir({ prefix: "symphony-bench-" });
try {
  await authoring(folder);
  await mcp();
  await trees();
} finally {
  await Deno.remove(folder, { recursive: true });
}
