/**
 * The theme: the system's, or one that was chosen. `light` and `dark` are one set of tokens, `contrast` is another.
 *
 * @module
 */

import { effect, signal } from "@preact/signals";

export const themes = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof themes)[number];

const KEY = "symphony.theme";

export const theme = signal<Theme>(readTheme());
/** Grows with every change of the colours in force, for what paints by itself. */
export const paint = signal(0);

function readTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return themes.find((name) => name === kept) ?? "system";
}

/** Keeps the document in step with the theme. */
export function followTheme(): void {
  effect(() => {
    const chosen = theme.value;
    if (chosen === "system") {
      delete document.documentElement.dataset["theme"];
      localStorage.removeItem(KEY);
    } else {
      document.documentElement.dataset["theme"] = chosen;
      localStorage.setItem(KEY, chosen);
    }
    paint.value = paint.peek() + 1;
  });
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
    matchMedia(query).addEventListener("change", () => paint.value = paint.peek() + 1);
  }
}

/** The value of a colour token as the canvas takes it. */
export function tokenColours<Name extends string>(names: readonly Name[]): Record<Name, string> {
  const probe = document.createElement("span");
  probe.hidden = true;
  // The system's forced colours are for what the browser paints; a canvas paints its own grounds, too.
  probe.style.setProperty("forced-color-adjust", "none");
  document.body.append(probe);
  const found = {} as Record<Name, string>;
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
}
