/**
 * Symphony's composition root: with main_*.ts the only files that name a port and its adapter. Read it as the diagram in
 * ARCHITECTURE.md; every decision is somewhere else.
 *
 * @module
 */

import { runCli } from "./cli/mod.ts";
import { loginName, processServices } from "./cli/process_services.ts";
import { userOf } from "./cli/user.ts";
import type { CliServices, Served, ServeRequest, Session, SessionOptions } from "./cli/services.ts";
import { CompositionDesk } from "./conductor/composition/mod.ts";
import { ConductorDesk } from "./conductor/desk.ts";
import { keepForecast, openForecast } from "./conductor/learning/forecast_file.ts";
import { FileDecisionLog } from "./conductor/learning/file_log.ts";
import { FolderPolicies } from "./conductor/learning/folder_policies.ts";
import { LearningConductor } from "./conductor/learning_conductor.ts";
import { WarmAhead } from "./conductor/prewarm/mod.ts";
import { KeptRecovery } from "./conductor/recovery/mod.ts";
import { SimpleConductor } from "./conductor/simple_conductor.ts";
import { messageOf } from "./core/errors.ts";
import type { ExtensionId, InstanceId } from "./core/ids.ts";
import type { Json } from "./core/json.ts";
import { MockExtensions } from "./core/orchestration/mock_run.ts";
import { Runner } from "./core/orchestration/runner.ts";
import type { ExtensionPort } from "./core/ports/extension.ts";
import type { FileProposalPort } from "./core/ports/file_proposals.ts";
import type { PermissionPromptPort } from "./core/ports/permission_prompt.ts";
import { VERSION } from "./core/version.ts";
import { catalogFor } from "./extensions/availability.ts";
import { HeldArtifacts } from "./extensions/capabilities/held_artifacts.ts";
import { readDataFile, writeDataFile } from "./extensions/data_file.ts";
import { addGrant, listGrants, listInstalled, liveGrants, removeGrant } from "./extensions/grant_book.ts";
import { Grants } from "./extensions/grants.ts";
import { HealthBook } from "./extensions/health_book.ts";
import { ResourceMonitor } from "./extensions/monitor/resource_monitor.ts";
import { Notices } from "./extensions/notices.ts";
import { newsText, type ReloadNews } from "./extensions/reloading.ts";
import { FolderSafety } from "./extensions/safety_desk.ts";
import { liveSecrets } from "./extensions/secret_book.ts";
import { changeSetting, listSettings } from "./extensions/settings.ts";
import { ExtensionLoader } from "./extensions/loader/loader.ts";
import { ExtensionMotifs } from "./extensions/motif/extension_motifs.ts";
import { changeLimit, limitsIn, listLimits } from "./pit/arbitration/limits_file.ts";
import { splitWeights } from "./pit/arbitration/user_weights.ts";
import { openPit, type PitLimits } from "./pit/open_pit.ts";
import { poolBounds } from "./pit/pool/bound_limits.ts";
import {
  deskOf,
  env,
  extensionsOf,
  grantsOf,
  here,
  isCompiled,
  sourceOf,
  watchExtensions,
} from "./main_extensions.ts";
import { SharedTexts } from "./main_texts.ts";
import type { UiParts } from "./main_ui.ts";
import { SystemClock } from "./system/clock.ts";
import { FilePoll, fileStamp } from "./system/file_poll.ts";
import { machineCapacity } from "./system/machine.ts";
import { dataFolderPath, makeDataFolder } from "./system/data_folder.ts";
import { folderFiles } from "./system/folder_files.ts";
import { Keyring, passphraseFrom } from "./system/secrets.ts";
import { SystemRandom } from "./system/random.ts";
import { SystemTriggers } from "./system/triggers/system_triggers.ts";
import { readTemplates } from "./system/template_folder.ts";

const clock = new SystemClock();
/** A second in which somebody waits is worth five minutes of an idle host: some 30 MB, and no processor. */
const EXTENSION_HOSTS = { urgency: 300, loadSeconds: 0.2 };
const programName = isCompiled ? "symphony" : "deno task -q symphony";

/** The pool's instances are activated extensions; what they take the hosts know. */
function instancesOf(
  extensions: () => ExtensionPort,
  memoryOf: NonNullable<Parameters<typeof openPit>[1]["memoryOf"]>,
): Parameters<typeof openPit>[1] {
  return {
    memoryOf,
    warm: (id) => extensions().activate(id),
    cool: (id) => extensions().deactivate(id),
    isAlive: (id) => extensions().isAlive(id),
  };
}

/** What all runs of a data folder may take together; a person may edit it as well. */
function limitsFile(data: string) {
  const file = `${data}/limits.jsonc`;
  return {
    file,
    read: () => readDataFile(file),
    text: () => Deno.readTextFile(file),
    write: (value: Json) =>
      writeDataFile(file, "Limits of what runs take. `symphony limits` changes them.", value),
  };
}

