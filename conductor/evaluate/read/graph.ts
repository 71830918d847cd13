/**
 * Reading a recorded workflow graph, compacted from WfFormat.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { RecordedGraph } from "../data.ts";
import { Fields, malformed, shown } from "./fields.ts";

type RecordedTask = RecordedGraph["tasks"][number];

/** @throws SymphonyError `bad-input`, also where a parent is no task or the graph has a cycle. */
export function readGraph(value: unknown, file: string): RecordedGraph {
  const fields = new Fields(value, file);
  const name = fields.string("name", file.replace(/^.*\//, "").replace(/\.json$/, ""));
  const list = fields.array("tasks");
  if (list.length === 0) throw malformed(`${file}, field "tasks"`, "no task", "one or more");
  const tasks = list.map((task, at) => readTask(new Fields(task, `${file}, task ${at}`), list.length));
  refuseCycle(tasks, file);
  return {
    name,
    file,
    app: fields.string("app", name),
    makespanRecorded: fields.number("makespan_recorded", 0),
    tasks,
  };
}

function readTask(fields: Fields, count: number): RecordedTask {
  if (fields.raw("rt") === undefined) {
    throw fields.wrong("rt", "seconds, or null where they were not recorded");
  }
  const seconds = fields.number("rt", 0);
  if (seconds < 0) throw fields.wrong("rt", "seconds, 0 or more");
  const parents = fields.array("par").map((parent) => {
    if (typeof parent === "number" && Number.isInteger(parent) && parent >= 0 && parent < count) {
      return parent;
    }
    throw malformed(fields.at("par"), shown(parent), `the index of a task, 0 to ${count - 1}`);
  });
  return {
    id: fields.string("id"),
    kind: fields.string("kind"),
    seconds,
    parents,
    bytes: fields.has("bytes")
      ? [...fields.numbers("bytes", parents.length, "parent")]
      : parents.map(() => 0),
    bytesIn: fields.number("in", 0),
    bytesOut: fields.number("out", 0),
    cores: fields.number("cores", 1),
  };
}

/** Kahn's algorithm; what it cannot reach lies on a cycle or behind one. */
function refuseCycle(tasks: readonly RecordedTask[], file: string): void {
  const children: number[][] = tasks.map(() => []);
  const waiting = tasks.map((task) => task.parents.length);
  tasks.forEach((task, at) => task.parents.forEach((parent) => children[parent]?.push(at)));
  const ready = [...tasks.keys()].filter((at) => waiting[at] === 0);
  let reached = 0;
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    reached++;
    for (const child of children[at] as number[]) if (--(waiting[child] as number) === 0) ready.push(child);
  }
  if (reached === tasks.length) return;
  const stuck = tasks[waiting.findIndex((count) => count > 0)]?.id ?? "";
  throw malformed(file, `a cycle through task "${stuck}"`, "a graph without cycles");
}
