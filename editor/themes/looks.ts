/**
 * How the text looks to one front end: what plugins say of scopes, through the theme chosen there, as the protocol's style numbers.
 *
 * @module
 */

import type { Buffer } from "../buffers.ts";
import type { Layer } from "../plugins/layers.ts";
import { type StyleDefinition, StyleTable } from "./style_table.ts";
import type { TextStyle, Theme } from "./theme.ts";
import type { ThemeStore } from "./theme_store.ts";

/** A range of the newest text with one look; offsets in UTF-16 units. */
export interface StyleRun {
  readonly from: number;
  readonly to: number;
  readonly style: number;
}

/** Where the scopes come from: `PluginHost`. */
export interface ScopeSource {
  layersFor(buffer: Buffer, from: number, to: number): readonly Layer[];
}

/** Looks of a layer's scopes, by their number. */
interface LayerLooks {
  readonly styles: (TextStyle | undefined)[];
  readonly numbers: (number | undefined)[];
}

export class Looks {
  readonly #source: ScopeSource;
  readonly #themes: ThemeStore;
  readonly #table: StyleTable;
  #cache = new WeakMap<Layer, LayerLooks>();
  #stop: (() => void) | undefined;

  /** @param define is told of each style number before it is first used: `def_style` */
  constructor(source: ScopeSource, themes: ThemeStore, define: (definition: StyleDefinition) => void) {
    this.#source = source;
    this.#themes = themes;
    this.#table = new StyleTable(themes.standard, define);
  }

  get theme(): Theme {
    return this.#table.theme;
  }

  /** Styles of [from, to), ascending and apart. */
  runs(buffer: Buffer, from: number, to: number): StyleRun[] {
    const layers = this.#source.layersFor(buffer, from, to).filter(({ spans }) => spans.size > 0);
    return layers.length === 1 ? this.#single(layers[0]!, from, to) : this.#stacked(layers, from, to);
  }

  /** Takes the theme of a name for all that is shown from now on; undefined where there is none. */
  setTheme(name: string): Theme | undefined {
    const theme = this.#themes.get(name);
    if (theme === undefined) return undefined;
    this.#cache = new WeakMap();
    this.#table.setTheme(theme);
    return theme;
  }

  get isOutdated(): boolean {
    const { theme } = this.#table;
    const now = this.#themes.get(theme.name);
    return now !== undefined && now !== theme;
  }

  themeNames(): readonly string[] {
    return this.#themes.names();
  }

  /** Reads the user's themes and follows changes in their folder; `changed` is called after one. */
  async followFolder(folder: string, changed: () => void): Promise<void> {
    await this.#themes.readFolder(folder);
    this.#stop = this.#themes.watch(folder, changed);
  }

  close(): void {
    this.#stop?.();
  }

  #single(layer: Layer, from: number, to: number): StyleRun[] {
    const { numbers } = this.#looksOf(layer);
    const runs: { from: number; to: number; style: number }[] = [];
    for (const span of layer.spans.within(from, to)) {
      const style = numbers[span.value] ??= this.#table.numberOf(this.#styleOf(layer, span.value));
      append(runs, Math.max(span.from, from), Math.min(span.to, to), style);
    }
    return runs;
  }

  /** Several layers: a later one decides what it says something of. */
  #stacked(layers: readonly Layer[], from: number, to: number): StyleRun[] {
    if (layers.length === 0) return [];
    const pieces = layers.map((layer) =>
      [...layer.spans.within(from, to)].map((span) => ({ ...span, style: this.#styleOf(layer, span.value) }))
    );
    const edges = new Set([from, to]);
    for (const spans of pieces) {
      for (const span of spans) {
        edges.add(Math.max(span.from, from));
        edges.add(Math.min(span.to, to));
      }
    }
    const sorted = [...edges].sort((one, other) => one - other);
    const at = pieces.map(() => 0);
    const runs: { from: number; to: number; style: number }[] = [];
    for (let edge = 0; edge + 1 < sorted.length; edge++) {
      const start = sorted[edge]!;
      let style: TextStyle | undefined;
      for (const [layer, spans] of pieces.entries()) {
        while (at[layer]! < spans.length && spans[at[layer]!]!.to <= start) at[layer]!++;
        const span = spans[at[layer]!];
        if (span !== undefined && span.from <= start) style = { ...style, ...span.style };
      }
      if (style !== undefined) append(runs, start, sorted[edge + 1]!, this.#table.numberOf(style));
    }
    return runs;
  }

  #looksOf(layer: Layer): LayerLooks {
    let looks = this.#cache.get(layer);
    if (looks === undefined) this.#cache.set(layer, looks = { styles: [], numbers: [] });
    return looks;
  }

  #styleOf(layer: Layer, scope: number): TextStyle {
    const { styles } = this.#looksOf(layer);
    return styles[scope] ??= this.#table.theme.styleOf(layer.scopes[scope] ?? []);
  }
}

/** Adds a run, as part of the last one where they look the same and touch. */
function append(
  runs: { from: number; to: number; style: number }[],
  from: number,
  to: number,
  style: number,
): void {
  const last = runs.at(-1);
  if (last !== undefined && last.to === from && last.style === style) last.to = to;
  else runs.push({ from, to, style });
}
