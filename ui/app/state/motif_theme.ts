/** An extension's theme over the page's own: its tokens are kept on this machine, so that the page begins with them. @module */

import { effect, signal } from "@preact/signals";
import { paint, theme } from "./theme.ts";

export interface MotifTheme {
  /** `EXTENSION/THEME`. */
  readonly id: string;
  readonly ground: "light" | "dark";
  readonly tokens: Readonly<Record<string, string>>;
}

const KEY = "symphony.motif-theme";

export const motifTheme = signal<MotifTheme | undefined>(read());

function read(): MotifTheme | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as MotifTheme | null;
    return kept === null || typeof kept.tokens !== "object" ? undefined : kept;
  } catch {
    return undefined;
  }
}

/** Chooses a theme; undefined goes back to the page's own. */
export function chooseMotifTheme(chosen: MotifTheme | undefined): void {
  motifTheme.value = chosen;
  if (chosen === undefined) localStorage.removeItem(KEY);
  else {
    localStorage.setItem(KEY, JSON.stringify(chosen));
    theme.value = chosen.ground;
  }
}

/** Keeps the document in step with the theme; another ground than the theme's puts it away. */
export function followMotifTheme(): void {
  let set: readonly string[] = [];
  effect(() => {
    const chosen = motifTheme.value;
    const isInForce = chosen !== undefined && theme.value === chosen.ground;
    const { style } = document.documentElement;
    for (const name of set) style.removeProperty(`--${name}`);
    set = isInForce ? Object.keys(chosen.tokens) : [];
    if (isInForce) {
      for (const [name, colour] of Object.entries(chosen.tokens)) style.setProperty(`--${name}`, colour);
    }
    paint.value = paint.peek() + 1;
  });
}
