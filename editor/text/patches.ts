/**
 * Deltas from steps that follow each other.
 *
 * @module
 */

import { Delta, DeltaBuilder } from "./delta.ts";
import type { Patch } from "./revision_log.ts";

/** All steps as one delta; O(n log n), O(n) where they ascend. */
export function deltaOfPatches(patches: readonly Patch[], baseLength: number): Delta {
  const deltas: Delta[] = [];
  let length = baseLength;
  let builder = new DeltaBuilder(length);
  let shift = 0;
  let end = 0;
  for (const { at, removed, inserted } of patches) {
    if (at < end) {
      const delta = builder.build();
      deltas.push(delta);
      length = delta.newLength;
      builder = new DeltaBuilder(length);
      shift = 0;
    }
    builder.replace(at - shift, at - shift + removed.length, inserted);
    end = at + inserted.length;
    shift += inserted.length - removed.length;
  }
  deltas.push(builder.build());
  return composeAll(deltas, 0, deltas.length);
}

/** What takes all steps back. */
export function inverseOfPatches(patches: readonly Patch[], newLength: number): Delta {
  if (ascend(patches)) {
    const builder = new DeltaBuilder(newLength);
    for (const { at, removed, inserted } of patches) builder.replace(at, at + inserted.length, removed);
    return builder.build();
  }
  const back = patches.map(({ at, removed, inserted }) => ({ at, removed: inserted, inserted: removed }));
  return deltaOfPatches(back.reverse(), newLength);
}

/** Whether each step is behind the one before. */
function ascend(patches: readonly Patch[]): boolean {
  let end = 0;
  for (const { at, inserted } of patches) {
    if (at < end) return false;
    end = at + inserted.length;
  }
  return true;
}

function composeAll(deltas: readonly Delta[], from: number, to: number): Delta {
  if (to - from === 1) return deltas[from]!;
  const middle = (from + to) >> 1;
  return composeAll(deltas, from, middle).compose(composeAll(deltas, middle, to));
}