/** How soon a process at work takes over limits that a person sets. */
const LIMITS_LOOK_MS = 500;

/** As they are set now; `freeBytes` of memory were there when the process began. @throws SymphonyError `bad-input` */
async function limitsOf(data: string, freeBytes: number): Promise<PitLimits> {
  const { weights, limits } = splitWeights(await limitsIn(limitsFile(data), machineCapacity()));
  return { ...poolBounds(limits, freeBytes), weights };
}

/** Below the data folder: what the Conductor decided, and what it has learned from it. */
function conductorFiles(data: string) {
  const folder = `${data}/conductor`;
  return { log: new FileDecisionLog(`${folder}/decisions.jsonl`), store: new FolderPolicies(folder) };
}

interface SessionParts {
  /** Put between the runs and the extensions. */
  readonly around?: (extensions: ExtensionPort) => ExtensionPort;
  readonly grants?: Grants;
  /** Where extensions come from, where others ask it, too. */
  readonly source?: ExtensionLoader;
  /** The editor, where the person has one before them. */
  readonly texts?: SharedTexts;
  readonly notices?: Notices;
  /** Hears when extensions were replaced, or could not be, while the session is open. */
  readonly onReload?: (news: readonly ReloadNews[]) => void;
  readonly onError?: (line: string) => void;
  /** Takes what runs propose to files; without it they cannot. */
  readonly proposals?: FileProposalPort;
  /** True where a person can be asked, although there is no terminal. */
  readonly mayAsk?: boolean;
}

/** What the Pit takes from the surroundings: secrets, keys by name, where decisions are kept. */
function pitSurroundings(data: string, runsPolicies: boolean): Parameters<typeof openPit>[3] {
  const keyring = new Keyring();
  return {
    secret: {
      passphrase: () => passphraseFrom("SYMPHONY_PASSPHRASE", "Passphrase of the artifact store"),
      fromKeyring: (account) => keyring.get(account),
      toKeyring: (account, secret) => keyring.set(account, secret),
    },
    newPassphrase: () => passphraseFrom("SYMPHONY_NEW_PASSPHRASE", "New passphrase of the artifact store"),
    environment: (name) => Deno.env.get(name),
    decisions: conductorFiles(data).log.path,
    runsPolicies,
  };
}

