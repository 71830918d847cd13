/**
 * What the command line asks of extensions: making, checking and installing them, MCP servers, coding agents. One desk
 * for one data folder.
 *
 * @module
 */

import { join } from "node:path";
import { SymphonyError } from "../core/errors.ts";
import { type Effect } from "../core/workflow/catalog.ts";
import type { Problem } from "../core/workflow/problem.ts";
import { AgentConnection } from "./acp/agent_connection.ts";
import { type AgentConfig, agentName, agentPolicy, readAgents, writeAgents } from "./acp/agent_config.ts";
import { agentNode } from "./acp/acp_extensions.ts";
import { type Checked, checkFolder } from "./dev/check_folder.ts";
import { inspectBuilt, type Inspection } from "./dev/inspect_built.ts";
import { type DevEvent, LiveExtension } from "./dev/live_extension.ts";
import { pack } from "./dev/pack_folder.ts";
import { referencePage } from "./dev/reference_page.ts";
import { type FixtureOptions, runFixtures } from "./dev/run_fixtures.ts";
import { type ExtensionKind, scaffold } from "./dev/scaffold.ts";
import { Workbench, type WorkbenchTools } from "./dev/workbench.ts";
import { type Dependent } from "./install/dependencies.ts";
import { CheckFailure, ExtensionStore, isNewer, type Staged } from "./install/extension_store.ts";
import { fetchPackage, sourceOf } from "./install/fetch_package.ts";
import { readRegistry, versionFolder } from "./install/registry.ts";
import { McpConnection } from "./mcp/connection.ts";
import {
  readServers,
  type ServerConfig,
  serverName,
  type ServerTarget,
  targetOf,
  targetText,
  writeServers,
} from "./mcp/server_config.ts";
import { toolNodes } from "./mcp/tool_nodes.ts";

export interface DeskOptions {
  readonly data: string;
  /** What relative paths start at. */
  readonly folder: string;
  readonly tools: WorkbenchTools;
  readonly env: (name: string) => string | undefined;
  readonly forget: (entry: string) => Promise<void>;
  readonly bundled: () => Promise<readonly Dependent[]>;
}

interface ServerRequest {
  readonly name: string;
  readonly target: readonly string[];
  readonly env: readonly string[];
  readonly headers: readonly string[];
  readonly cwd: string;
  readonly effect?: string;
}

interface AgentRequest {
  readonly name: string;
  readonly target: readonly string[];
  readonly env: readonly string[];
  readonly policy: string;
  readonly serves: readonly string[];
}

const effects: readonly Effect[] = ["none", "read", "network", "write"];

