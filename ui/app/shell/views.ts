/**
 * The views, in the order of the navigation. The first is where the page begins.
 *
 * @module
 */

import type { ViewDefinition } from "./view.ts";

export const views: readonly ViewDefinition[] = [
  {
    id: "board",
    title: "Harmony Board",
    icon: "board",
    about: "Compose workflows and run them",
    keys: "g b",
    load: () => import("../board/board_view.tsx"),
  },
  {
    id: "editor",
    title: "Editor",
    icon: "editor",
    about: "Edit files together with agents",
    keys: "g e",
    load: () => import("../editor/editor_view.tsx"),
  },
];

/** What belongs to the current version of nothing: the list of keys. */
export const keysView: ViewDefinition = {
  id: "keys",
  title: "Keyboard",
  icon: "command",
  about: "Every key and what it does",
  keys: "?",
  isHidden: true,
  load: () => import("./keys_view.tsx"),
};
