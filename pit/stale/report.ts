/**
 * Where the space goes.
 *
 * @module
 */

import type { StorageReport, StorageShare } from "../../core/ports/retention.ts";
import type { Tier } from "../../core/ports/stale.ts";
import type { Shelves } from "./shelves.ts";

/** Lines of each table. */
const MOST = 20;

/** Sums up what the shelves hold; `files` are the sizes of the data folder's files. */
export async function storageReport(
  shelves: Shelves,
  files: Readonly<Record<string, number>>,
): Promise<StorageReport> {
  const tiers = { hot: sum(), warm: sum(), cold: sum() } satisfies Record<Tier, Sum>;
  const [byType, byWorkflow, byName] = [new Shares(), new Shares(), new Shares()];
  const waiting = sum();
  const marked = new Set(shelves.marked().map(({ id }) => id));
  let held = 0;
  for await (const { id } of shelves.artifacts()) {
    const facts = shelves.facts(id);
    if (facts === undefined) continue;
    const { info, tier, labels } = facts;
    add(tiers[tier], info.sizeBytes);
    if (marked.has(id)) add(waiting, info.sizeBytes);
    if (labels.hold !== undefined) held++;
    byType.add(info.type, info.sizeBytes);
    byWorkflow.add(shelves.workflowOf(info.origin?.run) ?? "(no run)", info.sizeBytes);
    byName.add(
      info.name ?? (info.origin === undefined ? "(no name)" : `node ${info.origin.node}`),
      info.sizeBytes,
    );
  }
  const archives = { warm: shelves.archiveBytes("warm"), cold: shelves.archiveBytes("cold") };
  return {
    tiers,
    byType: byType.largest(),
    byWorkflow: byWorkflow.largest(),
    byName: byName.largest(),
    contentBytes: tiers.hot.sizeBytes + tiers.warm.sizeBytes + tiers.cold.sizeBytes,
    storedBytes: shelves.hotBytes() + archives.warm + archives.cold,
    held,
    waiting,
    files: { ...files, ...(archives.cold > 0 ? { "cold archives": archives.cold } : {}) },
  };
}

interface Sum {
  artifacts: number;
  sizeBytes: number;
}

function sum(): Sum {
  return { artifacts: 0, sizeBytes: 0 };
}

function add(to: Sum, sizeBytes: number): void {
  to.artifacts++;
  to.sizeBytes += sizeBytes;
}

class Shares {
  readonly #sums = new Map<string, Sum>();

  add(what: string, sizeBytes: number): void {
    let known = this.#sums.get(what);
    if (known === undefined) this.#sums.set(what, known = sum());
    add(known, sizeBytes);
  }

  largest(): readonly StorageShare[] {
    const all = [...this.#sums].map(([what, one]) => ({ what, ...one }));
    return all.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.what < b.what ? -1 : 1)).slice(0, MOST);
  }
}
