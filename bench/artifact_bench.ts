/**
 * Artifacts: store and retrieve 1 KB, 64 KB and 1 MB, beside what cannot be beaten: the bare hash, one synced write to
 * a file, one synced put into LMDB. Targets: store 1–5 ms (aim < 1 at 64 KB), retrieve 0.5–2 ms (aim < 0.1 at 64 KB).
 * Run it with `deno run -A bench/artifact_bench.ts [folder]`; the disk that the folder is on decides about the stores.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { LmdbArtifacts } from "../pit/artifact/lmdb.ts";
import { openStore } from "../pit/store.ts";
import { SystemClock } from "../system/clock.ts";
import { line, print, sample } from "./tail.ts";

const folder = await Deno.makeTempDir({ dir: Deno.args[0] ?? ".", prefix: "symphony-bench-" });
const store = await openStore(folder);
const artifacts = new LmdbArtifacts(store, new SystemClock());
const file = await Deno.open(`${folder}/floor`, { create: true, write: true });
let mark = 0;

/** Content that no earlier call had, made outside the time that is measured. */
function fresh(count: number, size: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const bytes = new Uint8Array(size).fill(mark % 251);
    new DataView(bytes.buffer).setFloat64(0, mark++);
    return bytes;
  });
}

async function bench(label: string, size: number, count: number): Promise<void> {
  const total = count + Math.ceil(count / 10);
  const contents = fresh(total, size);
  const at = (index: number) => contents[index] as Uint8Array;
  const hashed = await sample((index) => createHash("sha256").update(at(index)).digest("hex"), count);
  const written = await sample((index) => {
    file.writeSync(at(index));
    file.syncDataSync();
  }, count);
  const table = store.table("inbox");
  const put = await sample(
    (index) => store.exclusively(() => void table.put(["b", size, index], at(index))),
    count,
  );
  const ids: Awaited<ReturnType<typeof artifacts.put>>[] = [];
  const stored = await sample(async (index) => void ids.push(await artifacts.put(at(index))), count);
  const known = await sample((index) => artifacts.put(at(index)), count);
  const retrieved = await sample((index) => artifacts.get(ids[index] as (typeof ids)[number]), count);
  print(line(`${label} floor: SHA-256`, hashed));
  print(line(`${label} floor: file write, synced`, written));
  print(line(`${label} floor: LMDB put, synced`, put));
  print(line(`${label} store (against the LMDB put)`, stored, put));
  print(line(`${label} store again, known (against SHA-256)`, known, hashed));
  print(line(`${label} retrieve, verified (against SHA-256)`, retrieved, hashed));
  const before = performance.now();
  const together = fresh(count, size);
  await Promise.all(together.map((bytes) => artifacts.put(bytes)));
  const perSecond = count / (performance.now() - before) * 1000;
  print(`${label} store, ${count} asked for together: ${Math.round(perSecond)} a second\n`);
}

try {
  await bench("1 KB", 1024, 500);
  await bench("64 KB", 64 * 1024, 300);
  await bench("1 MB", 1024 * 1024, 50);
} finally {
  file.close();
  await store[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
}
