/**
 * The views, in the order of the navigation. The first is where the page begins.
 *
 * @module
 */

import { askingRuns } from "../monitor/runs/run_index.ts";
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
    id: "runs",
    title: "Runs",
    icon: "runs",
    about: "Watch runs, live and past, and steer them",
    keys: "g r",
    count: askingRuns,
    load: () => import("../monitor/runs/runs_view.tsx"),
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
