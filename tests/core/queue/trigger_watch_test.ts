import assert from "node:assert/strict";
import { newRunId, type RunId } from "../../../core/ids.ts";
import type { ArtifactId } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import type { TriggerSourcePort } from "../../../core/ports/trigger_source.ts";
import type { CatchUp, QueueEntry, Trigger, TriggerKind } from "../../../core/queue/entry.ts";
import { TriggerWatch } from "../../../core/queue/trigger_watch.ts";
import { MemoryDag } from "../../../pit/dag/memory.ts";
import { MemoryQueue } from "../../../pit/queue/memory.ts";
import { SimulatedClock } from "../../simulation/simulated_clock.ts";

const HOUR = 3_600_000;

/** A world whose files, commits and moments a test sets. */
class World implements TriggerSourcePort {
  files: string | undefined = "state 1";
  commit: string | undefined = "commit 1";

  nextMoment(_expression: string, _zone: string | undefined, after: number): number {
    return (Math.floor(after / HOUR) + 1) * HOUR;
  }

  stateOf(): Promise<string | undefined> {
    return Promise.resolve(this.files);
  }

  commitOf(): Promise<string | undefined> {
    return Promise.resolve(this.commit);
  }

  listen(): never {
    throw new Error("Nobody listens here");
  }
}

class Rig {
  readonly world = new World();
  readonly queue = new MemoryQueue();
  readonly dag = new MemoryDag();
  readonly clock = new SimulatedClock(1_699_999_200_000);
  readonly payloads: Json[] = [];
  wrong: string | undefined;
  before: () => Promise<void> = () => Promise.resolve();

  /** A process that watches; another one is as after a restart. */
  watch(clock: SimulatedClock = this.clock): TriggerWatch {
    return new TriggerWatch({
      queue: this.queue,
      dag: this.dag,
      clock,
      sources: this.world,
      ask: async (_trigger, payload) => {
        await this.before();
        if (this.wrong !== undefined) throw new Error(this.wrong);
        this.payloads.push(payload);
        const definition = "0".repeat(64) as ArtifactId;
        const asked = {
          workflow: "w",
          definition,
          inputs: {},
          workspace: "/",
          mayWrite: false,
          lanes: ["all"],
        };
        return asked;
      },
      onAdded: () => {},
    });
  }

  async add(kind: TriggerKind, catchUp: CatchUp = "latest"): Promise<Trigger> {
    const trigger: Trigger = {
      ...{
        id: "it",
        kind,
        workflow: "w",
        inputs: {},
        workspace: "/",
        mayWrite: false,
        priority: 5,
        keys: [],
      },
      ...{ most: 1, catchUp, createdAt: this.clock.now() },
    };
    await this.queue.change((book) => book.putTrigger(trigger));
    return trigger;
  }

  entries(): Promise<readonly QueueEntry[]> {
    return this.queue.read((book) => book.open());
  }

  async count(): Promise<number> {
    return (await this.entries()).length;
  }

  async kept(): Promise<Trigger> {
    return await this.queue.read((book) => book.triggers()[0] as Trigger);
  }

  async ended(workflow: string, state: "completed" | "failed"): Promise<RunId> {
    this.clock.advance(10);
    const now = this.clock.now();
    const run = newRunId(now, () => 0.5);
    await this.dag.create({ run, workflow, state, startedAt: now, endedAt: now });
    return run;
  }
}

for (
  const [catchUp, made] of [["none", 0], ["latest", 1], ["all", 5]] as const
) {
  Deno.test(`TriggerWatch makes up for ${catchUp} of five hours that nobody looked, and then fires on time`, async () => {
    const rig = new Rig();
    await rig.add({ type: "cron", expression: "0 * * * *" }, catchUp);
    rig.clock.advance(5 * HOUR + 30 * 60_000);
    await rig.watch().look();
    assert.equal(await rig.count(), made);
    await rig.watch().look();
    assert.equal(await rig.count(), made, "another process adds nothing for the same hours");
    rig.clock.advance(30 * 60_000 + 1000);
    await rig.watch().look();
    assert.equal(await rig.count(), made + 1);
  });
}

