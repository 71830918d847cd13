/**
 * One tooltip for the whole page: any element with `data-tip` shows it on hover and on keyboard focus, after a moment.
 * The accessible name is the element's own; this is for the eye only.
 *
 * @module
 */

import { useEffect, useState } from "preact/hooks";

const DELAY_MS = 400;

interface Tip {
  readonly text: string;
  readonly keys: string | undefined;
  readonly left: number;
  readonly top: number;
}

export function Tooltip() {
  const [tip, setTip] = useState<Tip | undefined>(undefined);
  useEffect(() => {
    let timer: number | undefined;
    let owner: Element | undefined;
    const hide = () => {
      clearTimeout(timer);
      owner = undefined;
      setTip(undefined);
    };
    const show = (event: Event, delayMs: number) => {
      const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
      if (target === null) return hide();
      if (target === owner) return;
      hide();
      owner = target;
      timer = setTimeout(() => setTip(place(target)), delayMs);
    };
    const over = (event: Event) => show(event, DELAY_MS);
    const focus = (event: Event) => {
      if (event.target instanceof Element && event.target.matches(":focus-visible")) show(event, 0);
    };
    addEventListener("pointerover", over);
    addEventListener("focusin", focus);
    for (const name of ["pointerdown", "focusout", "keydown", "wheel"]) {
      addEventListener(name, hide, { passive: true });
    }
    return () => {
      hide();
      removeEventListener("pointerover", over);
      removeEventListener("focusin", focus);
      for (const name of ["pointerdown", "focusout", "keydown", "wheel"]) removeEventListener(name, hide);
    };
  }, []);
  if (tip === undefined) return null;
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${tip.left}px`, top: `${tip.top}px` }}>
      {tip.text}
      {tip.keys === undefined ? null : <kbd>{tip.keys}</kbd>}
    </div>
  );
}

function place(target: Element): Tip {
  const box = target.getBoundingClientRect();
  const text = target.getAttribute("data-tip") ?? "";
  const keys = target.getAttribute("data-tip-keys") ?? undefined;
  const width = Math.min(320, 20 + (text.length + (keys?.length ?? 0)) * 6.4);
  // Beside the rail, else below; above where there is no room below.
  if (target.closest(".rail") !== null && innerWidth > 720) {
    return { text, keys, left: box.right + 8, top: box.top + box.height / 2 - 12 };
  }
  const left = Math.max(6, Math.min(innerWidth - width - 6, box.left + box.width / 2 - width / 2));
  const top = box.bottom + 34 > innerHeight ? box.top - 32 : box.bottom + 6;
  return { text, keys, left, top };
}
