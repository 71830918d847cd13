/** Levels of rates in the data folder, so that a cap a day outlives a start of the machine. @module */

import type { Store } from "../store.ts";
import type { KeptLevels } from "./lmdb_share_book.ts";
import type { Level } from "./share_book.ts";

/** A disk that refuses costs what was used since the levels were last kept, nothing else. */
export function keptLevels(store: Store): KeptLevels {
  const table = store.table("rate-levels");
  return {
    read: () =>
      Object.fromEntries(
        [...table.getRange({})].map(({ key, value }) => [
          String(key),
          JSON.parse(new TextDecoder().decode(value)) as Level,
        ]),
      ),
    keep(levels) {
      void store.commit(() => {
        for (const [kind, level] of Object.entries(levels)) {
          table.put(kind, new TextEncoder().encode(JSON.stringify(level)));
        }
      }).catch(() => {});
    },
  };
}
