/**
 * Artifacts: store and retrieve 1 KB, 64 KB and 1 MB, in one run beside what cannot be beaten (the bare hash) and beside what
 * people would use instead: a synced file, bare LMDB, SQLite, cacache, `git hash-object -w`. Targets: store 1–5 ms (aim < 1
 * at 64 KB), retrieve 0.5–2 ms (aim < 0.1 at 64 KB). Durable means synced; cacache and git do not sync.
 * Run it with `deno run -A bench/artifact_bench.ts [folder]`; the disk that the folder is on decides about the stores.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import cacache from "cacache";
import { Blocks } from "../pit/artifact/blocks.ts";
import { LmdbArtifacts } from "../pit/artifact/lmdb.ts";
import { LmdbArtifactStreams } from "../pit/artifact/stream.ts";
import { passphraseLock, Vault } from "../pit/artifact/vault.ts";
import { openPit } from "../pit/open_pit.ts";
import { openStore, type Store } from "../pit/store.ts";
import { SystemClock } from "../system/clock.ts";
import { line, print, type Sample, sample } from "./tail.ts";

const clock = new SystemClock();
const folder = await Deno.makeTempDir({ dir: Deno.args[0] ?? ".", prefix: "symphony-bench-" });
let mark = 0;

/** Content that no earlier call had, made outside the time that is measured: half of it text, half noise. */
function fresh(count: number, size: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const bytes = new Uint8Array(size);
    let state = ++mark;
    for (let at = 0; at < size; at += 4) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      bytes[at] = at < size / 2 ? 97 + (at >>> 2) % 26 : state & 255;
    }
    new DataView(bytes.buffer).setFloat64(0, mark);
    return bytes;
  });
}

