/**
 * One front end: its views, settings, theme, recordings. Messages come in (`handle`), messages go out (`send`).
 *
 * Everything happens in the turn of the message that asks for it, except where a file has to be read or written, a module to be
 * loaded or the front end to be asked; then `handle` returns a promise, and whoever feeds the session waits for it before the next
 * message. Work that can wait (the rest of a long wrap or search) is done by `idle`, a piece at a time.
 *
 * Invariants: S1. whatever a message holds, the session goes on and no text changes but by what it asks for; S2. messages are carried out
 * in the order they came; S3. every change of a buffer, whoever makes it, is shown in all its views.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { BufferFiles } from "../buffer_files.ts";
import type { Buffer, BufferChange, Buffers } from "../buffers.ts";
import { filePlace } from "../files/file_place.ts";
import type { FrontEnd } from "../plugins/front_end.ts";
import { copy, cut } from "../view/editing.ts";
import { parseEditEvent } from "../view/parse_event.ts";
import { ParamsError } from "../view/params.ts";
import type { UpdateForm } from "../view/render.ts";
import { type Region, Selection } from "../view/selection.ts";
import { after, type Later } from "./later.ts";
import { type AskFrontEnd, Measuring } from "./measuring.ts";
import { type Notification, parseNotification, parseRequest, type Request, viewIdOf } from "./messages.ts";
import { bufferOf, type OpenView } from "./open_view.ts";
import { SessionSettings } from "./session_settings.ts";
import type {
  KeepSide,
  LanguageFinder,
  LanguagePlace,
  LanguageSide,
  LooksSide,
  PluginSide,
} from "./sides.ts";
import { Trace } from "./trace.ts";
import { ViewTurns } from "./view_turns.ts";

/** Until something better is known. */
export const PLAIN_TEXT = "Plain Text";

/** What a session is made of. */
export interface SessionParts {
  readonly buffers: Buffers;
  readonly files: BufferFiles;
  readonly plugins: PluginSide;
  /** Makes the colours of this front end. @param notify sends it a message */
  readonly looks: (notify: (method: string, params: JsonObject) => void) => LooksSide;
  readonly languageOf: LanguageFinder;
  /** Undefined where there is no language intelligence. */
  readonly language?: LanguageSide;
  /** Takes a message for the front end. */
  readonly send: (message: JsonObject) => void;
  readonly ask: AskFrontEnd;
  /** Takes what is worth a developer's attention. */
  readonly log: (text: string) => void;
  readonly form: UpdateForm;
  readonly keep?: KeepSide;
}

/** A message as it came: a notification, or with an id a request. */
export interface Incoming {
  readonly method: string;
  readonly params: Json | undefined;
  readonly id?: Json;
}

/** Codes of errors in responses: the protocol's. */
const INVALID_REQUEST = -32600;
const NO_VIEW = 404;
const IO_ERROR = 5;
const NOT_TEXT = 6;
const LANGUAGE_ERROR = 8;

