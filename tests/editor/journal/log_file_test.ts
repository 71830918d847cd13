import assert from "node:assert/strict";
import { LogFile, readLog } from "../../../editor/journal/log_file.ts";
import { temporaryDisk, temporaryFolder } from "../temporary_folder.ts";

Deno.test("LogFile.append() has a record in the file before it returns, and resume() goes on after the good part", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/log`;
  {
    using log = LogFile.create(path);
    log.append({ n: 1 });
    assert.deepEqual(readLog(path).records, [{ n: 1 }]);
    assert.equal(log.settled(), undefined, "safe from the death of this process");
  }
  await Deno.writeTextFile(path, '12345678 {"torn', { append: true });
  const { goodBytes } = readLog(path);
  using log = LogFile.resume(path, goodBytes);
  log.append({ n: 2 });
  assert.deepEqual(readLog(path).records, [{ n: 1 }, { n: 2 }]);
  assert.equal(log.sizeBytes, (await Deno.stat(path)).size);
});

Deno.test("LogFile.settled() under disk durability waits for the disk, one wait for many records", async () => {
  await using folder = await temporaryFolder();
  using log = LogFile.create(`${folder.path}/log`, { durability: "disk" });
  for (let n = 0; n < 100; n++) log.append({ n });
  const [one, two] = [log.settled(), log.settled()];
  assert.ok(one !== undefined && two !== undefined);
  await Promise.all([one, two]);
  assert.equal(log.settled(), undefined);
  log.append({ n: 100 });
  assert.notEqual(log.settled(), undefined);
  await log.settled();
});

Deno.test("LogFile on a full disk keeps records in order in memory, tells, and writes them when there is room", async () => {
  await using disk = await temporaryDisk(1);
  if (disk === undefined) return;
  const [path, filler] = [`${disk.path}/log`, `${disk.path}/filler`];
  const told: string[] = [];
  using log = LogFile.create(path, { onTrouble: (error) => told.push(error?.message ?? "well") });
  log.append({ n: 0 });
  await Deno.writeFile(filler, new Uint8Array(2 << 20)).catch(() => undefined);
  for (let n = 1; n < 50; n++) log.append({ n, filler: "x".repeat(4_000) });
  assert.ok(log.isFailing);
  assert.equal(told.length, 1);
  assert.match(told[0] as string, /the disk is full$/);
  const { records, isDamaged } = readLog(path);
  assert.ok(records.length < 50 && !isDamaged, "what could not be written whole is not there in part");
  let isSettled = false;
  const settled = log.settled()?.then(() => isSettled = true);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(!isSettled, "nothing is called safe that is not");
  await Deno.remove(filler);
  await settled;
  assert.deepEqual(
    readLog(path).records.map((record) => (record as { n: number }).n),
    Array.from({ length: 50 }, (_, n) => n),
  );
  assert.equal(told.at(-1), "well");
});
