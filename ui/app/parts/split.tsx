/**
 * A handle between two panels: dragged, or moved with the arrow keys. The size is kept between visits under `name`.
 *
 * @module
 */

import { signal } from "@preact/signals";

const STEP_PX = 16;

/** On a wall of pixels, where type is larger, panels begin wider. */
const SCALE = globalThis.innerWidth >= 3000 ? 1.3 : 1;

/** A size in pixels that is remembered on this machine. */
export function rememberedSize(name: string, initial: number) {
  const key = `symphony.size.${name}`;
  const size = signal(Number(localStorage.getItem(key)) || Math.round(initial * SCALE));
  size.subscribe((value) => localStorage.setItem(key, String(value)));
  return size;
}

export interface SplitHandleProps {
  readonly label: string;
  readonly size: { value: number };
  readonly min: number;
  readonly max: number;
  /** The panel that is sized lies after the handle. */
  readonly after?: boolean;
}

export function SplitHandle({ label, size, min, max, after = false }: SplitHandleProps) {
  const set = (value: number) => size.value = Math.max(min, Math.min(max, Math.round(value)));
  const sign = after ? -1 : 1;
  return (
    <div
      class="split-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={size.value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onKeyDown={(event) => {
        const step = event.key === "ArrowRight" ? STEP_PX : event.key === "ArrowLeft" ? -STEP_PX : 0;
        if (step === 0) return;
        event.preventDefault();
        event.stopPropagation();
        set(size.value + sign * step);
      }}
      onPointerDown={(event) => {
        const handle = event.currentTarget;
        const [startX, startSize] = [event.clientX, size.value];
        handle.setPointerCapture(event.pointerId);
        const move = (next: PointerEvent) => set(startSize + sign * (next.clientX - startX));
        handle.addEventListener("pointermove", move);
        handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), {
          once: true,
        });
      }}
    />
  );
}
