import assert from "node:assert/strict";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import { troubleOf } from "../../../core/orchestration/trouble.ts";
import type { InstrumentTrouble, RoutingDecision, RoutingRequest } from "../../../core/ports/conductor.ts";
import type { AcquireOptions } from "../../../core/ports/pool.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { InstancePool } from "../../../pit/pool/pool.ts";
import { FakeInstances } from "../../contracts/pool_contract.ts";
import { ManualClock } from "../../pit/manual_clock.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";
import { pitOver, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

const never = new AbortController().signal;

Deno.test("troubleOf() tells of slow, failing and refused kinds as the pool sees them, until a call may try again", async () => {
  const clock = new ManualClock();
  const pool = new InstancePool(new FakeInstances(), clock);
  const kind = pool.register(extensionId("acme/thing"), { instances: 2, concurrency: 4 });
  pool.release(await pool.acquire(kind, never));
  const trouble = () => {
    const health = pool.healthOf(extensionId("acme/thing"));
    assert.deepEqual(pool.health(), [health]);
    assert.equal(pool.healthOf(extensionId("acme/other")), undefined);
    return health && troubleOf(health, clock.now());
  };
  const calls = (count: number, durationMs: number, failed = false) => {
    for (let at = 0; at < count; at++) pool.observe(kind, { durationMs, failed });
  };
  calls(20, 10);
  assert.equal(trouble(), undefined);
  calls(20, 100);
  assert.deepEqual(trouble(), { reason: "calls take 100 ms in the mean, once 10", seconds: 0.1 });
  calls(20, 10);
  calls(5, 10, true);
  assert.deepEqual(trouble(), { reason: "5 of the last 20 calls failed", failures: 0.25 });
  calls(6, 10, true);
  const refused = trouble();
  assert.equal(refused?.isRefused, true);
  assert.match(refused?.reason ?? "", /its circuit is open/);
  clock.advance(2_000);
  assert.equal(trouble(), undefined, "a call may go there to try");
  await pool.drain();
});

Deno.test("Runner tells the Conductor of trouble, and the pool by when a place is wanted", async () => {
  const seen: (InstrumentTrouble | undefined)[] = [];
  class Watching extends SimpleConductor {
    override route(request: RoutingRequest): RoutingDecision {
      seen.push(...request.options.map(({ trouble }) => trouble));
      return super.route(request);
    }
  }
  const arm = {
    instrument: { serves: ["write"], priceIn: 0, priceOut: 0 },
    run: () => gives({ text: "ok" }),
  };
  const text = { type: "object", properties: { text: { type: "string" } } };
  const write = nodeTypeId("instrument/write");
  const about = { title: "Write", description: "", system: "", prompt: "" };
  const task = {
    ...about,
    type: write,
    extension: extensionId("tests/table"),
    input: { type: "object" },
    output: text,
  };
  const extensions = new TableExtensions({ "test/one": arm, "test/two": arm }, [task]);
  const workflow = workflowText({ write: { use: "instrument/write" } }, { timeout: "1h" });
  const { definition, problems } = checkWorkflow(workflow, "w", await extensions.describe());
  assert.ok(definition !== undefined, JSON.stringify(problems));
  const pit = pitOver(extensions);
  const asked: (AcquireOptions | undefined)[] = [];
  const acquire = pit.pool.acquire.bind(pit.pool);
  pit.pool.acquire = (kind, signal, options) => {
    asked.push(options);
    return acquire(kind, signal, options);
  };
  const kind = pit.pool.register(extensionId("tests/table"), { instances: 1, concurrency: 1000 });
  for (let at = 0; at < 20; at++) {
    pit.pool.observe(kind, { durationMs: at < 4 ? 1 : 2, failed: at % 4 === 0 });
  }
  const services = { pit, control: pit.control, extensions, poolWatch: pit.pool };
  const around = { clock: new SystemClock(), random: new SystemRandom(), conductor: new Watching() };
  const runner = new Runner({ ...services, ...around }, () => extensions.describe());
  const before = Date.now();
  const handle = await runner.start({ definition, inputs: {}, workspace: "/", mayWrite: false }, () => {});
  assert.equal((await handle.done).state, "completed");
  assert.deepEqual(seen.map((trouble) => trouble?.failures), [0.25, 0.25]);
  const [{ deadline = 0 } = {}] = asked;
  assert.ok(deadline >= before + 3_600_000 && deadline <= Date.now() + 3_600_000, `${deadline}`);
  await pit[Symbol.asyncDispose]();
});
