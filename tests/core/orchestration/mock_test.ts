import assert from "node:assert/strict";
import { extensionId, nodeId, nodeTypeId, type RunId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import { isMockRun } from "../../../core/orchestration/run_created.ts";
import { forecastOf } from "../../../core/orchestration/run_forecast.ts";
import type { StartRequest } from "../../../core/orchestration/run_handle.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import type { Outcome } from "../../../core/ports/conductor.ts";
import type { RunSummary } from "../../../core/ports/dag.ts";
import { endedRuns } from "../../../core/queue/chain.ts";
import { readHistory } from "../../../core/timeline/history.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { type OpenPit, openPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";
import { temporaryFolder } from "../../pit/temporary_store.ts";
import { workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

const any = { type: "object", additionalProperties: true } as const;
const text = { type: "object", properties: { text: { type: "string" } }, required: ["text"] } as const;
const asked = nodeId("asked");

/** A data folder on the disk, opened by one "process" after the other. */
class Rig implements AsyncDisposable {
  readonly extensions = new TableExtensions(
    {
      "test/make": {
        input: any,
        output: text,
        run: ({ input }) => gives({ text: `real ${input["a"] ?? ""}` }),
      },
      "test/put": { input: any, output: text, effect: "write", run: () => gives({ text: "written" }) },
      "test/model": {
        input: any,
        output: text,
        instrument: { serves: ["ask"], priceIn: 1, priceOut: 1 },
        run: () => ({
          ok: true,
          output: { text: "a real answer" },
          usage: { costUsd: 1, tokensIn: 10, tokensOut: 10 },
        }),
      },
    },
    [{
      type: nodeTypeId("test/ask"),
      extension: extensionId("tests/table"),
      title: "Ask",
      description: "",
      system: "",
      prompt: "Say something",
      input: any,
      output: text,
    }],
  );
  readonly #folder = temporaryFolder();
  readonly #clock = new SystemClock();
  pit!: OpenPit;
  runner!: Runner;
  readonly outcomes: Outcome[] = [];
  routed = 0;
  observed = 0;

  static async open(): Promise<Rig> {
    const rig = new Rig();
    await rig.#open();
    return rig;
  }

  /** Another process opens the folder. */
  async reopen(): Promise<void> {
    await this.pit[Symbol.asyncDispose]();
    await this.#open();
  }

  async start(workflow: string, more: Partial<StartRequest> = {}) {
    const { definition, problems } = checkWorkflow(workflow, "t", this.extensions.catalog);
    if (definition === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
    const handle = await this.runner.start(
      { definition, inputs: {}, workspace: "/", mayWrite: false, ...more },
      () => {},
    );
    return await handle.done;
  }

  async summary(run: RunId): Promise<RunSummary | undefined> {
    for await (const one of this.pit.dag.list()) if (one.run === run) return one;
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pit[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #open(): Promise<void> {
    const { extensions } = this;
    this.pit = await openPit(this.#folder.path, {
      warm: (extension) => extensions.activate(extension),
      cool: () => extensions.deactivate(),
      isAlive: () => true,
    }, this.#clock);
    const simple = new SimpleConductor();
    this.runner = new Runner({
      pit: this.pit,
      control: this.pit.control,
      memo: this.pit.memo,
      extensions,
      conductor: {
        rank: (plan) => simple.rank(plan),
        route: (request) => {
          this.routed++;
          return simple.route(request);
        },
        report: (outcome) => void this.outcomes.push(outcome),
        explain: () => "",
      },
      poolWatch: { observe: () => void this.observed++, healthOf: () => undefined },
      clock: this.#clock,
      random: new SystemRandom(),
    }, () => extensions.describe());
  }
}

const nodes: JsonObject = {
  made: { use: "test/make", with: { a: "x" }, memo: true },
  said: { use: "test/ask", memo: true },
  put: { use: "test/put", in: { text: "said.text" } },
};
const workflow = workflowText(nodes, { outputs: { out: "made.text" } });

Deno.test("a mock run asks nobody, writes nothing, and leaves nothing for others to find or to learn from", async () => {
  await using rig = await Rig.open();
  const { run, state, outputs } = await rig.start(workflow, { isMock: true });
  assert.deepEqual([state, outputs], ["completed", { out: "mock text" }]);
  assert.equal(rig.extensions.calls.length, 0, "no call reached an extension");
  assert.deepEqual([rig.outcomes.length, rig.routed, rig.observed], [0, 0, 0]);

  await rig.pit.library.filing.catchUp();
  assert.deepEqual(await rig.pit.library.catalog.versions("test/out"), []);
  assert.equal((await rig.summary(run))?.isMock, true);
  assert.equal(await forecastOf(rig.pit.dag.list(), "test"), undefined);
  assert.equal((await readHistory(rig.pit.dag, "test", "none" as RunId)).runs, 0);
  assert.deepEqual(await endedRuns(rig.pit.dag, { type: "chain", of: "test", on: "ended" }, 0), []);

  const real = await rig.start(workflow, { mayWrite: true });
  assert.deepEqual([real.state, real.outputs], ["completed", { out: "real x" }]);
  assert.equal(rig.extensions.calls.length, 3, "nothing that was made up was taken for kept");
  assert.equal(rig.outcomes.length, 3);
  assert.equal((await rig.summary(real.run))?.isMock, undefined);
  await rig.pit.library.filing.catchUp();
  assert.equal((await rig.pit.library.catalog.versions("test/out")).length, 1);
  assert.equal((await forecastOf(rig.pit.dag.list(), "test"))?.runs, 1);
  assert.equal((await readHistory(rig.pit.dag, "test", "none" as RunId)).runs, 1);
  assert.equal((await endedRuns(rig.pit.dag, { type: "chain", of: "test", on: "ended" }, 0)).length, 1);

  const again = await rig.start(workflow, { isMock: true });
  assert.deepEqual(again.outputs, { out: "mock text" }, "a mock run takes nothing that is kept either");
});

Deno.test("a mock run that another process resumes stays one, with the right to write and all", async () => {
  await using rig = await Rig.open();
  const gated = workflowText({
    asked: { use: "control/gate", question: "Go on?" },
    made: { use: "test/make", after: "asked.approved" },
    put: { use: "test/put", in: { text: "made.text" } },
  }, { outputs: { out: "put.text" } });
  const { run, state } = await rig.start(gated, { isMock: true, mayWrite: true });
  assert.equal(state, "waiting-for-input");
  await rig.reopen();
  assert.ok(
    (await rig.runner.command(run, {
      type: "provide-input",
      node: asked,
      input: { approved: true, value: null, by: "x" },
    })).ok,
  );
  assert.equal((await rig.summary(run))?.isMock, true);
  const ended = await (await rig.runner.resume(run, () => {})).done;
  assert.deepEqual([ended.state, ended.outputs], ["completed", { out: "mock text" }]);
  assert.equal(rig.extensions.calls.length, 0);
  assert.equal(rig.outcomes.length, 0);
  assert.equal((await rig.summary(run))?.isMock, true);
});

Deno.test("a run that is carried out for real keeps nothing of a mock run; another mock run may", async () => {
  await using rig = await Rig.open();
  const { run } = await rig.start(workflow, { isMock: true });
  for (const reuse of [{ of: run, from: [nodeId("put")] }, { of: run, changed: true }]) {
    await assert.rejects(
      rig.start(workflow, { mayWrite: true, reuse }),
      /Cannot keep results of run .*: it is a mock run, so they are made up/,
    );
    assert.equal((await rig.start(workflow, { isMock: true, reuse })).state, "completed");
  }
  assert.equal(rig.extensions.calls.length, 0);
  assert.equal((await rig.start(workflow, { mayWrite: true, reuse: { of: run } })).state, "completed");
  assert.equal(rig.extensions.calls.length, 3);
});

Deno.test("isMockRun() knows runs from before the mark by the results they kept apart", () => {
  assert.equal(isMockRun({ isMock: true }), true);
  assert.equal(isMockRun({ reuse: { memo: "apart" } }), true);
  assert.equal(isMockRun({ reuse: { memo: "off" } }), false);
  assert.equal(isMockRun({}), false);
});
