/**
 * What all plugins say of one buffer: a layer of spans and marks for each, in the order of the plugins' numbers.
 *
 * @module
 */

import type { Delta } from "../text/delta.ts";
import { type Span, Spans } from "../text/spans.ts";
import { Annotations } from "./annotations.ts";

/** What one plugin says of one buffer. */
export class Layer {
  readonly pluginId: number;
  /** The stacks of scopes that spans name by their index. It only grows. */
  readonly scopes: (readonly string[])[] = [];
  readonly spans = new Spans();
  readonly annotations = new Annotations();

  constructor(pluginId: number) {
    this.pluginId = pluginId;
  }

  /** Puts spans in the place of those in [from, to); false if they are the same. */
  replaceSpans(from: number, to: number, spans: readonly Span[]): boolean {
    if (this.#isSame(from, to, spans)) return false;
    this.spans.replace(from, to, spans);
    return true;
  }

  #isSame(from: number, to: number, spans: readonly Span[]): boolean {
    let at = 0;
    for (const span of this.spans.within(from, to)) {
      const given = spans[at++];
      if (given === undefined || given.value !== span.value) return false;
      if (given.from !== Math.max(span.from, from) || given.to !== Math.min(span.to, to)) return false;
    }
    return at === spans.length;
  }
}

export class Layers {
  #layers: Layer[] = [];

  /** In the order of the plugins' numbers. */
  get all(): readonly Layer[] {
    return this.#layers;
  }

  /** A plugin's layer, made on first use. */
  of(pluginId: number): Layer {
    const known = this.#layers.find((layer) => layer.pluginId === pluginId);
    if (known !== undefined) return known;
    const layer = new Layer(pluginId);
    this.#layers = [...this.#layers, layer].sort((one, other) => one.pluginId - other.pluginId);
    return layer;
  }

  /** Takes a plugin's layer away; false where it has none. */
  remove(pluginId: number): boolean {
    const before = this.#layers.length;
    this.#layers = this.#layers.filter((layer) => layer.pluginId !== pluginId);
    return this.#layers.length < before;
  }

  apply(delta: Delta): void {
    for (const { spans, annotations } of this.#layers) {
      spans.apply(delta);
      if (!annotations.isEmpty) annotations.apply(delta);
    }
  }
}
