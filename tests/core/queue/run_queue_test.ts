import assert from "node:assert/strict";
import type { ArtifactId, RunId } from "../../../core/ids.ts";
import { SymphonyError } from "../../../core/errors.ts";
import type { RunHandle, RunOutcome } from "../../../core/orchestration/run_handle.ts";
import type { QueueEntry } from "../../../core/queue/entry.ts";
import { addEntry } from "../../../core/queue/rules.ts";
import { RunQueue } from "../../../core/queue/run_queue.ts";
import { MemoryDag } from "../../../pit/dag/memory.ts";
import { MemoryRunControl } from "../../../pit/dag/memory_run_control.ts";
import { MemoryQueue } from "../../../pit/queue/memory.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";

/** Runs that a test ends as it likes. */
class Rig {
  readonly queue = new MemoryQueue();
  readonly dag = new MemoryDag();
  readonly control = new MemoryRunControl();
  readonly begun: RunId[] = [];
  readonly resumed: RunId[] = [];
  readonly changes: string[] = [];
  readonly ends = new Map<RunId, (state: RunOutcome["state"]) => void>();
  begin: (run: RunId) => Promise<void> = () => Promise.resolve();

  worker(places = 2): RunQueue {
    const { queue, dag, control } = this;
    return new RunQueue({
      ...{ queue, dag, control, clock: new SystemClock(), random: new SystemRandom() },
      start: async (_entry, run) => {
        this.begun.push(run);
        await this.begin(run);
        return this.#handle(run);
      },
      resume: (run) => {
        this.resumed.push(run);
        return Promise.resolve(this.#handle(run));
      },
      onChange: ({ id, state }) => void this.changes.push(`${id} ${state}`),
    }, places);
  }

  async add(count: number): Promise<void> {
    const definition = "0".repeat(64) as ArtifactId;
    for (let i = 0; i < count; i++) {
      const asked = {
        workflow: "w",
        definition,
        inputs: {},
        workspace: "/",
        mayWrite: false,
        lanes: ["all"],
      };
      await this.queue.change((book) => addEntry(book, asked, 0));
    }
  }

  entries(): Promise<readonly QueueEntry[]> {
    return this.queue.read((book) => [...book.open(), ...book.ended(10)]);
  }

  async until(holds: () => boolean): Promise<void> {
    for (let i = 0; i < 1000 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.ok(holds());
  }

  #handle(run: RunId): RunHandle {
    const done = new Promise<RunOutcome>((resolve) => {
      this.ends.set(run, (state) => resolve({ run, state, outputs: {}, degraded: [] }));
    });
    return {
      run,
      done,
      isStopping: false,
      command: ({ type }) => {
        if (type === "pause") this.ends.get(run)?.("paused");
        return { ok: true, value: undefined };
      },
      progress: () => ({ state: "running", nodes: [], elapsedMs: 0, etaMs: undefined }),
    };
  }
}

Deno.test("RunQueue carries out as many at once as it has places, and the next when one ends", async () => {
  const rig = new Rig();
  await rig.add(3);
  await using worker = rig.worker();
  worker.start();
  await rig.until(() => rig.ends.size === 2);
  assert.deepEqual((await rig.entries()).map(({ state }) => state), ["running", "running", "queued"]);
  rig.ends.get(rig.begun[0]!)?.("completed");
  await rig.until(() => rig.ends.size === 3);
  for (const end of rig.ends.values()) end("completed");
  await worker.whenIdle();
  assert.deepEqual(new Set((await rig.entries()).map(({ state }) => state)), new Set(["completed"]));
});

Deno.test("RunQueue stops while a run is still being begun, and leaves its entry for the next worker", async () => {
  const rig = new Rig();
  await rig.add(1);
  rig.begin = () => new Promise((resolve) => setTimeout(resolve, 20));
  const worker = rig.worker();
  worker.start();
  await rig.until(() => rig.begun.length === 1);
  await worker[Symbol.asyncDispose]();
  assert.deepEqual((await rig.entries()).map(({ state, run }) => [state, run]), [["running", rig.begun[0]]]);
});

Deno.test("RunQueue begins a run of a dead worker that has no log, goes on with one that has, and settles one that ended", async () => {
  const rig = new Rig();
  await rig.add(3);
  const runs = ["r1", "r2", "r3"] as RunId[];
  await rig.queue.change((book) => {
    for (const [at, entry] of book.open().entries()) {
      book.putEntry({ ...entry, state: "running", run: runs[at]!, attempts: 1 });
    }
  });
  await rig.dag.create({ run: runs[1]!, workflow: "w", state: "running", startedAt: 1 });
  await rig.dag.append(runs[1]!, 0, [{ type: "run.started", at: 1 }]);
  await rig.dag.create({ run: runs[2]!, workflow: "w", state: "completed", startedAt: 2, endedAt: 3 });
  await using worker = rig.worker();
  worker.start();
  await rig.until(() => rig.ends.size === 2);
  assert.deepEqual([rig.begun, rig.resumed], [["r1"], ["r2"]]);
  for (const end of rig.ends.values()) end("completed");
  await worker.whenIdle();
  assert.ok((await rig.entries()).every(({ state, attempts }) => state === "completed" && attempts === 1));
});

Deno.test("RunQueue leaves a run alone that another process has, and one that another was quicker to begin", async () => {
  const rig = new Rig();
  await rig.add(2);
  const [first, second] = ["r1", "r2"] as [RunId, RunId];
  await rig.queue.change((book) => {
    const [one, two] = book.open();
    book.putEntry({ ...one!, state: "running", run: first, attempts: 1 });
    book.putEntry({ ...two!, state: "running", run: second, attempts: 1 });
  });
  const claim = await rig.control.claim(first);
  rig.begin = () => Promise.reject(new SymphonyError("busy", "Another has it"));
  await using worker = rig.worker();
  worker.start();
  await rig.until(() => rig.begun.length > 0);
  assert.ok(rig.begun.every((run) => run === second));
  assert.deepEqual((await rig.entries()).map(({ state }) => state), ["running", "running"]);
  await claim?.release();
});

Deno.test("RunQueue keeps what waits for a person out of its places, and says why one could not be begun", async () => {
  const rig = new Rig();
  await rig.add(2);
  await using worker = rig.worker(1);
  worker.start();
  await rig.until(() => rig.ends.size === 1);
  rig.begin = () => Promise.reject(new Error("the workflow is broken"));
  rig.ends.get(rig.begun[0]!)?.("waiting-for-input");
  await rig.until(() => rig.changes.includes("q2 dead"));
  const entries = await rig.entries();
  assert.deepEqual(entries.map(({ state, failure }) => [state, failure]), [
    ["waiting", undefined],
    ["dead", "the workflow is broken"],
  ]);
});
