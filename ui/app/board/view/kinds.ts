/** Icons and words of kinds of nodes. @module */

import type { IconName } from "../../parts/icon.tsx";
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

export function iconFor(use: string, group: NodeGroup): IconName {
  return controlIcons[use] ?? (group === "operator" ? useIcons[use.split("/")[0] ?? ""] : undefined) ??
    groupIcons[group];
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
