/**
 * All plugins of the editor: those that are processes, and the highlighter that is built in. It hears of the buffers, tells the
 * plugins, and carries out what they say.
 *
 * Invariants: P1. nothing here waits for a plugin; P2. what a plugin says about an old revision is carried over to the newest, or refused if
 * the revision is not known; P3. the end of a plugin takes away what it said and nothing else; P4. edits that a plugin makes in
 * reaction to an edit are made in `settle`, after every listener has heard of the edit.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Buffer, BufferChange, Buffers } from "../buffers.ts";
import type { ColouredLines } from "../structure/colours.ts";
import type { TreeView } from "../syntax/highlight.ts";
import type { Annotation } from "./annotations.ts";
import { BUILT_IN_ID, BuiltIn } from "./built_in.ts";
import type { FoundPlugin, PluginFolders } from "./discover.ts";
import type { FrontEnd, Region } from "./front_end.ts";
import { type Layer, Layers } from "./layers.ts";
import type { BufferInfo, CoreMessage, PluginMessage, UpdateMessage } from "./messages.ts";
import { type LanguageFacts, PluginLanguages } from "./plugin_languages.ts";
import type { PluginRun, RunCore } from "./plugin_run.ts";
import { type Outcome, takeMessage } from "./take_message.ts";

/** A plugin that dies by itself is started again so often, if it had lived for a while. */
const RESTARTS = 3;
const RESTART_AFTER_MS = 500;
const LIVED_MS = 5_000;

/** How long a render after an edit waits for the spans of a plugin process: as in xi. */
const RENDER_DELAY_MS = 2;

/** What plugins may be told of a buffer only this often in one `settle`: two that answer each other's edits would never end. */
const ROUNDS = 16;

export interface PluginHostOptions {
  readonly report?: (problem: string) => void;
  readonly now?: () => number;
  /** Without the built-in highlighter. */
  readonly bare?: boolean;
}

export class PluginHost {
  readonly #buffers: Buffers;
  readonly #report: (problem: string) => void;
  readonly #now: () => number;
  readonly #frontEnds = new Set<FrontEnd>();
  readonly #layers = new Map<Buffer, Layers>();
  readonly #found = new Map<string, FoundPlugin>();
  readonly #runs = new Map<string, PluginRun>();
  readonly #stopping = new Set<PluginRun>();
  readonly #restarts = new Map<string, { count: number; startedAt: number }>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #languages = new PluginLanguages();
  readonly #builtIn: BuiltIn;
  readonly #stopListening: () => void;
  readonly #core: RunCore;
  /** Changes that the built-in plugin has not been told of. */
  readonly #unsettled = new Map<Buffer, BufferChange[]>();
  #runClass: typeof PluginRun | undefined;
  #isRendering = false;
  #isClosed = false;

