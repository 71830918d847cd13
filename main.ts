/**
 * Symphony's composition root: the only file that names a port and its adapter. Read it as the diagram in
 * ARCHITECTURE.md; every decision is somewhere else.
 *
 * @module
 */

import { runCli } from "./cli/mod.ts";
import { processServices } from "./cli/process_services.ts";
import type { CliServices, Session, SessionOptions } from "./cli/services.ts";
import { CompositionDesk } from "./conductor/composition/mod.ts";
import { ConductorDesk } from "./conductor/desk.ts";
import { FileDecisionLog } from "./conductor/learning/file_log.ts";
import { FolderPolicies } from "./conductor/learning/folder_policies.ts";
import { LearningConductor } from "./conductor/learning_conductor.ts";
import { KeptRecovery } from "./conductor/recovery/mod.ts";
import { SimpleConductor } from "./conductor/simple_conductor.ts";
import { Runner } from "./core/orchestration/runner.ts";
import type { ArtifactPort } from "./core/ports/artifact.ts";
import type { ExtensionPort } from "./core/ports/extension.ts";
import { VERSION } from "./core/version.ts";
import { catalogFor } from "./extensions/availability.ts";
import { HeldArtifacts } from "./extensions/capabilities/held_artifacts.ts";
import { addGrant, listGrants, listInstalled, removeGrant } from "./extensions/grant_book.ts";
import { Grants } from "./extensions/grants.ts";
import { HealthBook } from "./extensions/health_book.ts";
import { ResourceMonitor } from "./extensions/monitor/resource_monitor.ts";
import { PolicyBook } from "./extensions/policy_book.ts";
import { FolderSafety } from "./extensions/safety_desk.ts";
import { changeSetting, listSettings, openSettings } from "./extensions/settings.ts";
import { compiledHostCommand, denoHostCommand, HOST_SUBCOMMAND } from "./extensions/host/host_command.ts";
import { runHost } from "./extensions/host/host_main.ts";
import { AcpExtensions } from "./extensions/acp/acp_extensions.ts";
import { readAgents } from "./extensions/acp/agent_config.ts";
import type { ExtensionDesk } from "./extensions/desk.ts";
import { HostExtensions } from "./extensions/host_extensions.ts";
import { JoinedExtensions } from "./extensions/joined_extensions.ts";
import { bundledFolder, ExtensionLoader, toolchainOf } from "./extensions/loader/loader.ts";
import { ExtensionMotifs } from "./extensions/motif/extension_motifs.ts";
import { McpExtensions } from "./extensions/mcp/mcp_extensions.ts";
import { readServers } from "./extensions/mcp/server_config.ts";
import { openPit } from "./pit/open_pit.ts";
import { SystemClock } from "./system/clock.ts";
import { dataFolderPath, makeDataFolder } from "./system/data_folder.ts";
import { folderFiles } from "./system/folder_files.ts";
import { SystemRandom } from "./system/random.ts";
import { readTemplates } from "./system/template_folder.ts";

const isCompiled = Deno.build.standalone;
const here = import.meta.dirname ?? ".";
const clock = new SystemClock();

function sourceOf({ data, extensions }: SessionOptions): ExtensionLoader {
  const shipped = isCompiled ? { prebuilt: `${here}/prebuilt` } : { bundled: bundledFolder };
  return new ExtensionLoader({
    ...shipped,
    user: `${data}/extensions`,
    workspace: { folder: Deno.cwd(), isTrusted: () => isTrusted(data, Deno.cwd()) },
    extra: extensions,
    cache: `${data}/cache/extensions`,
  });
}

async function isTrusted(data: string, folder: string): Promise<boolean> {
  return (await PolicyBook.open(data)).trustOf(folder) === "trusted";
}

async function grantsOf({ data, grants, prompt }: SessionOptions): Promise<Grants> {
  const all = await Grants.open(data, prompt);
  for (const grant of grants) all.addForSession(grant);
  return all;
}

const hostCommand = () => isCompiled ? compiledHostCommand() : denoHostCommand();
const env = (name: string) => Deno.env.get(name);

async function extensionsOf(
  options: SessionOptions,
  artifacts: ArtifactPort,
  monitor = new ResourceMonitor({ data: options.data }),
): Promise<JoinedExtensions> {
  const hosts = new HostExtensions({
    source: sourceOf(options),
    command: hostCommand(),
    grants: await grantsOf(options),
    artifacts,
    settings: await openSettings(options.data),
    health: await HealthBook.open(options.data),
    monitor,
    spares: true,
  });
  const mcp = new McpExtensions({ servers: () => readServers(options.data), artifacts, env });
  const acp = new AcpExtensions({ agents: () => readAgents(options.data), env });
  return new JoinedExtensions(hosts, [
    { owns: McpExtensions.owns, port: mcp },
    { owns: AcpExtensions.owns, port: acp },
  ]);
}

