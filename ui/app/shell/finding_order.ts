/** The order of what the palette finds. Pure. @module */

import { fuzzySort } from "../parts/fuzzy.ts";

interface Named {
  readonly title: string;
  /** Comes after all else that was found: there is much of it, and it is seldom what was meant. */
  readonly isBehind?: true;
}

export interface Shown<T> {
  readonly entry: T;
  readonly places: readonly number[];
}

/**
 * What matches, best first; what the view holds before what is found `everywhere`, where `isOwnFirst`. At most `most`, of which
 * what comes behind keeps its room.
 */
export function orderFindings<T extends Named>(
  words: string,
  { own, everywhere, isOwnFirst, most }: {
    readonly own: readonly T[];
    readonly everywhere: readonly T[];
    readonly isOwnFirst: boolean;
    readonly most: number;
  },
): readonly Shown<T>[] {
  const sorted = (entries: readonly T[]) => fuzzySort(words, entries, ({ title }) => title);
  const near = everywhere.filter(({ isBehind }) => isBehind !== true);
  const behind = sorted(everywhere.filter(({ isBehind }) => isBehind === true));
  const before = isOwnFirst ? [...sorted(own), ...sorted(near)] : sorted([...own, ...near]);
  return [...before.slice(0, Math.max(0, most - behind.length)), ...behind].slice(0, most);
}
