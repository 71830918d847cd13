import { deepEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { KeyHeap } from "../../../core/orchestration/key_heap.ts";
import { WakeHeap } from "../../../core/orchestration/wake_heap.ts";

Deno.test("KeyHeap gives keys in ascending order, whatever the order of pushes and pops", () => {
  fc.assert(fc.property(fc.array(fc.option(fc.nat(50))), (steps) => {
    const heap = new KeyHeap();
    const model: number[] = [];
    for (const step of steps) {
      if (step !== null) {
        heap.push(step);
        model.push(step);
        model.sort((a, b) => a - b);
      } else {
        strictEqual(heap.pop(), model.shift() ?? -1);
      }
      strictEqual(heap.size, model.length);
    }
  }));
});

Deno.test("KeyHeap keeps keys up to 2^53 exact beyond its first room", () => {
  const heap = new KeyHeap();
  const keys = Array.from({ length: 1000 }, (_, i) => Number.MAX_SAFE_INTEGER - i);
  for (const key of keys) heap.push(key);
  deepEqual(keys.map(() => heap.pop()), keys.toReversed());
});

Deno.test("WakeHeap gives the soonest first, and the lower unit of two at one moment", () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9))), (entries) => {
    const heap = new WakeHeap();
    for (const [dueAt, unit] of entries) heap.push(dueAt, unit);
    const found: [number, number][] = [];
    for (let first = heap.first; first !== undefined; first = heap.first) {
      found.push([first.dueAt, first.unit]);
      heap.pop();
    }
    deepEqual(found, entries.toSorted((a, b) => (a[0] - b[0]) || (a[1] - b[1])));
  }));
});