export class Session implements FrontEnd, Disposable {
  readonly #parts: SessionParts;
  readonly #looks: LooksSide;
  readonly #settings: SessionSettings;
  readonly #turns: ViewTurns;
  readonly #trace = new Trace();
  readonly #views = new Map<string, OpenView>();
  /** Buffers whose language the person has chosen. */
  readonly #chosen = new WeakSet<Buffer>();
  readonly #stops: (() => void)[] = [];
  #started = false;
  /** The theme that the front end has chosen. */
  #theme: string | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#looks = parts.looks((method, params) => this.notify(method, params));
    const measuring = new Measuring(parts.ask, () => this.#turns.rewrapAll());
    this.#settings = new SessionSettings((text) => this.alert(text));
    this.#turns = new ViewTurns({
      views: this.#views,
      settings: this.#settings.settings,
      plugins: parts.plugins,
      looks: this.#looks,
      measuring,
      form: parts.form,
      notify: (method, params) => this.notify(method, params),
      log: parts.log,
    });
    this.#stops.push(
      parts.plugins.attach(this),
      parts.buffers.listen({
        edited: (change) => this.#edited(change),
        saved: (buffer) => this.#turns.redraw(buffer),
        languageChanged: (buffer) => this.#languageChanged(buffer),
        closed: (buffer) => this.#settings.settings.remove(buffer),
      }),
      parts.files.listen({
        conflicted: (buffer) =>
          this.#tellOf(buffer, "was changed by someone else in places edited here: saving is refused"),
        deleted: (buffer) => this.#tellOf(buffer, "was deleted by someone else: saving makes it again"),
      }),
    );
  }

  /** Carries out a message. A promise where it takes longer than the turn; the next message waits for it. */
  handle(message: Incoming): Later {
    const { id } = message;
    try {
      const done = this.#trace.measure(
        message.method,
        () =>
          this.#turns.turn(() => id === undefined ? this.#notified(message) : this.#requested(message, id)),
      );
      return done instanceof Promise ? done.catch((error) => this.#failed(message, error)) : undefined;
    } catch (error) {
      this.#failed(message, error);
    }
  }

  /** Whether there is work that can wait. */
  get hasIdleWork(): boolean {
    return this.#turns.hasIdleWork;
  }

  /** Does a piece of the work that can wait. */
  idle(): Later {
    try {
      const done = this.#turns.idle();
      return done instanceof Promise ? done.catch((error) => this.#parts.log(messageOf(error))) : undefined;
    } catch (error) {
      this.#parts.log(messageOf(error));
    }
  }

  /** Ends the session: its views close. */
  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
    for (const [id, open] of [...this.#views]) {
      this.#parts.keep?.abandoned(bufferOf(open));
      this.#closeView(id);
    }
    this.#settings[Symbol.dispose]();
    this.#looks.close();
  }

  // What plugins need of the front end.

  viewsOf(buffer: Buffer): readonly string[] {
    return [...this.#views].filter(([, open]) => bufferOf(open) === buffer).map(([id]) => id);
  }

  bufferOf(viewId: string): Buffer | undefined {
    return this.#views.get(viewIdOf(viewId))?.hold.buffer;
  }

  configOf(buffer: Buffer): JsonObject {
    return this.#settings.settings.table(buffer);
  }

  selectionsOf(viewId: string): readonly Region[] {
    return this.#views.get(viewIdOf(viewId))?.view.selection.regions ?? [];
  }

  notify(method: string, params: JsonObject): void {
    this.#parts.send({ method, params });
  }

  stylesChanged(buffer: Buffer, from: number, to: number): void {
    this.#turns.stylesChanged(buffer, from, to);
  }

  annotationsChanged(buffer: Buffer): void {
    this.#turns.stale(buffer);
  }

  /** Tells the person. */
  alert(msg: string): void {
    this.notify("alert", { msg });
  }

  // Notifications.

  #notified({ method, params }: Incoming): Later {
    const notification = parseNotification(method, params);
    if (notification.type === "edit") {
      const open = this.#views.get(viewIdOf(notification.viewId));
      if (open === undefined) return;
      const done = this.#turns.edit(open, parseEditEvent(notification.method, notification.params));
      const { keep } = this.#parts;
      return keep === undefined
        ? done
        : after(done, () => keep.placed(bufferOf(open), open.view.selection.regions));
    }
    return this.#carryOut(notification);
  }

  #carryOut(notification: Exclude<Notification, { type: "edit" }>): Later {
    const { plugins } = this.#parts;
    switch (notification.type) {
      case "client started":
        return this.#start(notification);
      case "save":
        return this.#withView(notification.viewId, (open) => this.#save(open, notification.path));
      case "close view":
        return this.#closeView(viewIdOf(notification.viewId));
      case "set theme":
        return this.#setTheme(notification.name);
      case "set language":
        return this.#withView(notification.viewId, (open) => this.#setLanguage(open, notification.language));
      case "modify settings":
        return this.#modifySettings(notification);
      case "plugin":
        return plugins.command(notification.params);
      case "tracing":
        this.#trace.enabled = notification.enabled;
        return plugins.tracing(notification.enabled);
      case "save trace":
        return this.#saveTrace(notification.path, notification.samples);
    }
  }

  #withView(viewId: string, work: (open: OpenView) => Later): Later {
    const open = this.#views.get(viewIdOf(viewId));
    return open === undefined ? undefined : work(open);
  }

  async #start(started: Notification & { type: "client started" }): Promise<void> {
    if (this.#started) {
      this.#parts.log("client_started came again and was ignored");
      return;
    }
    this.#started = true;
    this.#turns.setAbilities(started.abilities);
    const { plugins } = this.#parts;
    const { configDir, extrasDir } = started;
    if (configDir !== undefined) await this.#settings.open(configDir);
    await plugins.start({
      ...(configDir === undefined ? {} : { configDir }),
      ...(extrasDir === undefined ? {} : { extrasDir }),
      searchPath: this.#settings.pluginSearchPath(),
    });
    const languages = plugins.languages();
    await this.#settings.setLanguages(languages);
    if (configDir !== undefined) {
      await this.#looks.followFolder(`${configDir}/themes`, () => this.#themesChanged());
      this.#settings.follow((changes) => this.#turns.settingsChanged(changes));
    }
    const { language } = this.#parts;
    if (started.abilities.language === true && language !== undefined) {
      this.notify("language_methods", { methods: [...language.methods] });
    }
    this.notify("available_languages", { languages: languages.map(({ name }) => name).sort() });
    this.#tellThemes();
  }

  #tellThemes(): void {
    this.notify("available_themes", { themes: [...this.#looks.themeNames()] });
  }

  /** The user's themes have changed: the one that is shown is shown as it is now. */
  #themesChanged(): void {
    this.#tellThemes();
    if (this.#theme === undefined || !this.#looks.isOutdated) return;
    const done = this.#setTheme(this.#theme);
    if (done instanceof Promise) done.catch((error) => this.#parts.log(messageOf(error)));
  }

  #setTheme(name: string): Later {
    const theme = this.#looks.setTheme(name);
    if (theme === undefined) {
      this.#parts.log(`There is no theme "${name}"`);
      return;
    }
    this.#theme = name;
    this.notify("theme_changed", { name: theme.name, theme: theme.settingsJson() });
    this.#turns.redrawAll();
  }

  #modifySettings({ domain, changes }: Notification & { type: "modify settings" }): Later {
    const buffer = domain.type === "override" ? this.bufferOf(domain.viewId) : undefined;
    if (domain.type === "override" && buffer === undefined) return;
    const changed = this.#settings.update(
      buffer === undefined || domain.type !== "override"
        ? domain as Exclude<typeof domain, { type: "override" }>
        : { type: "override", buffer },
      changes,
    );
    return changed === undefined ? undefined : this.#turns.settingsChanged(changed);
  }

  #setLanguage(open: OpenView, language: string): Later {
    const buffer = bufferOf(open);
    this.#chosen.add(buffer);
    if (buffer.language === language) {
      this.notify("language_changed", { view_id: open.view.id, language_id: language });
    } else buffer.setLanguage(language);
  }

  #languageChanged(buffer: Buffer): void {
    for (const id of this.viewsOf(buffer)) {
      this.notify("language_changed", { view_id: id, language_id: buffer.language });
    }
    const changes = this.#settings.settings.refresh();
    const done = this.#turns.settingsChanged(changes);
    if (done instanceof Promise) done.catch((error) => this.#parts.log(messageOf(error)));
  }

  async #save(open: OpenView, path: string): Promise<void> {
    const buffer = bufferOf(open);
    const { saveWithNewline, lineEnding } = this.#settings.settings.of(buffer);
    try {
      const place = await filePlace(path);
      const result = await this.#parts.files.save(buffer, place, {
        // Another file than the buffer's own was chosen knowingly, as in "save as".
        overwrite: place !== buffer.path,
        ...(saveWithNewline ? { lastEnding: lineEnding } : {}),
      });
      if (!result.ok) {
        const why = result.error === "read-only" ? "it is read-only" : "it was changed by someone else";
        this.alert(`Cannot save "${path}": ${why}`);
        return;
      }
    } catch (error) {
      this.alert(`${messageOf(error)}. File path: ${JSON.stringify(path)}`);
      return;
    }
    this.#turns.flush();
    const language = this.#chosen.has(buffer) ? buffer.language : this.#languageOf(buffer);
    if (language !== buffer.language) buffer.setLanguage(language);
    else this.notify("language_changed", { view_id: open.view.id, language_id: language });
  }

  async #saveTrace(path: string, samples: Json): Promise<void> {
    const own = Array.isArray(samples) ? samples : [];
    const others = await this.#parts.plugins.collectTrace();
    try {
      await Deno.writeTextFile(path, JSON.stringify([...own, ...this.#trace.samples, ...others]));
    } catch (error) {
      this.#parts.log(`Cannot save the trace: ${messageOf(error)}`);
    }
  }

  #closeView(id: string): void {
    const open = this.#views.get(id);
    if (open === undefined) return;
    this.#views.delete(id);
    this.#turns.forget(open);
    this.#parts.plugins.viewClosed(id, bufferOf(open));
    open.hold.release();
  }

  // Requests.

  #requested({ method, params }: Incoming, id: Json): Later {
    const request = parseRequest(method, params);
    if (request.type === "new view") return this.#newView(request.path, id);
    const open = this.#views.get(viewIdOf(request.viewId));
    if (open === undefined) {
      this.#refuse(id, NO_VIEW, `missing view ${request.viewId}`);
      return;
    }
    // Nobody waits for a language server: the next message is carried out meanwhile.
    if (request.type === "language") return void this.#askLanguage(open, request, id);
    return this.#answer(open, request, (result) => this.#parts.send({ id, result }));
  }

  async #askLanguage(open: OpenView, request: Request & { type: "language" }, id: Json): Promise<void> {
    const { language } = this.#parts;
    try {
      if (language === undefined) throw new SymphonyError("unsupported", "There is no language intelligence");
      const result = await language.ask(languagePlace(open, request.params), request.method, request.params);
      this.#parts.send({ id, result });
    } catch (error) {
      const code = error instanceof SymphonyError ? error.code : "io";
      this.#refuse(id, LANGUAGE_ERROR, messageOf(error), code);
      if (!(error instanceof SymphonyError)) this.#failed({ method: "language", params: undefined }, error);
    }
  }

  #answer(
    open: OpenView,
    request: Exclude<Request, { type: "new view" | "language" }>,
    answer: (result: Json) => void,
  ): Later {
    const buffer = bufferOf(open);
    if (request.type === "config") return answer(this.#settings.settings.table(buffer));
    if (request.type === "contents") return answer(buffer.text.toString());
    const before = buffer.revision;
    const chars = request.method === "cut" ? cut(open.view, buffer) : copy(open.view);
    return after(this.#turns.finish(open, before), () => answer(chars ?? null));
  }

  #newView(path: string | undefined, id: Json): Later {
    const viewId = `view-id-${this.#parts.buffers.newId()}`;
    if (path === undefined) {
      this.#viewOpened(viewId, this.#parts.buffers.open({ language: PLAIN_TEXT }));
      this.#parts.send({ id, result: viewId });
      return;
    }
    return this.#openFile(viewId, path, id);
  }

  async #openFile(viewId: string, path: string, id: Json): Promise<void> {
    try {
      const hold = await this.#parts.files.open(path);
      const { buffer } = hold;
      if (buffer.language === "") buffer.setLanguage(this.#languageOf(buffer));
      this.#viewOpened(viewId, hold);
    } catch (error) {
      const isBinary = error instanceof SymphonyError && error.code === "unsupported";
      this.#refuse(id, isBinary ? NOT_TEXT : IO_ERROR, messageOf(error));
      return;
    }
    this.#parts.send({ id, result: viewId });
  }

  #viewOpened(viewId: string, hold: OpenView["hold"]): void {
    const open = this.#turns.open(viewId, hold);
    this.#views.set(viewId, open);
    const isFirst = this.viewsOf(hold.buffer).length === 1;
    this.#settings.add(hold.buffer, isFirst);
    const places = this.#parts.keep?.placesIn(hold.buffer) ?? [];
    if (places.length > 0) open.view.select(Selection.from(places));
    this.#turns.prepare(open);
  }

  #languageOf(buffer: Buffer): string {
    return this.#parts.languageOf(buffer.path, buffer) || PLAIN_TEXT;
  }

  // What happens to buffers.

  #edited(change: BufferChange): void {
    this.#turns.edited(change);
  }

  #tellOf(buffer: Buffer, what: string): void {
    if (this.viewsOf(buffer).length > 0) this.alert(`${JSON.stringify(buffer.path ?? "")} ${what}`);
  }

  #failed({ method, id }: Incoming, error: unknown): void {
    const isTheirs = error instanceof ParamsError;
    if (id !== undefined) this.#refuse(id, INVALID_REQUEST, "Invalid request", messageOf(error));
    this.#parts.log(`${method}: ${isTheirs || !(error instanceof Error) ? messageOf(error) : error.stack}`);
  }

  #refuse(id: Json, code: number, message: string, data?: string): void {
    this.#parts.send({ id, error: { code, message, ...(data === undefined ? {} : { data }) } });
  }
}

/** Where a question is about: the line and column that the front end names, or the last caret. */
function languagePlace({ view, hold }: OpenView, params: JsonObject): LanguagePlace {
  const { line, column } = params;
  const named = typeof line === "number" && typeof column === "number" && line >= 0 && column >= 0
    ? view.lines.offsetAt(view.reader, line, column)
    : undefined;
  const last = view.selection.regions.at(-1) ?? { start: 0, end: 0 };
  const selection = { from: Math.min(last.start, last.end), to: Math.max(last.start, last.end) };
  return {
    buffer: hold.buffer,
    offset: named ?? last.end,
    ...(named === undefined ? { selection } : {}),
    place: (offset) => view.lines.place(view.text, Math.min(offset, view.text.length)),
  };
}
