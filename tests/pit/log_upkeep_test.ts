import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import type { RunId } from "../../core/ids.ts";
import { LmdbDag } from "../../pit/dag/lmdb.ts";
import { LmdbLogMarks } from "../../pit/dag/log_marks.ts";
import { LogUpkeep } from "../../pit/dag/log_upkeep.ts";
import { openPit } from "../../pit/open_pit.ts";
import { openStore, type Store } from "../../pit/store.ts";
import { SystemClock } from "../../system/clock.ts";
import type { LogPolicy } from "../../core/ports/retention.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { collect } from "../contracts/subject.ts";
import { lines } from "./lines.ts";
import { noInstances } from "./no_instances.ts";
import { eventAt } from "./processes/log_event.ts";
import { overTemporaryStore, temporaryFolder } from "./temporary_store.ts";

const HOUR = 3_600_000;
const script = new URL("./processes/compact_forever.ts", import.meta.url).pathname;

/** Real time for pauses, and a day that can be moved. */
class ShiftedClock extends SystemClock {
  shiftMs = 0;

  override now(): number {
    return super.now() + this.shiftMs;
  }
}

async function filled(dag: LmdbDag, events: number, endedAt?: number): Promise<RunId> {
  const run = freshRun();
  const state = endedAt === undefined ? "running" : "completed";
  await dag.create({
    run,
    workflow: "w",
    state,
    startedAt: 1,
    ...(endedAt === undefined ? {} : { endedAt }),
  });
  await grow(dag, run, 0, events);
  return run;
}

async function grow(dag: LmdbDag, run: RunId, from: number, events: number): Promise<void> {
  for (let at = from; at < from + events; at += 50) {
    const count = Math.min(50, from + events - at);
    await dag.append(run, at, Array.from({ length: count }, (_, nth) => eventAt(at + nth)));
  }
}

async function assertWhole(dag: LmdbDag, run: RunId, least: number): Promise<number> {
  const events = (await collect(dag.replay(run))).flat();
  assert.ok(events.length >= least, `${least} were acknowledged, ${events.length} are there`);
  events.forEach((event, at) => assert.deepEqual(event, { ...eventAt(at), seq: at }));
  return events.length;
}

function upkeepOf(store: Store, dag: LmdbDag, clock: ShiftedClock, policy: LogPolicy = {}) {
  return new LogUpkeep({ dag, marks: new LmdbLogMarks(store), clock, policy: () => Promise.resolve(policy) });
}

Deno.test("LogUpkeep compacts logs of runs a day after their end, once, and what came since where one went on", async () => {
  await using subject = await overTemporaryStore((store) => store);
  const { port: store } = subject;
  const clock = new ShiftedClock();
  const dag = new LmdbDag(store);
  await using upkeep = upkeepOf(store, dag, clock);
  const ended = await filled(dag, 500, clock.now());
  const open = await filled(dag, 500);
  const before = dag.extent(ended).bytes;
  assert.equal(await upkeep.look(), 0, "it ended just now");
  clock.shiftMs = 25 * HOUR;
  assert.equal((await upkeep.report()).due, 1);
  assert.equal(await upkeep.look(), 1);
  const after = dag.extent(ended).bytes;
  assert.ok(after < 0.7 * before, `${before} bytes became ${after}`);
  assert.equal(await upkeep.look(), 0, "it is done");
  const report = await upkeep.report();
  assert.deepEqual([report.runs, report.compacted, report.due, report.savedBytes], [2, 1, 0, before - after]);
  assert.equal(report.bytes, after + dag.extent(open).bytes);
  await grow(dag, ended, 500, 300);
  assert.equal(await upkeep.look(), 1, "it went on and ended again");
  await assertWhole(dag, ended, 800);
  await assertWhole(dag, open, 500);
});

Deno.test("LogUpkeep makes a growing log smaller beyond a size, and leaves its end to be written on", async () => {
  await using subject = await overTemporaryStore((store) => store);
  const { port: store } = subject;
  const dag = new LmdbDag(store);
  await using upkeep = upkeepOf(store, dag, new ShiftedClock(), { growsBeyondBytes: 3 * 2 ** 20 });
  const run = await filled(dag, 3_000);
  assert.equal(await upkeep.look(), 0, "it is not large");
  await grow(dag, run, 3_000, 9_000);
  const before = dag.extent(run).bytes;
  assert.ok(before > 3 * 2 ** 20);
  assert.equal(await upkeep.look(), 1);
  assert.ok(dag.extent(run).bytes < 0.8 * before);
  assert.equal(await upkeep.look(), 0, "until it has grown as much again");
  await grow(dag, run, 12_000, 100);
  await assertWhole(dag, run, 12_100);
});

