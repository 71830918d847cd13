/**
 * Loads the code of a view. Its scripts are asked for all at once, by the list in the page's head (build/ui.ts): otherwise each would
 * be asked for when the one before has named it.
 *
 * @module
 */

import type { ViewDefinition } from "./view.ts";

const asked = new Set<string>();

/** The view's module; rejects where its code does not come. */
export function loadView({ id, load }: ViewDefinition): ReturnType<ViewDefinition["load"]> {
  if (!asked.has(id)) fetchScripts(id);
  return load();
}

function fetchScripts(id: string): void {
  asked.add(id);
  const listed = document.querySelector(`meta[name="view-${id}"]`)?.getAttribute("content");
  for (const name of listed?.split(" ") ?? []) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = `/assets/${name}`;
    document.head.append(link);
  }
}
