/**
 * The views, in the order of the navigation. The first is where the page begins.
 *
 * @module
 */

import { computed } from "@preact/signals";
import { waitingCount } from "../editor/changes/waiting_changes.ts";
import { openFailures } from "../monitor/failures/failure_index.ts";
import { askingRuns } from "../monitor/runs/run_index.ts";
import { waitingPrompts } from "../monitor/system/prompt_index.ts";
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
  {
    id: "failures",
    title: "Failures",
    icon: "error",
    about: "What failed, grouped by cause, and retry from there",
    keys: "g f",
    count: openFailures,
    load: () => import("../monitor/failures/failures_view.tsx"),
  },
  {
    id: "artifacts",
    title: "Artifacts",
    icon: "artifact",
    about: "What runs have made: search, look, compare, trace",
    keys: "g a",
    load: () => import("../monitor/artifacts/artifacts_view.tsx"),
  },
  {
    id: "performance",
    title: "Performance",
    icon: "gauge",
    about: "Latency, throughput, pool, money, and what the Conductor decided",
    keys: "g p",
    load: () => import("../monitor/performance/performance_view.tsx"),
  },
  {
    id: "system",
    title: "System",
    icon: "settings",
    about: "Extensions, permissions, settings, storage, themes",
    keys: "g s",
    isSecondary: true,
    count: computed(() => waitingPrompts.value.length),
    load: () => import("../monitor/system/system_view.tsx"),
  },
  {
    id: "editor",
    title: "Editor",
    icon: "editor",
    about: "Edit files together with agents",
    keys: "g e",
    count: waitingCount,
    load: () => import("../editor/editor_view.tsx"),
  },
  {
    id: "panels",
    title: "Panels",
    icon: "extension",
    about: "What extensions show",
    keys: "g x",
    isSecondary: true,
    load: () => import("../motif/panels_view.tsx"),
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
