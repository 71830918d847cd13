import assert from "node:assert/strict";
import { Physics, physicsProfiles } from "../../../conductor/simulation/physics.ts";
import {
  isSimulated,
  SimulatedArbitration,
  SimulatedArtifacts,
  SimulatedDag,
  simulatedInstances,
  simulatedPit,
  SimulatedStale,
} from "../../../conductor/simulation/simulated_pit.ts";
import { SimulatedTime } from "../../../conductor/simulation/simulated_time.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { SymphonyError } from "../../../core/errors.ts";
import { Arbitration } from "../../../pit/arbitration/arbitration.ts";
import { MemoryArtifacts } from "../../../pit/artifact/memory.ts";
import { MemoryDag } from "../../../pit/dag/memory.ts";
import { memoryPit } from "../../../pit/memory_pit.ts";
import { InstancePool } from "../../../pit/pool/pool.ts";
import { MemoryStale } from "../../../pit/stale/memory.ts";
import { claimOf, testArbitrationPort } from "../../contracts/arbitration_contract.ts";
import { content, testArtifactPort } from "../../contracts/artifact_contract.ts";
import { testClockPort } from "../../contracts/clock_contract.ts";
import { freshRun, marks, skipped, testDagPort } from "../../contracts/dag_contract.ts";
import { testPoolPort } from "../../contracts/pool_contract.ts";
import { testStalePort } from "../../contracts/stale_contract.ts";
import { plain } from "../../contracts/subject.ts";
import { gives, TableExtensions } from "../../core/orchestration/table_extensions.ts";
import { runnerOver, workflowText } from "../../core/orchestration/run_rig.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { ManualClock } from "../../pit/manual_clock.ts";

function physics(profile: keyof typeof physicsProfiles, seed = 1): Physics {
  return new Physics(physicsProfiles[profile], new SimulatedTime(), new SeededRandom(seed));
}

const clock = new ManualClock();
testDagPort(
  "SimulatedDag",
  () => Promise.resolve(plain(new SimulatedDag(new MemoryDag(), physics("usual")))),
);
testArtifactPort(
  "SimulatedArtifacts",
  () => Promise.resolve(plain(new SimulatedArtifacts(new MemoryArtifacts(clock), physics("usual")))),
  () => clock.advance(1),
);
testStalePort(
  "SimulatedStale",
  () => Promise.resolve(plain(new SimulatedStale(new MemoryStale(), physics("usual")))),
);
testArbitrationPort(
  "SimulatedArbitration",
  () => new SimulatedArbitration(new Arbitration(new ManualClock()), physics("usual")),
);
testPoolPort(
  "InstancePool over simulatedInstances",
  (instances) => new InstancePool(simulatedInstances(instances, physics("usual")), new ManualClock()),
);
testClockPort("SimulatedTime", () => {
  const time = new SimulatedTime();
  return { clock: time, pass: (ms) => time.wait(ms) };
});

Deno.test("SimulatedTime passes without being waited for, alarms in the order of their moments", async () => {
  const time = new SimulatedTime(0);
  const fired: string[] = [];
  time.schedule(3_600_000, () => fired.push(`hour ${time.now()}`));
  time.schedule(1000, () => {
    fired.push(`second ${time.now()}`);
    time.schedule(500, () => fired.push(`later ${time.now()}`));
  });
  time.schedule(10, () => fired.push("never"))();
  await time.wait(7_200_000);
  assert.deepEqual(fired, ["second 1000", "later 1500", "hour 3600000"]);
  assert.equal(time.now(), 7_200_000);
});

Deno.test("Physics fails as often as the profile says, takes the time it says, and repeats itself", async () => {
  const draw = async (seed: number) => {
    const world = physics("poor", seed);
    let failures = 0;
    for (let call = 0; call < 400; call++) {
      await world.pass("warm").catch((error) => {
        assert.ok(isSimulated(error));
        failures += 1;
      });
    }
    return { failures, time: world.time.monotonic() };
  };
  const first = await draw(3);
  assert.ok(first.failures > 20 && first.failures < 65, `${first.failures} of 400 at 10 %`);
  const mean = first.time / 400;
  assert.ok(mean > 2000 && mean < 4000, `${mean} ms a start, log-normal around 2 s`);
  assert.deepEqual(await draw(3), first);
});

Deno.test("SimulatedArtifacts and SimulatedDag store nothing where they fail, and say disk-full when the room is used", async () => {
  const world = new Physics(
    { ...physicsProfiles.ideal, diskBytes: 1000 },
    new SimulatedTime(),
    new SeededRandom(1),
  );
  const artifacts = new SimulatedArtifacts(new MemoryArtifacts(clock), world);
  const dag = new SimulatedDag(new MemoryDag(), world);
  const isFull = (error: unknown) => error instanceof SymphonyError && error.code === "disk-full";
  const kept = await artifacts.put(content(900));
  await assert.rejects(artifacts.put(content(200, 2)), isFull);
  assert.ok(await artifacts.get(kept) !== undefined);
  const run = freshRun();
  await dag.create({ run, workflow: "w", state: "running", startedAt: 1 });
  await assert.rejects(dag.append(run, 0, [skipped("x".repeat(200))]), isFull);
  await dag.append(run, 0, [skipped("short")]);
  const events = [];
  for await (const batch of dag.replay(run)) events.push(...batch);
  assert.deepEqual(marks(events), ["short"]);
});

Deno.test("SimulatedArbitration denies as often as the profile says, and grants by the rules otherwise", () => {
  const port = new SimulatedArbitration(new Arbitration(new ManualClock()), physics("poor"));
  let denied = 0;
  for (let claim = 0; claim < 1000; claim++) {
    const verdict = port.request(claimOf(`n${claim}`, [`name${claim}`]));
    if (verdict.verdict === "denied") denied += 1;
    else assert.equal(verdict.verdict, "granted");
  }
  assert.ok(denied > 20 && denied < 90, `${denied} of 1000 at 5 %`);
});

Deno.test("A whole run goes through the simulated Pit as through the real one", async () => {
  const extensions = new TableExtensions({
    "test/list": { run: () => gives({ all: [1, 2, 3] }) },
    "test/add": { run: ({ input }) => gives({ sum: (input["a"] as number) + 1 }) },
  });
  const world = physics("usual");
  const rules = memoryPit(
    simulatedInstances({
      warm: (extension) => extensions.activate(extension),
      cool: () => extensions.deactivate(),
      isAlive: () => extensions.isAlive(),
    }, world),
    world.time,
  );
  const pit = { ...rules, ...simulatedPit(rules, world) };
  const text = workflowText({
    list: { use: "test/list" },
    add: { use: "test/add", each: "list.all", in: { a: "item" } },
  }, { outputs: { sums: "add.sum" } });
  const { definition } = checkWorkflow(text, "t", extensions.catalog);
  assert.ok(definition !== undefined);
  const runner = runnerOver(extensions, pit);
  const handle = await runner.start({ definition, inputs: {}, workspace: "/", mayWrite: false }, () => {});
  const outcome = await handle.done;
  assert.deepEqual(outcome.outputs, { sums: [2, 3, 4] });
  assert.ok(world.time.monotonic() > 100, "the instance took its time to start");
});
