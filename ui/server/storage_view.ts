/** Room that the data folder takes. @module */

import { statfsSync } from "node:fs";
import type { StaleReview, StorageInfo } from "../api/storage.ts";
import { titleOf } from "./artifacts/artifact_title.ts";
import type { Backend } from "./services.ts";

const MOST_PROPOSALS = 1000;

export async function storageInfo(data: string, { pit }: Backend): Promise<StorageInfo> {
  const parts: { name: string; bytes: number; files: number }[] = [];
  for await (const entry of Deno.readDir(data)) {
    const { bytes, files } = await sizeOf(`${data}/${entry.name}`, entry.isDirectory);
    parts.push({ name: entry.name, bytes, files });
  }
  const artifacts = { count: 0, bytes: 0 };
  for await (const { sizeBytes } of pit.artifacts.list()) {
    artifacts.count++;
    artifacts.bytes += sizeBytes;
  }
  const runs = { count: 0, open: 0 };
  for await (const { endedAt } of pit.dag.list()) {
    runs.count++;
    if (endedAt === undefined) runs.open++;
  }
  const free = freeSpace(data);
  return {
    data,
    ...free === undefined ? {} : { freeBytes: free },
    totalBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: parts.sort((a, b) => b.bytes - a.bytes),
    artifacts,
    runs,
  };
}

export async function staleReview({ pit }: Backend, now: number): Promise<StaleReview> {
  const proposals = [];
  let isCut = false;
  for await (const { artifact, tier, reason } of pit.stale.review(now)) {
    if (proposals.length >= MOST_PROPOSALS) {
      isCut = true;
      break;
    }
    const info = await pit.artifacts.info(artifact);
    proposals.push({
      artifact,
      title: info === undefined ? artifact.slice(0, 12) : await titleOf(pit.library.streams, info),
      sizeBytes: info?.sizeBytes ?? 0,
      tier,
      reason,
    });
  }
  return { proposals, isCut };
}

/** Free bytes on the disk; undefined where that cannot be told. */
function freeSpace(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

async function sizeOf(
  path: string,
  isFolder: boolean,
): Promise<{ readonly bytes: number; readonly files: number }> {
  try {
    if (!isFolder) {
      const { size, blocks } = await Deno.lstat(path);
      // A database file may have holes.
      return { bytes: blocks === null ? size : Math.min(size, blocks * 512), files: 1 };
    }
    let bytes = 0;
    let files = 0;
    for await (const entry of Deno.readDir(path)) {
      const inner = await sizeOf(`${path}/${entry.name}`, entry.isDirectory);
      bytes += inner.bytes;
      files += inner.files;
    }
    return { bytes, files };
  } catch {
    // It has just gone.
    return { bytes: 0, files: 0 };
  }
}
