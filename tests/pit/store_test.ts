import assert from "node:assert/strict";
import { open } from "lmdb";
import { openPit } from "../../pit/open_pit.ts";
import { openStore } from "../../pit/store.ts";
import { storageError } from "../../pit/storage_error.ts";
import { SymphonyError } from "../../core/errors.ts";
import { nodeId } from "../../core/ids.ts";
import { freshRun, skipped } from "../contracts/dag_contract.ts";
import { collect } from "../contracts/subject.ts";
import { ManualClock } from "./manual_clock.ts";
import { noInstances } from "./no_instances.ts";
import { overTemporaryStore, temporaryFolder } from "./temporary_store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const code = (expected: string) => (error: unknown) =>
  error instanceof SymphonyError && error.code === expected;

Deno.test("Store.commit() keeps the neighbours of a write that throws, in order", async () => {
  await using subject = await overTemporaryStore((store) => store);
  const store = subject.port;
  const table = store.table("inbox");
  const settled: string[] = [];
  const note = (name: string, call: Promise<void>) =>
    call.then(
      () => void settled.push(name),
      (error: unknown) => void settled.push(`${name}: ${String(error)}`),
    );
  await Promise.all([
    note("a", store.commit(() => void table.put("a", bytes("1")))),
    note(
      "b",
      store.commit(() => {
        table.put("b", bytes("2"));
        throw new SymphonyError("corrupt", "Bad write");
      }),
    ),
    note("c", store.commit(() => void table.put("c", table.get("a") ?? bytes("?")))),
  ]);
  assert.deepEqual(settled, ["a", "b: SymphonyError: Bad write", "c"]);
  assert.deepEqual([...table.getKeys()], ["a", "c"]);
  assert.equal(new TextDecoder().decode(table.get("c")), "1", "a later write sees an earlier one");
});

Deno.test("Store.commit() spreads large writes over several transactions, all in order and none left out", async () => {
  await using subject = await overTemporaryStore((store) => store);
  const table = subject.port.table("inbox");
  const value = new Uint8Array(1024 * 1024);
  const settled: number[] = [];
  const calls = Array.from(
    { length: 40 },
    (_, at) =>
      subject.port.commit(() => void table.put(["k", at], value), value.length).then(() =>
        void settled.push(at)
      ),
  );
  await calls[0];
  assert.deepEqual(settled, Array.from({ length: 16 }, (_, at) => at), "16 MB fit into the first");
  await Promise.all(calls);
  assert.deepEqual(settled, Array.from({ length: 40 }, (_, at) => at));
  assert.equal(table.getKeysCount(), 40);
});

Deno.test("Store.exclusively() undoes everything when its act throws", async () => {
  await using subject = await overTemporaryStore((store) => store);
  const table = subject.port.table("inbox");
  assert.throws(() =>
    subject.port.exclusively(() => {
      table.put("a", bytes("1"));
      throw new SymphonyError("busy", "No");
    }), code("busy"));
  assert.equal(table.get("a"), undefined);
  assert.equal(subject.port.exclusively(() => 7), 7, "the next transaction is not hurt");
});

Deno.test("Store commits what waits when it is disposed, and refuses everything afterwards", async () => {
  await using folder = temporaryFolder();
  const store = await openStore(folder.path);
  const waiting = store.commit(() => void store.table("inbox").put("a", bytes("1")));
  await store[Symbol.asyncDispose]();
  await waiting;
  await assert.rejects(store.commit(() => {}), code("closed"));
  assert.throws(() => store.exclusively(() => {}), code("closed"));
  assert.throws(() => store.refresh(), code("closed"));
  await store[Symbol.asyncDispose]();
  const again = await openStore(folder.path);
  assert.equal(new TextDecoder().decode(again.table("inbox").get("a")), "1");
  await again[Symbol.asyncDispose]();
});

Deno.test("openStore() refuses a newer format, saying what to do, and leaves it as it is", async () => {
  await using folder = temporaryFolder();
  const root = open<Uint8Array, string>({
    path: `${folder.path}/pit.mdb`,
    noSubdir: true,
    encoding: "binary",
  });
  root.putSync("format", bytes("99"));
  await root.close();
  for (let round = 0; round < 2; round++) {
    await assert.rejects(
      openStore(folder.path),
      (error: unknown) =>
        code("unsupported")(error) && /its format is 99, this program reads \d+/.test(String(error)),
    );
  }
});