async function openSession(options: SessionOptions, parts: SessionParts = {}): Promise<Session> {
  const data = makeDataFolder(options.data);
  const { log, store } = conductorFiles(data);
  const forecast = await openForecast(store, EXTENSION_HOSTS);
  const { file } = limitsFile(data);
  const { memoryBytes } = machineCapacity();
  const limitsLook = { file, since: fileStamp(file), everyMs: LIMITS_LOOK_MS };
  const monitor = new ResourceMonitor({ data });
  await monitor.recall();
  const memoryOf = (id: InstanceId, extension: ExtensionId) =>
    hosts.memoryOf(id) ?? monitor.processMemory(extension);
  const pit = await openPit(data, instancesOf(() => extensions, memoryOf), clock, {
    ...pitSurroundings(data, true),
    forecast,
    ...await limitsOf(data, memoryBytes),
    pid: Deno.pid,
  });
  const limitsPoll = new FilePoll(limitsLook, clock, async () => {
    try {
      pit.changeLimits(await limitsOf(data, memoryBytes));
    } catch (error) {
      parts.onError?.(`The limits stay as they were: ${messageOf(error)}`);
    }
  });
  const lookAhead = new WarmAhead(forecast, pit.pool, clock);
  const source = parts.source ?? sourceOf({ ...options, data });
  const hosts = await extensionsOf({ ...options, data }, pit.artifacts, {
    grants: parts.grants,
    monitor,
    source,
    texts: parts.texts,
    notices: parts.notices,
    proposals: parts.proposals,
  });
  const around = parts.around ?? options.wrap ?? ((inner: ExtensionPort) => inner);
  const extensions = around(hosts);
  const mockExtensions = around(new MockExtensions(hosts));
  const random = new SystemRandom();
  const conductor = await LearningConductor.open({
    log,
    store,
    clock,
    random,
    fallback: new SimpleConductor(),
  });
  const recovery = await KeptRecovery.open({ log, store, clock, random });
  const mayAsk = parts.mayAsk ?? (Deno.stdin.isTerminal() && Deno.stdout.isTerminal());
  const motifs = new ExtensionMotifs(source, extensions);
  const watching = watchExtensions({ ...options, data }, hosts, (news) => {
    motifs.refresh();
    parts.onReload?.(news);
  }, parts.onError ?? (() => {}));
  const { control, memo, plans } = pit;
  const ports = {
    ...{ pit, memo, plans, control, extensions, mockExtensions },
    ...{ conductor, recovery, mayAsk, clock, random },
  };
  const user = userOf({ env, loginName });
  const whose = user === undefined ? {} : { user };
  const watched = { ...ports, ...whose, lookAhead, poolWatch: pit.pool, callNeeds: monitor };
  return {
    runner: new Runner(
      watched,
      (definition) => options.wrap === undefined ? catalogFor(hosts, definition) : extensions.describe(),
    ),
    pit,
    queue: pit.queue,
    control: pit.control,
    extensions,
    monitor,
    motifs,
    unavailable: (types) => hosts.availability(types),
    async [Symbol.asyncDispose]() {
      limitsPoll[Symbol.dispose]();
      await watching[Symbol.asyncDispose]();
      lookAhead[Symbol.dispose]();
      await extensions.close();
      await parts.texts?.[Symbol.asyncDispose]();
      await keepForecast(store, forecast).catch(() => {}); // Only time is lost by it.
      await conductor[Symbol.asyncDispose]();
      await recovery[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
      await pit[Symbol.asyncDispose]();
    },
  };
}

/** Runs of the queue that a server carries out at once, beside those that are started in it. */
const SERVED_RUNS = 4;

/** The page's server. Its grants are those of the session, so that an answer there is in force at once. */
async function serve(request: ServeRequest): Promise<Served> {
  const data = makeDataFolder(request.data);
  const options = { ...request, data };
  const { pageFromSource, serveUi } = await import("./main_ui.ts");
  return await serveUi(options, {
    version: VERSION,
    program: programName,
    clock,
    assets: isCompiled ? `${here}/ui` : await pageFromSource(),
    parts: (prompt) => Promise.resolve(uiParts(options, prompt, request.onError)),
  });
}

/** What the page's server works with; grants are asked for through `prompt`. */
export function uiParts(
  options: SessionOptions & { readonly workspace: string },
  prompt: PermissionPromptPort,
  onError: (line: string) => void = () => {},
): UiParts {
  const { conductor, composition, templates } = services();
  const { data } = options;
  // One for all who ask: what is being loaded is loaded once.
  const source = sourceOf(options);
  const grants = grantsOf({ ...options, prompt });
  const texts = new SharedTexts(data, options.workspace);
  const notices = new Notices();
  const reloads = new Set<() => void>();
  const onReload = (news: readonly ReloadNews[]) => {
    for (const one of news) {
      const text = newsText(one);
      if (one.what === "kept") onError(`${one.extension}: ${text}`);
      notices.tell(one.extension, one.what === "kept" ? "warn" : "info", text);
    }
    for (const heard of reloads) heard();
  };
  return {
    templates,
    composition,
    conductor: conductor(),
    settings: {
      list: () => listSettings(data, source),
      change: (change) => changeSetting(data, source, change),
    },
    decisionLog: () => conductorFiles(data).log,
    openTexts: () => texts.open(),
    notices,
    onReload(heard) {
      reloads.add(heard);
      return () => void reloads.delete(heard);
    },
    installed: async () => await listInstalled(source, await grants, await HealthBook.open(data)),
    grants: liveGrants(grants),
    secrets: liveSecrets(sourceOf(options), grants),
    async open(around, proposals) {
      const { withWorker } = await import("./cli/queue_worker.ts");
      const session = await openSession(options, {
        ...{ around, grants: await grants, source, proposals, texts, notices, onReload, onError },
        mayAsk: true,
      });
      return withWorker(services(), session, SERVED_RUNS);
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
    pitSurroundings(folder, false),
  );
  const { compaction, control, memo, pools, queue } = pit;
  return {
    pit,
    compaction,
    control,
    memo,
    pools,
    queue,
    [Symbol.asyncDispose]: () => pit[Symbol.asyncDispose](),
  };
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
    program: programName,
    clock,
    random: new SystemRandom(),
    triggerSource: new SystemTriggers(),
    dataFolder: (flag) => system.absolute(dataFolderPath(flag)),
    templates: () => readTemplates(`${here}/templates`),
    catalog,
    openSession,
    openStore,
    serve,
    reviews: async (data, run) => {
      const { ReviewBook } = await import("./ui/server/texts/review_book.ts");
      const nothing = { credit: () => Promise.resolve(0), onError: () => {} };
      return new ReviewBook(`${data}/ui/reviews.jsonl`, clock, nothing).ofRun(run);
    },
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
    grants: {
      list: listGrants,
      add: (data, grant) => addGrant(data, grant, sourceOf({ data, extensions: [] })),
      remove: removeGrant,
    },
    limits: {
      list: (data) => listLimits(limitsFile(data), machineCapacity()),
      set: async (data, { kind, limit }) => void await changeLimit(limitsFile(data), kind, limit),
      remove: (data, kind) => changeLimit(limitsFile(data), kind, undefined),
    },
    settings: {
      list: (options, extension) => listSettings(options.data, sourceOf(options), extension),
      change: (options, change) => changeSetting(options.data, sourceOf(options), change),
    },
  };
}

/** Runs the command that the process was started with; gives the exit code. symphony.ts is the program's entry. */
export async function main(): Promise<number> {
  return await runCli(services());
}

if (import.meta.main) Deno.exit(await main());
