/**
 * symphony-editor: the composition root of the second executable.
 *
 * @module
 */

import { messageOf } from "../core/errors.ts";
import { dataFolderPath } from "../system/data_folder.ts";
import { SystemClock } from "../system/clock.ts";
import { BufferFiles } from "./buffer_files.ts";
import { Buffers } from "./buffers.ts";
import { type Options, parseOptions, USAGE } from "./command_line.ts";
import { SystemDisk } from "./files/disk.ts";
import { Journal } from "./journal/journal.ts";
import { openLog } from "./log.ts";
import { defaultLanguageSettings, type LanguageSettings } from "./lsp/config/language_settings.ts";
import { FrontLanguage } from "./lsp/front_language.ts";
import { LanguagePlugins } from "./lsp/language_plugins.ts";
import { localLanguage } from "./lsp/lazy_methods.ts";
import { LazyLanguages } from "./lsp/lazy_languages.ts";
import { listen } from "./rpc/listen.ts";
import { protocolOf } from "./rpc/protocol_of.ts";
import { serve, type ServeParts, type Wire } from "./rpc/serve.ts";
import { stdio } from "./rpc/stdio.ts";
import { Desk } from "./revision/desk.ts";
import { keepPerson } from "./revision/keep_person.ts";
import { PluginHost } from "./plugins/plugin_host.ts";
import { Session } from "./session/session.ts";
import { openingLines } from "./syntax/language_of.ts";
import { Looks } from "./themes/looks.ts";
import { ThemeStore } from "./themes/theme_store.ts";

/** What dead processes have left is looked through once the start is over. */
const TIDY_MS = 3_000;

/** Runs until the front ends have gone; the status to leave with. */
async function run(options: Options): Promise<number> {
  const log = openLog(options.log);
  const report = (error: unknown) => log(error instanceof Error ? String(error.stack) : String(error));
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    report(event.error);
  });
  const buffers = new Buffers(report);
  using files = new BufferFiles(buffers);
  const fronts = new Set<Session>();
  const tell = (message: string) => {
    log(message);
    for (const front of fronts) front.alert(message);
  };
  const data = options.data ?? platformFolder();
  using journal = options.journal && data !== undefined
    ? new Journal(buffers, files, {
      folder: `${data}/journal`,
      durability: options.durability,
      onTrouble: tell,
    })
    : undefined;
  using desk = new Desk(buffers, files, journal);
  await using host = new PluginHost(buffers, { report: log });
  const settings = await languageSettings(options.languages);
  await using languages = new LazyLanguages(
    { buffers, disk: new SystemDisk({ watch: false }) },
    new SystemClock(),
    {
      settings,
      log,
      ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
    },
  );
  const plugins = new LanguagePlugins(host, languages);
  const parts: ServeParts = {
    durable: () => journal?.safeOrTroubled(),
    log,
    session(peer) {
      const front = new Session({
        buffers,
        files,
        plugins,
        ...(languages.isOn
          ? { language: new FrontLanguage(() => localLanguage(desk, languages, host)) }
          : {}),
        looks: (notify) => new Looks(host, new ThemeStore(log), (style) => notify("def_style", style)),
        languageOf: (path, buffer) => host.languageOf({ path, ...openingLines(buffer.text) }),
        send: (message) => peer.send(message),
        ask: (method, params) => peer.ask(method, params),
        log,
        form: { insOnly: options.insOnly, parts: false },
        keep: keepPerson(desk),
      });
      fronts.add(front);
      return front;
    },
    ended: (front) => fronts.delete(front),
  };
  const revision = () => import("./revision/serve_revision.ts");
  /** Settles when a client of the revision protocol has begun. */
  const needed = Promise.withResolvers<void>();
  needed.promise.catch(() => undefined);
  const serveEither = async (wire: Wire): Promise<boolean> => {
    const client = await protocolOf(wire);
    if (client.protocol === "front-end") return await serve(client.wire, parts);
    const { serveRevision } = await revision();
    await serveRevision(
      { ...client.wire, close() {} },
      desk,
      journal,
      languages,
      host,
      () => needed.resolve(),
    );
    return true;
  };
  if (options.spare) warm(journal, needed.promise).catch(report);
  const tidying = setTimeout(() => journal?.tidy().catch(report), TIDY_MS);
  await using sockets = new AsyncDisposableStack();
  const path = options.listen;
  const listening = path === undefined
    ? undefined
    // While a spare waits, the socket belongs to the one that works.
    : (options.spare ? needed.promise : Promise.resolve()).then(async () =>
      sockets.use(await listen(path, serveEither, log))
    );
  if (!options.spare) await listening;
  listening?.catch(report);
  const isWell = !options.stdio || await serveEither(stdio);
  clearTimeout(tidying);
  needed.reject(new Error("The spare was not needed"));
  const socket = await listening?.catch(() => undefined);
  if (!options.stdio) {
    await new Promise<void>((resolve) => Deno.addSignalListener("SIGTERM", () => resolve()));
  } else await socket?.deserted();
  return isWell ? 0 : 1;
}

async function languageSettings(which: Options["languages"]): Promise<LanguageSettings | undefined> {
  if (which === "off") return undefined;
  if (which === "default") return defaultLanguageSettings;
  return await (await import("./lsp/config/read_settings.ts")).readLanguageSettings(which.file);
}

/** Where journals lie when nobody says where; undefined where the platform has no place, then there are none. */
function platformFolder(): string | undefined {
  try {
    return `${dataFolderPath()}/editor`;
  } catch {
    return undefined;
  }
}

/** Does ahead what a spare would otherwise do when it is needed, as long as it is not. */
async function warm(journal: Journal | undefined, needed: Promise<void>): Promise<void> {
  const isNeeded = new AbortController();
  const stop = () => isNeeded.abort();
  needed.then(stop, stop);
  // Made now, the session's folder is there when it is needed.
  journal?.session;
  const { warmUp } = await import("./revision/warm_up.ts");
  await warmUp(isNeeded.signal);
}

if (import.meta.main) {
  try {
    if (Deno.args[0] === "replay") Deno.exit(await (await import("./replay.ts")).replay(Deno.args.slice(1)));
    const extra = Deno.env.get("SYMPHONY_EDITOR_OPTIONS")?.split(/\s+/).filter((word) => word !== "") ?? [];
    const options = parseOptions([...Deno.args, ...extra]);
    if (options.help) await Deno.stdout.write(new TextEncoder().encode(USAGE));
    else Deno.exit(await run(options));
  } catch (error) {
    await Deno.stderr.write(new TextEncoder().encode(`${messageOf(error)}\n`));
    Deno.exit(2);
  }
}
