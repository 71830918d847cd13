/**
 * What a session needs of the parts that other folders hold: plugins, looks, themes. Each is injected; these are the doors.
 *
 * @module
 */

import type { Region } from "../view/selection.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Buffer } from "../buffers.ts";
import type { PluginFolders } from "../plugins/discover.ts";
import type { FrontEnd } from "../plugins/front_end.ts";
import type { LanguageSettings } from "../config/settings.ts";
import type { Mark, StyleRun } from "../view/render.ts";

/** The plugins, as one front end deals with them; `PluginHost` is the real one. */
export interface PluginSide {
  /** Lets a front end hear of plugins; the result ends it. */
  attach(frontEnd: FrontEnd): () => void;
  /** Finds and starts the plugins of a front end that has introduced itself. */
  start(folders: PluginFolders): Promise<void>;
  /** The languages there are, for `available_languages` and settings. */
  languages(): readonly LanguageSettings[];
  /** Settles soon, once what colours a buffer has started; undefined where there is nothing to wait for. */
  starting(buffer: Buffer): Promise<void> | undefined;
  /** A view has opened. Returns the names of the plugins that run. */
  viewOpened(viewId: string, buffer: Buffer): readonly string[];
  viewClosed(viewId: string, buffer: Buffer): void;
  configChanged(buffer: Buffer, changes: JsonObject): void;
  /** The front end's `plugin` notification. */
  command(params: JsonObject): void;
  hover(viewId: string, requestId: number, offset: number): void;
  toggleComment(buffer: Buffer, lines: readonly (readonly [first: number, end: number])[]): void;
  reindent(buffer: Buffer, lines: readonly (readonly [first: number, end: number])[]): void;
  tracing(enabled: boolean): void;
  collectTrace(): Promise<readonly Json[]>;
  annotations(buffer: Buffer, from: number, to: number): Iterable<Mark>;
  /** Lets what is built in react to an edit before it is rendered: indent, colour. */
  settle(buffer: Buffer): void;
  /** How long a render after an edit may wait for what plugins say of it; 0 for not at all. */
  readonly renderDelayMs: number;
}

/** Colours and themes of one front end; `Looks` over a `ThemeStore` is the real one. */
export interface LooksSide {
  /** Styles of a range of the newest text, ascending; numbers that are new were announced with `def_style` before this returns. */
  runs(buffer: Buffer, from: number, to: number): Iterable<StyleRun>;
  /** Chooses a theme; undefined where there is none of that name. */
  setTheme(name: string): { readonly name: string; settingsJson(): JsonObject } | undefined;
  themeNames(): readonly string[];
  /** Whether the theme that is shown was read anew since it was chosen, and says something else now. */
  readonly isOutdated: boolean;
  /** Reads the user's themes and follows changes in their folder; `changed` is called after one. */
  followFolder(folder: string, changed: () => void): Promise<void>;
  close(): void;
}

/** What outlives the front end and the process. */
export interface KeepSide {
  /** The person is there now. */
  placed(buffer: Buffer, regions: readonly Region[]): void;
  /** Where the person was when an earlier process died; none for any other buffer. */
  placesIn(buffer: Buffer): readonly Region[];
  /** The front end goes away and leaves the buffer open. */
  abandoned(buffer: Buffer): void;
}

/** Which language a new buffer is in. */
export type LanguageFinder = (path: string | undefined, buffer: Buffer) => string;

/** Where a front end asks: a place in a view, and the view's way of naming places. */
export interface LanguagePlace {
  readonly buffer: Buffer;
  readonly offset: number;
  /** What is selected, where anything is. */
  readonly selection?: { readonly from: number; readonly to: number };
  /** Line of the view and column (UTF-8 bytes) of an offset of the newest text. */
  place(offset: number): readonly [line: number, column: number];
}

/** Language intelligence for a front end that asks for it; `FrontLanguage` is the real one. */
export interface LanguageSide {
  /** What `ask` knows. */
  readonly methods: readonly string[];
  /** @throws SymphonyError */
  ask(at: LanguagePlace, method: string, params: JsonObject): Promise<Json>;
}
