/**
 * The themes that can be chosen: those of the user's folder first, then the bundled ones. A folder is watched; what cannot be read as a
 * theme is told and left out.
 *
 * @module
 */

import { join } from "node:path";
import { readAssetText } from "../syntax/assets.ts";
import { BUNDLED_THEMES, DEFAULT_THEME } from "./bundled.ts";
import type { Theme } from "./theme.ts";
import { vscodeTheme } from "./vscode_theme.ts";

/** Writing a file is several events; they are taken together when nothing came for so long. */
const QUIET_MS = 50;

export class ThemeStore {
  readonly #bundled = new Map(BUNDLED_THEMES.map((theme) => [theme.name, theme]));
  readonly #made = new Map<string, Theme>();
  readonly #user = new Map<string, Theme>();
  /** What was read of each file, so that one that says the same is the same theme. */
  #read = new Map<string, { readonly text: string; readonly theme: Theme }>();
  readonly #report: (problem: string) => void;

  /** @param report is told of every theme that cannot be read */
  constructor(report: (problem: string) => void = () => {}) {
    this.#report = report;
  }

  /** Names, in the order in which front ends list them. */
  names(): string[] {
    const bundled = [...this.#bundled.keys()].filter((name) => !this.#user.has(name));
    return [...[...this.#user.keys()].sort(), ...bundled];
  }

  /** The theme called `name`; undefined where there is none or it cannot be read. */
  get(name: string): Theme | undefined {
    const known = this.#user.get(name) ?? this.#made.get(name);
    if (known !== undefined) return known;
    const bundled = this.#bundled.get(name);
    if (bundled === undefined) return undefined;
    try {
      const theme = bundled.make?.() ?? vscodeTheme(JSON.parse(readAssetText(bundled.asset!)), name);
      this.#made.set(name, theme);
      return theme;
    } catch (error) {
      this.#report(`Cannot load theme "${name}": ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** What is shown until something is chosen. */
  get standard(): Theme {
    return this.get(DEFAULT_THEME)!;
  }

  /** Reads the user's themes (`*.tmTheme`, `*.json`) anew. A missing folder holds none. */
  async readFolder(folder: string): Promise<void> {
    const found = new Map<string, Theme>();
    const read = new Map<string, { readonly text: string; readonly theme: Theme }>();
    const files: string[] = [];
    try {
      for await (const { name, isDirectory } of Deno.readDir(folder)) if (!isDirectory) files.push(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        this.#report(`Cannot read themes in "${folder}": ${String(error)}`);
      }
    }
    for (const file of files.sort()) {
      try {
        // Loaded when there is something to read: it is large, and most people have no themes of their own.
        const { parseTheme, THEME_FILE } = await import("./parse_theme.ts");
        if (!THEME_FILE.test(file)) continue;
        const text = await Deno.readTextFile(join(folder, file));
        const known = this.#read.get(file);
        const theme = known?.text === text ? known.theme : parseTheme(file, text);
        read.set(file, { text, theme });
        found.set(theme.name, theme);
      } catch (error) {
        this.#report(
          `Cannot read theme "${file}": ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    this.#read = read;
    this.#user.clear();
    for (const [name, theme] of found) this.#user.set(name, theme);
  }

  /** Reads the folder again after each change in it and calls `changed`; the result ends that. */
  watch(folder: string, changed: () => void): () => void {
    let watcher: Deno.FsWatcher;
    try {
      watcher = Deno.watchFs(folder, { recursive: false });
    } catch (error) {
      this.#report(`Cannot watch themes in "${folder}": ${String(error)}`);
      return () => {};
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = async () => {
      for await (const { kind } of watcher) {
        if (kind === "access") continue;
        clearTimeout(timer);
        timer = setTimeout(() => void this.readFolder(folder).then(changed), QUIET_MS);
      }
    };
    follow().catch((error) => this.#report(`Cannot watch themes in "${folder}": ${String(error)}`));
    return () => {
      clearTimeout(timer);
      watcher.close();
    };
  }
}
