/** The keys of the view that is shown, kept for the sheet of keys, which takes the view's place. @module */

import { signal } from "@preact/signals";
import type { Command } from "../state/commands.ts";
import type { ViewDefinition } from "./view.ts";

interface ShownKeys {
  readonly view: ViewDefinition;
  readonly commands: readonly Command[];
}

export const shownKeys = signal<ShownKeys | undefined>(undefined);

/** Keeps the keys of a view: its commands leave with it. */
export function rememberKeys(view: ViewDefinition, commands: readonly Command[]): void {
  shownKeys.value = { view, commands };
}
