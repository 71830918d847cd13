/**
 * A workflow as dispatching sees it: tasks with a kind, edges with the bytes that travel on them, as compressed
 * adjacency in both directions. Built from a plan of the product or from a recorded graph.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Plan, PlanNode } from "../../core/workflow/plan.ts";

/** One task before it has a place in a graph. */
export interface TaskSpec {
  /** The same for the same task in every run of its workflow; `workflow/node` in the product. */
  readonly key: string;
  /** What its run time is learned by. */
  readonly kind: string;
  /** Indices of the tasks it waits for. */
  readonly parents: readonly number[];
  /** What each parent sends, in the order of `parents`; absent where nothing is known. */
  readonly bytes?: readonly number[];
  /** Size of everything it reads; 0 where nothing is known. */
  readonly bytesIn?: number;
}

/** Immutable. Tasks are 0 … size-1. */
export interface TaskGraph {
  readonly name: string;
  readonly size: number;
  readonly keys: readonly string[];
  readonly kinds: readonly string[];
  /** Place in `kinds`. */
  readonly kindOf: Uint32Array;
  readonly bytesIn: Float64Array;
  /** Parents of task i: `parents[parentsFrom[i] … parentsFrom[i+1]-1]`, and what each sends in `parentBytes`. */
  readonly parentsFrom: Uint32Array;
  readonly parents: Uint32Array;
  readonly parentBytes: Float64Array;
  /** The same downwards. */
  readonly childrenFrom: Uint32Array;
  readonly children: Uint32Array;
  readonly childBytes: Float64Array;
  /** Every task after its parents. */
  readonly order: Uint32Array;
}

/** @throws RangeError where a parent is no task or the tasks form a cycle. */
export function makeTaskGraph(name: string, tasks: readonly TaskSpec[]): TaskGraph {
  const size = tasks.length;
  const kindIndex = new Map<string, number>();
  const kindOf = new Uint32Array(size);
  const parentsFrom = new Uint32Array(size + 1);
  const childrenFrom = new Uint32Array(size + 1);
  tasks.forEach((task, at) => {
    let kind = kindIndex.get(task.kind);
    if (kind === undefined) kindIndex.set(task.kind, kind = kindIndex.size);
    kindOf[at] = kind;
    parentsFrom[at + 1] = (parentsFrom[at] as number) + task.parents.length;
    for (const parent of task.parents) {
      if (!(parent >= 0 && parent < size)) {
        throw new RangeError(
          `Cannot read graph "${name}": task "${task.key}" has parent ${parent} of ${size}`,
        );
      }
      childrenFrom[parent + 1] = (childrenFrom[parent + 1] as number) + 1;
    }
  });
  for (let at = 0; at < size; at++) {
    childrenFrom[at + 1] = (childrenFrom[at + 1] as number) + (childrenFrom[at] as number);
  }
  const edges = parentsFrom[size] as number;
  const parents = new Uint32Array(edges);
  const parentBytes = new Float64Array(edges);
  const children = new Uint32Array(edges);
  const childBytes = new Float64Array(edges);
  const next = childrenFrom.slice();
  tasks.forEach((task, at) => {
    task.parents.forEach((parent, place) => {
      const edge = (parentsFrom[at] as number) + place;
      const bytes = task.bytes?.[place] ?? 0;
      parents[edge] = parent;
      parentBytes[edge] = bytes;
      const down = next[parent] as number;
      next[parent] = down + 1;
      children[down] = at;
      childBytes[down] = bytes;
    });
  });
  const shape = { size, parentsFrom, childrenFrom, children };
  return {
    name,
    ...shape,
    keys: tasks.map(({ key }) => key),
    kinds: [...kindIndex.keys()],
    kindOf,
    bytesIn: Float64Array.from(tasks, ({ bytesIn }) => bytesIn ?? 0),
    parents,
    parentBytes,
    childBytes,
    order: topologicalOrder(name, shape),
  };
}

/** Kahn's algorithm. */
function topologicalOrder(
  name: string,
  graph: Pick<TaskGraph, "size" | "parentsFrom" | "childrenFrom" | "children">,
): Uint32Array {
  const { size, parentsFrom, childrenFrom, children } = graph;
  const waiting = Uint32Array.from(
    { length: size },
    (_, at) => (parentsFrom[at + 1] as number) - (parentsFrom[at] as number),
  );
  const order = new Uint32Array(size);
  let known = 0;
  for (let at = 0; at < size; at++) if (waiting[at] === 0) order[known++] = at;
  for (let seen = 0; seen < known; seen++) {
    const at = order[seen] as number;
    for (let edge = childrenFrom[at] as number; edge < (childrenFrom[at + 1] as number); edge++) {
      const child = children[edge] as number;
      const left = (waiting[child] as number) - 1;
      waiting[child] = left;
      if (left === 0) order[known++] = child;
    }
  }
  if (known < size) throw new RangeError(`Cannot read graph "${name}": its tasks form a cycle`);
  return order;
}

/** The graph of a plan; tasks keep the places of its nodes. A node's kind is what it uses. */
export function taskGraphOf(plan: Plan): TaskGraph {
  const parents: number[][] = plan.nodes.map(() => []);
  for (let from = 0; from < plan.nodes.length; from++) {
    for (let edge = plan.offsets[from] as number; edge < (plan.offsets[from + 1] as number); edge++) {
      const into = parents[plan.targets[edge] as number] as number[];
      if (!into.includes(from)) into.push(from);
    }
  }
  return makeTaskGraph(
    plan.definition.id,
    plan.nodes.map((node, at) => ({
      key: `${plan.definition.id}/${node.id}`,
      kind: kindOfNode(node),
      parents: parents[at] as number[],
    })),
  );
}

/** What the run time of a node is learned by: what it calls, or for a control node which one it is. */
export function kindOfNode({ definition }: PlanNode): string {
  return definition.kind === "call" ? definition.use : definition.kind;
}
