/**
 * The views, in the order of the navigation. The first is where the page begins.
 *
 * @module
 */

import { computed } from "@preact/signals";
import { askEarly } from "../board/board_answers.ts";
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
    inner: [
      ["Choose in a list", "up|down"],
      ["Open what is chosen", "enter"],
      ["First and last", "home|end"],
    ],
    load: () => import("../board/board_view.tsx"),
    early: (client, file) => file === "" ? undefined : askEarly(client, file),
  },
  {
    id: "runs",
    title: "Runs",
    icon: "runs",
    about: "Watch runs, live and past, and steer them",
    keys: "g r",
    count: askingRuns,
    inner: [
      ["Choose in a list", "up|down"],
      ["Open what is chosen", "enter"],
      ["First and last", "home|end"],
      ["Along the edges of the graph", "left|right"],
      ["Between nodes side by side", "up|down"],
      ["Next and previous tab", "right|left"],
    ],
    load: () => import("../monitor/runs/runs_view.tsx"),
  },
  {
    id: "failures",
    title: "Failures",
    icon: "error",
    about: "What failed, grouped by cause, and retry from there",
    keys: "g f",
    count: openFailures,
    inner: [
      ["Choose in a list", "up|down"],
      ["Open what is chosen", "enter"],
      ["First and last", "home|end"],
    ],
    load: () => import("../monitor/failures/failures_view.tsx"),
  },
  {
    id: "artifacts",
    title: "Artifacts",
    icon: "artifact",
    about: "What runs have made: search, look, compare, trace",
    keys: "g a",
    inner: [
      ["Choose in a list", "up|down"],
      ["Open what is chosen", "enter"],
      ["First and last", "home|end"],
      ["Next and previous tab", "right|left"],
    ],
    load: () => import("../monitor/artifacts/artifacts_view.tsx"),
  },
  {
    id: "performance",
    title: "Performance",
    icon: "gauge",
    about: "Latency, throughput, pool, money, and what the Conductor decided",
    keys: "g p",
    inner: [
      ["Next and previous tab", "right|left"],
      ["Scroll tables and charts", "up|down"],
    ],
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
    inner: [
      ["Next and previous tab", "right|left"],
      ["Choose in a list", "up|down"],
      ["Open what is chosen", "enter"],
    ],
    load: () => import("../monitor/system/system_view.tsx"),
  },
  {
    id: "editor",
    title: "Editor",
    icon: "editor",
    about: "Edit files together with agents",
    keys: "g e",
    count: waitingCount,
    inner: [
      ["Choose in the tree of files", "up|down"],
      ["Open and close a folder", "right|left"],
      ["Open the chosen file", "enter"],
      ["Next and previous tab of files", "right|left"],
    ],
    load: () => import("../editor/editor_view.tsx"),
  },
  {
    id: "panels",
    title: "Panels",
    icon: "extension",
    about: "What extensions show",
    keys: "g x",
    isSecondary: true,
    inner: [
      ["To the next field or button", "tab"],
      ["Use it", "enter|space"],
    ],
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
