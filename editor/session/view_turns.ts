/**
 * What happens to the views of one front end in a turn: an event is carried out, then everything that looks different is rendered. And
 * what is left for later: the rest of wraps and searches, renders that wait for plugins.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import type { Buffer, BufferChange, BufferHold } from "../buffers.ts";
import type { Settings } from "../config/settings.ts";
import type { SettingsTable } from "../config/settings_table.ts";
import { UNDO_LIMIT } from "../undo_groups.ts";
import { applyBufferEvent, type KillRing, type TypingRules } from "../view/editing.ts";
import { lineSpans } from "../view/edits/line_ranges.ts";
import type { EditEvent, SpecialEvent, ViewEvent } from "../view/events.ts";
import type { RegexCompiler } from "../view/find/query.ts";
import { Recorder } from "../view/recorder.ts";
import { type Appearance, findStatus, render, takeScroll, type UpdateForm } from "../view/render.ts";
import { columnRuler, pixelRuler } from "../view/ruler.ts";
import { isCaret } from "../view/selection.ts";
import { View } from "../view/view.ts";
import { applyViewEvent } from "../view/view_events.ts";
import { IdleWork } from "./idle_work.ts";
import { after, each, type Later } from "./later.ts";
import type { Measuring } from "./measuring.ts";
import type { Abilities } from "./messages.ts";
import { bufferOf, cancelTimers, type OpenView } from "./open_view.ts";
import type { LooksSide, PluginSide } from "./sides.ts";

export interface ViewTurnsParts {
  /** The front end's views by id, oldest first. */
  readonly views: ReadonlyMap<string, OpenView>;
  readonly settings: Settings;
  readonly plugins: PluginSide;
  readonly looks: LooksSide;
  readonly measuring: Measuring;
  readonly form: UpdateForm;
  readonly notify: (method: string, params: JsonObject) => void;
  readonly log: (text: string) => void;
}

/** Where nothing else brings it along, the complete find status is sent so long after a search. */
const STATUS_DELAY_MS = 5000;

export class ViewTurns {
  readonly #parts: ViewTurnsParts;
  readonly #recorder = new Recorder();
  readonly #killRing: KillRing = { text: "" };
  readonly #idleWork = new IdleWork();
  /** Views whose front end has yet to be told of changes. */
  readonly #stale = new Set<OpenView>();
  #form: UpdateForm;
  #tellsStatus = false;
  #depth = 0;
  #compile: RegexCompiler | undefined;

  constructor(parts: ViewTurnsParts) {
    this.#parts = parts;
    this.#form = parts.form;
  }