  constructor(buffers: Buffers, options: PluginHostOptions = {}) {
    this.#buffers = buffers;
    this.#report = options.report ?? (() => {});
    this.#now = options.now ?? (() => performance.now());
    this.#core = {
      take: (run, buffer, message) => this.#take(run.id, run.name, buffer, message),
      infoOf: (buffer) => this.#infoOf(buffer),
      selectionsOf: (viewId) => this.#selectionsOf(viewId),
      report: this.#report,
      ended: (run, code, reason) => this.#ended(run, code, reason),
      now: this.#now,
    };
    this.#builtIn = new BuiltIn(
      (buffer, message) => this.#take(BUILT_IN_ID, BuiltIn.label, buffer, message),
      {
        report: this.#report,
        now: this.#now,
        isOff: options.bare === true,
      },
    );
    this.#stopListening = buffers.listen({
      opened: (buffer) => this.#opened(buffer),
      edited: (change) => this.#edited(change),
      saved: (buffer) => {
        this.#tellAbout(buffer, (viewId) => ({ type: "did_save", viewId, path: buffer.path ?? "" }));
        // xi looks at the language after every save and says what it is, even where it is the same.
        this.#tellAbout(
          buffer,
          (viewId) => ({ type: "language_changed", viewId, language: buffer.language }),
        );
      },
      languageChanged: (buffer) => {
        this.#tellAbout(
          buffer,
          (viewId) => ({ type: "language_changed", viewId, language: buffer.language }),
        );
        this.settle(buffer);
        this.#builtIn.languageChanged(buffer);
        this.#startFor(buffer.language);
      },
      closed: (buffer) => this.#closed(buffer),
    });
    for (const buffer of buffers) this.#opened(buffer);
  }

  /** Lets a front end hear of plugins; the result ends it. */
  attach(frontEnd: FrontEnd): () => void {
    this.#frontEnds.add(frontEnd);
    return () => this.#frontEnds.delete(frontEnd);
  }

  /** Finds the plugins in the folders and starts those that want to be started at once. Does not wait for them. */
  async start({ configDir, extrasDir, searchPath }: PluginFolders): Promise<void> {
    const places = [
      ...(configDir === undefined ? [] : [`${configDir}/plugins`]),
      ...(extrasDir === undefined ? [] : [extrasDir]),
      ...(searchPath ?? []),
    ];
    // What reads manifests is only loaded where there may be some: the first answer comes sooner.
    if (places.length > 0) await this.#discover(places);
    this.#builtIn.start();
  }

  async #discover(places: readonly string[]): Promise<void> {
    const { discoverPlugins } = await import("./discover.ts");
    const found = await discoverPlugins(places, this.#report);
    if (found.length === 0) return;
    this.#runClass ??= (await import("./plugin_run.ts")).PluginRun;
    for (const plugin of found) {
      const { name, activations } = plugin.manifest;
      if (this.#found.has(name)) continue;
      this.#found.set(name, plugin);
      this.#languages.add(plugin);
      if (activations.length === 0 || activations.includes("autorun")) this.#startPlugin(name);
    }
    for (const buffer of this.#buffers) this.#startFor(buffer.language);
  }

  /** Resolves once the built-in highlighter can colour, or cannot. */
  get ready(): Promise<void> {
    return this.#builtIn.ready;
  }

  /** Settles soon, once the highlighter can colour a buffer or cannot; undefined where it can already or never will. */
  starting(buffer: Buffer): Promise<void> | undefined {
    return this.#builtIn.starting(buffer);
  }

  /** Every language there is, sorted by name, with the settings that come with it. */
  languages(): readonly { readonly name: string; readonly defaults?: JsonObject }[] {
    return this.#languages.all();
  }

  /** The name of the language a file is in; "Plain Text" where nothing says. Languages of plugins come before our own. */
  languageOf(facts: LanguageFacts): string {
    return this.#languages.languageOf(facts);
  }

  /** A view has opened. Tells the front end which plugins run, and the plugins of the buffer; gives the plugins' names. */
  viewOpened(viewId: string, buffer: Buffer): readonly string[] {
    this.#builtIn.configured(buffer, this.#configOf(buffer));
    this.#startFor(buffer.language);
    const frontEnd = this.#frontEndOf(viewId);
    for (const [name, run] of this.#runs) {
      frontEnd?.notify("plugin_started", { view_id: viewId, plugin: name });
      this.#tellCommands(frontEnd, viewId, run.plugin);
      const info = this.#infoOf(buffer);
      if (info !== undefined) run.opened(buffer, info);
    }
    return [...this.#runs.keys()];
  }

  /** A view has closed; plugins hear of it when the buffer has no other. */
  viewClosed(viewId: string, buffer: Buffer): void {
    if (this.#viewsOf(buffer).some((other) => other !== viewId)) return;
    for (const run of this.#runs.values()) run.closed(buffer);
  }

  /** A buffer's settings changed. */
  configChanged(buffer: Buffer, changes: JsonObject): void {
    this.#builtIn.configured(buffer, changes);
    this.#tellAbout(buffer, (viewId) => ({ type: "config_changed", viewId, changes }));
  }

  /** The front end's `plugin` notification: start, stop, or something for a plugin. What is unknown is reported. */
  command(params: JsonObject): void {
    const { command, plugin_name: name, receiver, view_id: viewId, rpc } = params;
    const buffer = typeof viewId === "string" ? this.#bufferOf(viewId) : undefined;
    if (command === "start" && typeof name === "string") return this.#startPlugin(name);
    if (command === "stop" && typeof name === "string") return this.#stopPlugin(name);
    if (command === "plugin_rpc" && typeof receiver === "string" && isObject(rpc) && buffer !== undefined) {
      const { method, params: inner } = rpc;
      if (typeof method === "string") return this.#custom(receiver, buffer, method, inner ?? null);
    }
    this.#report(`Cannot carry out plugin command ${JSON.stringify(params).slice(0, 200)}`);
  }

  /** Asks the plugins what they know of a place. */
  hover(_viewId: string, requestId: number, offset: number): void {
    const buffer = this.#bufferOf(_viewId);
    if (buffer === undefined) return;
    this.#tellAbout(
      buffer,
      (viewId) => ({ type: "get_hover", viewId, requestId, offset, text: buffer.text }),
    );
  }

  /** Makes lines comments or takes the marks away. */
  toggleComment(buffer: Buffer, lines: readonly (readonly [first: number, end: number])[]): void {
    this.#custom(BuiltIn.label, buffer, "toggle_comment", lines.map(([first, end]) => [first, end]));
  }

  reindent(buffer: Buffer, lines: readonly (readonly [first: number, end: number])[]): void {
    this.#custom(BuiltIn.label, buffer, "reindent", lines.map(([first, end]) => [first, end]));
  }

  tracing(enabled: boolean): void {
    for (const run of this.#runs.values()) run.tell({ type: "tracing_config", enabled });
  }

  /** The trace events of all plugins. */
  async collectTrace(): Promise<Json[]> {
    const traces = await Promise.all([...this.#runs.values()].map((run) => run.collectTrace()));
    return traces.flatMap((trace) => Array.isArray(trace) ? trace : []);
  }

  /** What plugins marked between two places of the newest text. */
  *annotations(buffer: Buffer, from: number, to: number): Generator<Annotation, void, undefined> {
    for (const { annotations } of this.#layers.get(buffer)?.all ?? []) yield* annotations.within(from, to);
  }

  /** How long a render after an edit may wait for the spans of a plugin process. */
  get renderDelayMs(): number {
    return this.#runs.size > 0 ? RENDER_DELAY_MS : 0;
  }

  /**
   * Lets the built-in plugin react to what has happened to a buffer: indent, parse within its budget, tell what looks different. Called
   * after an edit and before the render, it makes one frame of both; else it happens at the end of the turn.
   */
  settle(buffer: Buffer): void {
    for (let round = 0; round < ROUNDS; round++) {
      const changes = this.#unsettled.get(buffer);
      if (changes === undefined) break;
      this.#unsettled.delete(buffer);
      for (const change of changes) this.#builtIn.edited(change);
    }
    this.#builtIn.work(buffer);
  }

  /** The layers of a buffer, for looks, with the spans of [from, to) as new as can be. Called while lines are rendered. */
  layersFor(buffer: Buffer, from: number, to: number): readonly Layer[] {
    const wasRendering = this.#isRendering;
    this.#isRendering = true;
    try {
      this.#builtIn.want(buffer, from, to);
    } finally {
      this.#isRendering = wasRendering;
    }
    return this.#layers.get(buffer)?.all ?? [];
  }

  /**
   * Lends the syntax tree of the newest text to `use`, in the turn in which it is ready: at once for most edits, later for a large file or
   * half-written code, which are parsed in slices. Undefined where the language has no grammar or the buffer closes meanwhile.
   * @param signal ends the wait
   */
  async withTree<T>(
    buffer: Buffer,
    use: (view: TreeView) => T,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    this.#builtIn.start();
    await this.ready;
    while (this.#layers.has(buffer)) {
      signal?.throwIfAborted();
      this.settle(buffer);
      const view = this.#builtIn.tree(buffer);
      if (view !== undefined) return use(view);
      if (!this.#builtIn.hasTree(buffer)) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return undefined;
  }

  /** Asks what colours a buffer by lines, as Markdown is; undefined where the language has a grammar, or none of both. */
  async withLines<T>(
    buffer: Buffer,
    use: (lines: ColouredLines) => T,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    this.#builtIn.start();
    await this.ready;
    signal?.throwIfAborted();
    if (!this.#layers.has(buffer)) return undefined;
    this.settle(buffer);
    const lines = this.#builtIn.lines(buffer);
    return lines === undefined ? undefined : use(lines);
  }

  /** Whether the colours of a buffer are those of its newest text. */
  isCurrent(buffer: Buffer): boolean {
    return !this.#unsettled.has(buffer) && this.#builtIn.isCurrent(buffer);
  }

  /** Ends every plugin. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#builtIn.close();
    const stopping = [...this.#stopping].map((run) => run.ended);
    await Promise.all([...stopping, ...[...this.#runs.values()].map((run) => this.#stop(run))]);
  }

  // Buffers.

  #opened(buffer: Buffer): void {
    this.#layers.set(buffer, new Layers());
    this.#builtIn.opened(buffer, this.#configOf(buffer));
  }

  #edited(change: BufferChange): void {
    const { buffer } = change;
    this.#layers.get(buffer)?.apply(change.delta);
    for (const run of this.#runs.values()) run.edited(change);
    const waiting = this.#unsettled.get(buffer);
    if (waiting !== undefined) {
      waiting.push(change);
      return;
    }
    this.#unsettled.set(buffer, [change]);
    queueMicrotask(() => {
      if (this.#unsettled.has(buffer) && this.#layers.has(buffer)) this.settle(buffer);
    });
  }

  #closed(buffer: Buffer): void {
    for (const run of this.#runs.values()) run.closed(buffer);
    this.#builtIn.closed(buffer);
    this.#layers.delete(buffer);
    this.#unsettled.delete(buffer);
  }

  /** Tells every plugin process that knows a buffer. */
  #tellAbout(buffer: Buffer, message: (viewId: string) => Exclude<CoreMessage, UpdateMessage>): void {
    for (const run of this.#runs.values()) {
      const viewId = run.viewIdOf(buffer);
      if (viewId !== undefined) run.tell(message(viewId));
    }
  }

  #custom(receiver: string, buffer: Buffer, method: string, params: Json): void {
    if (!this.#runs.has(receiver) && this.#found.has(receiver)) this.#startPlugin(receiver);
    const run = this.#runs.get(receiver);
    const viewId = run?.viewIdOf(buffer);
    if (run !== undefined && viewId !== undefined) {
      run.tell({ type: "custom_command", viewId, method, params });
    } else if (receiver === BuiltIn.label) {
      this.settle(buffer);
      this.#builtIn.command(buffer, method, params);
      this.settle(buffer);
    } else this.#report(`There is no plugin "${receiver}" for "${method}"`);
  }

  // What plugins say.

  #take(pluginId: number, name: string, buffer: Buffer, message: PluginMessage): void {
    const layers = this.#layers.get(buffer);
    if (layers === undefined) return;
    const outcome = takeMessage(message, {
      pluginId,
      name,
      buffer,
      layer: layers.of(pluginId),
      report: this.#report,
    });
    if (outcome !== undefined) this.#announce(buffer, outcome);
  }

  #announce(buffer: Buffer, outcome: Outcome): void {
    for (const frontEnd of this.#frontEnds) {
      switch (outcome.type) {
        case "styles":
          // Whoever renders now asks for exactly these.
          if (!this.#isRendering) frontEnd.stylesChanged(buffer, outcome.from, outcome.to);
          break;
        case "annotations":
          frontEnd.annotationsChanged(buffer);
          break;
        case "views":
          for (const viewId of frontEnd.viewsOf(buffer)) {
            frontEnd.notify(outcome.method, { ...outcome.params, view_id: viewId });
          }
          break;
        case "all":
          frontEnd.notify(outcome.method, outcome.params);
      }
    }
  }

  // Plugin processes.

  #startFor(language: string): void {
    for (const [name, { manifest }] of this.#found) {
      const wanted = manifest.activations.some((when) =>
        typeof when === "object" && when.onSyntax === language
      );
      if (wanted && !this.#runs.has(name)) this.#startPlugin(name);
    }
  }

  #startPlugin(name: string): void {
    const plugin = this.#found.get(name);
    if (plugin === undefined) return this.#report(`There is no plugin "${name}"`);
    const Run = this.#runClass;
    if (Run === undefined || this.#runs.has(name) || this.#isClosed) return;
    const open: Buffer[] = [];
    const infos: BufferInfo[] = [];
    for (const buffer of this.#buffers) {
      const info = this.#infoOf(buffer);
      if (info === undefined) continue;
      open.push(buffer);
      infos.push(info);
    }
    try {
      this.#runs.set(name, new Run(this.#buffers.newId(), plugin, this.#core, infos, open));
    } catch (error) {
      this.#report(`Cannot start plugin "${name}": ${messageOf(error)}`);
      return;
    }
    this.#restarts.set(name, { count: this.#restarts.get(name)?.count ?? 0, startedAt: this.#now() });
    for (const buffer of open) {
      this.#toViews(buffer, "plugin_started", { plugin: name });
      for (const frontEnd of this.#frontEnds) {
        for (const viewId of frontEnd.viewsOf(buffer)) this.#tellCommands(frontEnd, viewId, plugin);
      }
    }
  }

  #stopPlugin(name: string): void {
    const run = this.#runs.get(name);
    if (run === undefined) return this.#report(`Plugin "${name}" does not run`);
    this.#removed(run, 0);
    void this.#stop(run);
  }

  #stop(run: PluginRun): Promise<void> {
    this.#stopping.add(run);
    return run.stop();
  }

  #ended(run: PluginRun, code: number, reason: string): void {
    if (this.#stopping.delete(run) || this.#isClosed) return;
    this.#report(`Plugin "${run.name}" ended with status ${code}: ${reason}`);
    this.#removed(run, code);
    const record = this.#restarts.get(run.name);
    if (record === undefined || record.count >= RESTARTS || this.#now() - record.startedAt < LIVED_MS) return;
    record.count++;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#startPlugin(run.name);
    }, RESTART_AFTER_MS);
    this.#timers.add(timer);
  }

  /** Takes away what a plugin said. */
  #removed(run: PluginRun, code: number): void {
    if (this.#runs.get(run.name) === run) this.#runs.delete(run.name);
    for (const [buffer, layers] of this.#layers) {
      const knew = run.knows(buffer) || layers.all.some(({ pluginId }) => pluginId === run.id);
      if (layers.remove(run.id)) this.#announce(buffer, { type: "styles", from: 0, to: buffer.text.length });
      if (knew || this.#viewsOf(buffer).length > 0) {
        this.#toViews(buffer, "plugin_stopped", { plugin: run.name, code });
      }
    }
  }

  // Front ends.

  #infoOf(buffer: Buffer): BufferInfo | undefined {
    const views = this.#viewsOf(buffer);
    if (views.length === 0) return undefined;
    return {
      bufferId: buffer.id,
      views,
      revision: buffer.revision,
      text: buffer.text,
      path: buffer.path,
      language: buffer.language,
      config: this.#configOf(buffer),
    };
  }

  #tellCommands(frontEnd: FrontEnd | undefined, viewId: string, { manifest }: FoundPlugin): void {
    if (manifest.commands.length === 0) return;
    frontEnd?.notify("update_cmds", { view_id: viewId, plugin: manifest.name, cmds: [...manifest.commands] });
  }

  #toViews(buffer: Buffer, method: string, params: JsonObject): void {
    this.#announce(buffer, { type: "views", method, params });
  }

  #viewsOf(buffer: Buffer): string[] {
    return [...this.#frontEnds].flatMap((frontEnd) => [...frontEnd.viewsOf(buffer)]);
  }

  #configOf(buffer: Buffer): JsonObject {
    for (const frontEnd of this.#frontEnds) {
      if (frontEnd.viewsOf(buffer).length > 0) return frontEnd.configOf(buffer);
    }
    return {};
  }

  #frontEndOf(viewId: string): FrontEnd | undefined {
    return [...this.#frontEnds].find((frontEnd) => frontEnd.bufferOf(viewId) !== undefined);
  }

  #bufferOf(viewId: string): Buffer | undefined {
    return this.#frontEndOf(viewId)?.bufferOf(viewId);
  }

  #selectionsOf(viewId: string): readonly Region[] {
    return this.#frontEndOf(viewId)?.selectionsOf(viewId) ?? [];
  }
}
