/**
 * The composition of the extensions: where they come from, what they may, and how what changes of them is taken over.
 *
 * @module
 */

import type { SessionOptions } from "./cli/services.ts";
import { messageOf } from "./core/errors.ts";
import type { ArtifactPort } from "./core/ports/artifact.ts";
import type { FileProposalPort } from "./core/ports/file_proposals.ts";
import { Grants } from "./extensions/grants.ts";
import { HealthBook } from "./extensions/health_book.ts";
import { ResourceMonitor } from "./extensions/monitor/resource_monitor.ts";
import { Notices } from "./extensions/notices.ts";
import { OutsideBook } from "./extensions/outside_book.ts";
import { PolicyBook } from "./extensions/policy_book.ts";
import { ExtensionWatch } from "./extensions/extension_watch.ts";
import type { ReloadNews } from "./extensions/reloading.ts";
import { openSettings } from "./extensions/settings.ts";
import { compiledHostCommand, denoHostCommand } from "./extensions/host/host_command.ts";
import { AcpExtensions } from "./extensions/acp/acp_extensions.ts";
import { readAgents } from "./extensions/acp/agent_config.ts";
import type { ExtensionDesk } from "./extensions/desk.ts";
import { HostExtensions } from "./extensions/host_extensions.ts";
import { JoinedExtensions } from "./extensions/joined_extensions.ts";
import { bundledFolder, ExtensionLoader, toolchainOf } from "./extensions/loader/loader.ts";
import { McpExtensions } from "./extensions/mcp/mcp_extensions.ts";
import { readServers } from "./extensions/mcp/server_config.ts";
import type { SharedTexts } from "./main_texts.ts";
import { SystemClock } from "./system/clock.ts";

export const isCompiled = Deno.build.standalone;
/** The program's folder. */
export const here = import.meta.dirname ?? ".";

/** Where extensions come from: shipped, installed for the person, the folder's own where it is trusted, and named ones. */
export function sourceOf({ data, extensions }: Pick<SessionOptions, "data" | "extensions">): ExtensionLoader {
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

/** What was granted, with what holds for this session alone. */
export async function grantsOf({ data, grants, prompt }: SessionOptions): Promise<Grants> {
  const all = await Grants.open(data, prompt);
  for (const grant of grants) all.addForSession(grant);
  return all;
}

const hostCommand = () => isCompiled ? compiledHostCommand() : denoHostCommand();
export const env = (name: string) => Deno.env.get(name);

/** All extensions as one: workers, MCP servers and coding agents. */
export async function extensionsOf(
  options: SessionOptions,
  artifacts: ArtifactPort,
  { grants, monitor, proposals, source = sourceOf(options), texts, notices }: {
    readonly grants?: Grants | undefined;
    readonly proposals?: FileProposalPort | undefined;
    readonly monitor?: ResourceMonitor;
    readonly source?: ExtensionLoader;
    readonly texts?: SharedTexts | undefined;
    readonly notices?: Notices | undefined;
  } = {},
): Promise<JoinedExtensions> {
  const allGrants = grants ?? await grantsOf(options);
  const ledger = monitor ?? new ResourceMonitor({ data: options.data });
  const hosts = new HostExtensions({
    source,
    command: hostCommand(),
    grants: allGrants,
    artifacts,
    settings: await openSettings(options.data),
    readSettings: () => openSettings(options.data),
    health: await HealthBook.open(options.data),
    monitor: ledger,
    proposals,
    spares: true,
    ...texts === undefined ? {} : { texts: () => texts.open() },
    ...notices === undefined ? {} : { notices },
  });
  const book = new OutsideBook({
    monitor: ledger,
    audit: allGrants.audit,
    redact: (text) => allGrants.secrets.redact(text),
  });
  const mcp = new McpExtensions({ servers: () => readServers(options.data), artifacts, env, book });
  const acp = new AcpExtensions({ agents: () => readAgents(options.data), env, book, proposals });
  return new JoinedExtensions(hosts, [
    { owns: McpExtensions.owns, port: mcp },
    { owns: AcpExtensions.owns, port: acp },
  ]);
}

/** What makes, checks and installs extensions. */
export async function deskOf(data: string, folder: string): Promise<ExtensionDesk> {
  // Parser, archives and the rest are needed by these commands alone.
  const { ExtensionDesk } = await import("./extensions/desk.ts");
  const source = sourceOf({ data, extensions: [] });
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

/** A program that ends sooner need not notice what is installed meanwhile. */
const LONG_SESSION_MS = 2_000;

/** Takes over what is installed, updated, removed, edited or set anew while a session is open. */
export function watchExtensions(
  { data, extensions: extra }: Pick<SessionOptions, "data" | "extensions">,
  hosts: JoinedExtensions,
  onNews: (news: readonly ReloadNews[]) => void,
  onError: (line: string) => void,
): AsyncDisposable {
  const roots = [`${data}/extensions`, `${Deno.cwd()}/.symphony/extensions`, ...extra];
  const watch = new ExtensionWatch({
    folders: async () => {
      const installed = await Promise.all(
        (await hosts.folders()).map((folder) => Deno.realPath(folder).catch(() => folder)),
      );
      return [...roots, ...installed.filter((one) => !roots.some((root) => one.startsWith(`${root}/`)))];
    },
    files: ["settings.jsonc", "approvals.jsonc", "folders.jsonc"].map((name) => `${data}/${name}`),
    onChange: async () => {
      try {
        const news = await hosts.reload();
        if (news.length > 0) onNews(news);
      } catch (error) {
        onError(`Cannot take over what changed of the extensions: ${messageOf(error)}`);
      }
    },
  });
  const cancel = new SystemClock().schedule(LONG_SESSION_MS, () => void watch.begin().catch(() => {}));
  return {
    async [Symbol.asyncDispose]() {
      cancel();
      await watch[Symbol.asyncDispose]();
    },
  };
}
