/**
 * What can be put on the board: node types of the installed extensions, tasks, the control kinds, and how each begins.
 *
 * @module
 */

import type { NodeTypeId } from "../../../core/ids.ts";
import type { JsonObject, JsonSchema } from "../../../core/json.ts";
import type { CatalogInfo } from "../../api/catalog.ts";
import type { TemplateLine } from "../../api/workflows.ts";
import {
  type BoardCatalog,
  type BoardNode,
  boardNode,
  type NodeGroup,
  type WorkflowPorts,
} from "./model/board_node.ts";
import type { ConnectionJudge } from "./model/connection_judge.ts";
import { nameForUse } from "./model/names.ts";

export interface LibraryEntry {
  /** Its own: the use, or `template/ID`. */
  readonly id: string;
  readonly use: string;
  readonly title: string;
  readonly description: string;
  readonly group: NodeGroup;
  /** Where it stands in the list: `Files`, `Code`, `Control`. */
  readonly section: string;
  /** The node's value to begin with. */
  readonly value: JsonObject;
  /** As it would stand on the board, for its ports. */
  readonly node: BoardNode;
  readonly unavailable?: string;
}

/** Control kinds for servers that list no components. */
const controls: readonly (readonly [string, string, string, JsonObject])[] = [
  ["control/branch", "Branch", "Sends a value down the first case whose condition is true", {
    cases: { yes: "value != null", no: "true" },
  }],
  ["control/merge", "Merge", "Goes on with the first of its inputs that came", {}],
  ["control/gate", "Gate", "Asks a person before it goes on", { question: "Shall this go on?" }],
  ["control/wait", "Wait", "Waits for a span, a moment or a signal", { for: "1m" }],
  ["control/loop", "Loop", "Repeats a part of the workflow until a condition holds", {
    max: 3,
    body: { inputs: {}, nodes: {}, outputs: {} },
  }],
  ["control/workflow", "Sub-workflow", "Runs another workflow file or template", { workflow: "" }],
  ["control/input", "Input", "One of the workflow's inputs, as a node", { name: "input" }],
  ["control/output", "Output", "One of the workflow's outputs, as a node", { name: "output" }],
];

/** The catalogue with maps again. */
export function catalogFrom(
  info: CatalogInfo,
  workflows: ReadonlyMap<string, WorkflowPorts> = new Map(),
): BoardCatalog {
  return {
    workflows,
    nodes: new Map(info.nodes.map((node) => [node.type as NodeTypeId, node])),
    tasks: new Map(info.tasks.map((task) => [task.type as NodeTypeId, task])),
    problems: info.problems,
    limits: new Map(),
  };
}

/** Everything that can be added, by section. */
export function libraryOf(
  info: CatalogInfo,
  catalog: BoardCatalog,
  templates: readonly TemplateLine[] = [],
): readonly LibraryEntry[] {
  const entry = (
    use: string,
    title: string,
    description: string,
    section: string,
    more: JsonObject,
    unavailable?: string,
  ): LibraryEntry => {
    const value = { use, ...more };
    const node = boardNode(nameForUse(use), "", value, catalog);
    return {
      id: use,
      use,
      title,
      description,
      group: node.group,
      section,
      value,
      node,
      ...(unavailable === undefined ? {} : { unavailable }),
    };
  };
  const tasks = info.tasks.map(({ type, title, description }) =>
    entry(type, title, description, "Tasks for an instrument", {})
  );
  const nodes = info.nodes.map(({ type, title, description, kind, instrument }) =>
    entry(
      type,
      title,
      description,
      kind === "instrument" ? "Instruments" : sectionOf(type),
      {},
      instrument?.unavailable,
    )
  );
  const components = info.components.length > 0
    ? info.components.map(({ kind, title, description, example }) => {
      const { use: _use, ...more } = example;
      return entry(`control/${kind}`, title, description, "Control", more);
    })
    : controls.map(([use, title, description, more]) => entry(use, title, description, "Control", more));
  // Those of extensions have no name that a workflow could call them by.
  const whole = templates.filter(({ from }) => from === undefined).map(({ id, name, description }) => ({
    ...entry("control/workflow", name, description, "Templates", { workflow: id, title: name }),
    id: `template/${id}`,
  }));
  const order = (section: string) =>
    section === "Tasks for an instrument"
      ? 0
      : section === "Instruments"
      ? 2
      : section === "Control"
      ? 3
      : section === "Templates"
      ? 4
      : 1;
  return [...tasks, ...nodes, ...components, ...whole].sort((a, b) =>
    order(a.section) - order(b.section) || compare(a.section, b.section)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sectionOf(type: string): string {
  const [first = ""] = type.split("/");
  return first === "http" ? "HTTP" : first.charAt(0).toUpperCase() + first.slice(1);
}

/** The port of a new node that a held connection would go to; undefined where none fits. */
export function fittingPort(
  entry: LibraryEntry,
  judge: ConnectionJudge,
  isFromSource: boolean,
): string | undefined {
  const ports = isFromSource ? entry.node.inputs : entry.node.outputs;
  const fits = (schema: JsonSchema) => isFromSource ? judge.fitsInto(schema) : judge.fitsFrom(schema);
  const sorted = [...ports].sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
  const found = sorted.find(({ schema }) => fits(schema) === "yes") ??
    sorted.find(({ schema }) => fits(schema) === "maybe");
  return found?.name ?? (isFromSource && entry.node.isOpen ? "value" : undefined);
}
