/**
 * The floor under a run of trivial tasks: Kahn's algorithm over objects, calling the operator's function for each node
 * and keeping its result for those behind it. No plan, no log, no checks, no promise, nothing to resume from.
 *
 * @module
 */

import type { CallNode, WorkflowDefinition } from "../core/workflow/definition.ts";

interface Waiting {
  readonly node: CallNode;
  readonly behind: Waiting[];
  missing: number;
}

/** Runs every node of a workflow whose bindings are all `node.value`, and says how many ran. */
export function bareKahn(
  { nodes }: WorkflowDefinition,
  run: (input: { readonly a?: number }) => { readonly value: number },
): number {
  const waiting = new Map<string, Waiting>();
  for (const [id, node] of nodes) waiting.set(id, { node: node as CallNode, behind: [], missing: 0 });
  for (const one of waiting.values()) {
    for (const source of sourcesOf(one.node)) {
      waiting.get(source)?.behind.push(one);
      one.missing++;
    }
  }
  const values = new Map<string, number>();
  const ready = [...waiting.values()].filter(({ missing }) => missing === 0);
  for (let at = 0; at < ready.length; at++) {
    const { node, behind } = ready[at]!;
    const input: Record<string, number> = {};
    for (const [port, source] of Object.entries(node.in)) {
      input[port] = values.get(sourceOf(source as string)) as number;
    }
    values.set(node.id, run(input).value);
    for (const next of behind) if (--next.missing === 0) ready.push(next);
  }
  return values.size;
}

function sourcesOf(node: CallNode): string[] {
  return [...Object.values(node.in).map((source) => sourceOf(source as string)), ...node.after];
}

function sourceOf(reference: string): string {
  return reference.slice(0, reference.indexOf("."));
}
