/**
 * What a motif contributes to the user interface, as its manifest says it: data that can be shown without running any
 * of its code. Views and commands name what the code answers.
 *
 * @module
 */

import type { ExtensionId } from "../ids.ts";
import type { JsonObject } from "../json.ts";

/** Colours by role, for a light or dark ground. */
export interface Theme {
  readonly id: string;
  readonly title: string;
  readonly ground: "light" | "dark";
  /** Role to colour, `#rrggbb` or `#rrggbbaa`; roles that are absent keep the built-in theme's. */
  readonly colors: Readonly<Record<string, string>>;
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly icon?: string;
  /** Where it starts; the person may move it. */
  readonly place: "side" | "bottom" | "main" | "status" | "floating";
  /** The view that fills it; absent where `frame` does. */
  readonly view?: string;
  /** An asset, an HTML page that is shown in a frame without the page's origin. */
  readonly frame?: string;
}

/** How nodes of a type look on the Harmony Board. */
export interface NodeView {
  readonly nodeType: string;
  readonly icon?: string;
  readonly color?: string;
  /** The view shown in an opened node. */
  readonly view?: string;
}

/** Shows files instead of the text editor. */
export interface EditorView {
  readonly id: string;
  readonly title: string;
  /** Globs of file names, as `*.csv`. */
  readonly files: readonly string[];
  readonly view: string;
}

export interface CommandEntry {
  /** The type that the code defines. */
  readonly command: string;
  readonly title: string;
  readonly icon?: string;
  /** Why it changes files: the person is asked when it is about to. Without it, it cannot. */
  readonly writes?: string;
}

/** A key that calls a command; the person's own keys win. */
export interface KeyBinding {
  readonly command: string;
  /** As `ctrl+shift+k`; `mod` is Ctrl, on a Mac Cmd. */
  readonly key: string;
}

/** A workflow that can be begun from. */
export interface TemplateEntry {
  readonly title: string;
  readonly description: string;
  /** An asset: a workflow file. */
  readonly file: string;
}

/** Everything that a manifest's `contributes` may hold. */
export interface UiContributions {
  readonly themes: readonly Theme[];
  readonly panels: readonly Panel[];
  readonly nodeViews: readonly NodeView[];
  readonly editors: readonly EditorView[];
  readonly commands: readonly CommandEntry[];
  readonly keys: readonly KeyBinding[];
  readonly templates: readonly TemplateEntry[];
}

/** One extension's, with what its settings panel is made from. */
export interface ExtensionUi extends UiContributions {
  readonly extension: ExtensionId;
  readonly title: string;
  readonly version: string;
  /** Object schema of its settings; a property with `"format": "secret"` is kept encrypted. */
  readonly settings: JsonObject;
}

export const noUi: UiContributions = {
  themes: [],
  panels: [],
  nodeViews: [],
  editors: [],
  commands: [],
  keys: [],
  templates: [],
};