Deno.test("TriggerWatch fires for files once they have settled, also for a change that nobody saw, and not at first sight", async () => {
  const rig = new Rig();
  await rig.add({ type: "file", path: "/x" });
  const watch = rig.watch();
  await watch.look();
  await watch.look();
  assert.equal(await rig.count(), 0);
  rig.world.files = "state 2";
  await watch.look();
  rig.world.files = "state 3";
  await watch.look();
  assert.equal(await rig.count(), 0, "it is still being written");
  await watch.look();
  assert.equal(await rig.count(), 1);
  await watch.look();
  assert.equal(await rig.count(), 1);
  rig.world.files = "state 4";
  await rig.watch().look();
  assert.equal(await rig.count(), 2, "after a restart");
});

for (
  const kind of [{ type: "git", repository: "/x", branch: "main" }, { type: "file", path: "/x" }] as const
) {
  Deno.test(`TriggerWatch fires once for a change of ${kind.type} that two processes see, and again for the next`, async () => {
    const rig = new Rig();
    await rig.add(kind);
    // The clocks of two processes are never quite the same, nor do they look in the same moment.
    const watches = [rig.watch(), rig.watch(new SimulatedClock(rig.clock.now() + 1500))];
    const look = () => Promise.all(watches.map((watch) => watch.look()));
    const change = async (to: string) => {
      rig.world.commit = rig.world.files = to;
      for (let time = 0; time < 3; time++) await look();
    };
    await look();
    await change("two");
    assert.equal(await rig.count(), 1);
    await change("three");
    assert.equal(await rig.count(), 2);
    await change("two");
    await change("three");
    assert.equal(await rig.count(), 4, "back, and there again, are changes too");
    assert.equal((await rig.kept()).mark, "three");
  });
}

Deno.test("TriggerWatch does not go back to an older state where what it wanted to start was wrong and another process was ahead", async () => {
  const rig = new Rig();
  await rig.add({ type: "git", repository: "/x", branch: "main" });
  const [slow, quick] = [rig.watch(), rig.watch()];
  await slow.look();
  await quick.look();
  rig.world.commit = "commit 2";
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.before = () => promise;
  const looking = slow.look();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  rig.before = () => Promise.resolve();
  await quick.look();
  rig.world.commit = "commit 3";
  await quick.look();
  assert.equal(await rig.count(), 2);
  rig.wrong = "it is wrong by now";
  resolve();
  await looking;
  assert.equal((await rig.kept()).mark, "commit 3");
});

Deno.test("TriggerWatch leaves out what happened before it looked where nothing is to be made up for", async () => {
  const rig = new Rig();
  await rig.add({ type: "git", repository: "/x", branch: "main" }, "none");
  await rig.watch().look();
  rig.world.commit = "commit 2";
  const watch = rig.watch();
  await watch.look();
  assert.equal(await rig.count(), 0);
  rig.world.commit = "commit 3";
  await watch.look();
  assert.deepEqual([await rig.count(), rig.payloads], [1, [{ commit: "commit 3", branch: "main" }]]);
});

Deno.test("TriggerWatch fires once for each run that ended as it should, and counts how long the chain is", async () => {
  const rig = new Rig();
  await rig.add({ type: "chain", of: "first", on: "completed" }, "all");
  const watch = rig.watch();
  await watch.look();
  const run = await rig.ended("first", "completed");
  await rig.ended("first", "failed");
  await rig.ended("other", "completed");
  await watch.look();
  await watch.look();
  await rig.watch().look();
  const [entry, more] = await rig.entries();
  assert.equal(more, undefined);
  assert.deepEqual([entry?.trigger, entry?.depth, entry?.priority], ["it", 1, 0]);
  assert.deepEqual(rig.payloads, [{ run, state: "completed", workflow: "first" }]);
});

