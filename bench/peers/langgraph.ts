/**
 * LangGraph.js on the graphs that are measured here: every node a function that adds one to the state, every binding an edge,
 * a node behind several waits for all of them.
 *
 * @module
 */

import { Annotation, END, MemorySaver, START, StateGraph } from "@langchain/langgraph";
import type { CallNode, WorkflowDefinition } from "../../core/workflow/definition.ts";

const State = Annotation.Root({ done: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }) });

/** A graph that was built. */
export interface BuiltGraph {
  /** Carries it out once; the number of nodes that ran. */
  run(): Promise<number>;
}

/** Builds `workflow`, whose bindings are all `node.value`; with `keeps` it writes a checkpoint after each step, in memory. */
export function buildLangGraph({ nodes }: WorkflowDefinition, keeps: boolean): BuiltGraph {
  // Its types follow the names of nodes, which are not known here.
  // deno-lint-ignore no-explicit-any -- see above
  const graph = new StateGraph(State) as any;
  const followed = new Set<string>();
  for (const id of nodes.keys()) graph.addNode(id, () => ({ done: 1 }));
  for (const [id, node] of nodes) {
    const sources = sourcesOf(node as CallNode);
    for (const source of sources) followed.add(source);
    if (sources.length === 0) graph.addEdge(START, id);
    else graph.addEdge(sources.length === 1 ? sources[0] : sources, id);
  }
  for (const id of nodes.keys()) if (!followed.has(id)) graph.addEdge(id, END);
  const built = graph.compile(keeps ? { checkpointer: new MemorySaver() } : {});
  let runs = 0;
  return {
    async run() {
      const config = { recursionLimit: nodes.size + 10, configurable: { thread_id: String(runs++) } };
      const { done } = await built.invoke({ done: 0 }, config);
      return done;
    },
  };
}

function sourcesOf({ in: bindings, after }: CallNode): string[] {
  const sources = Object.values(bindings).map((source) => String(source).split(".")[0] as string);
  return [...new Set([...sources, ...after])];
}