Deno.test("LogUpkeep does nothing where it is switched off, and of two processes one looks at a time", async () => {
  await using subject = await overTemporaryStore((store) => store);
  const { port: store } = subject;
  const clock = new ShiftedClock();
  const dag = new LmdbDag(store);
  const run = await filled(dag, 500, 1);
  await using off = upkeepOf(store, dag, clock, { enabled: false });
  assert.equal(await off.look(), 0);
  await using one = upkeepOf(store, dag, clock);
  await using other = upkeepOf(store, dag, clock);
  const looked = await Promise.all([one.lookIfDue(), other.lookIfDue()]);
  assert.deepEqual(looked.toSorted(), [0, 1]);
  await grow(dag, run, 500, 100);
  assert.equal(await other.lookIfDue(), 0, "somebody has looked lately");
  clock.shiftMs = HOUR;
  assert.equal(await other.lookIfDue(), 1);
});

Deno.test("openPit() shows in the storage report what logs take, what was saved and when it was looked", async () => {
  await using folder = temporaryFolder();
  const clock = new ShiftedClock();
  await using pit = await openPit(folder.path, noInstances, clock);
  await pit.retention.configure({ policies: [], graceDays: 7, logs: { endedForHours: 2 } });
  const run = freshRun();
  await pit.dag.create({ run, workflow: "w", state: "completed", startedAt: 1, endedAt: clock.now() });
  await pit.dag.append(run, 0, [eventAt(0)]);
  const { logs } = await pit.retention.report();
  assert.deepEqual([logs?.runs, logs?.due, logs?.lastAt, logs?.policy.endedForHours], [1, 0, undefined, 2]);
  assert.ok((logs?.bytes ?? 0) > 300);
  await assert.rejects(
    pit.retention.configure({ policies: [], graceDays: 7, logs: { growsBeyondBytes: 5 } }),
    /logs\.growsBeyondBytes: found 5, expected a number from 1048576/,
  );
});

Deno.test("logs that two processes compact while one of them writes on lose nothing, killed 20 times at random", async () => {
  await using folder = temporaryFolder();
  const written: RunId[] = [];
  {
    await using store = await openStore(folder.path);
    const dag = new LmdbDag(store);
    for (let nth = 0; nth < 6; nth++) written.push(await filled(dag, 2_000, 1));
    written.push(await filled(dag, 10));
  }
  const growing = written.at(-1) as RunId;
  let acknowledged = 10;
  let shrunk = 0;
  const sizes = new Map<RunId, number>();
  for (let round = 0; round < 20; round++) {
    const start = (name: string) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "-q", script, folder.path, name],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
    const children = [start(growing), start("")];
    const afterMs = Math.random() * 500;
    await Promise.all(children.map(async (child, nth) => {
      for await (const line of lines(child.stdout)) {
        const [kind, value = ""] = line.split(" ");
        if (kind === "ready") setTimeout(() => child.kill("SIGKILL"), afterMs + nth * 20);
        else if (kind === "e") acknowledged = Math.max(acknowledged, Number(value));
      }
      await child.status;
    }));
    await using store = await openStore(folder.path);
    const dag = new LmdbDag(store);
    for (const run of written) {
      if (run === growing) acknowledged = await assertWhole(dag, run, acknowledged);
      else if (dag.extent(run).bytes < (sizes.get(run) ?? 0)) shrunk++;
      if (run !== growing && round % 5 === 4) await assertWhole(dag, run, 2_000);
    }
    // Ended runs begin again, so that there is something to compact in every round.
    await store.commit(() => store.table("log-marks").remove(written[round % 6] as RunId));
    await grow(dag, written[round % 6] as RunId, dag.extent(written[round % 6] as RunId).events, 200);
    for (const run of written) sizes.set(run, dag.extent(run).bytes);
  }
  assert.ok(shrunk > 3, `only ${shrunk} logs became smaller in a process that was killed`);
  assert.ok(acknowledged > 10, "the killed processes had written on");
  await using store = await openStore(folder.path);
  const dag = new LmdbDag(store);
  const clock = new ShiftedClock();
  await using upkeep = upkeepOf(store, dag, clock);
  await upkeep.look();
  for (const run of written) await assertWhole(dag, run, run === growing ? acknowledged : 2_000);
});

Deno.test("LmdbDag.compact() leaves what another process has compacted further meanwhile", async () => {
  await using subject = await overTemporaryStore((store) => store);
  const { port: store } = subject;
  const dag = new LmdbDag(store);
  const run = await filled(dag, 2_000);
  const compacting = dag.compact(run);
  // While it squeezes what it has read, the other writes on and puts everything into one record.
  const all = Array.from({ length: 2_500 }, (_, at) => eventAt(at));
  const bytes = new Uint8Array(1 + deflateRawSync(JSON.stringify(all)).length);
  bytes[0] = 1;
  bytes.set(deflateRawSync(JSON.stringify(all)), 1);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setFloat64(0, all.length);
  await store.commit(() => {
    for (const key of [...store.table("events").getKeys({})]) store.table("events").remove(key);
    store.table("events").put([run, 0], bytes);
    store.table("lengths").put(run, length);
  });
  await compacting;
  assert.equal(await assertWhole(dag, run, 2_500), 2_500);
});