Deno.test("TriggerWatch fires for a run that began before 600 others, for all that ended meanwhile, and for an end that is told late", async () => {
  const rig = new Rig();
  await rig.add({ type: "chain", of: "first", on: "completed" }, "all");
  const startedAt = rig.clock.now();
  const long = newRunId(startedAt, () => 0.1);
  await rig.dag.create({ run: long, workflow: "first", state: "running", startedAt });
  await rig.watch().look();
  for (let at = 0; at < 600; at++) await rig.ended("first", "completed");
  await rig.watch().look();
  assert.equal(await rig.count(), 600);
  rig.clock.advance(10);
  const end = { state: "completed", endedAt: rig.clock.now() } as const;
  await rig.dag.summarize({ run: long, workflow: "first", startedAt, ...end });
  const watch = rig.watch();
  await watch.look();
  assert.equal(await rig.count(), 601);
  assert.equal((rig.payloads.at(-1) as { run: string }).run, long);

  const late = newRunId(rig.clock.now(), () => 0.2);
  const moment = { startedAt: rig.clock.now(), endedAt: rig.clock.now() };
  await rig.ended("first", "completed");
  await watch.look();
  const { mark } = await rig.kept();
  await rig.dag.create({ run: late, workflow: "first", state: "completed", ...moment });
  await watch.look();
  assert.equal((rig.payloads.at(-1) as { run: string }).run, late);
  assert.equal((await rig.kept()).mark, mark, "it does not look back");
  await watch.look();
  await rig.watch().look();
  assert.equal(await rig.count(), 603);
});

Deno.test("TriggerWatch ends a chain that goes round and round", async () => {
  const rig = new Rig();
  await rig.add({ type: "chain", of: "first", on: "ended" }, "all");
  const watch = rig.watch();
  for (let round = 0; round < 17; round++) {
    const run = await rig.ended("first", "completed");
    await rig.queue.change((book) => {
      const newest = book.open().at(-1);
      // The queue has carried out what the last round added.
      if (newest !== undefined) {
        book.putEntry({ ...newest, run, state: "completed", endedAt: rig.clock.now() });
      }
    });
    await watch.look();
  }
  const all = await rig.queue.read((book) => [...book.open(), ...book.ended(100)]);
  assert.equal(all.length, 16);
  assert.match((await rig.kept()).failure ?? "", /is the end of 17 chained runs: at most 16/);
});

Deno.test("TriggerWatch says why a workflow could not be started, goes on, and forgets it when it can", async () => {
  const rig = new Rig();
  await rig.add({ type: "cron", expression: "0 * * * *" });
  const watch = rig.watch();
  rig.wrong = "the workflow is broken";
  rig.clock.advance(HOUR + 1000);
  await watch.look();
  assert.deepEqual([await rig.count(), (await rig.kept()).failure], [0, "the workflow is broken"]);
  rig.wrong = undefined;
  await watch.look();
  assert.equal(await rig.count(), 0, "that hour is over");
  rig.clock.advance(HOUR);
  await watch.look();
  assert.deepEqual([await rig.count(), (await rig.kept()).failure], [1, undefined]);
});

Deno.test("TriggerWatch takes the same delivery once", async () => {
  const rig = new Rig();
  await rig.add({ type: "webhook", secretEnv: "X" });
  const watch = rig.watch();
  const hook = { trigger: "it", body: { a: 1 }, delivery: "d" };
  assert.deepEqual(await watch.received(hook), { status: 202, message: "Queued as q1" });
  assert.equal((await watch.received(hook)).status, 200);
  assert.equal((await watch.received({ trigger: "it", body: null })).status, 202);
  assert.equal((await watch.received({ trigger: "it", body: null })).status, 202);
  assert.equal((await watch.received({ trigger: "other", body: null })).status, 401);
  assert.equal(await rig.count(), 3);
});