export class ExtensionDesk {
  readonly #options: DeskOptions;
  readonly #bench: Workbench;
  readonly #store: ExtensionStore;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#bench = new Workbench(options.tools);
    this.#store = new ExtensionStore(options.data, this.#bench, options);
  }

  async create(
    { name, kind, folder }: { readonly name: string; readonly kind: string; readonly folder: string },
  ) {
    return await scaffold({ name, kind: kind as ExtensionKind, folder });
  }

  async check(folder: string) {
    return await this.#resting(async () => {
      const { folder: { manifest }, problems } = await checkFolder(folder, this.#bench);
      return { id: manifest?.id, problems };
    });
  }

  async test(folder: string, request: FixtureOptions) {
    return await this.#resting(async () => {
      const { problems, built, contributes } = await checkFolder(folder, this.#bench);
      if (built === undefined || contributes === undefined || hasErrors(problems)) {
        return { problems, results: [] };
      }
      return { problems, results: await runFixtures(built, this.#bench, request) };
    });
  }

  async dev(folder: string, onNews: (news: DevEvent) => void, signal: AbortSignal): Promise<void> {
    await this.#resting(async () => {
      await using live = new LiveExtension(folder, this.#bench, onNews);
      await live.watch(signal);
    });
  }

  async pack(folder: string) {
    return await this.#resting(async () => {
      const { problems, built } = await checkFolder(folder, this.#bench);
      if (built === undefined || hasErrors(problems)) return { problems, packed: undefined };
      const { archive, sha256, files } = await pack(built);
      const { id, version } = built.manifest;
      const listed = files.map(({ path, bytes }) => ({ path, sizeBytes: bytes.length }));
      return { problems, packed: { id, version, bytes: archive, sha256, files: listed } };
    });
  }

  async docs(folder: string) {
    return await this.#resting(async () => {
      const { problems, built, contributes } = await checkFolder(folder, this.#bench);
      const page = built === undefined || contributes === undefined
        ? undefined
        : referencePage(built.manifest, contributes);
      return { problems, page };
    });
  }

  async inspect(
    spec: string,
  ): Promise<{ readonly problems: readonly Problem[]; readonly facts: Inspection | undefined }> {
    return await this.#resting(async () => {
      const scratch = await Deno.makeTempDir({ prefix: "symphony-inspect-" });
      try {
        const checked = await checkFolder(await this.#folderOf(spec, scratch), this.#bench);
        return { problems: checked.problems, facts: await factsOf(checked) };
      } finally {
        await Deno.remove(scratch, { recursive: true });
      }
    });
  }

  async installed() {
    const registry = await this.#store.list();
    return await Promise.all(
      [...registry].map(async ([id, { version, from, installedAtMs, previous, folder }]) => {
        const path = versionFolder(join(this.#options.data, "extensions"), { folder });
        const isThere = (await Deno.stat(path).catch(() => undefined))?.isDirectory === true;
        return {
          id,
          version,
          from,
          installedAtMs,
          previous: previous?.version,
          problem: isThere ? undefined : "its files are gone: install it again",
        };
      }),
    );
  }

  async stage(spec: string) {
    return await this.#resting(async () => this.#shown(await this.#store.stage(spec, this.#options.folder)));
  }

  async stageUpdate(id: string) {
    return await this.#resting(async () => this.#shown(await this.#store.stageUpdate(id)));
  }

  async uninstall(id: string): Promise<void> {
    await this.#store.uninstall(id);
  }

  async rollBack(id: string) {
    return await this.#store.rollBack(id);
  }

  readonly mcp = {
    consent: (request: ServerRequest) => {
      const target = this.#targetOf(request);
      const isProgram = target.kind === "program";
      return {
        what: isProgram
          ? `Symphony will start "${targetText(target)}" whenever one of its tools is used`
          : `Symphony will send what you give its tools to ${targetText(target)}`,
        why: `Its tools become nodes, "mcp-${request.name}/…"`,
        risk: isProgram ? "critical" : "high",
        notes: [
          isProgram
            ? "The program has your own rights: it is not in the sandbox that extensions are in"
            : "What comes back is the server's word",
          ...(request.env.length === 0 ? [] : [`It is given ${request.env.join(", ")}`]),
          "Tools that it does not call read-only need a gate, or a run that may write",
        ],
      };
    },
    add: async (request: ServerRequest) => {
      const name = serverName(request.name);
      const effect = effects.find((one) => one === request.effect);
      if (request.effect !== undefined && effect === undefined) {
        throw new SymphonyError(
          "bad-input",
          `Unknown effect "${request.effect}": expected ${effects.join(", ")}`,
        );
      }
      const target = this.#targetOf(request);
      const config = { name, target, ...(effect === undefined ? {} : { effect }) };
      return await this.#asked(config);
    },
    list: async () => [...(await readServers(this.#options.data)).values()].map(serverFacts),
    refresh: async (name: string) => {
      const known = (await readServers(this.#options.data)).get(name);
      if (known === undefined) throw new SymphonyError("not-found", `Cannot find an MCP server "${name}"`);
      return await this.#asked(known);
    },
    remove: async (name: string) => {
      const servers = new Map(await readServers(this.#options.data));
      const was = servers.delete(name);
      if (was) await writeServers(this.#options.data, servers);
      return was;
    },
  };

  readonly agents = {
    consent: (request: AgentRequest) => ({
      what: `Symphony will start "${
        request.target.join(" ")
      }" whenever the instrument "agent/${request.name}" is used`,
      why: "It is a coding agent: it reads and changes files of the folder that a run works in",
      risk: "critical",
      notes: [
        "The program has your own rights: it is not in the sandbox that extensions are in",
        ...(request.env.length === 0 ? [] : [`It is given ${request.env.join(", ")}`]),
        `What it asks leave for is answered by the policy "${agentPolicy(request.policy)}"`,
      ],
    }),
    add: async (request: AgentRequest) => {
      const base = {
        name: agentName(request.name),
        command: request.target,
        env: request.env,
        policy: agentPolicy(request.policy),
        serves: request.serves,
      };
      const connection = await AgentConnection.open({ ...base, version: "0" }, this.#quiet());
      await connection.close();
      const config: AgentConfig = { ...base, version: connection.version };
      const agents = new Map(await readAgents(this.#options.data)).set(config.name, config);
      await writeAgents(this.#options.data, agents);
      return agentFacts(config);
    },
    list: async () => [...(await readAgents(this.#options.data)).values()].map(agentFacts),
    remove: async (name: string) => {
      const agents = new Map(await readAgents(this.#options.data));
      const was = agents.delete(name);
      if (was) await writeAgents(this.#options.data, agents);
      return was;
    },
  };

  /** Starts a server, takes its tools, keeps both. */
  async #asked(config: Pick<ServerConfig, "name" | "target"> & Partial<ServerConfig>) {
    const connection = await McpConnection.open(config.target, this.#quiet());
    try {
      const full: ServerConfig = { ...config, version: connection.version, tools: await connection.tools() };
      const servers = new Map(await readServers(this.#options.data)).set(full.name, full);
      await writeServers(this.#options.data, servers);
      return serverFacts(full);
    } finally {
      await connection.close();
    }
  }

  #quiet() {
    return { env: this.#options.env, onLog: () => {}, onEnd: () => {} };
  }

  #targetOf({ target, cwd, env, headers }: ServerRequest): ServerTarget {
    return targetOf(target, { cwd, env, headers });
  }

  async #folderOf(spec: string, scratch: string): Promise<string> {
    const user = join(this.#options.data, "extensions");
    const entry = (await readRegistry(user)).get(spec);
    if (entry !== undefined) return versionFolder(user, entry);
    return await fetchPackage(await sourceOf(spec, this.#options.folder), scratch);
  }

  #shown(staged: Staged) {
    const { id, name, version, from, before, isSame, problems, refusal, consent } = staged;
    return {
      id,
      name,
      version,
      from,
      before,
      isSame,
      isNewer: isNewer(staged),
      problems,
      refusal,
      consent,
      install: () => this.#store.install(staged),
      [Symbol.asyncDispose]: () => staged[Symbol.asyncDispose](),
    };
  }

  /** The bundler's own program would keep this process from ending. */
  async #resting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      const lines = error.problems.slice(0, 10).map(({ line, column, message }) =>
        `${line}:${column}: ${message}`
      );
      throw new SymphonyError("bad-input", `${error.message}: ${lines.join("; ")}`);
    } finally {
      await (await this.#options.tools.openEngine()).stop();
    }
  }
}

function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}

async function factsOf({ built, contributes }: Checked): Promise<Inspection | undefined> {
  return built === undefined ? undefined : await inspectBuilt(built, contributes ?? []);
}

function serverFacts(server: ServerConfig) {
  const tools = [...toolNodes(server).values()].map(({ node, tool }) => ({
    type: node.type,
    tool: tool.name,
    title: node.title,
    description: node.description,
    effect: node.effect,
  }));
  return { name: server.name, target: targetText(server.target), tools };
}

function agentFacts(config: AgentConfig) {
  const { name, policy, command } = config;
  return { name, type: agentNode(config).type, target: command.join(" "), policy };
}
