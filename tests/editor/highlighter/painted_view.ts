/**
 * A front end reduced to what highlighting needs: it paints each unit of the text with the scopes it was told, keeps what it painted, and
 * paints anew only what was edited or named by `stylesChanged`. If it is told too little, it shows something wrong.
 *
 * @module
 */

import type { JsonObject } from "../../../core/json.ts";
import type { Buffer, BufferChange, Buffers } from "../../../editor/buffers.ts";
import type { FrontEnd } from "../../../editor/plugins/front_end.ts";
import type { PluginHost } from "../../../editor/plugins/plugin_host.ts";
import { RangeSet } from "../../../editor/plugins/range_set.ts";

export class PaintedView implements FrontEnd {
  readonly notices: { readonly method: string; readonly params: JsonObject }[] = [];
  readonly #host: PluginHost;
  readonly #buffer: Buffer;
  readonly #stale = new RangeSet();
  #paint: string[];

  constructor(host: PluginHost, buffers: Buffers, buffer: Buffer) {
    this.#host = host;
    this.#buffer = buffer;
    this.#paint = new Array(buffer.text.length).fill("");
    this.#stale.add(0, buffer.text.length);
    buffers.listen({ edited: (change) => this.#edited(change) });
    host.attach(this);
    host.viewOpened("view-id-1", buffer);
  }

  viewsOf(buffer: Buffer): readonly string[] {
    return buffer === this.#buffer ? ["view-id-1"] : [];
  }

  bufferOf(viewId: string): Buffer | undefined {
    return viewId === "view-id-1" ? this.#buffer : undefined;
  }

  configOf(): JsonObject {
    return { auto_indent: false };
  }

  selectionsOf(): readonly never[] {
    return [];
  }

  notify(method: string, params: JsonObject): void {
    this.notices.push({ method, params });
  }

  stylesChanged(_buffer: Buffer, from: number, to: number): void {
    this.#stale.add(from, to);
  }

  annotationsChanged(): void {}

  /** Paints what is stale; gives the whole picture, a stack of scopes a unit. */
  render(): readonly string[] {
    for (const { from, to } of [...this.#stale.ranges]) {
      this.#paintRange(from, Math.min(to, this.#buffer.text.length));
    }
    this.#stale.clear();
    return this.#paint;
  }

  #paintRange(from: number, to: number): void {
    this.#paint.fill("", from, to);
    for (const { scopes, spans } of this.#host.layersFor(this.#buffer, from, to)) {
      for (const span of spans.within(from, to)) {
        this.#paint.fill(scopes[span.value]!.join(" "), Math.max(from, span.from), Math.min(to, span.to));
      }
    }
  }

  #edited({ delta, after }: BufferChange): void {
    this.#stale.apply(delta);
    let growth = 0;
    for (const { from, to, insert } of delta.changes()) {
      this.#paint.splice(from + growth, to - from, ...new Array(insert.length).fill(""));
      // As the line cache does, whole lines are drawn anew.
      const end = from + growth + insert.length;
      this.#stale.add(
        after.lineStart(after.lineAt(from + growth)),
        Math.min(after.length, after.lineEnd(after.lineAt(end)) + 1),
      );
      growth += insert.length - (to - from);
    }
  }
}