/** A store of content by hash: what it does with bytes, and how it gets them back. */
interface Rival {
  readonly name: string;
  put(bytes: Uint8Array): unknown;
  get(bytes: Uint8Array): unknown;
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function encryptedStore(path: string): Promise<{ readonly store: Store; readonly vault: Vault }> {
  await Deno.mkdir(path);
  const store = await openStore(path);
  const secret = "bench passphrase";
  const vault = new Vault(store, {
    passphrase: () => Promise.resolve(secret),
    fromKeyring: () => Promise.resolve(undefined),
    toKeyring: () => Promise.resolve(false),
  });
  await vault.setLock(passphraseLock(2 ** 10), secret);
  await vault.newKey();
  return { store, vault };
}

await Deno.mkdir(`${folder}/plain`);
const store = await openStore(`${folder}/plain`);
const artifacts = new LmdbArtifacts(store, clock);
const encrypted = await encryptedStore(`${folder}/sealed`);
const sealed = new LmdbArtifacts(encrypted.store, clock, new Blocks(encrypted.store, encrypted.vault));
const file = await Deno.open(`${folder}/floor`, { create: true, write: true });
const db = new DatabaseSync(`${folder}/rival.db`);
db.exec(
  "pragma journal_mode = wal; pragma synchronous = full; create table c (id text primary key, bytes blob) without rowid",
);
const insert = db.prepare("insert or ignore into c values (?, ?)");
const select = db.prepare("select bytes from c where id = ?");
await Deno.mkdir(`${folder}/files`);
const table = store.table("inbox");

const rivals: readonly Rival[] = [
  {
    name: "file of its own, synced",
    put(bytes) {
      using one = Deno.openSync(`${folder}/files/${sha256(bytes)}`, { create: true, write: true });
      one.writeSync(bytes);
      one.syncDataSync();
    },
    get(bytes) {
      const id = sha256(bytes);
      return sha256(Deno.readFileSync(`${folder}/files/${id}`)) === id;
    },
  },
  {
    name: "bare LMDB, synced",
    put(bytes) {
      const id = sha256(bytes);
      store.exclusively(() => void table.put(id, bytes));
    },
    get(bytes) {
      const id = sha256(bytes);
      store.refresh();
      return sha256(table.getBinary(id) as Uint8Array) === id;
    },
  },
  {
    name: "SQLite, WAL, full sync",
    put: (bytes) => insert.run(sha256(bytes), bytes),
    get(bytes) {
      const id = sha256(bytes);
      return sha256((select.get(id) as { bytes: Uint8Array }).bytes) === id;
    },
  },
  {
    name: "cacache (not synced)",
    put: (bytes) => cacache.put(`${folder}/cacache`, sha256(bytes), Buffer.from(bytes)),
    get: (bytes) => cacache.get(`${folder}/cacache`, sha256(bytes)),
  },
];

async function bench(label: string, size: number, count: number): Promise<void> {
  const warmUp = Math.ceil(count / 10);
  const contents = fresh(count + warmUp, size);
  const at = (index: number) => contents[index] as Uint8Array;
  const hashed = await sample((index) => sha256(at(index)), count);
  print(line(`${label} floor: SHA-256`, hashed));
  const written = await sample((index) => {
    file.writeSync(at(index));
    file.syncDataSync();
  }, count);
  print(line(`${label} floor: appended to a file, synced`, written));
  const stored = await sample((index) => artifacts.put(at(index)), count);
  const known = await sample((index) => artifacts.put(at(index)), count);
  const ids = contents.map(sha256) as Parameters<typeof artifacts.get>[0][];
  const retrieved = await sample((index) => artifacts.get(ids[index] as typeof ids[0]), count);
  print(line(`${label} store (against the append)`, stored, written));
  print(line(`${label} store again, known (against SHA-256)`, known, hashed));
  print(line(`${label} retrieve, verified (against SHA-256)`, retrieved, hashed));
  print(line(`${label} store, encrypted`, await sample((index) => sealed.put(at(index)), count), written));
  print(line(
    `${label} retrieve, encrypted`,
    await sample((index) => sealed.get(ids[index] as typeof ids[0]), count),
    hashed,
  ));
  for (const { name, put, get } of rivals) {
    print(line(`${label} peer: ${name}, store`, await sample((index) => put(at(index)), count), stored));
    print(
      line(`${label} peer: ${name}, retrieve`, await sample((index) => get(at(index)), count), retrieved),
    );
  }
  const git = await gitObjects(size, Math.min(count, 20));
  if (git !== undefined) print(line(`${label} peer: git hash-object -w, a process each`, git, stored));
  const together = fresh(count, size);
  const before = performance.now();
  await Promise.all(together.map((bytes) => artifacts.put(bytes)));
  const perSecond = count / (performance.now() - before) * 1000;
  print(`${label} store, ${count} asked for together: ${Math.round(perSecond)} a second\n`);
}

/** `git hash-object -w --stdin`; undefined where there is no git. */
async function gitObjects(size: number, count: number): Promise<Sample | undefined> {
  try {
    await new Deno.Command("git", { args: ["init", "-q", `${folder}/git`], stderr: "null" }).output();
  } catch {
    return undefined;
  }
  const contents = fresh(count + Math.ceil(count / 10), size);
  return await sample(async (index) => {
    const args = ["-C", `${folder}/git`, "hash-object", "-w", "--stdin"];
    const child = new Deno.Command("git", { args, stdin: "piped", stdout: "null" }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(contents[index] as Uint8Array<ArrayBuffer>);
    await writer.close();
    await child.status;
  }, count);
}

/** Versions of a large text, each with a line more: what sharing and compression save. */
async function versions(): Promise<void> {
  await Deno.mkdir(`${folder}/versions`);
  await using own = await openStore(`${folder}/versions`);
  const mine = new LmdbArtifacts(own, clock);
  const lines = Array.from(
    { length: 20_000 },
    (_, at) => `line ${at} of a text that people work on ${at * 7919 % 1000}`,
  );
  let total = 0;
  for (let version = 0; version < 20; version++) {
    lines.splice(version * 997, 0, `what version ${version} adds`);
    const bytes = new TextEncoder().encode(lines.join("\n"));
    total += bytes.length;
    await mine.put(bytes, { type: "text/plain" });
  }
  let kept = 0;
  for (const name of ["blocks", "artifacts"] as const) {
    for (const { value } of own.table(name).getRange({})) kept += value.length;
  }
  const share = (100 * (1 - kept / total)).toFixed(1);
  print(
    `20 versions of a text of ${
      (total / 20 / 1e6).toFixed(1)
    } MB: ${share} % saved by sharing and compression`,
  );
}

/** Moving to compressed archive files, and reading from them. */
async function tiers(): Promise<void> {
  await Deno.mkdir(`${folder}/tiers`);
  const nothing = () => Promise.reject(new Error("no instances here"));
  await using pit = await openPit(
    `${folder}/tiers`,
    { warm: nothing, cool: nothing, isAlive: () => false },
    clock,
  );
  const count = 300;
  const contents = fresh(count, 64 * 1024);
  const ids = await Promise.all(contents.map((bytes) => pit.artifacts.put(bytes)));
  const plan = await pit.retention.preview([{ name: "warm", action: "warm", when: {} }]);
  const before = performance.now();
  const { warm, freedBytes } = await pit.retention.apply(plan);
  const rate = freedBytes / 1e6 / ((performance.now() - before) / 1000);
  const packed = (await pit.retention.report()).files["warm"] ?? 0;
  print(
    `${warm} artifacts of 64 KB moved to warm at ${Math.round(rate)} MB/s, into ${
      (100 * packed / freedBytes).toFixed(0)
    } % of their size`,
  );
  // A stream does not bring them back into the hot store, so each is read from its file.
  const read = await sample(async (index) => {
    for await (const _ of pit.library.streams.read(ids[index % count] as typeof ids[0]));
  }, 200);
  print(line("64 KB retrieve from warm, verified", read));
}

/** 1 GB as a stream, and the memory that takes. */
async function large(): Promise<void> {
  const streams = new LmdbArtifactStreams(store, clock);
  const piece = fresh(1, 1 << 20)[0] as Uint8Array;
  const source = async function* () {
    for (let at = 0; at < 1024; at++) {
      new DataView(piece.buffer).setFloat64(8, at);
      yield await Promise.resolve(piece);
    }
  };
  const before = performance.now();
  const id = await streams.putStream(source(), { type: "application/octet-stream" });
  const stored = performance.now();
  let read = 0;
  for await (const bytes of streams.read(id)) read += bytes.length;
  const done = performance.now();
  const rate = (ms: number) => `${Math.round(1024 / ms * 1000)} MB/s`;
  print(
    `1 GB as a stream: stored at ${rate(stored - before)}, read and verified at ${rate(done - stored)}, ${
      Math.round(Deno.memoryUsage().heapUsed / 1e6)
    } MB of heap behind it (${read === 1 << 30 ? "all of it" : "NOT all of it"})`,
  );
}

try {
  await bench("1 KB", 1024, 500);
  await bench("64 KB", 64 * 1024, 300);
  await bench("1 MB", 1024 * 1024, 50);
  await versions();
  await tiers();
  if (Deno.args.includes("--large")) await large();
} finally {
  file.close();
  db.close();
  await store[Symbol.asyncDispose]();
  await encrypted.store[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
}