  /** What the front end said it can do. */
  setAbilities({ insOnly, parts, findStatus }: Abilities): void {
    this.#form = {
      insOnly: insOnly === true || this.#form.insOnly,
      parts: parts === true || this.#form.parts,
    };
    this.#tellsStatus = findStatus === true;
  }

  /** Runs `work` and then renders what it made stale. */
  turn(work: () => Later): Later {
    this.#depth++;
    const end = () => {
      this.#depth--;
      if (this.#depth === 0) this.flush();
    };
    let done: Later;
    try {
      done = work();
    } catch (error) {
      end();
      throw error;
    }
    if (done instanceof Promise) return done.finally(end);
    end();
  }

  get hasIdleWork(): boolean {
    return !this.#idleWork.isEmpty;
  }

  /** Does a piece of the work that can wait. */
  idle(): Later {
    const work = this.#idleWork.take();
    return work === undefined ? undefined : this.turn(work);
  }

  // Opening and closing.

  /** A new view of a held buffer. */
  open(id: string, hold: BufferHold): OpenView {
    const view = new View(
      id,
      hold.buffer.text,
      (source, caseSensitive) => this.#compile?.(source, caseSensitive),
    );
    return { view, hold, isReady: false, delayed: undefined, statusDue: undefined };
  }

  /** Gives the front end the new view, once it knows the view's id. */
  prepare(open: OpenView): void {
    this.#limitUndo(bufferOf(open));
    this.#applyRuler(open);
    this.#idleWork.add("open", open, () => {
      // The first frame has its colours: what makes them is waited for while it starts, for a moment.
      return after(this.#parts.plugins.starting(bufferOf(open)), () => this.#present(open));
    });
  }

  /** Lets go of a view that has closed. */
  forget(open: OpenView): void {
    cancelTimers(open);
    this.#stale.delete(open);
    this.#idleWork.remove(open);
  }

  #present(open: OpenView): Later {
    const buffer = bufferOf(open);
    const { id } = open.view;
    const names = this.#parts.plugins.viewOpened(id, buffer);
    this.#tell(open, "available_plugins", { plugins: names.map((name) => ({ name, running: true })) });
    this.#tell(open, "config_changed", { changes: this.#parts.settings.table(buffer) });
    this.#tell(open, "language_changed", { language_id: buffer.language });
    open.isReady = true;
    return after(this.#rewrap(open), () => {
      open.view.setDirty();
      this.#render(open);
    });
  }

  // Edit events.

  /** Carries out an edit event and renders the view. */
  edit(open: OpenView, event: EditEvent): Later {
    if (event.domain === "special" && event.event.type === "toggle recording") {
      this.#recorder.toggle(event.event.name);
    } else this.#recorder.record(event);
    const before = bufferOf(open).revision;
    return after(this.#dispatch(open, event), () => this.finish(open, before));
  }

  /** Renders a view after an event. @param before the buffer's revision before it */
  finish(open: OpenView, before = -1): Later {
    if (before !== bufferOf(open).revision) this.#parts.plugins.settle(bufferOf(open));
    const delay = this.#parts.plugins.renderDelayMs;
    if (delay > 0 && before !== bufferOf(open).revision && open.delayed === undefined) {
      open.delayed = setTimeout(() => {
        open.delayed = undefined;
        this.turn(() => this.#render(open));
      }, delay);
    }
    if (open.delayed !== undefined) {
      this.#stale.delete(open);
      return;
    }
    return after(open.view.needsWrap ? this.#rewrap(open) : undefined, () => this.#render(open));
  }

  #dispatch(open: OpenView, { domain, event }: EditEvent): Later {
    const buffer = bufferOf(open);
    if (domain === "view") return after(this.#loadFor(event), () => this.#viewEvent(open, event));
    if (domain === "special") return this.#special(open, event);
    applyBufferEvent(open.view, buffer, event, this.#rules(buffer), this.#killRing);
  }

  #viewEvent(open: OpenView, event: ViewEvent): Later {
    applyViewEvent(open.view, event);
    bufferOf(open).undoGroups.breakChain();
    return after(open.view.needsWrap ? this.#rewrap(open) : undefined, () => {
      if (open.view.search.isRunning) this.#search(open);
    });
  }

  /** Regular expressions are loaded when the first one is looked for. */
  #loadFor(event: ViewEvent): Later {
    const asks = (event.type === "find" && event.terms.regex) ||
      (event.type === "multi find" && event.queries.some(({ regex }) => regex));
    if (!asks || this.#compile !== undefined) return undefined;
    return import("../view/find/regex.ts").then(({ regexPattern }) => {
      this.#compile = regexPattern;
    });
  }

  #special(open: OpenView, event: SpecialEvent): Later {
    const { view } = open;
    const buffer = bufferOf(open);
    const { plugins } = this.#parts;
    switch (event.type) {
      case "resize":
        view.width = Math.max(0, event.width);
        if (!this.#parts.settings.of(buffer).wordWrap) return;
        this.#applyRuler(open);
        return this.#rewrapLater(open);
      case "request lines":
        if (event.first < event.last) this.#render(open, [event.first, event.last]);
        return;
      case "hover": {
        const offset = this.#hoverOffset(view, event.position);
        if (offset !== undefined) plugins.hover(view.id, event.requestId, offset);
        return;
      }
      case "toggle comment":
        return plugins.toggleComment(buffer, lineSpans(view.text, view.selection.regions));
      case "reindent":
        return plugins.reindent(buffer, lineSpans(view.text, view.selection.regions));
      case "play recording":
        return this.#play(open, event.name);
      case "clear recording":
        return this.#recorder.clear(event.name);
      case "toggle recording":
      case "nothing":
        return;
    }
  }

  #hoverOffset(view: View, position: readonly [number, number] | undefined): number | undefined {
    if (position !== undefined) return view.lines.offsetAt(view.reader, position[0], position[1]);
    const { selection } = view;
    return selection.length === 1 && isCaret(selection.first) ? selection.first.end : undefined;
  }

  /** All events of a recording as one step of undo. */
  #play(open: OpenView, name: string): Later {
    const events = this.#recorder.get(name);
    if (events === undefined) return;
    const { undoGroups } = bufferOf(open);
    undoGroups.force();
    try {
      for (const { domain, event } of events) {
        if (domain === "view") {
          applyViewEvent(open.view, event);
          if (open.view.search.isRunning) this.#search(open);
        } else if (domain === "buffer") {
          applyBufferEvent(open.view, bufferOf(open), event, this.#rules(bufferOf(open)), this.#killRing);
        }
      }
    } finally {
      undoGroups.release();
    }
  }

  #rules(buffer: Buffer): TypingRules {
    const { tabSize, spaces, tabStops, lineEnding, surroundingPairs } = this.#parts.settings.of(buffer);
    return { tabs: { size: tabSize, spaces, stops: tabStops }, lineEnding, surroundingPairs };
  }

  // Searching.

  #search(open: OpenView): void {
    const { view } = open;
    const { search } = view;
    search.step(view.text, view.lines.lineStart(view.text, view.firstLine));
    if (search.isRunning) {
      this.#tell(open, "find_status", { queries: findStatus(view, true) });
      this.#idleWork.add("search", open, () => this.#search(open));
    }
    if (open.delayed === undefined) this.#render(open);
    if (search.isRunning || search.news !== "all") return;
    clearTimeout(open.statusDue);
    if (this.#tellsStatus) this.#completeStatus(open);
    else open.statusDue = setTimeout(() => this.#completeStatus(open), STATUS_DELAY_MS);
  }

  #completeStatus(open: OpenView): void {
    if (open.view.search.news !== "all") return;
    open.view.search.news = "none";
    this.#tell(open, "find_status", { queries: findStatus(open.view, false) });
  }

  // Wrapping.

  #applyRuler(open: OpenView): void {
    const { wordWrap, wrapWidth } = this.#parts.settings.of(bufferOf(open));
    const { view } = open;
    if (wordWrap) view.setRuler(pixelRuler(view.width, this.#parts.measuring.widths));
    else view.setRuler(wrapWidth > 0 ? columnRuler(wrapWidth) : undefined);
  }

  /** Wraps the next batch, after asking for widths where that is needed; the rest is done later. */
  #rewrap(open: OpenView): Later {
    const { view } = open;
    if (view.lines.isConverged) return;
    const asked = this.#parts.measuring.learn(view.lines.unknown(view.text, view.firstLine));
    return after(asked, () => {
      view.wrapSome();
      if (!view.lines.isConverged) this.#rewrapLater(open);
    });
  }

  #rewrapLater(open: OpenView): void {
    this.#idleWork.add("wrap", open, () =>
      after(this.#rewrap(open), () => {
        if (open.delayed === undefined) this.#render(open);
      }));
  }

  /** Wraps everything anew: widths that were estimated are known now. */
  rewrapAll(): void {
    for (const open of this.#parts.views.values()) {
      if (!this.#parts.settings.of(bufferOf(open)).wordWrap) continue;
      this.#applyRuler(open);
      this.#rewrapLater(open);
    }
  }

  // Settings.

  /** Follows changed settings. */
  settingsChanged(changes: ReadonlyMap<Buffer, SettingsTable>): Later {
    return this.turn(() =>
      each(changes, ([buffer, table]) => {
        this.#parts.plugins.configChanged(buffer, table);
        this.#limitUndo(buffer);
        return each(this.#viewsOf(buffer), (open) => this.#reconfigure(open, table));
      })
    );
  }

  #limitUndo(buffer: Buffer): void {
    buffer.undoGroups.limit = this.#parts.settings.of(buffer).undoLimit ?? UNDO_LIMIT;
  }

  #reconfigure(open: OpenView, changes: SettingsTable): Later {
    const wraps = Object.hasOwn(changes, "word_wrap") || Object.hasOwn(changes, "wrap_width");
    if (Object.hasOwn(changes, "word_wrap")) this.#parts.measuring.widths.clear();
    let done: Later = undefined;
    if (wraps) {
      this.#applyRuler(open);
      done = after(this.#rewrap(open), () => open.view.setDirty());
    }
    return after(done, () => {
      this.#tell(open, "config_changed", { changes });
      this.#render(open);
    });
  }

  // Rendering.

  /** A revision of a buffer, whoever made it. */
  edited(change: BufferChange): void {
    for (const open of this.#viewsOf(change.buffer)) {
      open.view.follow(change);
      this.#mark(open);
    }
  }

  stylesChanged(buffer: Buffer, from: number, to: number): void {
    for (const open of this.#viewsOf(buffer)) {
      open.view.invalidateStyles(Math.min(from, open.view.text.length), Math.min(to, open.view.text.length));
      this.#mark(open);
    }
  }

  /** What is beside the text of a buffer changed. */
  stale(buffer: Buffer): void {
    for (const open of this.#viewsOf(buffer)) this.#mark(open);
  }

  /** Every line of a buffer is given anew. */
  redraw(buffer: Buffer): void {
    for (const open of this.#viewsOf(buffer)) {
      open.view.setDirty();
      this.#mark(open);
    }
  }

  redrawAll(): void {
    for (const open of this.#parts.views.values()) {
      open.view.setDirty();
      if (open.isReady && open.delayed === undefined) this.#render(open);
    }
  }

  /** Renders what is stale. */
  flush(): void {
    for (const open of [...this.#stale]) {
      this.#stale.delete(open);
      if (open.isReady && open.delayed === undefined) this.#render(open);
    }
  }

  /** Outside a turn, what is stale is rendered once the code that is running is through. */
  #mark(open: OpenView): void {
    if (this.#depth === 0 && this.#stale.size === 0) queueMicrotask(() => this.flush());
    this.#stale.add(open);
  }

  #render(open: OpenView, requested?: readonly [number, number]): void {
    this.#stale.delete(open);
    const buffer = bufferOf(open);
    const appearance: Appearance = {
      runs: (from, to) => this.#parts.looks.runs(buffer, from, to),
      marks: (from, to) => this.#parts.plugins.annotations(buffer, from, to),
    };
    for (const [method, params] of render(open.view, buffer.pristine, appearance, this.#form, requested)) {
      this.#tell(open, method, params);
    }
    if (requested !== undefined) return;
    const scroll = takeScroll(open.view);
    if (scroll !== undefined) this.#tell(open, scroll[0], scroll[1]);
  }

  #tell(open: OpenView, method: string, params: JsonObject): void {
    this.#parts.notify(method, { ...params, view_id: open.view.id });
  }

  #viewsOf(buffer: Buffer): OpenView[] {
    return [...this.#parts.views.values()].filter((open) => bufferOf(open) === buffer);
  }
}