/** What makes, checks and installs extensions. */
async function deskOf(data: string, folder: string): Promise<ExtensionDesk> {
  // Parser, archives and the rest are needed by these commands alone.
  const { ExtensionDesk } = await import("./extensions/desk.ts");
  const source = sourceOf({ data, extensions: [], grants: [] });
  return new ExtensionDesk({
    data,
    folder,
    env,
    tools: {
      ...toolchainOf(isCompiled ? `${here}/prebuilt` : undefined),
      command: hostCommand(),
      host: source,
    },
    forget: (entry) => source.forget(entry),
    bundled: async () =>
      (await source.load()).installed.filter(({ origin }) => origin === "bundled").map(({ manifest }) =>
        manifest
      ),
  });
}

/** The pool's instances are activated extensions. */
function instancesOf(extensions: () => ExtensionPort): Parameters<typeof openPit>[1] {
  return {
    warm: (id) => extensions().activate(id),
    cool: (id) => extensions().deactivate(id),
    isAlive: (id) => extensions().isAlive(id),
  };
}

/** Below the data folder: what the Conductor decided, and what it has learned from it. */
function conductorFiles(data: string) {
  const folder = `${data}/conductor`;
  return { log: new FileDecisionLog(`${folder}/decisions.jsonl`), store: new FolderPolicies(folder) };
}

async function openSession(options: SessionOptions): Promise<Session> {
  const data = makeDataFolder(options.data);
  const pit = await openPit(data, instancesOf(() => extensions), clock);
  const monitor = new ResourceMonitor({ data });
  const extensions = await extensionsOf({ ...options, data }, pit.artifacts, monitor);
  const random = new SystemRandom();
  const { log, store } = conductorFiles(data);
  const conductor = await LearningConductor.open({
    log,
    store,
    clock,
    random,
    fallback: new SimpleConductor(),
  });
  const recovery = await KeptRecovery.open({ log, store, clock, random });
  const mayAsk = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const ports = { pit, control: pit.control, extensions, conductor, recovery, mayAsk, clock, random };
  return {
    runner: new Runner(ports, (definition) => catalogFor(extensions, definition)),
    pit,
    control: pit.control,
    extensions,
    monitor,
    motifs: new ExtensionMotifs(sourceOf({ ...options, data }), extensions),
    unavailable: (types) => extensions.availability(types),
    async [Symbol.asyncDispose]() {
      await extensions.close();
      await conductor[Symbol.asyncDispose]();
      await recovery[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
      await pit[Symbol.asyncDispose]();
    },
  };
}

async function openStore(folder: string): ReturnType<CliServices["openStore"]> {
  const nothing = () => {
    throw new Error("The store runs nothing");
  };
  const pit = await openPit(
    makeDataFolder(folder),
    { warm: nothing, cool: nothing, isAlive: () => false },
    clock,
  );
  return { pit, control: pit.control, [Symbol.asyncDispose]: () => pit[Symbol.asyncDispose]() };
}

async function catalog(options: SessionOptions): ReturnType<CliServices["catalog"]> {
  const extensions = await extensionsOf(options, new HeldArtifacts());
  try {
    return await extensions.describe();
  } finally {
    await extensions.close();
  }
}

function services(): CliServices {
  const system = processServices();
  return {
    ...system,
    version: VERSION,
    program: isCompiled ? "symphony" : "deno task -q symphony",
    clock,
    dataFolder: (flag) => system.absolute(dataFolderPath(flag)),
    templates: () => readTemplates(`${here}/templates`),
    catalog,
    openSession,
    openStore,
    composition: (data) =>
      new CompositionDesk({ store: conductorFiles(data).store, clock, readFile: system.readFile }),
    conductor: () =>
      new ConductorDesk({
        folderFiles,
        monotonic: () => clock.monotonic(),
        now: () => clock.now(),
        open: (data) => conductorFiles(data),
      }),
    ext: (data) => deskOf(data, system.folder),
    installed: async (options) =>
      await listInstalled(sourceOf(options), await grantsOf(options), await HealthBook.open(options.data)),
    safety: new FolderSafety(sourceOf),
    grants: { list: listGrants, add: addGrant, remove: removeGrant },
    settings: {
      list: (options, extension) => listSettings(options.data, sourceOf(options), extension),
      change: (options, change) => changeSetting(options.data, sourceOf(options), change),
    },
  };
}

if (import.meta.main) {
  if (Deno.args[0] === HOST_SUBCOMMAND) await runHost(Deno.args[1] ?? "");
  else Deno.exit(await runCli(services()));
}
