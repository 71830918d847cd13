/** What extensions bring to the page, asked for once, again whenever the connection is back (a server may know others), and when extensions were replaced. @module */

import { computed, effect, signal } from "@preact/signals";
import type { EditorView, ExtensionUi, NodeView, Panel } from "../../../core/motif/contributions.ts";
import type { App } from "../state/app.ts";

/** Undefined until the server has said it. */
export const motifs = signal<readonly ExtensionUi[] | undefined>(undefined);

export interface PanelOf extends Panel {
  readonly extension: string;
  /** The extension's name. */
  readonly from: string;
  /** `PUBLISHER/NAME/ID`, as in the page's address. */
  readonly path: string;
}

export const panels = computed((): readonly PanelOf[] =>
  (motifs.value ?? []).flatMap(({ extension, title, panels }) =>
    panels.map((panel) => ({ ...panel, extension, from: title, path: `${extension}/${panel.id}` }))
  )
);

export interface NodeViewOf extends NodeView {
  readonly extension: string;
  readonly from: string;
}

const none: ReadonlyMap<string, NodeViewOf> = new Map();

/** By node type; of two for one type the first counts. */
export const nodeViews = computed((): ReadonlyMap<string, NodeViewOf> => {
  const found = new Map<string, NodeViewOf>();
  for (const { extension, title, nodeViews } of motifs.value ?? []) {
    for (const view of nodeViews) {
      if (!found.has(view.nodeType)) found.set(view.nodeType, { ...view, extension, from: title });
    }
  }
  return found.size === 0 ? none : found;
});

export interface EditorOf extends EditorView {
  readonly extension: string;
  readonly from: string;
  /** `PUBLISHER/NAME/ID`. */
  readonly path: string;
}

/** The editors that declare themselves for a file's name. */
export function editorsFor(file: string): readonly EditorOf[] {
  const name = file.split("/").at(-1) ?? file;
  return (motifs.value ?? []).flatMap(({ extension, title, editors }) =>
    editors.filter(({ files }) => files.some((glob) => fits(glob, name)))
      .map((editor) => ({ ...editor, extension, from: title, path: `${extension}/${editor.id}` }))
  );
}

/** True where the name fits a glob of `*` and `?`; large and small letters are one. Takes no more than length times length. */
export function fits(glob: string, name: string): boolean {
  const pattern = [...glob.toLowerCase()];
  const signs = [...name.toLowerCase()];
  let at = 0;
  let star = -1;
  let from = 0;
  let i = 0;
  while (i < signs.length) {
    if (at < pattern.length && pattern[at] === "*") {
      star = at++;
      from = i;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === signs[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++from;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/** Keeps `motifs` in step with the server. */
export function followContributions({ client, live }: App): void {
  const ask = () => {
    client.call("GET /motifs", {}).then((found) => {
      // The same again is no news: a board of ten thousand cards would be measured anew for it.
      if (JSON.stringify(found) !== JSON.stringify(motifs.peek())) motifs.value = found;
    }, () => undefined);
  };
  effect(() => {
    if (live.state.value === "open") ask();
  });
  live.subscribe("notices", {
    onEvent: ({ kind }) => {
      if (kind === "extensions") ask();
    },
  });
}