Deno.test("openStore() refuses a file that is not its own", async () => {
  await using folder = temporaryFolder();
  for (const length of [1, 100, 5_000, 23_000]) {
    await Deno.writeTextFile(
      `${folder.path}/pit.mdb`,
      "this is not a database\n".repeat(1000).slice(0, length),
    );
    await assert.rejects(openStore(folder.path), code("corrupt"));
  }
});

Deno.test("openStore() refuses a database that was cut off, and takes an empty file", async () => {
  await using folder = temporaryFolder();
  const store = await openStore(folder.path);
  await store.commit(() => void store.table("inbox").put("a", new Uint8Array(500_000)));
  await store[Symbol.asyncDispose]();
  const path = `${folder.path}/pit.mdb`;
  const whole = await Deno.readFile(path);
  for (const length of [100, 4096, 8192, 12_288]) {
    await Deno.writeFile(path, whole.subarray(0, length));
    await assert.rejects(openStore(folder.path), code("corrupt"), `cut off after ${length} bytes`);
  }
  await Deno.writeFile(path, new Uint8Array(0));
  await (await openStore(folder.path))[Symbol.asyncDispose]();
});

Deno.test("openStore() refuses a folder that is not there", async () => {
  await using folder = temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  await assert.rejects(openStore(`${folder.path}/file`), (error: unknown) => error instanceof SymphonyError);
});

Deno.test("openPit() finds everything again after it was closed", async () => {
  await using folder = temporaryFolder();
  const run = freshRun();
  const clock = new ManualClock();
  const origin = { run, node: nodeId("a") };
  {
    await using pit = await openPit(folder.path, noInstances, clock);
    await pit.dag.create({ run, workflow: "w", state: "running", startedAt: 1 });
    // Not awaited: closing commits what waits.
    pit.dag.append(run, 0, [skipped(0)]).catch(() => {});
    await pit.artifacts.put(bytes("hello"), { origin });
    await pit.control.send(run, { type: "resume" });
    assert.ok(await pit.control.claim(run));
  }
  await using pit = await openPit(folder.path, noInstances, clock);
  assert.equal((await collect(pit.dag.replay(run))).flat().length, 1);
  const [info] = await collect(pit.artifacts.list({ run }));
  assert.ok(info);
  assert.equal(new TextDecoder().decode(await pit.artifacts.get(info.id)), "hello");
  assert.equal(await pit.control.isClaimed(run), false, "closing ends the claims");
  assert.deepEqual(await pit.control.receive(run), [{ type: "resume" }]);
});

Deno.test("openPit() twice in one process shows each what the other wrote", async () => {
  await using folder = temporaryFolder();
  const clock = new ManualClock();
  await using one = await openPit(folder.path, noInstances, clock);
  await using two = await openPit(folder.path, noInstances, clock);
  const run = freshRun();
  await one.dag.create({ run, workflow: "w", state: "running", startedAt: 1 });
  await one.dag.append(run, 0, [skipped(0)]);
  await two.dag.append(run, 1, [skipped(1)]);
  await one.dag.append(run, 2, [skipped(2)]);
  assert.equal((await collect(two.dag.replay(run))).flat().length, 3);
  const claim = await one.control.claim(run);
  assert.equal(await two.control.claim(run), undefined);
  await claim?.release();
  assert.ok(await two.control.claim(run));
});

Deno.test("storageError() translates what systems and LMDB say", () => {
  const cases: readonly [unknown, string][] = [
    [Object.assign(new Error("No space left on device: Attempting"), { code: 28 }), "disk-full"],
    [
      Object.assign(new Error("MDB_MAP_FULL: Environment mapsize limit reached"), { code: -30792 }),
      "disk-full",
    ],
    [new Error("Disk quota exceeded"), "disk-full"],
    [new Error("File too large"), "disk-full"],
    [new Error("Permission denied"), "permission"],
    [new Error("Read-only file system (os error 30)"), "permission"],
    [new Error("MDB_INVALID: File is not an LMDB file"), "corrupt"],
    [new Error("Input/output error"), "io"],
    ["a text", "io"],
    [new SymphonyError("exists", "There"), "exists"],
  ];
  for (const [error, expected] of cases) {
    assert.equal(storageError("write", error).code, expected, String(error));
  }
});
