/** Icons and words of kinds of nodes. @module */

import { nodeViews } from "../../motif/motifs.ts";
import { type IconName, iconNamed } from "../../parts/icon.tsx";
import type { NodeGroup } from "../model/board_node.ts";

const controlIcons: Readonly<Record<string, IconName>> = {
  "control/branch": "branch",
  "control/merge": "merge",
  "control/gate": "gate",
  "control/wait": "wait",
  "control/loop": "loop",
  "control/workflow": "workflow",
  "control/input": "input",
  "control/output": "output",
};

const groupIcons: Readonly<Record<NodeGroup, IconName>> = {
  operator: "tool",
  instrument: "model",
  control: "branch",
  input: "input",
  output: "output",
  unknown: "warn",
  folded: "group",
};

const useIcons: Readonly<Record<string, IconName>> = {
  files: "folder",
  git: "history",
  http: "link",
  code: "code",
  text: "note",
  report: "file",
  data: "grip",
  check: "check",
  diff: "diff",
};

/** What an extension says of the type comes first, except for the product's own control nodes. */
export function iconFor(use: string, group: NodeGroup): IconName {
  return controlIcons[use] ?? iconNamed(nodeViews.value.get(use)?.icon) ??
    (group === "operator" ? useIcons[use.split("/")[0] ?? ""] : undefined) ??
    groupIcons[group];
}

/** The colour that an extension gives nodes of the type, over that of their kind. */
export function colourFor(use: string): Record<string, string> {
  const color = nodeViews.value.get(use)?.color;
  return color === undefined ? {} : { "--kind": color };
}

export const groupWords: Readonly<Record<NodeGroup, string>> = {
  folded: "Folded group",
  operator: "Operator",
  instrument: "Instrument",
  control: "Control",
  input: "Input",
  output: "Output",
  unknown: "Unknown type",
};
