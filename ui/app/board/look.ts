/**
 * Where one looks: the part of the board in sight, and how a view is chosen that shows all, some or the beginning of it.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CARD_WIDTH } from "./view/card_shape.ts";
import type { Scene } from "./view/scene.ts";
import { firstView, fittedBeside, type Rect, type Viewport } from "./view/viewport.ts";

/** A stage as wide as a wall shows little workflows larger than life. */
const WALL_PX = 2400;
/** What is brought into sight keeps this far from the window's edge, in screen pixels. */
const MARGIN = 40;

export class Look {
  readonly view = signal<Viewport>({ x: 0, y: 0, zoom: 1 });
  /** Size of the window in screen pixels. */
  readonly size = signal({ width: 1000, height: 700 });
  /** What lies over the window, in screen pixels from its corner. */
  readonly covered = signal<readonly Rect[]>([]);
  readonly #scene: ReadonlySignal<Scene>;
  #hasBegun = false;
  /** The last view that was not gone to but worked out, and how. */
  #worked: { readonly view: Viewport; readonly again: () => void } | undefined;

  constructor(scene: ReadonlySignal<Scene>) {
    this.#scene = scene;
  }

  /** Shows all nodes, or those named. */
  fit(ids?: Iterable<string>, maxZoom = this.#largest): void {
    const scene = this.#scene.peek();
    const indices = ids === undefined ? undefined : [...ids].flatMap((id) => scene.indexOf.get(id) ?? []);
    const bounds = scene.bounds(indices);
    if (bounds === undefined) return;
    const view = this.view.value = fittedBeside(bounds, this.#window, maxZoom);
    this.#worked = { view, again: () => this.fit(ids, maxZoom) };
  }

  /** The window has another size: who has not moved the view since is shown as much of the same as there is room for now. */
  again(): void {
    if (this.#worked?.view === this.view.peek()) this.#worked.again();
  }

  /** Where one begins: all of it where that can be read, else its beginning. Whoever comes back finds the view as it was. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#showFirst();
  }

  /** Brings a part of the board into sight without changing more than needed. */
  bring({ left, top, right, bottom }: Rect): void {
    const { width, height } = this.size.peek();
    const view = this.view.peek();
    const zoom = view.zoom < 0.4 ? 0.8 : view.zoom;
    const shift = (near: number, far: number, offset: number, room: number) => {
      if (far - near > room - 2 * MARGIN) return MARGIN - near;
      if (near + offset < MARGIN) return MARGIN - near;
      return far + offset > room - MARGIN ? room - MARGIN - far : offset;
    };
    const base = zoom === view.zoom
      ? view
      : { x: width / 2 - ((left + right) / 2) * zoom, y: height / 2 - ((top + bottom) / 2) * zoom };
    this.view.value = {
      zoom,
      x: shift(left * zoom, right * zoom, base.x, width),
      y: shift(top * zoom, bottom * zoom, base.y, height),
    };
  }

  #showFirst(): void {
    const scene = this.#scene.peek();
    const bounds = scene.bounds();
    if (bounds === undefined) return;
    const starts = [...scene.ids.keys()].filter((index) => scene.left[index]! < bounds.left + CARD_WIDTH / 2);
    const view = this.view.value = firstView(
      bounds,
      scene.bounds(starts) ?? bounds,
      this.#window,
      this.#largest,
    );
    this.#worked = { view, again: () => this.#showFirst() };
  }

  get #window() {
    return { ...this.size.peek(), covered: this.covered.peek() };
  }

  /** Most zoom of a view that shows everything. */
  get #largest(): number {
    return this.size.peek().width >= WALL_PX ? 1.5 : 1;
  }
}
