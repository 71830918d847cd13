/**
 * Cycles among numbered nodes: strongly connected components (Tarjan 1972, without recursion, so that a chain of 100,000
 * files does not end the stack), and in each the shortest cycle as its example.
 *
 * @module
 */

/** Components of two or more nodes, or of one that points to itself; the largest first, members in rising order. */
export function cyclicComponents(successors: readonly (readonly number[])[]): number[][] {
  const count = successors.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const next = new Int32Array(count);
  const stack: number[] = [];
  const found: number[][] = [];
  let clock = 0;
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const path = [root];
    while (path.length > 0) {
      const node = path.at(-1) as number;
      if (order[node] === -1) {
        order[node] = low[node] = clock++;
        stack.push(node);
        onStack[node] = 1;
      }
      const targets = successors[node] as readonly number[];
      const at = next[node] as number;
      if (at < targets.length) {
        next[node] = at + 1;
        const target = targets[at] as number;
        if (order[target] === -1) path.push(target);
        else if (onStack[target] === 1) low[node] = Math.min(low[node] as number, order[target] as number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[node] as number);
      if (low[node] !== order[node]) continue;
      const component = popComponent(stack, onStack, node);
      if (component.length > 1 || targets.includes(node)) found.push(component);
    }
  }
  return found.sort((a, b) => b.length - a.length || (a[0] as number) - (b[0] as number));
}

function popComponent(stack: number[], onStack: Uint8Array, root: number): number[] {
  const component: number[] = [];
  for (;;) {
    const node = stack.pop() as number;
    onStack[node] = 0;
    component.push(node);
    if (node === root) return component.sort((a, b) => a - b);
  }
}

/** Starts tried for the shortest cycle; in a larger knot any short one will do. */
const MAX_STARTS = 200;

/** A shortest cycle within a component, its first node not repeated at the end. */
export function shortestCycle(
  successors: readonly (readonly number[])[],
  component: readonly number[],
): number[] {
  const inside = new Set(component);
  let best: number[] = [];
  for (const start of component.slice(0, MAX_STARTS)) {
    const cycle = cycleThrough(successors, inside, start, best.length === 0 ? Infinity : best.length);
    if (cycle !== undefined) best = cycle;
    if (best.length <= 2 && best.length > 0) break;
  }
  return best;
}

function cycleThrough(
  successors: readonly (readonly number[])[],
  inside: ReadonlySet<number>,
  start: number,
  shorterThan: number,
): number[] | undefined {
  const before = new Map<number, number>();
  let front = [start];
  for (let length = 1; front.length > 0 && length < shorterThan; length++) {
    const following: number[] = [];
    for (const node of front) {
      for (const target of successors[node] as readonly number[]) {
        if (target === start) return trace(before, start, node);
        if (!inside.has(target) || before.has(target)) continue;
        before.set(target, node);
        following.push(target);
      }
    }
    front = following;
  }
  return undefined;
}

function trace(before: ReadonlyMap<number, number>, start: number, end: number): number[] {
  const path = [end];
  for (let at = end; at !== start;) {
    at = before.get(at) as number;
    path.push(at);
  }
  return path.reverse();
}
